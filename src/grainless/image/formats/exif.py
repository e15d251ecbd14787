"""EXIF: directories of tags as a TIFF holds them, taken apart and laid out again byte for byte.

Source: CIPA DC-008 (Exif 2.32), section 4.6; Adobe, "TIFF revision 6.0" (1992), section 2; Aware Systems,
"The BigTIFF file format" (2007).
"""

import struct
from dataclasses import dataclass
from mmap import mmap
from typing import NamedTuple

ORIENTATION, ACROSS, DOWN, UNIT = 274, 282, 283, 296
SETTINGS, PLACE, INTEROP = 34665, 34853, 40965
"""Tags that point to directories: what the camera was set to, where it stood, and rules of the first."""
SHORT, LONG, RATIONAL, LONG8 = 3, 4, 5, 16
SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
"""type of a value -> its bytes; of rationals (5, 10) each half is a number of its own."""
NUMBERS = {1: "B", SHORT: "H", LONG: "L", 13: "L", LONG8: "Q", 18: "Q"}
ORDERS = {b"II": "<", b"MM": ">"}
CENTIMETRES, CENTIMETRE, INCH = 3, 2.54, 2
BIG = 43  # instead of 42: BigTIFF, whose places have 64 bits
HEADER = 8


class Entry(NamedTuple):
    """A tag's type, how many values it has, and their bytes in the order of its file."""

    kind: int
    values: int
    held: bytes


Directory = dict[int, Entry]


@dataclass(frozen=True)
class Exif:
    """EXIF taken apart.

    Args:
        order: "<" or ">".
        page: what stands in the first directory, without what points to others.
        others: SETTINGS, PLACE or INTEROP -> its directory; those that are there.
    """

    order: str
    page: Directory
    others: dict[int, Directory]

    def number(self, code: int) -> int | None:
        """The first value of a tag of the first directory, if it is a whole number."""
        return number(self.page.get(code), self.order)

    def ratio(self, code: int) -> float:
        """The value of a rational tag of the first directory; 0 stands for unknown."""
        entry = self.page.get(code)
        if entry is None or entry.kind != RATIONAL or not entry.values:
            return 0.0
        over, under = struct.unpack_from(self.order + "2L", entry.held)
        return over / under if under else 0.0

    @property
    def dpi(self) -> tuple[float, float] | None:
        """Pixels an inch."""
        unit = {INCH: 1.0, CENTIMETRES: CENTIMETRE}.get(self.number(UNIT) or INCH, 0.0)
        across, down = (unit * self.ratio(code) for code in (ACROSS, DOWN))
        return (across, down) if across > 0 and down > 0 else None

    def packed(self) -> bytes:
        """As one structure, without the "Exif" header."""
        pointers = {code: pointer(0) for code in (SETTINGS, PLACE) if code in self.others}
        blocks, end = [], HEADER + len(laid(self.page | pointers, HEADER, self.order))
        for code in pointers:
            block, place = self.block(code, end)
            pointers[code] = pointer(place, self.order)
            blocks.append(block)
            end += len(block)
        mark = b"II" if self.order == "<" else b"MM"
        head = mark + struct.pack(self.order + "HL", 42, HEADER)
        return head + laid(self.page | pointers, HEADER, self.order) + b"".join(blocks)

    def block(self, code: int, at: int, order: str = "", *, big: bool = False) -> tuple[bytes, int]:
        """SETTINGS's or PLACE's directory, and INTEROP's before the former, to stand at `at`; and where it begins.

        Args:
            code: which.
            at: an even place in the file.
            order: of the file; else that of this EXIF.
            big: the file is a BigTIFF.
        """
        order = order or self.order
        entries, before = {key: self.turned(each, order) for key, each in self.others[code].items()}, b""
        if code == SETTINGS and INTEROP in self.others:
            inner = {key: self.turned(each, order) for key, each in self.others[INTEROP].items()}
            before = laid(inner, at, order, big=big)
            entries[INTEROP] = pointer(at, order, big=big)
        place = at + len(before)
        return before + laid(entries, place, order, big=big), place

    def turned(self, entry: Entry, order: str) -> Entry:
        """An entry with its bytes in the given order."""
        wide = 4 if entry.kind in {RATIONAL, 10} else SIZES.get(entry.kind, 1)
        if order == self.order or wide == 1:
            return entry
        held = entry.held
        return entry._replace(held=b"".join(held[at : at + wide][::-1] for at in range(0, len(held), wide)))


def opened(exif: bytes) -> Exif:
    """EXIF taken apart; what points beyond its end is left out.

    Raises:
        ValueError, struct.error: it is no EXIF.
    """
    order = ORDERS.get(exif[:2])
    if order is None or struct.unpack_from(order + "H", exif, 2) != (42,):
        raise ValueError("its EXIF has no header")
    return found_at(exif, struct.unpack_from(order + "L", exif, 4)[0])


def orientation(exif: bytes | None) -> int:
    """How EXIF says the pixels are to be turned, 1 to 8; 1 is not at all."""
    try:
        turn = opened(exif).number(ORIENTATION) if exif else None
    except (ValueError, struct.error):
        return 1
    return turn if turn is not None and 1 <= turn <= 8 else 1


def found_at(data: bytes | mmap, at: int) -> Exif:
    """The directory at a place of a TIFF file, and those that it points to.

    Raises:
        struct.error: there is none.
    """
    order, big = ORDERS[data[:2]], BIG in data[2:4]
    page, others = directory(data, at, order, big=big), {}
    for code in (SETTINGS, PLACE):
        if (found := _pointed(data, page.pop(code, None), order, big)) is not None:
            others[code] = found
    if (inner := _pointed(data, others.get(SETTINGS, {}).pop(INTEROP, None), order, big)) is not None:
        others[INTEROP] = inner
    return Exif(order, page, others)


def _pointed(data: bytes | mmap, entry: Entry | None, order: str, big: bool) -> Directory | None:
    """What an entry points to; None: nothing that is there."""
    at = number(entry, order)
    try:
        return directory(data, at, order, big=big) or None if at else None
    except struct.error:
        return None


def directory(data: bytes | mmap, at: int, order: str, *, big: bool = False) -> Directory:
    """The entries of a directory; those whose values are not all there are left out.

    Raises:
        struct.error: it lies beyond the end.
    """
    size, entry, inside = ("Q", "HHQ", 8) if big else ("H", "HHL", 4)
    (count,) = struct.unpack_from(order + size, data, at)
    at += struct.calcsize("=" + size)
    found: Directory = {}
    room = len(data)  # values do not overlap: else few bytes would make many
    for _ in range(min(count, len(data) // (8 + inside))):
        code, kind, values = struct.unpack_from(order + entry, data, at)
        at += struct.calcsize("=" + entry)
        length = SIZES.get(kind, 0) * values
        place = at if length <= inside else struct.unpack_from(order + ("Q" if big else "L"), data, at)[0]
        if 0 < length <= room and place + length <= len(data):
            room -= length
            found[code] = Entry(kind, values, bytes(data[place : place + length]))
        at += inside
    return found


def laid(entries: Directory, at: int, order: str, *, big: bool = False) -> bytes:
    """A directory and its values as they stand at an even place of a file."""
    size, entry, inside = ("Q", "HHQ", 8) if big else ("H", "HHL", 4)
    values_at = (
        at + struct.calcsize("=" + size) + len(entries) * (struct.calcsize("=" + entry) + inside) + inside
    )
    table, values = struct.pack(order + size, len(entries)), b""
    for code, (kind, count, held) in sorted(entries.items()):
        table += struct.pack(order + entry, code, kind, count)
        if len(held) <= inside:
            table += held.ljust(inside, b"\0")
        else:
            table += struct.pack(order + ("Q" if big else "L"), values_at + len(values))
            values += held + bytes(len(held) % 2)
    return table + bytes(inside) + values


def pointer(place: int, order: str = "<", *, big: bool = False) -> Entry:
    """An entry that points to a place."""
    return Entry(LONG8 if big else LONG, 1, struct.pack(order + ("Q" if big else "L"), place))


def number(entry: Entry | None, order: str) -> int | None:
    """The first value of an entry, if it is a whole number."""
    if entry is None or entry.kind not in NUMBERS or not entry.values:
        return None
    return int(struct.unpack_from(order + NUMBERS[entry.kind], entry.held)[0])
