"""ONNX files: their card, read without their weights, so that many are looked at before one is loaded.

Source: ONNX, onnx.proto (ModelProto.metadata_props = 14, StringStringEntryProto: key = 1, value = 2), and Google's
"Protocol Buffers: Encoding": a message is fields, each a number with a wire type, and its value.
"""

from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from grainless.errors import InputError
from grainless.model.card import KEY as CARD
from grainless.model.card import Card

Stamp = tuple[str, int, int, int]

METADATA, KEY, VALUE = 14, 1, 2  # numbers of fields
VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5  # wire types
FIXED = {EIGHT: 8, FOUR: 4}
LONGEST = 2**26  # bytes; more is no entry of metadata


def stamp(path: Path) -> Stamp:
    """Equal for a file as long as it stays the same: its place, time, size and number.

    Raises:
        InputError: there is no such file.
    """
    try:
        facts = path.stat()
    except OSError:
        raise InputError(f"{path}: no such model file.") from None
    return str(path.resolve()), facts.st_mtime_ns, facts.st_size, facts.st_ino


def card_in(path: Path) -> Card | None:
    """The card inside a model's file; None: it has none, it is from elsewhere.

    Raises:
        InputError: there is no such file, it is no ONNX model, or its card cannot be read.
    """
    return _card(stamp(path), path)


@lru_cache
def _card(_stamp: Stamp, path: Path) -> Card | None:
    held = metadata(path)
    if CARD not in held:
        return None
    try:
        return Card.from_json(held[CARD])
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def metadata(path: Path) -> dict[str, str]:
    """The entries of an ONNX file's metadata.

    Raises:
        InputError: there is no such file, or it is no ONNX model.
    """
    try:
        with path.open("rb") as file:
            entries = [dict(_texts(entry)) for entry in _entries(file)]
        return {entry[KEY]: entry.get(VALUE, "") for entry in entries}
    except FileNotFoundError:
        raise InputError(f"{path}: no such model file.") from None
    except (ValueError, KeyError, EOFError, OSError) as error:
        raise InputError(f"{path} is no ONNX model: {error}.") from error


def _entries(file: BinaryIO) -> Iterator[bytes]:
    """The metadata of an open file, entry by entry; all else is passed over unread."""
    end = file.seek(0, 2)
    file.seek(0)
    while file.tell() < end:
        number, kind = divmod(_varint(file), 8)
        if kind == VARINT:
            _varint(file)
            continue
        length = _varint(file) if kind == BYTES else FIXED[kind]
        if file.tell() + length > end:
            raise EOFError("it ends too early")
        if number == METADATA and kind == BYTES and length < LONGEST:
            yield file.read(length)
        else:
            file.seek(length, 1)


def _texts(entry: bytes) -> Iterator[tuple[int, str]]:
    """The fields of a message that holds texts alone."""
    file = BytesIO(entry)
    while file.tell() < len(entry):
        number = _varint(file) // 8
        yield number, file.read(_varint(file)).decode()


def _varint(file: BinaryIO) -> int:
    """A whole number: seven bits a byte, the lowest first, and the eighth says that more follow."""
    number = shift = 0
    while True:
        byte = file.read(1)
        if not byte:
            raise EOFError("it ends too early")
        number |= (byte[0] & 127) << shift
        shift += 7
        if byte[0] < 128:
            return number
