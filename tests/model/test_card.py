import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from grainless.errors import InputError
from grainless.model.card import FORMAT, Card

sides = some.integers(1, 999)
ranges = some.tuples(some.floats(0, 1), some.floats(0, 1)).map(lambda ends: tuple(sorted(ends)))
cards = some.builds(
    Card,
    name=some.text(),
    channels=some.sampled_from([1, 3]),
    size=some.none() | some.tuples(sides, sides),
    multiple=sides,
    least=sides,
    reach=some.none() | sides,
    learned=some.dictionaries(some.text(), some.none() | ranges),
    bytes_a_pixel=some.none() | some.floats(1, 1e4),
    about=some.dictionaries(some.text(), some.integers() | some.text() | some.lists(some.booleans())),
)


@given(cards)
def test_a_card_is_read_as_it_was_written(card):
    assert Card.from_json(card.to_json()) == card


OLD = {"name": "old", "channels": 1, "size": None, "multiple": 4, "least": 1, "reach": 9, "about": {}}
"""As cards were before they told their format."""


def test_cards_from_before_sigma_was_told_are_read():
    assert Card.from_json(json.dumps(OLD)) == Card("old", 1, None, 4, 1, 9)


def test_sigma_of_old_cards_is_the_range_of_white_noise():
    held = OLD | {"sigma": [0.0, 0.2]}
    assert Card.from_json(json.dumps(held)).learned == {"white": (0.0, 0.2)}
    assert Card.from_json(json.dumps(OLD | {"sigma": None})).learned == {}


def test_keys_that_are_not_known_are_passed_over():
    later = json.loads(Card("x", 1, learned={"dark": None}).to_json()) | {"colour": "red"}
    assert Card.from_json(json.dumps(later)) == Card("x", 1, learned={"dark": None})


def test_a_card_of_a_later_format_is_refused():
    later = json.loads(Card("x", 1).to_json()) | {"format": FORMAT + 1}
    with pytest.raises(
        InputError, match=r"its format is 4, and this Grainless reads up to 3: take a newer one\.$"
    ):
        Card.from_json(json.dumps(later))


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"channels": 2}, r"channels is 2, and 1 \(grey\) or 3 \(RGB\) is needed"),
        ({"channels": True}, "channels is True"),
        ({"size": (0, 5)}, r"size is \(0, 5\), and \(height, width\) or none is needed"),
        ({"multiple": 0}, "multiple is 0, and a whole number from 1 on is needed"),
        ({"least": 1.5}, "least is 1.5, and a whole number from 1 on is needed"),
        ({"reach": -1}, "reach is -1, and a whole number from 0 on, or none, is needed"),
        ({"learned": {"white": (0.2, 0.1)}}, r'learned of "white" is \(0.2, 0.1\), and \(least, most\)'),
        ({"multiple": 0, "reach": -1}, "multiple is 0, .*; reach is -1"),
        ({"bytes_a_pixel": -3.0}, "bytes_a_pixel is -3.0, and a number above 0, or none, is needed"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(facts, fault):
    with pytest.raises(InputError, match=f"^The card of x makes no sense: {fault}"):
        Card(**{"name": "x", "channels": 1} | facts)
    with pytest.raises(
        InputError, match=r"^The model's card cannot be read: The card of x makes no sense: .+[^.]\.$"
    ):
        Card.from_json(json.dumps(OLD | {"format": 2, "name": "x"} | facts))


def test_equal_cards_are_equal_bytes():
    one, other = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert Card("x", 1, about=one).to_json() == Card("x", 1, about=other).to_json()


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "7",
        "{}",
        json.dumps({"name": "x", "channels": 1}),  # without size
        json.dumps({"name": "x", "channels": 1, "size": 28}),
        json.dumps({"name": "x", "channels": 1, "size": None, "learned": 7, "format": 2}),
        json.dumps({"name": "x", "channels": 1, "size": None, "learned": {"white": [1, 2, 3]}, "format": 2}),
    ],
)
def test_what_is_no_card_is_told(text):
    with pytest.raises(InputError, match=r"^The model's card cannot be read: .+\.$"):
        Card.from_json(text)
