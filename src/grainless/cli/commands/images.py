"""The commands denoise and inspect: what becomes of images."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grainless.cli import console
from grainless.cli.options import Json, Recursive
from grainless.cli.results import as_object, fail, tell, tell_passed_over, tell_unread
from grainless.cli.stop import stop_is_told
from grainless.errors import InputError, counted, unknown

if TYPE_CHECKING:
    from grainless.denoising.files.jobs import Job
    from grainless.denoising.policy import Policy

images = typer.Typer(rich_markup_mode="rich")


@images.command(
    epilog="Example: grainless denoise photo.jpg, or: grainless denoise scans -o clean --recursive"
)
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
    adapt: Annotated[
        bool,
        typer.Option(
            "--adapt",
            help="Fit a curve to the noise of each image, whatever was found; auto does where it grows with "
            "brightness in a grey image: microscopy, astronomy, X-ray.",
        ),
    ] = False,
    neighbours: Annotated[
        int | None,
        typer.Option(
            help="Refuse a model that does not look at so many planes before and after each; 0: at none. "
            "[default: as it was trained]",
            min=0,
            show_default=False,
        ),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Also write a picture of before, after and what was removed.")
    ] = False,
    recursive: Recursive = False,
    jobs: Annotated[int, typer.Option(help="Images at once; no more than there are cores.", min=1)] = 1,
    threads: Annotated[
        int | None,
        typer.Option(
            help="Threads of the processor for each image. [default: the cores, shared by --jobs]",
            min=1,
            show_default=False,
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace results that exist; else they are done already, and a file that -o names is refused.",
        ),
    ] = False,
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE", help="Grow by no more, as in 1GB: larger TIFFs are streamed.", show_default=False
        ),
    ] = None,
    max_pixels: Annotated[int, typer.Option(help="Refuse larger images.", min=1)] = 200_000_000,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    manifest: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write what becomes of every file, a line of JSON each; what it calls done is skipped.",
            show_default=False,
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N", help="Do only share I of N, counted from 0: of a Slurm array.", show_default=False
        ),
    ] = None,
    sequence: Annotated[
        bool,
        typer.Option(
            "--sequence",
            help="All images and pages are frames of one sequence: one choice for all, no flicker.",
        ),
    ] = False,
    engine: Annotated[
        str,
        typer.Option(help="here, or ray: on the cluster of $RAY_ADDRESS, or one of this computer's cores."),
    ] = "here",
    retries: Annotated[
        int, typer.Option(help="More tries where the disk or memory failed, not the image.", min=0)
    ] = 0,
    json: Json = False,
) -> None:
    """Remove the noise from images; depth, alpha, profile and EXIF come out as they went in."""
    from grainless.denoising.around import check_neighbours
    from grainless.denoising.batch.cores import share
    from grainless.denoising.batch.engines import ENGINES
    from grainless.denoising.batch.manifest import Manifest, Noted, how
    from grainless.denoising.batch.share import Share
    from grainless.denoising.files.denoiser import FileDenoiser
    from grainless.denoising.files.jobs import earlier_results, passed_over, plan_jobs
    from grainless.denoising.files.memory import parse
    from grainless.denoising.files.result import JobResult
    from grainless.denoising.files.sequence import Flicker
    from grainless.denoising.policy import Policy

    found = plan_jobs(sources, out, recursive=recursive)
    tell_unread(unread := passed_over(sources, recursive=recursive))
    tell_passed_over(earlier_results(sources, out, recursive=recursive))
    one = len(found) == len(sources) == 1 and found[0].source == Path(sources[0]) and not (manifest or shard)
    named = one and out is not None and found[0].target == out
    if engine not in ENGINES:
        raise InputError(unknown("engine", engine, ENGINES))
    at_once, each = share(jobs, threads) if engine == "here" else (1, threads or 1)  # of a worker
    results: list[JobResult] = []
    policy, flicker = Policy(model, strength, chroma, device, each, adapt), Flicker()
    if neighbours is not None:
        check_neighbours(policy.own, neighbours)
    if sequence:
        policy = _settled(policy, found, jobs, max_pixels)
    frames = [each.source for each in found] if sequence else []
    found = Share.parse(shard)(found) if shard else found
    again = overwrite and not manifest  # a manifest is asked before
    with stop_is_told(lambda: _how_to_go_on(len(results), len(found), again=again)):
        denoiser = FileDenoiser(
            policy,
            compare=compare,
            overwrite=overwrite,
            skip=not named,
            memory=parse(memory) // at_once if memory else None,
            max_pixels=max_pixels,
            callback=flicker.add if sequence and engine == "here" else None,
            sequence=frames,
        )
        with (
            ENGINES[engine](denoiser, jobs, threads, retries) as placed,
            console.progress("denoising") as move,
        ):
            work = Noted(placed, Manifest(manifest, how(policy)), overwrite) if manifest else placed
            for result in work(found):
                if result.error and one and not json:
                    raise result.error
                results.append(result)
                move(1, len(found))
    if shard:
        console.remark(f"Share {shard}: {counted(len(found), 'file')}.")
    if flicker.sentence:
        console.remark(flicker.sentence)
    tell(results, unread, json=json, adapt=adapt)


def _how_to_go_on(done: int, all_of_them: int, *, again: bool) -> str:
    """What is told when it is stopped.

    Args:
        done: images.
        all_of_them: images.
        again: the same call would replace also what is done.
    """
    further = (
        "the same call does all of them anew, by --overwrite; with a --manifest it would go on"
        if again
        else "the same call goes on with the rest"
    )
    return f"Stopped. {done:,} of {all_of_them:,} are done; {further}."


def _settled(policy: "Policy", found: "Sequence[Job]", jobs: int, max_pixels: int) -> "Policy":
    """One policy for all frames, which are done in their order, so that their change over time can be measured.

    Raises:
        InputError: several were to be done at once.
    """
    from grainless.denoising.files.sequence import settle

    if jobs > 1:
        raise InputError("--sequence takes the frames one after the other: leave out --jobs.")
    settled = settle([each.source for each in found], policy, max_pixels=max_pixels)
    console.remark(settled.why)
    return settled.policy


@images.command(epilog="Example: grainless inspect photo.jpg scan.tif")
def inspect(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="IN...", help="Images, folders, patterns; of several frames, the first."),
    ],
    recursive: Recursive = False,
    json: Json = False,
) -> None:
    """Tell what noise is in images, and what Grainless would do about it."""
    from grainless.denoising.files.inspecting import FileInspection
    from grainless.denoising.files.jobs import image_paths, passed_over
    from grainless.inspection.facts import facts

    told, found = [], image_paths(sources, recursive=recursive)
    tell_unread(unread := passed_over(sources, recursive=recursive))
    for source in found:
        told.append(each := FileInspection.of(source))
        if each.found and not json:
            several = {"pages": f"{each.pages:,}; the first is looked at"} if (each.pages or 0) > 1 else {}
            console.facts(str(source), several | facts(each.found.report))
            for line in (each.found.advice.why, *each.found.advice.warnings, ""):
                console.say(line)
    if json:
        as_object("inspect", told, unread)
    fail({each.source: each.error for each in told if each.error})
