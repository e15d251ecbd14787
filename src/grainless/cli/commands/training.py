"""The commands train and demo: a recipe, or a person's own images."""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grainless.cli import console
from grainless.cli.commands.answers import answer
from grainless.cli.options import Changes, DataDir, Json
from grainless.cli.stop import stop_is_told
from grainless.errors import InputError

if TYPE_CHECKING:
    from grainless.data.find import DataRoots
    from grainless.data.images import Data
    from grainless.learn.recipe import Recipe
    from grainless.learn.run import Run

training = typer.Typer(rich_markup_mode="rich")


@training.command(
    epilog="Example: grainless train demo --out runs/first, or: grainless train --images photos --minutes 10"
)
def train(
    recipe: Annotated[
        str | None,
        typer.Argument(help="A recipe's name (grainless list recipes) or a TOML file.", show_default=False),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Instead: train a shipped model on with clean images of your own."),
    ] = None,
    noisy: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Or with noisy ones: alone, or with clean partners of the same names in --clean.",
        ),
    ] = None,
    clean: Annotated[Path | None, typer.Option(metavar="DIR", help="The clean partners of --noisy.")] = None,
    noise: Annotated[
        str | None,
        typer.Option(
            help="What is put on --images, as in gaussian:sigma=25/255. [default: what cameras, films and JPEG leave]",
            show_default=False,
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            help="The shipped model to begin with. [default: the one that does best]", show_default=False
        ),
    ] = None,
    neighbours: Annotated[
        int | None,
        typer.Option(
            help="Images of your own are stacks or sequences: show each plane with so many before and after it.",
            min=1,
            show_default=False,
        ),
    ] = None,
    minutes: Annotated[
        float,
        typer.Option(
            help="How long it may take, looking and judging included, for images of your own.", min=0.1
        ),
    ] = 10.0,
    changes: Changes = None,
    out: Annotated[
        Path | None, typer.Option(help="The run's folder. [default: runs/RECIPE]", show_default=False)
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in that folder.")] = False,
    devices: Annotated[
        int, typer.Option(help="Train on so many devices of this computer; the batch is shared.", min=1)
    ] = 1,
    nodes: Annotated[int, typer.Option(help="And on so many computers.", min=1)] = 1,
    strategy: Annotated[
        str, typer.Option(help="ddp: each device has all parameters; fsdp: a share of each.")
    ] = "ddp",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Train a recipe, or a shipped model with your own images: weights, ONNX model, scores, report in one folder."""
    own: dict[str, Any] = {"images": images, "noisy": noisy, "clean": clean, "noise": noise, "start": start}
    own["neighbours"] = neighbours
    if recipe is None and devices * nodes > 1:
        raise InputError(
            "--devices and --nodes are for a recipe; images of your own are first trained on by one device, for a "
            "minute (--minutes 1). Then by several with the recipe that it wrote: grainless train RUN/recipe.toml "
            f"--out NEW --devices {devices}; with --strategy fsdp also --set train.optimizer=adamw, as it has Muon."
        )
    with stop_is_told(lambda: "Stopped before the training began."):
        from grainless.learn.recipe_files import found

        if recipe is not None:
            found(recipe)  # a wrong name is told before PyTorch is loaded, which takes seconds
        from grainless.cli.processes import processes
        from grainless.cli.progress import TerminalProgress
        from grainless.data.find import DataRoots
        from grainless.learn.fitting.strategies import STRATEGIES
        from grainless.learn.training import train as verb
        from grainless.parts import choose

        choose("strategy", STRATEGIES, strategy)
        roots = DataRoots(data_dir)
        with processes(devices, nodes, sys.argv[1:]), TerminalProgress() as callback:
            chosen, data, callback.timed = _to_train(recipe, own, minutes, changes or [], out, resume, roots)
            run = verb(
                chosen, out, roots=roots, data=data, callback=callback, resume=resume, strategy=strategy
            )
    _tell(run, json=json)


def _tell(run: "Run", *, json: bool) -> None:
    """What came of a training; of several processes the first one says it."""
    from grainless.evaluation.metrics import USUAL
    from grainless.learn.fitting.crew import is_first
    from grainless.learn.gained import after, gained
    from grainless.learn.score import SAYS_LESS
    from grainless.learn.summary import of_run

    if not is_first():
        return
    facts = of_run(run)
    if json:
        answer("train", facts | {"run": run.path})
    else:
        console.scores_reached(facts, USUAL)
        if not facts["best_epoch"]:
            console.say("No epoch did better on the images to choose by: the model is what it began with.")
        for told in (*gained(facts["others"]), *_worse_than_nothing(facts)):
            console.say(told)
        if facts["against"] in SAYS_LESS:
            console.say(SAYS_LESS[facts["against"]])
        for told in after(facts):
            console.say(told)
        console.say(f"Model, weights and report: {run.path}")


def _worse_than_nothing(facts: Mapping[str, Any]) -> Iterator[str]:
    """A word where the test images are better left as they are, whatever was gained over the start."""
    if facts["scores"]:
        over = facts["scores"]["test"]["psnr"] - facts["noisy"]["test"]["psnr"]
        if -math.inf < over < 0:  # shown the clean images themselves, a model cannot do better
            yield f"Yet {-over:.2f} dB under the noisy test images themselves: leave such images as they are."


def _to_train(
    recipe: str | None,
    own: Mapping[str, Any],
    minutes: float,
    changes: Sequence[str],
    out: Path | None,
    resume: bool,
    roots: "DataRoots",
) -> tuple["Recipe", "Data | None", float | None]:
    """The recipe that was named, or the one that a look at a person's own images gives, these, and seconds a step.

    Raises:
        InputError: neither, or both.
    """
    from grainless.learn.recipe import Recipe

    given = [f"--{name}" for name, value in own.items() if value is not None]
    if recipe is not None:
        if given:
            raise InputError(
                f"{given[0]} is for images of your own, and {recipe} is a recipe: give one of them."
            )
        return Recipe.load(recipe, changes), None, None
    if not given:
        raise InputError(
            "Name a recipe (grainless list recipes), or your own images: --images DIR, or --noisy DIR, "
            "with --clean DIR if there are clean partners."
        )
    from grainless.learn.finetune.plan import plan, run_folder

    folder = out or run_folder(own["images"], own["clean"], own["noisy"])
    if resume:
        raise InputError(
            f"Go on with what was begun by its recipe: grainless train {folder}/recipe.toml --out {folder} --resume"
        )
    planned = plan(folder, **own, minutes=minutes, changes=changes, roots=roots, tell=console.remark)
    for remark in planned.remarks:
        console.remark(remark)
    return planned.recipe, planned.data, planned.step


@training.command(epilog="Example: grainless demo --out runs/demo")
def demo(
    out: Annotated[Path, typer.Option(help="The run's folder.")] = Path("runs/demo"),
    changes: Changes = None,
    json: Json = False,
) -> None:
    """Train a small denoiser on photographs, judge it against classical ones, and write a report of it."""
    from grainless.cli.progress import TerminalProgress
    from grainless.evaluation.metrics import USUAL
    from grainless.evaluation.protocols import PROTOCOLS
    from grainless.learn.demo import demo as verb

    with TerminalProgress() as callback:
        run, rows = verb(out, callback=callback, changes=changes or [])
    if json:
        answer("demo", {"rows": [row.plain() for row in rows], "report": run.report_file})
    else:
        console.scores(rows, USUAL, PROTOCOLS["float"].about)
        console.say(f"Report: {run.report_file.resolve()}")
