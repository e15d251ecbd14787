"""Where the files of data sets lie; what lies nowhere is fetched, if somebody asked for it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grainless.errors import InputError, RunError

SECONDS = 20
"""A mirror that says nothing for so long is given up."""


@dataclass(frozen=True)
class Remote:
    """A file that the world has.

    Args:
        path: where it lies below a root: "mnist/train-images-idx3-ubyte.gz".
        sha256: of its bytes.
        mirrors: addresses of the folders that hold it, the best first.
    """

    path: str
    sha256: str
    mirrors: tuple[str, ...]

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


@dataclass(frozen=True)
class DataRoots:
    """Where data files are looked for: the given folder, `$GRAINLESS_DATA`, the cache; else they are fetched.

    The cache is the system's, or `$GRAINLESS_CACHE`. Files found are taken as they are: people have their
    own. Only what was fetched is compared with its sha256.

    Args:
        data_dir: the folder that was given on the command line.
    """

    data_dir: Path | None = None

    @property
    def cache(self) -> Path:
        """The folder for what was fetched or decoded."""
        if given := os.environ.get("GRAINLESS_CACHE"):
            return Path(given).expanduser()
        import pooch

        return Path(pooch.os_cache("grainless"))

    def folders(self) -> Iterator[Path]:
        """The folders to look in, the first one first.

        Raises:
            InputError: one that was given is no folder.
        """
        given = {"--data-dir": self.data_dir, "$GRAINLESS_DATA": os.environ.get("GRAINLESS_DATA")}
        for who, root in given.items():
            if root:
                folder = Path(root).expanduser()
                if not folder.is_dir():
                    raise InputError(f"{who} is {root}, and there is no such folder.")
                yield folder
        yield self.cache

    def find(self, path: str | Path) -> Path | None:
        """The file or folder `path` below the first root that has it.

        A file "a-idx3-ubyte.gz" may also lie there unpacked, or as "a.idx3-ubyte", as its archive names it.
        """
        asked = Path(path)
        plain = asked.name.removesuffix(".gz")
        names = dict.fromkeys(
            each for name in (plain, plain.replace("-idx", ".idx")) for each in (name + ".gz", name)
        )
        names = {asked.name: None} | names
        places = (root / asked.parent / name for root in self.folders() for name in names)
        return next((place for place in places if place.exists()), None)

    def locate(self, path: str | Path) -> Path:
        """A path that a person wrote: as it stands, else below a root.

        Raises:
            InputError: there is none.
        """
        path = Path(path).expanduser()
        found = path if path.exists() else self.find(path)
        if found is None:
            places = ", ".join(map(str, self.folders()))
            raise InputError(f"There is no {path}, neither here ({Path.cwd()}) nor below {places}.")
        return found

    def files(self, remotes: Sequence[Remote]) -> list[Path]:
        """All these files, fetched into the cache where they lie nowhere.

        Raises:
            RunError: a file could not be fetched; says what to put where.
        """
        found = {remote: self.find(remote.path) for remote in remotes}
        missing = [remote.name for remote, path in found.items() if path is None]
        return [path or self._fetch(remote, missing) for remote, path in found.items()]

    def _fetch(self, remote: Remote, missing: Sequence[str]) -> Path:
        """The file from the first mirror that gives it with the right sha256."""
        import pooch

        folder = self.cache / PurePosixPath(remote.path).parent
        whys = []
        for mirror in remote.mirrors:
            try:
                get = pooch.HTTPDownloader(timeout=SECONDS)
                path = pooch.retrieve(
                    mirror + remote.name, f"sha256:{remote.sha256}", remote.name, folder, downloader=get
                )
                return Path(path)
            except ValueError:  # pooch: the hash is another; the file is gone again
                whys.append(f"{mirror} gave another file (its sha256 is not the known one)")
            except OSError as error:
                whys.append(f"{mirror}: {_short(error)}")
        place = (self.data_dir or self.cache) / folder.name
        raise RunError(
            f"{remote.name} could not be fetched ({'; '.join(whys)}). "
            f"Put {_and(missing)} into {place}, and no network is needed."
        )


def _short(error: OSError) -> str:
    """What went wrong, without the retries and addresses that requests wraps around it."""
    response = getattr(error, "response", None)
    return f"HTTP {response.status_code}" if response is not None else type(error).__name__


def _and(names: Sequence[str]) -> str:
    """Join names as one says them.

    >>> _and(["a", "b", "c"])
    'a, b and c'
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
