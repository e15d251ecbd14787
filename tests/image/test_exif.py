"""EXIF taken apart and laid out again; Pillow reads what we lay, and we what Pillow lays."""

import struct

import PIL.Image
import pytest
from image_files import entries, exif

from grainless.image.formats.exif import (
    INTEROP,
    PLACE,
    SETTINGS,
    Entry,
    Exif,
    directory,
    laid,
    opened,
    orientation,
)


def packed(order="<", unit=2):
    """EXIF by Pillow, in either order of bytes."""
    held = PIL.Image.Exif()
    held.endian = order
    held[271], held[274], held[282], held[283], held[296] = "Maker", 6, 300.0, 59.0, unit
    held[0x8769] = {0x829A: (1, 50), 0x8827: 6400, 0xA005: {1: "R98"}, 0x927C: b"notes of the maker"}
    held[0x8825] = {1: "N", 2: (48.0, 51.0, 30.0)}
    return held.tobytes().removeprefix(b"Exif\0\0")


@pytest.mark.parametrize("order", ["<", ">"])
def test_what_is_taken_apart_is_laid_out_again(order):
    found = opened(packed(order))
    assert (found.order, found.number(274)) == (order, 6)
    assert set(found.others) == {SETTINGS, PLACE, INTEROP}
    again = opened(found.packed())
    assert again == found
    held = PIL.Image.Exif()
    held.load(found.packed())
    assert (held[271], held.get_ifd(SETTINGS)[0x8827], held.get_ifd(INTEROP)[1]) == ("Maker", 6400, "R98")
    assert held.get_ifd(PLACE)[2] == (48.0, 51.0, 30.0)


def test_what_pillow_reads_is_the_same_before_and_after():
    assert entries(opened(exif()).packed()) == entries(exif())


@pytest.mark.parametrize("big", [False, True])
def test_the_order_of_bytes_is_turned(big):
    one, other = opened(packed("<")), opened(packed(">"))
    start = 40
    block, place = one.block(SETTINGS, start, ">", big=big)
    found = directory(b"MM" + bytes(start - 2) + block, place, ">", big=big)
    assert found.pop(INTEROP).held == struct.pack(">Q" if big else ">L", start)
    assert found == other.others[SETTINGS]
    assert directory(b"MM" + bytes(start - 2) + block, start, ">", big=big) == other.others[INTEROP]


@pytest.mark.parametrize(("unit", "dpi"), [(1, None), (2, (300, 59)), (3, (762, 149.86)), (None, (300, 59))])
def test_resolution(unit, dpi):
    found = opened(packed(unit=unit or 2))
    if unit is None:
        del found.page[296]
    assert found.dpi == (None if dpi is None else pytest.approx(dpi))
    found.page[282] = Entry(5, 1, struct.pack("<2L", 7, 0))
    assert found.dpi is None


def test_entries_whose_values_are_not_there_are_left_out():
    held = laid({271: Entry(2, 6, b"Maker\0"), 274: Entry(3, 1, b"\6\0")}, 8, "<")
    data = b"II*\0\x08\0\0\0" + held
    assert set(directory(data, 8, "<")) == {271, 274}
    assert set(directory(data[:-2], 8, "<")) == {274}
    with pytest.raises(struct.error):
        directory(data, len(data), "<")


def test_few_bytes_do_not_become_many():
    count = 1000
    entry = struct.pack("<HHLL", 271, 2, 12_000, 0)
    data = struct.pack("<H", count) + b"".join(struct.pack("<H", code) + entry[2:] for code in range(count))
    assert sum(len(each.held) for each in directory(data, 0, "<").values()) <= len(data)


@pytest.mark.parametrize("held", [None, b"", b"no EXIF", b"II*\0", b"II*\0\xff\0\0\0", exif(9), exif(0)])
def test_no_orientation_is_one(held):
    assert orientation(held) == 1


def test_orientation():
    assert [orientation(exif(turn)) for turn in range(1, 9)] == [*range(1, 9)]


@pytest.mark.parametrize("held", [b"no EXIF", b"II+\0\x08\0\0\0"])
def test_what_is_no_exif(held):
    with pytest.raises(ValueError, match="its EXIF has no header"):
        opened(held)


def test_a_pointer_to_nowhere_is_left_out():
    lost = Exif("<", {SETTINGS: Entry(4, 1, struct.pack("<L", 10**6)), 271: Entry(2, 6, b"Maker\0")}, {})
    found = opened(lost.packed())
    assert (set(found.page), found.others) == ({271}, {})
