"""The commands of what the published systems suggest and leave to others; each can write a page for docs."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from grainless.cli import console
from grainless.cli.commands.answers import answer
from grainless.cli.commands.studies import StudyDir, opened
from grainless.cli.options import Changes, DataDir, Json

suggested = typer.Typer(rich_markup_mode="rich")

Recipe = Annotated[str, typer.Argument(help="A recipe's name or a TOML file.")]
Page = Annotated[
    Path | None,
    typer.Option("--page", help="Also write a Markdown page; its pictures go beside it.", show_default=False),
]


@suggested.command(epilog="Example: grainless anomalies anomaly-fashion --class 0 --class 7")
def anomalies(
    recipe: Recipe,
    classes: Annotated[
        list[int] | None,
        typer.Option(
            "--class",
            help="The class that is learned as the usual one; given again, the next. [default: each]",
            min=0,
            show_default=False,
        ),
    ] = None,
    changes: Changes = None,
    out: StudyDir = Path("runs/studies"),
    page: Page = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Train on one class, and tell the others by the error of their reconstruction; PCA beside it."""
    from grainless.learn.studies.experiments.anomalies import anomalies as verb

    with opened(out, data_dir) as study:
        found = verb(study, recipe, changes or [], classes)
    _write(page, "Anomalies", found.parts)
    _tell("anomalies", {f"anomalies by {recipe}": found.rows()}, [found.curves, found.pictures], page, json)


@suggested.command(epilog="Example: grainless starts few-correlated --start color")
def starts(
    recipe: Recipe,
    start: Annotated[str, typer.Option(help="A run's folder or a shipped model's name.")],
    changes: Changes = None,
    out: StudyDir = Path("runs/studies"),
    page: Page = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Train from scratch and from a trained network, with equal steps: does the start help?"""
    from grainless.learn.studies.experiments.starts import starts as verb

    with opened(out, data_dir) as study:
        found = verb(study, recipe, start, changes or [])
    _write(page, "A trained start", found.parts)
    _tell("starts", {f"starts of {recipe}": found.rows()}, [found.curve, found.pictures], page, json)


@suggested.command(epilog="Example: grainless adversarial adversarial-fashion --share 0.1 --share 1")
def adversarial(
    recipes: Annotated[list[str], typer.Argument(help='Recipes that learn by the method "adversarial".')],
    shares: Annotated[
        list[str] | None,
        typer.Option(
            "--share",
            help="How much the critic's opinion weighs, 0 or more; given again, the next. [default: the recipe's]",
            show_default=False,
        ),
    ] = None,
    changes: Changes = None,
    out: StudyDir = Path("runs/studies"),
    page: Page = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Train with a critic and without, with equal steps: what it costs in error, and what it gains in looks."""
    from grainless.learn.studies.experiments.adversarial import ABOUT
    from grainless.learn.studies.experiments.adversarial import adversarial as verb

    with opened(out, data_dir) as study:
        found = {recipe: verb(study, recipe, shares, changes or []) for recipe in recipes}
    _write(page, "A critic beside the denoiser", lambda page: [ABOUT, *_all(found, page)])
    _tell(
        "adversarial",
        {name: each.rows for name, each in found.items()},
        [each.figure for each in found.values()],
        page,
        json,
    )


@suggested.command(epilog="Example: grainless classifiers d-fashion-best --set data=fashion-mnist --seeds 3")
def classifiers(
    recipe: Recipe,
    data: Annotated[
        list[str] | None,
        typer.Option(help="Data sets with classes. [default: the recipe's own]", show_default=False),
    ] = None,
    seeds: Annotated[int, typer.Option(help="Trainings of each kind.", min=1)] = 1,
    changes: Changes = None,
    out: StudyDir = Path("runs/studies"),
    page: Page = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Teach a small network to classify clean, noisy or denoised images, and jointly with the denoiser."""
    from grainless.learn.studies.experiments.classifiers import ABOUT
    from grainless.learn.studies.experiments.classifiers import classifiers as verb

    sets = [[f"data={name}"] for name in data or []] or [[]]
    with opened(out, data_dir) as study:
        runs = [verb(study, recipe, [*each, *(changes or [])], seeds=seeds) for each in sets]
    found = {each.title: each for each in runs}
    _write(page, "Denoiser and classifier", lambda page: [ABOUT, *_all(found, page)])
    _tell(
        "classifiers",
        {name: each.rows() for name, each in found.items()},
        [each.figure for each in runs],
        page,
        json,
    )


def _all(found: Mapping[str, Any], page: Path) -> list[str]:
    return [part for each in found.values() for part in each.parts(page)]


def _tell(
    command: str,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    figures: Sequence[Path],
    page: Path | None,
    json: bool,
) -> None:
    """A table a study, and where its figures lie."""
    if json:
        studies = [{"title": title, "rows": rows} for title, rows in tables.items()]
        answer(command, {"studies": studies, "figures": figures, "page": page})
        return
    for title, rows in tables.items():
        console.rows(title, rows)
    for path in figures:
        console.say(str(path))


def _write(page: Path | None, title: str, parts: Callable[[Path], list[str]]) -> None:
    """The page, with the command as it was typed."""
    from grainless.learn.studies.page import write_page

    if page is not None:
        write_page(page, title, parts(page), " ".join(sys.argv[1:]))
        console.remark(str(page))
