"""Messages of Protocol Buffers, as ONNX files are made of them: taken apart, and put together.

Source: Google, "Protocol Buffers: Encoding". A message is fields, each a number with a wire type, and its value.
"""

from collections.abc import Iterator

VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5
"""Wire types."""

FIXED = {EIGHT: 8, FOUR: 4}

Field = tuple[int, int | bytes]
"""A number, and a whole number or bytes."""


def fields(message: bytes) -> Iterator[Field]:
    """The fields of a message, in their order; numbers of fixed length are their bytes.

    >>> list(fields(bytes.fromhex("0896010a026869")))
    [(1, 150), (1, b'hi')]
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = divmod(key, 8)
        if kind == VARINT:
            whole, at = _varint(message, at)
            yield number, whole
            continue
        length, at = _varint(message, at) if kind == BYTES else (FIXED[kind], at)
        yield number, message[at : at + length]
        at += length


def numbers(message: bytes, wanted: int) -> list[int]:
    """The whole numbers of a repeated field, whether they are packed or not."""
    found: list[int] = []
    for number, value in fields(message):
        if number == wanted:
            found += [value] if isinstance(value, int) else _unpacked(value)
    return found


def texts(message: bytes, wanted: int) -> list[str]:
    """The texts of a repeated field."""
    return [
        value.decode() for number, value in fields(message) if number == wanted and isinstance(value, bytes)
    ]


def message(*parts: tuple[int, int | bytes | str]) -> bytes:
    """A message of these fields, none of fixed length.

    >>> message((1, 150), (1, "hi")).hex()
    '0896010a026869'
    """
    written = bytearray()
    for number, value in parts:
        if isinstance(value, int):
            written += _written(8 * number + VARINT) + _written(value)
            continue
        content = value.encode() if isinstance(value, str) else value
        written += _written(8 * number + BYTES) + _written(len(content)) + content
    return bytes(written)


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A whole number, seven bits a byte, the lowest first, and where it ends."""
    number = shift = 0
    while True:
        number |= (message[at] & 127) << shift
        shift += 7
        at += 1
        if message[at - 1] < 128:
            return number, at


def _written(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def _unpacked(value: bytes) -> list[int]:
    found, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        found.append(number)
    return found
