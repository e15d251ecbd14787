import pytest
from hypothesis import given
from hypothesis import strategies as some

from grainless.errors import GrainlessError, InputError, RunError, did_you_mean, unknown

names = some.lists(some.text("abcdefgh-", min_size=1, max_size=9), min_size=1, max_size=6, unique=True)


def test_what_was_given_ends_with_2_and_the_world_with_1():
    assert InputError.exit_status == 2
    assert RunError.exit_status == 1
    assert issubclass(InputError, GrainlessError)
    assert issubclass(RunError, GrainlessError)


@given(names, some.data())
def test_the_right_word_is_the_nearest_to_itself(words, data):
    words = [each for each in words if each.strip("-") and not each.startswith("-")] or ["a"]
    word = data.draw(some.sampled_from(words))
    assert did_you_mean(word, words) == f' (did you mean "{word}"?)'


@given(names)
def test_all_words_are_told_in_one_line(words):
    told = unknown("noise", "xyz", words)
    assert told == f'No noise is called "xyz". There are: {", ".join(sorted(words))}.'


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("gausian", "gaussian"), ("posson", "poisson"), ("nml", "nlm"), ("speck", "speckle"), ("", None), ("q", None),
        ("port", None), ("mine", None), ("--quality", None), ("--output", "--out"), ("--strenght", "--strength"),
    ],
)  # fmt: skip
def test_only_what_is_near_is_offered(word, near):
    words = ["gaussian", "poisson", "speckle", "photo", "median", "nlm", "--out", "--strength", "--model"]
    offered = did_you_mean(word, iter(words))
    assert offered == (f' (did you mean "{near}"?)' if near else "")
