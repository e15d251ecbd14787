"""Tar files in WebDataset's manner: members of one key are one sample, the rest of the name says which part of it.

Source: the WebDataset format, github.com/webdataset/webdataset; POSIX.1-1988 (ustar).
"""

import tarfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from grainless.image.folder import ENDINGS

BLOCK, RECORD = 512, 20 * 512
"""Bytes to which members and whole files are padded."""

CLEAN, NOISY = "clean", "noisy"
"""What the name of a member says where a sample is a pair."""


def length(sizes: Iterable[int]) -> int:
    """Bytes of a tar file of members of so many bytes."""
    return -(-(room(sizes) + 2 * BLOCK) // RECORD) * RECORD


def room(sizes: Iterable[int]) -> int:
    """Bytes that members of so many bytes take in it."""
    return sum(BLOCK + -(-size // BLOCK) * BLOCK for size in sizes)


def write(path: Path, samples: Iterable[tuple[str, Sequence[Path]]], *, paired: bool) -> None:
    """Write files as they are into a tar file; the same files make the same bytes.

    Args:
        path: of the tar file.
        samples: (key, files) of each; of a pair the noisy one first.
        paired: whether they are pairs.
    """
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for key, files in samples:
            for role, file in zip((NOISY, CLEAN) if paired else ("",), files, strict=True):
                data = file.read_bytes()
                member = tarfile.TarInfo(".".join([key, *filter(None, [role])]) + file.suffix.lower())
                member.size = len(data)
                tar.addfile(member, BytesIO(data))


def samples(path: Path, *, paired: bool) -> NDArray[np.int64]:
    """Where the images of a tar file lie, as far as it can be read.

    Returns:
        (n, roles, 2): offset and length of each; of a pair the clean one first.
    """
    roles = (CLEAN, NOISY) if paired else ("",)
    end = path.stat().st_size
    found: dict[str, dict[str, tuple[int, int]]] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                key, role = _parts(member.name, paired=paired)
                if role in roles and member.isfile() and member.offset_data + member.size <= end:
                    place = (member.offset_data, member.size)
                    found.setdefault(key, {}).setdefault(str(role), place)
    except (tarfile.TarError, EOFError, OSError, ValueError):
        pass  # what could be read counts; who knows how many there should be tells the rest
    whole = [[places[role] for role in roles] for places in found.values() if len(places) == len(roles)]
    return np.array(whole, dtype=np.int64).reshape(-1, len(roles), 2)


def _parts(name: str, *, paired: bool) -> tuple[str, str | None]:
    """Key and role of a member; no role: it is no image of ours."""
    folder, slash, file = name.rpartition("/")
    key, _, ending = file.partition(".")
    role, _, last = ending.rpartition(".")
    is_image = f".{last.lower()}" in ENDINGS
    if not paired:
        role = "" if is_image else "other"
    return folder + slash + key, role if is_image else None
