"""The commands: each reads its arguments, calls one verb, prints. A verb is imported when its command runs."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from grainless import __version__
from grainless.cli import console
from grainless.cli.mistyped import UsageError, mistyped
from grainless.cli.options import Changes, DataDir, Json
from grainless.cli.studies import studies
from grainless.cli.training import training
from grainless.cli.web import web
from grainless.errors import GrainlessError, InputError, RunError, unknown

if TYPE_CHECKING:
    from grainless.denoising.files import JobResult

app = typer.Typer(
    name="grainless",
    help="Removes noise from images with denoising autoencoders: train, judge and use them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(training)
app.add_typer(studies)  # without names of their own: their commands are ours
app.add_typer(web)


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
    from grainless.learn.recipe import shipped

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


STATES = {
    "denoised": "denoised",
    "left": "left as they were",
    "skipped": "done before",
    "failed": "failed",
}
"""What became of a file -> how a count of such files is told."""

EXTRAS = {
    "evaluate": (
        "scipy",
        "skimage",
        "sklearn",
        "pywt",
        "matplotlib",
        "adjustText",
        "pooch",
        "array_api_compat",
        "pydantic",
    ),
    "learn": (
        "torch",
        "lightning_fabric",
        "safetensors",
        "onnx",
        "onnxscript",
        "tensorboard",
        "tomlkit",
        "optuna",
    ),
    "server": ("fastapi", "uvicorn", "prometheus_client"),
}
"""What a small installation lacks: the extra -> the packages it brings."""


def main() -> None:
    """Run the command line. What a person did or met is one line; only a bug has a traceback."""
    try:
        sys.exit(app(prog_name="grainless", standalone_mode=False))
    except GrainlessError as error:
        _end(error)
    except UsageError as error:
        told = mistyped(error)
        _end(told) if told else sys.exit(InputError.exit_status)
    except ModuleNotFoundError as error:
        _end(_lacking(error))
    except OSError as error:
        if error.errno not in {ENOSPC, EDQUOT}:
            raise
        _drop_what_is_not_printed()
        _end(RunError(f"{error.filename or 'A file'} could not be written: {error.strerror}."))


def _drop_what_is_not_printed() -> None:
    """What a full disk did not take would be written once more at the very end, and fail once more."""
    with suppress(OSError, ValueError):  # no file lies under it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(error: GrainlessError) -> NoReturn:
    console.err.print(f"grainless: {error}", markup=False, highlight=False, soft_wrap=True)
    sys.exit(error.exit_status)


def _lacking(error: ModuleNotFoundError) -> RunError:
    """What to install, if it is a package of an extra that is not there; anything else is a bug."""
    package = (error.name or "").partition(".")[0]
    for extra, packages in EXTRAS.items():
        if package in packages:
            return RunError(
                f"This needs the package {package}, which is not installed: pip install 'grainless[{extra}]'"
            )
    raise error


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"grainless {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: grainless denoise photo.jpg, or: grainless denoise scans -o clean --recursive")
def denoise(
    sources: Annotated[
        list[str], typer.Argument(metavar="IN...", help='Images, folders, or patterns such as "scans/*.png".')
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="A file, or a folder. [default: beside IN, with -denoised in its name]",
            show_default=False,
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(help="auto looks at the noise and chooses; else a model's name, an ONNX file or a run."),
    ] = "auto",
    strength: Annotated[
        float, typer.Option(help="0 leaves the image as it is, 1 is all the model does.")
    ] = 1.0,
    chroma: Annotated[
        float | None,
        typer.Option(
            help="How much of the noise of colours goes, apart from that of brightness, 0 to 1. "
            "[default: as --strength]",
            show_default=False,
        ),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Also write a picture of before, after and what was removed.")
    ] = False,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Look into folders in folders.")
    ] = False,
    jobs: Annotated[int, typer.Option(help="Images at once; no more than there are cores.", min=1)] = 1,
    threads: Annotated[
        int | None,
        typer.Option(
            help="For each image. [default: the cores, shared by --jobs]", min=1, show_default=False
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace results that exist; else they are done already.")
    ] = False,
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE", help="Grow by no more, as in 1GB: larger TIFFs are streamed.", show_default=False
        ),
    ] = None,
    max_pixels: Annotated[int, typer.Option(help="Refuse larger images.", min=1)] = 200_000_000,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    json: Json = False,
) -> None:
    """Remove the noise from images; depth, alpha, profile and EXIF come out as they went in."""
    from grainless.denoising.cores import share
    from grainless.denoising.files import FileDenoiser, JobResult, denoise_files
    from grainless.denoising.jobs import passed_over, plan_jobs
    from grainless.denoising.memory import parse
    from grainless.denoising.policy import Policy

    found = plan_jobs(sources, out, recursive=recursive)
    for ending, count in passed_over(sources, recursive=recursive).items():
        console.remark(f"{count:,} {ending} files are passed over: convert them to PNG or TIFF first.")
    one = len(found) == len(sources) == 1 and found[0].source == Path(sources[0])
    at_once, threads = share(jobs, threads)
    results: list[JobResult] = []
    try:
        denoiser = FileDenoiser(
            Policy(model, strength, chroma, device, threads),
            compare=compare,
            overwrite=overwrite,
            skip=not one,
            memory=parse(memory) // at_once if memory else None,
            max_pixels=max_pixels,
        )
        with console.progress("denoising") as move:
            for result in [denoiser(found[0])] if one else denoise_files(found, denoiser, at_once):
                results.append(result)
                move(1, len(found))
    except KeyboardInterrupt:
        raise RunError(
            f"Stopped. {len(results)} of {len(found)} are done; the same call goes on with the rest."
        ) from None
    _tell(results, json=json)


def _tell(results: Sequence["JobResult"], *, json: bool) -> None:
    """What became of files: results on stdout; remarks, what failed and a count of all on stderr.

    Raises:
        typer.Exit: something failed.
    """
    failed = [each for each in results if each.error]
    if json:
        console.as_json([each.plain() for each in results])
    for each in results:
        if not json and each.state in {"denoised", "left"}:
            console.say(str(each.job.target))
        for remark in each.remarks:
            console.remark(f"{each.job.source}: {remark}")
    if len(results) > 1:
        counts: Counter[str] = Counter(each.state for each in results)
        console.remark(
            ", ".join(f"{counts[state]:,} {words}" for state, words in STATES.items() if counts[state])
        )
    if any(each.state == "left" and each.sigma is not None for each in results):
        console.remark(
            "What was left as it was is denoised all the same where a model is named: --model, grainless list models."
        )
    for each in failed:
        console.remark(f"grainless: {each.job.source}: {each.error}")
    if failed:
        raise typer.Exit(1)


@app.command(epilog="Example: grainless inspect photo.jpg scan.tif")
def inspect(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="IN...", help="Images, folders, patterns; of several frames, the first."),
    ],
    json: Json = False,
) -> None:
    """Tell what noise is in images, and what Grainless would do about it."""
    from grainless.denoising.choose import advise
    from grainless.denoising.jobs import image_paths
    from grainless.denoising.look import inspect as verb
    from grainless.image.files import frames

    found = image_paths(sources)
    told, failed = [], []
    for source in found:
        try:
            report = verb(next(frames(source)))
        except GrainlessError as error:
            if len(found) == 1:
                raise
            failed.append(f"{source}: {error}".rstrip("."))
            continue
        advice = advise(report)
        told.append(report.plain() | {"advice": advice.plain()})
        if not json:
            console.facts(str(source), report.facts())
            for line in (advice.why, *advice.warnings, ""):
                console.say(line)
    if json:
        console.as_json({"images": told, "failed": failed})
    if failed:
        raise RunError(f"{len(failed)} of {len(found)} images could not be looked at: {'; '.join(failed)}.")


@app.command(
    epilog="Example: grainless evaluate runs/a-mnist-coded nlm --data mnist --noise gaussian:sigma=0.5,clip=true"
)
def evaluate(
    denoisers: Annotated[
        list[str], typer.Argument(help="Models, ONNX files, runs, and baselines (grainless list baselines).")
    ],
    data: Annotated[str, typer.Option(help="A data set and its options: mnist, folder:path=DIR,grey=true.")],
    noise: Annotated[str, typer.Option(help="gaussian:sigma=25/255, several joined by +, or none.")] = "none",
    part: Annotated[str, typer.Option(help="train, validation or test.")] = "test",
    protocol: Annotated[str, typer.Option(help="float or field; said under the table.")] = "float",
    metric: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Show this score, too: psnr-own-peak.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the noise.", min=0)] = 0,
    limit: Annotated[int | None, typer.Option(help="Only the first so many images.", min=1)] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Score denoisers side by side on the same noisy images: PSNR, SSIM, MSE, MAE, BCE."""
    from grainless.data.find import DataRoots
    from grainless.evaluation.denoisers import evaluate_named
    from grainless.evaluation.evaluate import differences
    from grainless.evaluation.metrics import METRICS, USUAL
    from grainless.evaluation.protocols import PROTOCOLS
    from grainless.noise import noise_from
    from grainless.parts import choose

    for name in metric or []:
        choose("metric", METRICS, name)
    with console.progress("evaluating") as move:
        rows = evaluate_named(
            denoisers,
            data,
            noise_from(noise),
            roots=DataRoots(data_dir),
            part=part,
            protocol=protocol,
            seed=seed,
            limit=limit,
            watch=move,
        )
    if json:
        paired = {name: score.plain() for name, score in differences(rows).items()}
        console.as_json({"rows": [row.plain() for row in rows], "PSNR to best": paired})
    else:
        console.scores(rows, list(dict.fromkeys([*USUAL, *(metric or [])])), PROTOCOLS[protocol].about)


@app.command(epilog="Example: grainless show a-mnist-coded --set network.code=16")
def show(
    what: Annotated[str, typer.Argument(metavar="RECIPE|RUN|MODEL|DATA", help="What to look at.")],
    changes: Changes = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show a recipe's layers and hyper-parameters, what a run reached, a model's card, or a data set."""
    facts = _facts(what, changes or [], data_dir)
    letters = facts.pop("first images", [])
    if json:
        console.as_json(facts)
    elif "scores" in facts:
        from grainless.evaluation.metrics import USUAL

        console.facts(
            what, {name: value for name, value in facts.items() if name not in {"scores", "noisy", "others"}}
        )
        console.scores_reached(facts, USUAL)
    else:
        console.facts(what, facts)
        for line in letters:
            console.say(line)


@app.command("list", epilog="Example: grainless list recipes")
def list_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"{', '.join(LISTS)}.")],
    json: Json = False,
) -> None:
    """List what there is, a line each."""
    if kind not in LISTS:
        raise InputError(unknown("list", kind, LISTS))
    rows = LISTS[kind]()
    if json:
        console.as_json(rows)
    elif not rows:
        console.say(
            f"There are no {kind} yet: none is shipped, and no finished training lies in the folder runs."
        )
    else:
        console.table(kind, ("name", "what it is"), rows.items())


@app.command(epilog="Example: grainless demo --out runs/demo")
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
        console.as_json({"rows": [row.plain() for row in rows], "report": str(run.report_file)})
    else:
        console.scores(rows, USUAL, PROTOCOLS["float"].about)
        console.say(f"Report: {run.report_file.resolve()}")


def _facts(what: str, changes: Sequence[str], data_dir: Path | None) -> dict[str, Any]:
    """What `show` shows: a file or folder by what it is, else a recipe, a data set or a model by its name."""
    from grainless.model import zoo
    from grainless.model.denoiser import load

    if changes and (Path(what).is_dir() or not (what.endswith(".toml") or what in _recipes())):
        raise InputError(f"--set changes a line of a recipe, and {what} is none.")
    if Path(what).is_file() and not what.endswith(".toml"):
        return vars(load(what).card)  # before what follows: a card needs no more than denoising does
    from grainless.data import DATA
    from grainless.data.find import DataRoots
    from grainless.data.look import drawn, rows
    from grainless.data.summary import describe
    from grainless.learn.recipe import Recipe, shipped
    from grainless.learn.run import Run
    from grainless.learn.summary import of_recipe, of_run
    from grainless.parts import make, spec

    if Path(what).is_dir():
        return of_run(Run.open(Path(what)))
    if what.endswith(".toml") or what in shipped():
        return of_recipe(Recipe.load(what, changes))
    if what.partition(":")[0] in DATA:
        source = make("data set", DATA, spec("data set", what))
        roots = DataRoots(data_dir)
        data = source.read(roots)
        first = {"first rows": rows(source, roots), "first images": drawn(data.train).splitlines()}
        return describe(data) | {name: lines for name, lines in first.items() if lines}
    names = [*shipped(), *DATA, *(model.name for model in zoo.models())]
    if what in names:
        return vars(load(what).card)
    raise InputError(unknown("recipe, run, model or data set", what, names))


if __name__ == "__main__":
    main()
