"""The commands of studies: many trainings, one table. They stand beside those of `cli`, which runs them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grainless.cli import console
from grainless.cli.options import Changes, DataDir, Json
from grainless.errors import InputError

if TYPE_CHECKING:
    from grainless.data.find import DataRoots
    from grainless.evaluation.benchmark.section import Plan
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
    out: StudyDir = Path("runs/studies"),
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Train several recipes on several data sets, and select the best."""
    from grainless.learn.studies.compare import compare as verb

    with _study(out, data_dir) as study:
        comparison = verb(study, recipes, data or [], changes or [], metric)
    if json:
        console.as_json({"rows": comparison.rows(), "best": comparison.best()})
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
    from grainless.learn.studies.sweep import sweep as verb

    with _study(out, data_dir) as study:
        swept = verb(study, recipe, over, changes or [])
    if json:
        console.as_json({"rows": swept.rows(), "figure": str(swept.figure)})
        return
    console.rows(f"{recipe} over {swept.line}", swept.rows())
    console.say(str(swept.figure))


@studies.command(epilog="Example: grainless diagnose c-coded --set data=cifar10 --set train.epochs=5")
def diagnose(
    recipe: Annotated[str, typer.Argument(help="A recipe's name or a TOML file.")],
    changes: Changes = None,
    out: StudyDir = Path("runs/studies"),
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Train with noise and without: is the network too small, or the noise too strong?"""
    from grainless.learn.studies.diagnose import diagnose as verb

    with _study(out, data_dir) as study:
        diagnosis = verb(study, recipe, changes or []).plain()
    if json:
        console.as_json(diagnosis)
    else:
        console.facts(f"diagnosis of {recipe}", diagnosis)


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
    from grainless.learn.studies.tune import tune as verb

    folder = out or Path("runs") / f"tune-{Path(recipe).stem}"
    with _study(folder, data_dir) as study:
        rows = verb(study, recipe, over, changes or [], trials)
    if json:
        console.as_json({"trials": rows})
        return
    console.rows(f"trials of {recipe}", rows)
    console.say(f"TensorBoard's HParams page: tensorboard --logdir {folder / 'hparams'}")


@studies.command(epilog="Example: grainless interpolate runs/c-coded --between 0 1")
def interpolate(
    run: Annotated[Path, typer.Argument(help="A run whose network has a code.")],
    between: Annotated[
        tuple[int, int], typer.Option(metavar="I J", help="Two test images, by their numbers.")
    ],
    steps: Annotated[int, typer.Option(help="Images on the way, both ends included.", min=2)] = 10,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A PNG. [default: RUN/between-I-J.png]", show_default=False),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Walk from one image to another through the network's code, and draw the way."""
    from grainless.data.find import DataRoots
    from grainless.learn.codes import draw_walk

    path = out or run / f"between-{between[0]}-{between[1]}.png"
    draw_walk(run, between, path, roots=DataRoots(data_dir), steps=steps)
    console.say(str(path))


@studies.command(
    epilog="Example: grainless classify runs/d-fashion-dense --data fashion-mnist --noise uniform:clip=true"
)
def classify(
    denoisers: Annotated[list[str], typer.Argument(help="Models, ONNX files, runs and baselines.")],
    data: Annotated[str, typer.Option(help="A data set with classes, and its options.")],
    noise: Annotated[str, typer.Option(help="gaussian:sigma=25/255, several joined by +.")],
    seed: Annotated[int, typer.Option(help="Of the noise.", min=0)] = 0,
    limit: Annotated[int | None, typer.Option(help="Only the first so many test images.", min=1)] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """What denoising is worth to a classifier: its accuracy on clean, noisy and denoised test images."""
    from grainless.data import DATA
    from grainless.data.find import DataRoots
    from grainless.evaluation.classify import classify as verb
    from grainless.evaluation.denoisers import contenders
    from grainless.noise import noise_from
    from grainless.parts import make, spec

    read = make("data set", DATA, spec("data set", data)).read(DataRoots(data_dir))
    chosen = noise_from(noise)
    named = contenders(denoisers, read, chosen, seed=seed)
    rows = [row.plain() for row in verb(named, read, chosen, seed=seed, limit=limit)]
    if json:
        console.as_json({"rows": rows})
    else:
        console.rows(f"a classifier on {data}, noise {noise}", rows)


@studies.command(epilog="Example: grainless reproduce A --quick")
def reproduce(
    systems: Annotated[list[str], typer.Argument(help="A, B, C, D, E, or all.")],
    quick: Annotated[bool, typer.Option("--quick", help="Minutes, to see that all runs.")] = False,
    full: Annotated[bool, typer.Option("--full", help="As many epochs as published.")] = False,
    page: Annotated[Path, typer.Option(help="The page that is written.")] = Path("docs/reproductions.md"),
    out: StudyDir = Path("runs/studies"),
    data_dir: DataDir = None,
) -> None:
    """Run the five published systems whole, and write their numbers beside ours."""
    from grainless.learn.reproduce import SYSTEMS
    from grainless.learn.reproduce import reproduce as verb

    if quick and full:
        raise InputError("--quick and --full exclude each other.")
    letters = list(SYSTEMS) if "all" in systems else systems
    with _study(out / "quick" if quick else out, data_dir) as study:
        verb(letters, study, page, "quick" if quick else "full" if full else "standard")
    console.say(str(page))


@studies.command(epilog="Example: grainless benchmark --data bsd68 --out docs/benchmarks.md")
def benchmark(
    denoisers: Annotated[
        list[str] | None,
        typer.Argument(
            help="auto, models (on the sets of their colours), baselines. [default: those that come with Grainless]",
            show_default=False,
        ),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            help="Real pairs: polyu, lol, documents, fmd; set12, bsd68, cbsd68; folder:path=DIR; a data set's test "
            "part. [default: set12, bsd68, cbsd68]",
            show_default=False,
        ),
    ] = None,
    noise: Annotated[
        list[str] | None,
        typer.Option(help="gaussian:sigma=25/255. [default: sigma 15, 25 and 50]", show_default=False),
    ] = None,
    protocol: Annotated[str, typer.Option(help="float or field; real pairs have their own.")] = "field",
    seed: Annotated[int, typer.Option(help="Of the noise.", min=0)] = 0,
    limit: Annotated[int | None, typer.Option(help="Only the first so many images of a set.", min=1)] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Three images of each set, to see that all runs.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="A page, such as docs/benchmarks.md: these sets' numbers take their place on it, the others stay.",
            show_default=False,
        ),
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Score denoisers on the field's test sets by its protocol, beside published scores, and measure their cost."""
    from grainless.data.find import DataRoots
    from grainless.evaluation.benchmark import page
    from grainless.evaluation.benchmark.section import Plan
    from grainless.evaluation.benchmark.sets import SETS
    from grainless.evaluation.benchmark.tables import tables

    if quick and limit:
        raise InputError(
            "--quick and --limit exclude each other: --quick is --limit 3, and costs on a small image."
        )
    small = {"limit": 3, "side": 256} if quick else {"limit": limit}
    plan = Plan(denoisers or (), noise or (), protocol, seed, **small)
    sections = []
    for section in _benchmarked(data or list(SETS), plan, DataRoots(data_dir)):
        sections.append(section)
        if out is not None:
            page.keep(section, out)
            page.write(out)
    if json:
        console.as_json({"sections": sections})
        return
    for shown in (each for section in sections for each in tables(section)):
        console.table(shown.title, shown.head, shown.rows)
        console.say(" ".join(shown.notes))
    if out is not None:
        console.say(str(out))


def _benchmarked(data: list[str], plan: "Plan", roots: "DataRoots") -> Iterator[dict[str, Any]]:
    """Each set's numbers, with how they were made; what is wrong is told before the first."""
    from grainless.evaluation.benchmark.section import made, measured
    from grainless.evaluation.benchmark.sets import judged

    plan.check()
    sets = [judged(name, roots) for name in data]
    for each in sets:
        for name in plan.left_out(each.images.channels):
            told = f"{name} is not made for {each.title}'s {each.images.channels} channels: left out there."
            console.err.print(told, markup=False, highlight=False, soft_wrap=True)
        with console.progress(each.title) as move:
            yield {"made": made(sys.argv[1:]), **measured(each, plan, move)}


@contextmanager
def _study(out: Path, data_dir: Path | None) -> Iterator["Study"]:
    """A study whose trainings are shown in the terminal."""
    from grainless.cli.progress import TerminalProgress
    from grainless.data.find import DataRoots
    from grainless.learn.studies.study import Study

    with TerminalProgress() as callback:
        yield Study(out, DataRoots(data_dir), callback)
