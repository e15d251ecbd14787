"""The commands of studies: many trainings, one table. They stand beside those of `cli`, which runs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grainless.cli import console
from grainless.cli.commands.answers import answer
from grainless.cli.options import Changes, DataDir, Json
from grainless.errors import InputError

if TYPE_CHECKING:
    from grainless.learn.studies.study import Study

studies = typer.Typer(rich_markup_mode="rich")

StudyDir = Annotated[Path, typer.Option(help="Where the runs lie; those done already are reused.")]


@studies.command(epilog="Example: grainless compare c-pooled c-coded --data mnist --data fashion-mnist")
def compare(
    recipes: Annotated[list[str], typer.Argument(help="Two recipes or more: names or TOML files.")],
    data: Annotated[
        list[str] | None, typer.Option(help="A data set's name. [default: each recipe's own]")
    ] = None,
    changes: Changes = None,
    metric: Annotated[
        str, typer.Option(help="By which the best is selected, on validation images.")
    ] = "psnr",
    seeds: Annotated[
        int,
        typer.Option(
            help="Train each from so many, under one noise: means over the test images with intervals.", min=1
        ),
    ] = 1,
    out: StudyDir = Path("runs/studies"),
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Train several recipes on several data sets, and select the best."""
    _check(*recipes)
    from grainless.learn.studies.alike import alike
    from grainless.learn.studies.compare import compare as verb

    if seeds > 1:
        with opened(out, data_dir) as study:
            rows = alike(study, recipes, data or [], changes or [], seeds, metric).rows()
        if json:
            answer("compare", {"rows": rows, "best": None, "figures": []})
        else:
            console.rows(f"{seeds} seeds", rows)
        return
    with opened(out, data_dir) as study:
        comparison = verb(study, recipes, data or [], changes or [], metric)
    if json:
        rows, best = comparison.rows(), comparison.best()
        answer("compare", {"rows": rows, "best": best, "figures": comparison.figures})
        return
    console.rows("comparison", comparison.rows())
    console.say(f"Best by validation {metric}: {comparison.best()}")
    for figure in comparison.figures:
        console.say(str(figure))


@studies.command(epilog="Example: grainless sweep e-mnist-plain --over network.code=1,2,8,32")
def sweep(
    recipe: Annotated[str, typer.Argument(help="A recipe's name or a TOML file.")],
    over: Annotated[str, typer.Option(metavar="TABLE.KEY=VALUE,VALUE,...", help="The line and its values.")],
    changes: Changes = None,
    out: StudyDir = Path("runs/studies"),
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Train a recipe once for each value of one of its lines."""
    _check(recipe)
    from grainless.learn.studies.sweep import sweep as verb

    with opened(out, data_dir) as study:
        swept = verb(study, recipe, over, changes or [])
    _tell("sweep", f"{recipe} over {swept.line}", swept.rows(), swept.figure, swept.remark, json)


@studies.command(epilog="Example: grainless diagnose c-coded --set data=cifar10 --set train.epochs=5")
def diagnose(
    recipe: Annotated[str, typer.Argument(help="A recipe's name or a TOML file.")],
    changes: Changes = None,
    out: StudyDir = Path("runs/studies"),
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Train with noise and without: is the network too small, or the noise too strong?"""
    _check(recipe)
    from grainless.learn.studies.diagnose import diagnose as verb

    with opened(out, data_dir) as study:
        diagnosis = verb(study, recipe, changes or []).plain()
    if json:
        answer("diagnose", diagnosis)
    else:
        console.facts(f"diagnosis of {recipe}", diagnosis)


@studies.command(
    epilog="Example: grainless ladder c-coded --set data=cifar10 --set train.epochs=5 --step network.code=64 "
    "--step network.widths=[64,128],network.code=256"
)
def ladder(
    recipe: Annotated[str, typer.Argument(help="A recipe's name or a TOML file.")],
    step: Annotated[
        list[str],
        typer.Option(
            metavar="TABLE.KEY=VALUE,...", help="The lines of a larger network; in turn, larger and larger."
        ),
    ],
    changes: Changes = None,
    out: StudyDir = Path("runs/studies"),
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Raise a network step by step, each with noise and without: from where on is it large enough?"""
    _check(recipe)
    from grainless.learn.studies.ladder import ladder as verb

    with opened(out, data_dir) as study:
        climbed = verb(study, recipe, step, changes or [])
    _tell("ladder", f"{recipe}, step by step", climbed.rows(), climbed.figure, climbed.remark, json)


@studies.command(
    epilog="Example: grainless tune d-fashion-dense --over train.rate=1e-4..1e-2 --over network.code=16,64 --trials 10"
)
def tune(
    recipe: Annotated[str, typer.Argument(help="A recipe's name or a TOML file.")],
    over: Annotated[
        list[str],
        typer.Option(metavar="TABLE.KEY=VALUES", help="A line and its values: low..high, or a,b,c."),
    ],
    trials: Annotated[int, typer.Option(help="In all, those of earlier calls counted in.", min=1)] = 20,
    changes: Changes = None,
    out: Annotated[
        Path | None, typer.Option(help="The study's folder. [default: runs/tune-RECIPE]", show_default=False)
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Search the best values of some lines; trials that fall behind are stopped."""
    _check(recipe)
    from grainless.learn.studies.tune import tune as verb

    folder = out or Path("runs") / f"tune-{Path(recipe).stem}"
    with opened(folder, data_dir) as study:
        rows = verb(study, recipe, over, changes or [], trials)
    if json:
        answer("tune", {"trials": rows, "hparams": folder / "hparams"})
        return
    console.rows(f"trials of {recipe}", rows)
    console.say(f"TensorBoard's HParams page: tensorboard --logdir {folder / 'hparams'}")


@studies.command(epilog="Example: grainless reproduce A --quick")
def reproduce(
    systems: Annotated[
        list[str],
        typer.Argument(help="A, B, C, D, E; C-alike, C-ladder, Half, Noise: studies of them; or all."),
    ],
    quick: Annotated[bool, typer.Option("--quick", help="Minutes, to see that all runs.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="C, too, for as many epochs as published; half a day.")
    ] = False,
    finished: Annotated[
        bool, typer.Option("--finished", help="Train nothing: write what is finished, and say what is not.")
    ] = False,
    page: Annotated[Path, typer.Option(help="The page that is written.")] = Path("docs/reproductions.md"),
    out: StudyDir = Path("runs/studies"),
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Run the five published systems whole, and write their numbers beside ours."""
    from grainless.learn.reproduce import SYSTEMS
    from grainless.learn.reproduce import reproduce as verb

    if quick and full:
        raise InputError("--quick and --full exclude each other.")
    letters = list(SYSTEMS) if "all" in systems else systems
    with opened(out / "quick" if quick else out, data_dir) as study:
        chosen = replace(study, finished_only=finished)
        stayed = verb(letters, chosen, page, "quick" if quick else "full" if full else "standard")
    if json:
        answer("reproduce", {"page": page, "unchanged": stayed})
        return
    for left in stayed:
        console.say(f"stays as it is: {left}")
    console.say(str(page))


def _check(*recipes: str) -> None:
    """Tell a wrong name before PyTorch is loaded, which takes seconds.

    Raises:
        InputError: there is no such recipe.
    """
    from grainless.learn.recipe_files import found

    for recipe in recipes:
        found(recipe)


@contextmanager
def opened(out: Path, data_dir: Path | None) -> Iterator["Study"]:
    """A study whose trainings are shown in the terminal."""
    from grainless.cli.progress import TerminalProgress
    from grainless.data.find import DataRoots
    from grainless.learn.studies.study import Study

    with TerminalProgress() as callback:
        yield Study(out, DataRoots(data_dir), callback)


def _tell(
    command: str, title: str, rows: list[dict[str, Any]], figure: Path, remark: str, json: bool
) -> None:
    """What a study found: for a program, or as a table, how far to trust it, and where its picture lies."""
    if json:
        answer(command, {"rows": rows, "remark": remark, "figure": figure})
        return
    console.rows(title, rows)
    console.say(remark)
    console.say(str(figure))
