"""Where shards lie: a folder, or an address that fsspec knows (s3://, gs://, https://)."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, Protocol

from grainless.disk.whole import whole
from grainless.errors import InputError, RunError

TRIES = 3
"""How often a shard is asked for."""


class Missing(RunError):
    """There is no such file."""


class Place(Protocol):
    """Where shards lie."""

    @property
    def name(self) -> str: ...

    def text(self, name: str) -> str:
        """A small file."""

    def local(self, name: str, nbytes: int) -> Path:
        """A shard on this computer's disk."""

    def drop(self, name: str) -> None:
        """A shard is not needed for now."""


@dataclass(frozen=True)
class Here:
    """A folder on this computer."""

    folder: Path

    @property
    def name(self) -> str:
        return str(self.folder)

    def text(self, name: str) -> str:
        """A small file.

        Raises:
            InputError: there is none.
        """
        try:
            return (self.folder / name).read_text("utf-8")
        except OSError as error:
            raise InputError(
                f"{self.folder} holds no {name}: pack images into it by grainless pack."
            ) from error

    def local(self, name: str, nbytes: int) -> Path:
        return self.folder / name

    def drop(self, name: str) -> None:
        """Nothing: it is its only home."""


@dataclass(frozen=True)
class Away:
    """An address; shards are copied while they are read, and what is left of an earlier call is used.

    Args:
        name: the address, of a folder.
        cache: a folder for copies.
    """

    name: str
    cache: Path

    @property
    def copies(self) -> Path:
        """The folder of this address's copies."""
        return self.cache / "shards" / sha256(self.name.encode()).hexdigest()[:16]

    def text(self, name: str) -> str:
        """A small file.

        Raises:
            InputError: there is none.
            RunError: it could not be read.
        """
        try:
            with self._opened(name) as file:
                return file.read().decode("utf-8")
        except Missing as none:
            raise InputError(
                f"{self.name} holds no {name}: copy there what grainless pack has made, and give that address."
            ) from none

    def local(self, name: str, nbytes: int) -> Path:
        """A copy, as long as it should be.

        Raises:
            RunError: it could not be copied.
        """
        path = self.copies / name
        if not path.exists() or path.stat().st_size != nbytes:
            with whole(path) as lent, lent.open("wb") as to, self._opened(name) as file:
                copyfileobj(file, to, 2**20)
        return path

    def drop(self, name: str) -> None:
        """Remove the copy."""
        (self.copies / name).unlink(missing_ok=True)

    def _opened(self, name: str) -> BinaryIO:
        import fsspec

        address = f"{self.name.rstrip('/')}/{name}"
        error: Exception | None = None
        for _ in range(TRIES):
            try:
                opened: BinaryIO = fsspec.open(address, "rb").open()
            except ImportError as missing:  # of the package for this kind of address
                raise RunError(
                    f"{address} needs one more package: pip install 'grainless[remote]'."
                ) from missing
            except FileNotFoundError as none:  # also a bucket that is not there
                raise Missing(f"{address} is not there.") from none
            except Exception as failed:  # each kind of address has errors of its own
                error = failed
            else:
                return opened
        told = " ".join(str(error or "nothing came").split()).removesuffix(".")
        raise RunError(f"{address} could not be read: {told}.") from error
