import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from grainless.errors import InputError
from grainless.model.card import Card

sides = some.integers(1, 999)
cards = some.builds(
    Card,
    name=some.text(),
    channels=some.sampled_from([1, 3]),
    size=some.none() | some.tuples(sides, sides),
    multiple=sides,
    least=sides,
    reach=some.none() | sides,
    sigma=some.none() | some.tuples(some.floats(0, 1), some.floats(0, 1)),
    about=some.dictionaries(some.text(), some.integers() | some.text() | some.lists(some.booleans())),
)


@given(cards)
def test_a_card_is_read_as_it_was_written(card):
    assert Card.from_json(card.to_json()) == card


def test_cards_from_before_sigma_was_told_are_read():
    facts = json.loads(Card("old", 1).to_json())
    del facts["sigma"]
    assert Card.from_json(json.dumps(facts)) == Card("old", 1)


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
        json.dumps({"name": "x", "channels": 1, "size": None, "colour": "red"}),  # of a later version
    ],
)
def test_what_is_no_card_is_told(text):
    with pytest.raises(InputError, match=r"^The model's card cannot be read: .+\.$"):
        Card.from_json(text)
