"""The commands that score denoisers: evaluate, benchmark, classify."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grainless.cli import console
from grainless.cli.commands.answers import answer
from grainless.cli.options import DataDir, Json
from grainless.errors import InputError

if TYPE_CHECKING:
    from grainless.data.find import DataRoots
    from grainless.evaluation.benchmark.plan import Plan

evaluation = typer.Typer(rich_markup_mode="rich")


@evaluation.command(
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
            progress=move,
        )
    if json:
        paired = {name: score.plain() for name, score in differences(rows).items()}
        answer("evaluate", {"rows": [row.plain() for row in rows], "psnr_to_best": paired})
    else:
        console.scores(rows, list(dict.fromkeys([*USUAL, *(metric or [])])), PROTOCOLS[protocol].about)


@evaluation.command(
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
        answer("classify", {"rows": rows})
    else:
        console.rows(f"a classifier on {data}, noise {noise}", rows)


@evaluation.command(epilog="Example: grainless benchmark --data bsd68 --out docs/benchmarks.md")
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
    from grainless.evaluation.benchmark.plan import Plan
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
        answer("benchmark", {"sections": sections, "page": out})
        return
    for shown in (each for section in sections for each in tables(section)):
        console.table(shown.title, shown.head, shown.rows)
        console.say(" ".join(shown.notes))
    if out is not None:
        console.say(str(out))


def _benchmarked(data: list[str], plan: "Plan", roots: "DataRoots") -> Iterator[dict[str, Any]]:
    """Each set's numbers, with how they were made; what is wrong is told before the first."""
    from grainless.evaluation.benchmark.section import made, measured
    from grainless.evaluation.benchmark.sets import image_set

    plan.check()
    sets = [image_set(name, roots) for name in data]
    for each in sets:
        for name in plan.left_out(each.images.channels):
            told = f"{name} is not made for {each.title}'s {each.images.channels} channels: left out there."
            console.remark(told)
        with console.progress(each.title) as move:
            yield {"made": made(sys.argv[1:]), **measured(each, plan, move)}
