"""A manifest: what became of every file, a line of JSON each, read again so that the same call goes on."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from grainless import __version__
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult, Source
from grainless.denoising.policy import Policy
from grainless.disk.places import make_folder, unwritten
from grainless.errors import InputError, RunError

DONE = {"denoised", "left", "skipped"}
"""The states that need no further work."""

BESIDE = {
    "bytes": "Of the source, as it was read.",
    "modified": "When it was last changed: nanoseconds since 1970.",
    "seconds": "That the work took.",
}
"""What a line tells beside a result's own names, and what each means."""


@dataclass
class Manifest:
    """The file, and what it says is done.

    Its first line says how files are denoised; each further line is of one file: source and its bytes and time,
    target, picture, state, model, sigma, remarks, error, `fault` ("input": wrong for ever; "world": try again),
    seconds. A line is written by one call of the system, at the end of the file and onto the disk, so that several
    threads and processes can share it on a local disk; over a network give each its own. Half a line, of a process
    that was killed while it wrote, is passed over, and blank ones.

    Args:
        path: where it lies, or shall lie.
        how: what all its files have in common.

    Raises:
        InputError: it is of files that were denoised otherwise, or is no manifest; no file can stand there.
        RunError: it cannot be read or written.
    """

    path: Path
    how: Mapping[str, Any]
    _done: dict[str, tuple[Source | None, str]] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        if self.path.exists() and not self.path.is_file():
            kind = "a folder" if self.path.is_dir() else "no plain file"
            raise InputError(f"{self.path} is {kind}: give the name of a file.")
        try:
            make_folder(self.path.parent)
            begun = self.path.exists() and self._read()
        except NotADirectoryError as error:
            raise unwritten(self.path, error) from error
        except OSError as error:
            raise RunError(f"{self.path} cannot be read: {error.strerror or error}.") from error
        if not begun:
            self._append({"manifest": __version__, "how": dict(self.how)})

    def says(self, job: Job) -> Literal["done", "changed"] | None:
        """Of a job whose result is still there: this source was denoised to it; or another version of this source."""
        then = self._done.get(_name(job.source))
        if then is None or then[1] not in {_name(path) for path in job.places if path.exists()}:
            return None
        return "done" if then[0] == Source.of(job.source) else "changed"

    def add(self, result: JobResult) -> None:
        """Write down what became of a file.

        Raises:
            RunError: it could not be written.
        """
        job, source = result.job, result.read
        if source and job.target.exists() and job.source.samefile(job.target):
            source = Source.of(job.source)  # as it is now that it is its own result
        size, modified = source or (None, None)
        paths = {"source": job.source, "target": job.target, "picture": result.picture}
        found = result.plain() | {name: path and _name(path) for name, path in paths.items()}
        self._append(found | dict(zip(BESIDE, (size, modified, round(result.seconds, 4)), strict=True)))
        if result.state in DONE:
            with self._lock:
                self._done[_name(job.source)] = (source, _name(job.target))

    def _read(self) -> bool:
        """Take in what it says; whether it says anything."""
        begun = False
        for line in _lines(self.path):
            if "manifest" in line:
                self._check(line)
                begun = True
            elif line.get("state") in DONE:
                size, modified = line.get("bytes"), line.get("modified")
                source = None if size is None or modified is None else Source(size, modified)
                self._done[line["source"]] = (source, line["target"])
            elif "state" in line:
                self._done.pop(line["source"], None)
        if not begun and self.path.stat().st_size and self.path.read_bytes().strip():
            raise InputError(f"{self.path} is no manifest of Grainless: give --manifest another name.")
        return begun

    def _check(self, head: Mapping[str, Any]) -> None:
        then = head.get("how", {})
        differs = [
            f"{key} was {then.get(key)} and is {self.how.get(key)}"
            for key in sorted({*then, *self.how})
            if then.get(key) != self.how.get(key)
        ]
        if differs:
            raise InputError(
                f"{self.path} tells of files that were denoised otherwise: {', '.join(differs)}. "
                "Give --manifest another name, and -o another folder."
            )

    def _append(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False) + "\n"
        try:
            with self._lock, self.path.open("ab+", buffering=0) as file:
                if _is_torn(file.fileno(), self.path):
                    text = "\n" + text
                file.write(text.encode("utf-8", "surrogateescape"))
                os.fsync(file.fileno())
        except OSError as error:
            raise unwritten(self.path, error) from error


@dataclass(frozen=True)
class Noted:
    """Does what the manifest does not call done, and writes down what became of it.

    Args:
        stream: does jobs.
        manifest: of all of them.
        overwrite: results of sources that have changed since are replaced.
    """

    stream: Callable[[Iterable[Job]], Iterator[JobResult]]
    manifest: Manifest
    overwrite: bool = False

    def __call__(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        """Results: of what is done already at once, of the others as they come.

        Raises:
            RunError: the manifest could not be written.
        """
        rest = []
        for job in jobs:
            said = self.manifest.says(job)
            if said == "done":
                yield JobResult(job, "skipped")
            elif said == "changed" and not self.overwrite:
                yield self._kept(_changed(job))
            else:
                rest.append(job)
        yield from map(self._kept, self.stream(rest))

    def _kept(self, result: JobResult) -> JobResult:
        self.manifest.add(result)
        return result


def _changed(job: Job) -> JobResult:
    told = f"{job.source} has changed since {job.target} was made of it: allow another by --overwrite."
    return JobResult(job, "failed", error=InputError(told), read=Source.of(job.source))


def how(policy: Policy) -> dict[str, Any]:
    """What all files of a manifest have in common: the model, by its content if it is a file, and the strengths."""
    from hashlib import sha256

    own = policy.own
    model = (
        str(policy.model)
        if own is None
        else f"{own.card.name} {sha256(own.path.read_bytes()).hexdigest()[:12]}"
    )
    facts = {"model": model, "strength": policy.strength, "chroma": policy.for_colours}
    return facts | ({"adapt": True} if policy.adapt or policy.fitted else {})


def _name(path: Path) -> str:
    """The same, wherever the next call stands."""
    return path.absolute().as_posix()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a file that are JSON; half ones are passed over."""
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found


def _is_torn(number: int, path: Path) -> bool:
    """Whether the file ends within a line."""
    size = path.stat().st_size
    if not size:
        return False
    os.lseek(number, size - 1, os.SEEK_SET)
    return os.read(number, 1) != b"\n"
