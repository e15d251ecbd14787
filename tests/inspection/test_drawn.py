import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from scipy.ndimage import gaussian_filter

import grainless
from grainless.inspection.estimators.drawn import even


def lines(count, paper, seed=0):
    """Lines of many colours, their edges made smooth: nothing in them is noise."""
    chance = np.random.default_rng(seed)
    large = PIL.Image.new("RGB", (1200, 900), paper)
    pen = PIL.ImageDraw.Draw(large)
    for _ in range(count):
        corners = [tuple(map(int, chance.integers(0, 1200, 2))) for _ in range(3)]
        pen.line(corners, fill=tuple(map(int, chance.integers(0, 255, 3))), width=int(chance.integers(2, 9)))
    return np.asarray(large.resize((300, 225), PIL.Image.Resampling.LANCZOS))


def text(ink, paper, size):
    image = PIL.Image.new("RGB", (320, 240), paper)
    pen = PIL.ImageDraw.Draw(image)
    for row in range(4, 240, int(1.4 * size)):
        words = f"def f{row}(self, xs: list[int]) -> None: return [2 * x for x in xs]"
        pen.text((4 + row % 16, row), words, fill=ink, font=PIL.ImageFont.load_default(size))
    return np.asarray(image)


@pytest.mark.parametrize("count", [30, 100])
@pytest.mark.parametrize("paper", ["white", "black"])
def test_a_drawing_of_many_lines_is_left_alone(count, paper):
    drawing = lines(count, paper)
    assert not grainless.inspect(drawing).noisy
    assert np.array_equal(grainless.denoise(drawing), drawing)


@pytest.mark.parametrize("size", [10, 16])
@pytest.mark.parametrize(("ink", "paper"), [("white", "black"), ("#839496", "#002b36"), ("#333", "#fff")])
def test_clean_text_is_left_alone(ink, paper, size):
    report = grainless.inspect(text(ink, paper, size))
    assert report.drawn
    assert not report.findings


def photograph(sigma, seed=1):
    """Soft colours under noise with neighbours alike."""
    chance = np.random.default_rng(seed)
    clean = gaussian_filter(chance.standard_normal((3, 256, 256)), (0, 20, 20))
    noise = gaussian_filter(chance.standard_normal((3, 256, 256)), (0, 1, 1))
    image = 0.5 + 0.1 * clean / clean.std() + sigma * noise / noise.std()
    return np.uint8(np.rint(255 * np.moveaxis(image, 0, -1).clip(0, 1)))


def test_noise_leaves_no_even_places():
    report = grainless.inspect(photograph(8 / 255))
    assert not report.drawn
    assert report.correlated


def test_sigma_is_that_of_the_noise_that_was_found():
    report = grainless.inspect(photograph(8 / 255))
    assert report.white_sigma < report.sigma
    assert report.sigma == report.findings["correlated"]
    assert report.plain()["sigma"] == report.sigma


def test_even_places_are_counted_where_they_are_seen():
    half = np.zeros((1, 3, 16, 16), np.float32)
    half[..., 8:] = np.random.default_rng(0).random((3, 16, 8))
    assert even(half) == 0.5
    hidden = np.zeros((1, 16, 16), bool)
    hidden[..., :8] = True
    assert even(half, hidden) == 0
    assert even(half, np.ones((1, 16, 16), bool)) == 0
