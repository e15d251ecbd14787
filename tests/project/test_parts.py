"""Parts from names and options: what is given is checked against the signature, and every mistake is told."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from annotated_types import Ge
from hypothesis import given
from hypothesis import strategies as some

from grainless.errors import InputError
from grainless.parts import Mistakes, checked, choose, fractions, make, match, one_of, spec


class Blur:
    """A part."""

    def __init__(
        self,
        *,
        radius: Annotated[int, Ge(1)],
        level: float = 0.5,
        edge: Literal["wrap", "zero"] = "zero",
        widths: tuple[int, ...] = (1, 2),
        channels: int = 1,
    ):
        self.options = {
            "radius": radius,
            "level": level,
            "edge": edge,
            "widths": widths,
            "channels": channels,
        }


def nothing():
    return "nothing"


TABLE = {"blur": Blur, "nothing": nothing}


def test_options_get_their_types_and_the_rest_their_defaults():
    part = make("part", TABLE, {"name": "blur", "radius": "3", "level": "51/255", "widths": [4, "5"]})
    assert part.options == {"radius": 3, "level": 0.2, "edge": "zero", "widths": (4, 5), "channels": 1}


def test_what_the_program_knows_goes_where_it_is_taken():
    assert make("part", TABLE, {"name": "blur", "radius": 1}, channels=3, size=7).options["channels"] == 3
    assert make("part", TABLE, {"name": "nothing"}, channels=3) == "nothing"


def test_matching_makes_nothing_yet():
    part, keywords = match(
        "part", TABLE, {"name": "blur", "radius": 1}, channels="no number, and not looked at"
    )
    assert part is Blur
    assert keywords == {"radius": 1, "channels": "no number, and not looked at"}


def test_the_given_mapping_is_left_as_it_is():
    options = {"name": "blur", "radius": "3"}
    make("part", TABLE, options)
    assert options == {"name": "blur", "radius": "3"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"radius": 1}, r"the part has no name; there are: blur, nothing"),
        ({"name": "blurr", "radius": 1}, r'No part is called "blurr" \(did you mean "blur"\?\)'),
        (
            {"name": "blur", "radius": 1, "levl": 2},
            r'no option of part blur is called "levl" \(did you mean "level"\?\)',
        ),
        (
            {"name": "blur", "radius": 1, "x": 2},
            r'called "x"; it has: radius, level, edge, widths, channels$',
        ),
        ({"name": "nothing", "x": 2}, r'no option of part nothing is called "x"; it has: none'),
        ({"name": "blur"}, r'^part blur needs the option "radius"$'),
        (
            {"name": "blur", "radius": "much"},
            r"option \"radius\" of part blur is 'much': input should be a valid int",
        ),
        (
            {"name": "blur", "radius": 0},
            r'option "radius" of part blur is 0: input should be greater than or equal to 1',
        ),
        ({"name": "blur", "radius": 1, "edge": "zer"}, r"option \"edge\" .* 'wrap' or 'zero'"),
        (
            {"name": "blur", "radius": 1, "widths": [1, "b"]},
            r"option \"widths\" of part blur is 'b': input should be",
        ),
        ({"name": "blur", "radius": [1]}, r'option "radius" of part blur is \[1\]: input should be'),
    ],
)
def test_every_mistake_is_told(options, told):
    with pytest.raises(InputError, match=told):
        make("part", TABLE, options)


def test_what_the_program_knows_cannot_be_set():
    with pytest.raises(Mistakes, match='no option of part blur is called "channels"'):
        make("part", TABLE, {"name": "blur", "radius": 1, "channels": 3}, channels=1)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(Mistakes) as told:
        checked("part blur", Blur, {"radius": 0, "levl": 1, "edge": 7})
    assert len(told.value.mistakes) == 3
    assert str(told.value) == "; ".join(told.value.mistakes)
    assert "\n" not in str(told.value)


def test_choosing_from_a_table():
    assert choose("part", TABLE, "blur") is Blur
    with pytest.raises(InputError, match=r'No part is called "none"\. There are: blur, nothing\.'):
        choose("part", TABLE, "none")


words = some.text("abc0.-/", min_size=1).map(str.strip)


@given(words, some.dictionaries(words, words))
def test_a_spec_reads_what_is_written_in_its_form(name, options):
    text = name + (":" + ",".join(f"{key}={value}" for key, value in options.items()) if options else "")
    assert spec("noise", text) == {"name": name} | options


@pytest.mark.parametrize("text", ["gaussian:sigma", "gaussian:sigma=1,", "gaussian:=1,clip"])
def test_an_option_without_a_value_is_told(text):
    with pytest.raises(
        InputError, match=r'has ".*" where an option should be; write it as in name:option=value,\.\.\.'
    ):
        spec("noise", text)


@given(some.integers(-999, 999), some.integers(1, 999))
def test_fractions_are_numbers(top, bottom):
    assert fractions(f"{top}/{bottom}") == top / bottom
    assert fractions([f" {top} / {bottom} ", "a/b", 7]) == [top / bottom, "a/b", 7]


@pytest.mark.parametrize("text", ["1/0", "1/0.0", "1/-2", "runs/1", "1/2/3", "0..25/255"])
def test_other_text_stays_text(text):
    assert fractions(text) == text


def test_only_where_a_number_is_wanted_is_a_fraction_one():
    def part(
        *, path: Path, other: Path | None = None, name: str = "", level: float = 0, share: float | None = None
    ):
        return path, other, name, level, share

    given = {"path": "2024/05", "other": "1/2", "name": "3/4", "level": "1/2", "share": "1/4"}
    made = make("part", {"p": part}, {"name": "p"} | {key: given[key] for key in given if key != "name"})
    assert made == (Path("2024/05"), Path("1/2"), "", 0.5, 0.25)
    assert checked("part p", part, given)["name"] == "3/4"


def test_an_option_that_names_an_entry_follows_the_table():
    table = {"blur": Blur}

    def part(*, kind: Annotated[str, one_of("part", table)] = "blur"):
        return kind

    with pytest.raises(
        Mistakes, match=r'option "kind" of p is \'none\': no part is called "none"\. There are: blur$'
    ):
        checked("p", part, {"kind": "none"})
    table["none"] = None
    assert checked("p", part, {"kind": "none"}) == {"kind": "none"}
