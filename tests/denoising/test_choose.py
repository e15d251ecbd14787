"""Choosing is matching what was found with cards; reports and cards are made by hand here."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as some
from scenes import noisy

from grainless.denoising.choose import advise, choose, warnings
from grainless.errors import InputError
from grainless.inspection import measure
from grainless.inspection.estimators.curve import Curve
from grainless.inspection.estimators.defects import Grid
from grainless.inspection.estimators.pages import Page
from grainless.inspection.estimators.removed import Removed
from grainless.inspection.report import Report
from grainless.model import zoo
from grainless.model.card import Card

GREY = Card("grey", 1, learned={"white": (0.0, 0.2)})
COLOUR = Card("colour", 3, learned={"white": (0.0, 0.2)})
PHOTO = Card(
    "photo", 3, learned={"white": (0.0, 0.2), "growing": None, "jpeg": None, "correlated": (0.0, 0.2)}
)
CARDS = {card.name: card for card in (PHOTO, COLOUR, GREY)}


def report(sigma=0.1, channels=3, *, colourless=False, gain=0.0, jpeg=0.0, impulses=0.0):
    """Of an image in which this was found."""
    return Report(
        name="scan.png",
        size=(64, 64),
        channels=channels,
        colourless=colourless or channels == 1,
        sigmas=None if sigma is None else (sigma,) * channels,
        curve=Curve(gain, 0.0) if gain else None,
        impulses=impulses,
        correlation=0.0,
        flat_sigma=0.0,
        grid=Grid(jpeg, (0, 0)),
        clipped=(0.0, 0.0),
    )


@pytest.mark.parametrize(
    ("found", "model"),
    [
        (report(channels=1), "grey"),
        (report(colourless=True), "grey"),
        (report(), "colour"),  # photo learned more than is asked for
        (report(jpeg=0.5), "photo"),
        (report(gain=0.01), "photo"),
        (
            report(channels=1, jpeg=0.5),
            "photo",
        ),  # a model of colours that knows it, before a grey one that does not
        (report(0.0, jpeg=0.5), "photo"),
        (report(0.0), None),
        (report(None), None),
        (report(0.0, impulses=0.1), None),
    ],
)
def test_the_narrowest_model_that_covers_what_was_found_is_taken(found, model):
    assert choose(found, CARDS).model == model


def test_a_model_for_pages_is_for_pages_alone():
    pages = Card("pages", 3, learned={"document": None, "white": None, "jpeg": None})
    cards = {"pages": pages, "photo": PHOTO}
    assert choose(report(jpeg=0.5), cards).model == "photo"
    page = replace(report(jpeg=0.5, gain=0.1), page=Page(0.2))
    assert choose(page, cards).model == "pages"
    assert choose(page, {"photo": PHOTO}).model == "photo"
    assert choose(page, {"grey": replace(pages, channels=1), "photo": PHOTO}).model == "grey"


def test_a_grey_model_is_never_taken_for_colours():
    assert choose(report(), {"grey": GREY}).model is None


def test_a_narrower_range_is_narrower():
    cards = {"wide": COLOUR, "narrow": Card("narrow", 3, learned={"white": (0.0, 0.12)})}
    assert choose(report(0.1), cards).model == "narrow"
    assert choose(report(0.15), cards).model == "wide"


def test_a_model_of_one_size_is_taken_for_that_size_alone():
    for side, model in ((64, "fixed"), (65, None)):
        fixed = Card("fixed", 3, size=(side, 64), learned={"white": None})
        assert choose(report(), {"fixed": fixed}).model == model


def test_what_the_model_did_not_learn_is_said():
    choice = choose(report(0.3, gain=0.01, impulses=0.05), {"colour": COLOUR})
    assert choice.model == "colour"
    assert choice.why == "Noise of sigma 76.5/255 in a colour image: model colour."
    assert choice.warnings == (
        "The noise, sigma 76.5/255, is beyond what colour learned, up to sigma 51.0/255.",
        "The noise grows with brightness (gain 0.01), which colour did not learn: bright parts may keep some.",
        "5.0 % of the pixels are stuck at black or white, which colour did not learn: remove them first, by a median "
        "filter.",
    )


def test_noise_of_a_camera_grows_and_who_learned_it_learned_that():
    camera = Card("camera", 3, learned={"white": (0.0, 0.2), "correlated": None})
    grows = (
        "The noise grows with brightness (gain 0.01), which camera did not learn: bright parts may keep some."
    )
    assert warnings(report(gain=0.01), camera) == (grows,)  # white, as counted
    zones = (4 / 255,) * 3
    coarse = Removed(zones, zones, 4 / 255, 4 / 255, (0.8, 0.8), False)
    found = replace(report(gain=0.01), removed=coarse)
    assert {"growing", "correlated"} <= found.findings.keys()
    assert warnings(found, camera) == ()
    assert any("grows with brightness" in each for each in warnings(found, COLOUR))


def test_all_of_the_noise_is_told_where_little_of_it_is_white():
    strong = Removed(
        luma=(None, 20 / 255, None),
        chroma=(None, 15 / 255, None),
        coarse_luma=18 / 255,
        coarse_chroma=15 / 255,
        coarseness=(0.8, 0.8),
        colourless=False,
    )
    found = replace(report(2.8 / 255), removed=strong)
    assert list(found.findings) == ["white", "correlated"]
    assert choose(found, CARDS).why == "Noise of sigma 25.0/255 in a colour image: model photo."


GROWING = report(0.1, gain=0.01, channels=1)


@pytest.mark.parametrize("cards", [{"grey": GREY}, CARDS])
def test_a_curve_is_fitted_to_grey_noise_that_grows(cards):
    choice = choose(replace(GROWING, impulses=0.05), cards)
    assert (choice.model, choice.adapt) == ("grey", True)
    assert choice.why == (
        "Noise of sigma 25.5/255 in a grey image, which grows with brightness: a curve is fitted to it, for model "
        "grey."
    )
    assert [each[:26] for each in choice.warnings] == ["5.0 % of the pixels are st"]


def test_and_to_noise_that_is_stronger_than_a_model_learned():
    choice = choose(report(0.25, channels=1), CARDS)
    assert (choice.model, choice.adapt, choice.warnings) == ("grey", True, ())
    assert choice.why == (
        "Noise of sigma 63.8/255 in a grey image, more than grey learned: a curve is fitted to it, for model grey."
    )
    assert not choose(report(0.25), CARDS).adapt


@pytest.mark.parametrize(
    ("found", "curves"),
    [
        (GROWING, False),
        (report(0.1, gain=0.01), True),
        (report(0.1, channels=1), True),
        (replace(GROWING, page=Page(0.2)), True),
    ],
    ids=["frames", "colours", "as strong everywhere", "a page"],
)
def test_and_to_no_other(found, curves):
    assert not choose(found, CARDS, curves=curves).adapt


@pytest.mark.parametrize(
    ("card", "end"), [(GREY, "did not learn: bright parts may keep some; "), (None, "learned: ")]
)
def test_who_names_a_model_is_sent_to_a_curve(card, end):
    assert warnings(GROWING, card)[-1].endswith(f"{end}denoise --adapt fits a curve to it.")
    assert not any("--adapt" in each for each in warnings(report(0.1, gain=0.01), COLOUR))


COARSE = Removed((4 / 255,) * 3, (4 / 255,) * 3, 4 / 255, 4 / 255, (0.8, 0.8), colourless=False)


def test_noise_that_is_white_in_flat_blocks_is_white():
    """A confocal, whose dots a model of cameras takes for grain."""
    found = replace(report(gain=0.084, channels=1), removed=COARSE, correlation=0.02, flat_sigma=0.015)
    assert list(found.findings) == ["white", "growing"]
    assert choose(found, CARDS).adapt
    for other in (
        replace(found, correlation=0.2),
        replace(found, flat_sigma=0.001),  # of rounding
        replace(found, correlation=None),
    ):
        assert "correlated" in other.findings
        assert choose(other, CARDS).model == "photo"


def test_what_a_model_of_pages_does_to_white_noise_is_not_foretold():
    """The shipped one takes most of it, and did not learn it."""
    card = Card("pages", 1, learned={"document": None})
    assert warnings(report(channels=1), card) == (
        "There is noise of sigma 25.5/255, which pages did not learn: some of it may stay.",
    )


def test_a_grey_model_that_was_named_for_colours_is_told():
    assert warnings(report(), GREY) == (
        "grey is a model of grey images: it denoises each colour by itself; one of colours sees all "
        "three together.",
    )
    assert warnings(report(colourless=True), GREY) == ()
    assert (
        warnings(replace(report(), page=Page(0.2)), Card("p", 1, learned={"document": None, "white": None}))
        == ()
    )


def test_weaker_noise_than_was_learned_is_said_too():
    strong = Card("strong", 3, learned={"white": (0.1, 0.2)})
    assert warnings(report(0.05), strong) == (
        "The noise, sigma 12.8/255, is beyond what strong learned, from sigma 25.5/255.",
    )


def test_an_estimate_a_little_beyond_is_not():
    assert warnings(report(0.21), COLOUR) == ()


def test_noise_that_is_too_little_is_told_where_it_is_white():
    little = report(1.1 / 255, channels=1)
    assert choose(little, CARDS).why == (
        "Hardly any noise found, sigma 1.1/255, as photographs have of their own: it is left as it is; "
        "denoise --adapt, or a model that is named, takes it."
    )
    for other in (replace(little, correlation=0.3), replace(little, correlation=None), report(0.3 / 255, 1)):
        assert choose(other, CARDS).why == "No noise found: it is left as it is."


def test_where_no_model_learned_it_the_image_is_left_and_that_is_said():
    choice = choose(report(0.0, jpeg=0.5), {"colour": COLOUR})
    assert (choice.model, choice.why) == (None, "No model learned what was found: it is left as it is.")
    assert choice.warnings == ("The blocks of JPEG show, which no model learned.",)


def test_an_image_that_is_left_is_not_said_to_lose_some_of_its_noise():
    choice = choose(report(20 / 255, gain=0.01, impulses=0.1), {})
    assert choice.why == "No model learned what was found: it is left as it is."
    assert choice.warnings == (
        "There is noise of sigma 20.0/255, which no model learned.",
        "The noise grows with brightness (gain 0.01), which no model learned.",
        "10.0 % of the pixels are stuck at black or white, which no model learned: remove them first, by a median "
        "filter.",
    )


def test_kinds_that_nobody_has_words_for_are_matched_all_the_same():
    assert "noise of the kind moss" in warnings(_Found({"moss": 1.0}), COLOUR)[0]
    assert warnings(_Found({"moss": 1.0}), Card("m", 3, learned={"moss": None})) == ()


class _Found:
    def __init__(self, findings):
        self.findings = findings


kinds = some.sampled_from(["white", "growing", "jpeg"])
learned = some.dictionaries(
    kinds, some.none() | some.tuples(some.just(0.0), some.floats(0.01, 1)), max_size=3
)
zoos = some.dictionaries(
    some.sampled_from("abcdef"),
    some.builds(Card, name=some.just("x"), channels=some.sampled_from([1, 3]), learned=learned),
)


@given(cards=zoos, gain=some.sampled_from([0.0, 0.1]), jpeg=some.sampled_from([0.0, 0.5]))
def test_no_other_model_leaves_less_uncovered(cards, gain, jpeg):
    found = report(gain=gain, jpeg=jpeg)
    choice = choose(found, cards)
    if choice.model is None:
        assert not any(
            set(card.learned) & set(found.findings) for card in cards.values() if card.channels == 3
        )
    else:
        missing = {
            name: len(found.findings.keys() - card.learned)
            for name, card in cards.items()
            if card.channels == 3
        }
        assert missing[choice.model] <= min(missing.values()) + 1  # two strengths beyond count as one kind


@pytest.mark.parametrize(("channels", "name"), [(1, "grey"), (3, "color")])
def test_shipped_models_are_chosen_by_their_cards(channels, name):
    assert advise(measure(noisy(20, channels))).model == name


def test_a_shipped_model_is_one_file_and_one_line(tmp_path, monkeypatch):
    card = Card("mine", channels=1, learned={"white": (0.0, 25 / 255)})
    monkeypatch.setattr(zoo, "PRETRAINED", tmp_path)
    path = tiny.identity(tmp_path / "mine.onnx", card)
    line = zoo.Shipped("mine.onnx", hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(zoo, "SHIPPED", {"mine": line})
    assert zoo.cards() == {"mine": card}
    assert advise(measure(noisy(20))).model == "mine"


def test_a_shipped_model_that_is_not_the_one_that_was_shipped_is_refused(monkeypatch):
    monkeypatch.setitem(zoo.SHIPPED, "grey", zoo.Shipped("color.onnx", "0" * 64))
    with pytest.raises(InputError, match="is not the one that was shipped"):
        zoo.find("grey")


def test_noise_of_two_levels_of_255_is_noise():
    """The least that a person sees; where it is taken for none, auto leaves it."""
    found = measure(noisy(2.5))
    assert np.isclose(255 * found.sigma, 2.5, rtol=0.2)
    assert advise(found).model == "grey"
