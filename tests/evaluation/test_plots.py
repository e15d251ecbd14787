import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from grainless.evaluation.figures.plots import lines_png, map_png, name_kinds


@pytest.mark.parametrize("diagonal", [False, True])
def test_lines_are_a_png_and_equal_lines_equal_bytes(tmp_path, diagonal):
    for name in ("one", "two"):
        lines = {"a": (range(1, 4), [0.1, 0.4, 0.9]), "b": (np.arange(3), np.ones(3))}
        lines_png(lines, tmp_path / f"{name}.png", x="epoch", y="PSNR (dB)", diagonal=diagonal)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    with Image.open(tmp_path / "one.png") as figure:
        assert figure.width > 300


def test_each_label_of_a_map_has_a_colour_of_its_own(tmp_path):
    points = np.random.default_rng(0).random((100, 2)) + np.repeat([0, 1], 50)[:, None]
    labels = np.repeat([3, 7], 50)
    for name, given in (("labelled", labels), ("plain", None)):
        map_png(points, given, tmp_path / f"{name}.png", x="first", y="second")
    colours = {}
    for name in ("labelled", "plain"):
        with Image.open(tmp_path / f"{name}.png") as figure:
            pixels = np.asarray(figure.convert("RGB")).reshape(-1, 3).astype(int)
        colours[name] = {"blue": (pixels @ [-1, 0, 1] > 60).any(), "orange": (pixels @ [1, 0, -1] > 60).any()}
    assert colours["labelled"] == {"blue": True, "orange": True}
    assert colours["plain"] == {"blue": True, "orange": False}


def test_names_of_kinds_that_lie_together_keep_apart_and_a_legend_has_all_of_them():
    figure = Figure(figsize=(5, 5))
    axes = figure.subplots()
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    for kind in range(3):
        axes.scatter([0.0], [0.0], label=kind)
    name_kinds(axes, {kind: np.array([0.01 * kind, 0.0]) for kind in range(3)})
    first, second, third = (text.get_window_extent() for text in axes.texts)
    assert not first.overlaps(second)
    assert not first.overlaps(third)
    assert not second.overlaps(third)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["0", "1", "2"]
