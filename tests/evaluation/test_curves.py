"""Curves: the best epoch, every kind of history, and the same bytes each time."""

from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from grainless.evaluation.figures.curves import COLOURS, best, curve_png, curve_svg
from grainless.evaluation.reports.report import curve


def epochs(*validation, rate=1e-3):
    return [
        {"number": number, "loss": loss, "validation": loss, "rate": rate}
        for number, loss in enumerate(validation, start=1)
    ]


def texts(svg):
    found = []
    reader = HTMLParser()
    reader.handle_data = lambda data: found.append(data.strip())
    reader.feed(svg)
    return found


def test_the_lowest_validation_loss_is_best_and_the_first_of_equals():
    assert best(epochs(0.3, 0.1, 0.2, 0.1))["number"] == 2


def test_epochs_that_are_no_numbers_are_never_best():
    assert best(epochs(float("nan"), 0.2, float("inf")))["number"] == 2
    assert best(epochs(float("nan"))) is None
    assert best([]) is None


def test_a_start_has_a_place_before_the_first_epoch_and_no_training_loss():
    start = {"number": 0, "loss": None, "validation": 0.05, "rate": 0.0}
    svg = curve_svg([start, *epochs(0.3, 0.1)])
    assert best([start, *epochs(0.3, 0.1)]) == start
    assert "best: the start" in texts(svg)


def test_the_best_epoch_is_told():
    html = curve(epochs(0.3, 0.0931, 0.2))
    assert "Best at epoch 2: validation loss 0.0931." in html
    assert "best: epoch 2" in texts(html)


@pytest.mark.parametrize(
    "history",
    [
        [],
        epochs(0.3),
        epochs(0.0, 0.0),
        epochs(float("nan"), 0.2),
        epochs(1e9, 1e-9),
        epochs(-1, 1),
        epochs(1, rate=0),
    ],
    ids=["none", "one", "zeros", "nan", "wide", "negative", "no rate"],
)
def test_every_history_can_be_drawn(history, tmp_path):
    assert curve_svg(history).endswith("</svg>")
    curve_png(history, tmp_path / "curve.png")


def test_losses_that_span_more_than_five_are_on_a_log_axis():
    assert {"0.05", "0.1", "0.5"} <= set(texts(curve_svg(epochs(1.0, 0.5, 0.2, 0.04))))
    assert "0.05" not in texts(curve_svg(epochs(0.4, 0.3, 0.2)))


def test_an_svg_takes_its_colours_and_letters_from_the_page():
    svg = curve_svg(epochs(0.3, 0.2))
    assert not any(colour in svg for colour in COLOURS.values())
    assert "var(--training)" in svg
    for foreign in ("font-family", "http", "<style", "<?xml", "xlink"):
        assert foreign not in svg


def test_an_svg_keeps_only_the_names_it_uses():
    svg = curve_svg(epochs(*np.linspace(0.3, 0.1, 30)))
    names = {piece.split('"')[0] for piece in svg.split(' id="')[1:]}
    assert all(f"#{name}" in svg for name in names)


def test_the_same_history_gives_the_same_bytes(tmp_path):
    curve_png(epochs(0.3, 0.2), tmp_path / "a.png")
    curve_png(epochs(0.3, 0.2), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert curve_svg(epochs(0.3, 0.2)) == curve_svg(epochs(0.3, 0.2))


def test_a_png_is_white_around_its_curve(tmp_path):
    curve_png(epochs(0.3, 0.2), tmp_path / "curve.png")
    with Image.open(tmp_path / "curve.png") as image:
        assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_drawing_leaves_matplotlib_as_it_was():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    curve_svg(epochs(0.3, 0.2))
    assert dict(mpl.rcParams) == before
