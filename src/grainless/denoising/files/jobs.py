"""Which images go in, and where each comes out."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from glob import has_magic
from pathlib import Path

from grainless.errors import InputError
from grainless.image.files import WRITTEN, check_readable
from grainless.image.folder import image_files, natural

INSTEAD = {".pbm": ".pgm"}
"""The ending of files that are read but not written -> what their results are; others become PNG."""

MARK = "-denoised"
"""What is put behind the name of a file or folder when nobody says where the result goes."""


PIPE = "-"
"""What many commands call standard input and output."""

COMPARED = "-compare.png"
"""What the name of the picture of before, after and removed ends in, beside the result."""


@dataclass(frozen=True)
class Job:
    """An image file, and where its denoised version goes.

    Args:
        source: the image.
        target: the file to be written.
        fault: why it cannot be done, a sentence; None: it can.
        kept: where its bytes go if it is left as it is, of a format that is not written; None: to the target, too.
        crowded: another result beside it is called the same but for the ending, as a.png and a.jpg are.
    """

    source: Path
    target: Path
    fault: str | None = None
    kept: Path | None = None
    crowded: bool = False

    @property
    def places(self) -> tuple[Path, ...]:
        """Where its result may stand: one of them."""
        if self.kept is None or self.kept == self.source:
            return (self.target,)
        return self.target, self.kept

    @property
    def picture(self) -> Path:
        """Where the picture of before, after and removed goes."""
        return self.target.with_name((self.target.name if self.crowded else self.target.stem) + COMPARED)


def plan_jobs(
    sources: Sequence[str | Path], out: Path | None = None, *, recursive: bool = False
) -> list[Job]:
    """One job for each image of files, folders and patterns.

    Without `out`, photo.png becomes photo-denoised.png beside it, and the folder scans becomes the folder
    scans-denoised. With it, one file goes to that file, or into that folder; of several, and of folders, all
    go into that folder, with the folders inside a folder mirrored. The result of one job is never the
    source of another: what an earlier call wrote is passed over. Two images that would come out as one file are jobs
    with a fault, and so is what is no image beside one; the others can be done.

    Args:
        sources: files, folders, or patterns such as "scans/*.png" (** goes into folders).
        out: a file or a folder.
        recursive: look into the folders inside a folder, too.

    Raises:
        InputError: a pattern fits nothing, a folder has no images, `out` is a file and there are several images, or
            "-" is asked for.
    """
    if PIPE in map(str, (*sources, out)):
        raise InputError(f"{PIPE} is no file: images come from files and go to files, never through a pipe.")
    found = _planned(sources, out, recursive)
    results = _results(found)
    return _apart([each for each in found if each.source not in results])


def earlier_results(
    sources: Sequence[str | Path], out: Path | None = None, *, recursive: bool = False
) -> dict[Path, Path]:
    """The images among `sources` that `plan_jobs` passes over -> those whose results they are."""
    return _results(_planned(sources, out, recursive))


def image_paths(sources: Sequence[str | Path], *, recursive: bool = False) -> list[Path]:
    """The images of files, folders and patterns, each that was named among them.

    Raises:
        InputError: a pattern fits nothing, or a folder has no images.
    """
    return [path for source in sources for path, _ in _found(source, None, recursive)]


def passed_over(sources: Sequence[str | Path], *, recursive: bool = False) -> dict[str, int]:
    """How many files of each ending lie in the folders of `sources` that nobody here can read, images or others."""
    folders = [Path(source) for source in sources if str(source) and Path(source).is_dir()]
    read = {*_written(), *INSTEAD}
    names = [
        path.suffix.lower()
        for each in folders
        for path in (each.rglob("*") if recursive else each.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]
    return dict(Counter(ending for ending in sorted(names) if ending not in read))


def _found(source: str | Path, out: Path | None, recursive: bool) -> list[tuple[Path, Path | None]]:
    """(image, the folder it was found through) of each image of a source."""
    if not str(source):
        raise InputError('An image has no name: "" was given. Is a variable empty?')
    path = Path(source)
    if path.is_dir():
        images = image_files(path, recursive=recursive, endings=[*_written(), *INSTEAD])
        inner = out.resolve() if out and out.resolve() != path.resolve() else None
        return [(image, path) for image in images if inner not in image.resolve().parents]
    if has_magic(str(source)) and not path.exists():
        fitting = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
        files = [each for each in fitting if each.is_file() and not each.name.startswith(".")]
        if not files:
            raise InputError(f"No file fits the pattern {source}.")
        return [(each, None) for each in sorted(files, key=lambda each: natural(str(each)))]
    return [(path, None)]


def _planned(sources: Sequence[str | Path], out: Path | None, recursive: bool) -> list[Job]:
    """A job for each image there is, results of others among them."""
    given = [pair for source in sources for pair in _found(source, out, recursive)]
    lone = len(given) == 1 and not Path(sources[0]).is_dir()
    if out and lone and not (out.is_dir() or _named_as_folder(out)):
        return [Job(given[0][0], out)]  # what is named is also of that format
    if out and (out.is_file() or (out.suffix.lower() in _written() and not out.is_dir())):
        raise InputError(f"{out} is the name of one file, and {len(given)} go in: give the name of a folder.")
    return [_job(source, _target(source, within, out)) for source, within in given]


def _job(source: Path, target: Path) -> Job:
    """The job of a source; into its own folder, what is left is the source itself."""
    if source.suffix.lower() not in INSTEAD:
        return Job(source, target)
    kept = target.with_suffix(source.suffix)
    return Job(source, target, kept=source if kept.resolve() == source.resolve() else kept)


def _results(found: Sequence[Job]) -> dict[Path, Path]:
    """The sources that another job writes, or draws as its picture -> the source of that."""
    written = {path.resolve(): each.source for each in found for path in (each.picture, *each.places)}
    by = {each.source: written.get(each.source.resolve()) for each in found}
    return {source: other for source, other in by.items() if other and other != source}


def _target(source: Path, within: Path | None, out: Path | None) -> Path:
    inside = source.relative_to(within) if within else Path(source.name)
    ending = inside.suffix.lower()
    inside = inside if ending in _written() else inside.with_suffix(INSTEAD.get(ending, ".png"))
    if out:
        return out / inside
    if within:
        folder = within.resolve()
        return folder.with_name(folder.name + MARK) / inside
    return source.with_name(source.stem + MARK + inside.suffix)


def _named_as_folder(out: Path) -> bool:
    """A name without an ending is a folder's, as far as images go."""
    return out.suffix.lower() not in _written() and not out.suffix


def _written() -> list[str]:
    """The endings of all files that are written."""
    return [ending for written in WRITTEN.values() for ending in written.endings]


def _apart(found: Sequence[Job]) -> list[Job]:
    """The jobs, with a fault in those whose images would come out as one file; what is no image hinders none."""
    sources: dict[Path, dict[Path, Path]] = {}
    for each in found:
        sources.setdefault(each.target.resolve(), {})[each.source.resolve()] = each.source
    named = Counter(target.with_suffix("") for target in sources)

    def checked(job: Job) -> Job:
        target = job.target.resolve()
        if named[target.with_suffix("")] > 1 or job.picture.resolve() in sources:
            job = replace(job, crowded=True)
        return (
            job if len(sources[target]) == 1 else replace(job, fault=_rivalry(job, sources[target].values()))
        )

    return [checked(job) for job in found]


def _rivalry(job: Job, sources: Collection[Path]) -> str | None:
    """Why a job of several with one target cannot be done; None: it is the only image among them."""
    if told := _no_image(job.source):
        return told
    images = [path for path in sources if not _no_image(path)]
    if len(images) == 1:
        return None
    return (
        f"{' and '.join(map(str, images))} would both become {job.target}: give them to two calls, each with "
        "its own folder."
    )


def _no_image(path: Path) -> str | None:
    """Why a file whose name is no image's is none; None: it is one."""
    if path.suffix.lower() in {*_written(), *INSTEAD}:
        return None
    try:
        check_readable(path)
    except InputError as error:
        return str(error)
    return None
