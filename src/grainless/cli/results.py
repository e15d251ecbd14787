"""What became of files, as a person is told it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from grainless.cli import console
from grainless.cli.commands.answers import answer
from grainless.errors import GrainlessError, counted

if TYPE_CHECKING:
    from grainless.denoising.files.inspecting import FileInspection
    from grainless.denoising.files.result import JobResult

STATES = {
    "denoised": ("denoised", "denoised"),
    "left": ("left as it was", "left as they were"),
    "skipped": ("done before (--overwrite does it anew)", "done before (--overwrite does them anew)"),
    "failed": ("failed", "failed"),
}
"""What became of a file -> how that is told of one, and of several."""

SAID = 12
"""So many remarks on one file are printed: a stack may have one for each of a thousand pages."""

NAMED = 5
"""So many images that are passed over are named; of more, one and their number."""


def tell_unread(endings: Mapping[str, int]) -> None:
    """Files of a folder that nobody here reads: each kind of image, and all that are none in one line."""
    from grainless.image.folder import UNREAD

    images = {ending: count for ending, count in endings.items() if ending in UNREAD}
    for ending, count in images.items():
        passed = f"{counted(count, f'{ending} file')} {'is' if count == 1 else 'are'} passed over"
        console.remark(f"{passed}: convert {'it' if count == 1 else 'them'} to PNG or TIFF first.")
    others = {ending: count for ending, count in endings.items() if ending not in UNREAD}
    if others:
        count = sum(others.values())
        names = ", ".join(ending or "without an ending" for ending in list(others)[:NAMED])
        more = ", ..." if len(others) > NAMED else ""
        console.remark(
            f"{counted(count, 'file')} {'is' if count == 1 else 'are'} passed over: {names}{more}."
        )


def tell_passed_over(results: Mapping[Path, Path]) -> None:
    """Results of earlier calls that were named: each, or of many the number."""
    if len(results) > NAMED:
        result, source = next(iter(results.items()))
        told = f"{len(results):,} images are passed over: they are results of others, as {result} is of {source}."
        return console.remark(told)
    for result, source in results.items():
        console.remark(f"{result} is passed over: it is the result of {source}.")
    return None


def tell(
    results: Sequence["JobResult"], unread: Mapping[str, int], *, json: bool, adapt: bool = False
) -> None:
    """What became of files: results on stdout; remarks, what failed and a count of all on stderr.

    Args:
        results: of the files.
        unread: how many files of each ending were passed over; for JSON, others are told before the work.
        json: whether an object for programs is printed.
        adapt: whether curves were to be fitted; a model that is named is left out then, too, and each image's remark
            says what helps.

    Raises:
        typer.Exit: something failed.
    """
    if json:
        as_object("denoise", results, unread)
    for each in results:
        if not json and each.state in {"denoised", "left"}:
            console.say(str(each.job.target))
        for remark in each.remarks[:SAID]:
            console.remark(f"{each.job.source}: {remark}")
        if len(each.remarks) > SAID:
            console.remark(
                f"{each.job.source}: and {len(each.remarks) - SAID:,} remarks more; --json has them all."
            )
    if len(results) > 1 or any(each.state == "skipped" for each in results):
        counts: Counter[str] = Counter(each.state for each in results)
        console.remark(
            ", ".join(
                f"{count:,} {words[count > 1]}" for state, words in STATES.items() if (count := counts[state])
            )
        )
    if left := sum(each.state == "left" and each.chosen for each in results):
        which = "the image" if len(results) == 1 else f"{left:,} of {len(results):,} images"
        hence = "" if adapt else "; one that --model names is run all the same"
        console.remark(f"No model was run on {which}{hence}.")
    fail({each.job.source: each.error for each in results if each.error})


def as_object(
    command: str, results: Iterable["JobResult | FileInspection"], unread: Mapping[str, int]
) -> None:
    """An object for programs: one for each file, and how many files of each ending were passed over."""
    answer(command, {"images": [_plain(each) for each in results], "passed_over": unread})


def _plain(result: "JobResult | FileInspection") -> dict[str, Any]:
    """What became of a file, for programs; what is wrong with it as people are told it."""
    return result.plain() | ({"error": failure(result.source, result.error)} if result.error else {})


def fail(errors: Mapping[Path, GrainlessError]) -> None:
    """Tell what failed, a line each.

    Raises:
        typer.Exit: something did: 2 where all of it is wrong itself, 1 where the world was.
    """
    for line in dict.fromkeys(failure(source, error) for source, error in errors.items()):
        console.remark(f"grainless: {line}")
    if errors:
        raise typer.Exit(min(error.exit_status for error in errors.values()))


def failure(source: Path, error: GrainlessError) -> str:
    """What is wrong with a file, which is named once, with its folder."""
    text = str(error)
    if str(source) in text:
        return text
    if text.startswith(source.name):
        return f"{source}{text.removeprefix(source.name)}"
    return f"{source}: {text}"
