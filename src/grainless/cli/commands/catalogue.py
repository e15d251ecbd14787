"""The commands list and show: what there is, and what each is."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grainless.cli import console
from grainless.cli.commands.answers import answer
from grainless.cli.options import Changes, DataDir, Json
from grainless.errors import InputError, unknown

if TYPE_CHECKING:
    from grainless.model.card import Card

catalogue = typer.Typer(rich_markup_mode="rich")


def _first_lines(table: Mapping[str, object]) -> dict[str, str]:
    """Each entry with the first line of its docstring."""
    return {name: (part.__doc__ or "").strip().splitlines()[0] for name, part in table.items()}


def _noises() -> dict[str, str]:
    from grainless.noise import NOISES

    return _first_lines(NOISES)


def _baselines() -> dict[str, str]:
    from grainless.evaluation.baselines import described

    return described()


def _data() -> dict[str, str]:
    from grainless.data import DATA

    return _first_lines(DATA)


def _networks() -> dict[str, str]:
    from grainless.learn.networks import NETWORKS

    return _first_lines(NETWORKS)


def _recipes() -> dict[str, str]:
    from grainless.learn.recipe_files import shipped

    return {name: text.splitlines()[0].removeprefix("# ") for name, text in shipped().items()}


def _models() -> dict[str, str]:
    from grainless.model.zoo import cards, models

    shipped = cards()
    return {
        model.name: shipped[model.name].summary if model.origin == "shipped" else f"a run, {model.path}"
        for model in models()
    }


LISTS: dict[str, Callable[[], dict[str, str]]] = {
    "models": _models,
    "networks": _networks,
    "recipes": _recipes,
    "noises": _noises,
    "data": _data,
    "baselines": _baselines,
}


@catalogue.command(epilog="Example: grainless show a-mnist-coded --set network.code=16")
def show(
    what: Annotated[str, typer.Argument(metavar="RECIPE|RUN|MODEL|DATA", help="What to look at.")],
    changes: Changes = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show a recipe's layers and hyper-parameters, what a run reached, a model's card, or a data set."""
    kind, facts = _facts(what, changes or [], data_dir)
    letters = facts.pop("first images", [])
    if json:
        nothing = dict.fromkeys(("model", "streamed", "first_rows"))
        console.as_json(facts) if kind == "MODEL" else answer(f"show {kind}", nothing | facts)
    elif kind == "RUN":
        from grainless.evaluation.metrics import USUAL

        console.scores_reached(facts, USUAL)  # first: a hundred lines follow
        console.facts(
            what, {name: value for name, value in facts.items() if name not in {"scores", "noisy", "others"}}
        )
    else:
        console.facts(what, facts)
        for line in letters:
            console.say(line)


@catalogue.command("list", epilog="Example: grainless list recipes")
def list_(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help=f"{', '.join(LISTS)}.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """List what there is, a line each; without a kind, the kinds."""
    if kind is not None and kind not in LISTS:
        raise InputError(unknown("list", kind, LISTS))
    rows = LISTS[kind]() if kind else {each: f"grainless list {each}" for each in LISTS}
    if json:
        console.as_json(rows)
    elif not rows:
        console.say(
            f"There are no {kind} yet: none is shipped, and no finished training lies in the folder runs."
        )
    else:
        console.table(kind or "lists", ("name", "what it is"), rows.items())
        if kind == "models":
            console.say("Scores, data and licence of one: grainless show NAME.")


def _facts(what: str, changes: Sequence[str], data_dir: Path | None) -> tuple[str, dict[str, Any]]:
    """What `show` shows, and its kind: a file or folder by what it is; a recipe, a data set or a model by name."""
    from grainless.model import zoo
    from grainless.model.denoiser import load

    if changes and (Path(what).is_dir() or not (what.endswith(".toml") or what in _recipes())):
        raise InputError(f"--set changes a line of a recipe, and {what} is none.")
    if Path(what).is_file() and not what.endswith(".toml"):
        return "MODEL", _of_card(
            load(what).card
        )  # before what follows: a card needs no more than denoising does
    from grainless.data import DATA

    recipes, models = _recipes(), [model.name for model in zoo.models()]
    if Path(what).is_dir() or what.endswith(".toml") or what in recipes:
        card = {"model": _of_card(load(what).card)} if what in models and not changes else {}
        return "RUN" if Path(what).is_dir() else "RECIPE", card | _of_training(what, changes)
    if what.partition(":")[0] in DATA:
        return "DATA", _of_data(what, data_dir)
    if what in models:
        return "MODEL", _of_card(load(what).card)
    raise InputError(unknown("recipe, run, model or data set", what, [*recipes, *DATA, *models]))


def _of_card(card: "Card") -> dict[str, Any]:
    """What a model says of itself: its scores before all else, the recipe that made it behind."""
    about = dict(card.about)
    ends = [{name: about.pop(name)} if name in about else {} for name in ("scores", "recipe")]
    return vars(card) | {"about": ends[0] | about | ends[1]}


def _of_training(what: str, changes: Sequence[str]) -> dict[str, Any]:
    """Of a run's folder or a recipe."""
    from grainless.learn.recipe import Recipe
    from grainless.learn.run import Run
    from grainless.learn.summary import of_recipe, of_run

    return of_run(Run.open(Path(what))) if Path(what).is_dir() else of_recipe(Recipe.load(what, changes))


def _of_data(what: str, data_dir: Path | None) -> dict[str, Any]:
    """Of a data set."""
    from grainless.data import DATA
    from grainless.data.find import DataRoots
    from grainless.data.preview import drawn, rows
    from grainless.data.summary import describe
    from grainless.parts import make, spec

    source = make("data set", DATA, spec("data set", what))
    roots = DataRoots(data_dir)
    data = source.read(roots)
    first = {"first_rows": rows(source, roots), "first images": drawn(data.train).splitlines()}
    return describe(data) | {name: lines for name, lines in first.items() if lines}
