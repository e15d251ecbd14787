import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from grainless.inspection import measure
from grainless.inspection.estimators.pages import page
from grainless.inspection.report import STAINED

TEXT = "There exist several methods to design forms with fields to be filled in; fields may be surrounded by boxes."


def written(width=540, height=258, size=18, scale=1):
    """A page of text, (h, w), black on white."""
    image = PIL.Image.new("L", (width * scale, height * scale), 255)
    draw = PIL.ImageDraw.Draw(image)
    font = PIL.ImageFont.load_default(size * scale)
    for line in range(height // (size + 8)):
        start = 7 * line % 40
        draw.text((8 * scale, (4 + line * (size + 8)) * scale), TEXT[start : start + 60], 0, font)
    return np.asarray(image, np.float32) / 255


def stained(clean):
    down, across = np.mgrid[: clean.shape[0], : clean.shape[1]] / max(clean.shape)
    return (clean * (0.75 + 0.15 * np.sin(5 * down) * np.cos(7 * across))).astype(np.float32)


@pytest.mark.parametrize("scale", [1, 4])
def test_a_page_is_one_and_its_stains_are_measured(scale):
    clean = written(scale=scale)
    assert page(clean[None, None], clean.shape).stains == pytest.approx(0, abs=1e-6)
    assert 0.1 < page(stained(clean)[None, None], clean.shape).stains < 0.5


def test_the_report_names_a_stained_page_first():
    assert next(iter(measure(stained(written())).findings)) == "document"
    assert "document" not in measure(written()).findings


def test_noise_that_is_stronger_than_the_stains_makes_none():
    counted = np.random.default_rng(2).poisson(50 * 0.78 * written()) / 50
    report = measure(counted.astype(np.float32).clip(0, 1))
    assert report.page.stains > STAINED
    assert "document" not in report.findings
    assert report.findings["white"] > report.page.stains


def test_even_grey_paper_is_clean():
    assert measure(written() * np.float32(0.8)).noisy is False


def test_white_on_black_is_no_page():
    assert page(1 - written()[None, None], (258, 540)) is None


def test_a_page_printed_in_colours_is_a_picture():
    clean = written()
    assert page(np.stack([clean, clean * 0.5, clean * 0.1])[:, None], clean.shape) is None


@pytest.mark.parametrize("brightness", [0.0, 0.5, 1.0])
def test_an_even_surface_is_no_page(brightness):
    assert page(np.full((1, 1, 64, 64), brightness, np.float32), (64, 64)) is None


def test_texture_is_no_page():
    rng = np.random.default_rng(7)
    assert page(rng.random((1, 1, 128, 128), np.float32), (128, 128)) is None


def test_large_letters_are_no_page():
    assert page(written(size=120)[None, None], (258, 540)) is None


def test_too_small_to_tell():
    assert page(written()[None, None, :20], (20, 540)) is None
