"""What input gets that is no noisy photograph of 8 bits: the right model, or a sentence why nothing was done."""

import re

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
from scenes import noisy

from grainless.denoising.process import process
from grainless.errors import InputError
from grainless.image.arrays import image_of
from grainless.image.files import read

CLEAN = noisy(0, channels=3)
NOISY = noisy(25, channels=3)
NOTHING = r"No noise found: it is left as it is\."


def drawing():
    """Shapes, lines and words on white."""
    image = PIL.Image.new("RGB", (192, 160), "white")
    pen = PIL.ImageDraw.Draw(image)
    pen.ellipse((10, 10, 90, 90), fill="orange", outline="black")
    pen.rectangle((100, 30, 180, 120), fill=(20, 90, 200))
    pen.line((0, 150, 190, 100), fill="red", width=3)
    pen.text((20, 120), "A drawing", fill="black")
    return np.asarray(image)


def screenshot():
    """A window: bars, words, a chart."""
    image = PIL.Image.new("RGB", (220, 160), (245, 246, 248))
    pen = PIL.ImageDraw.Draw(image)
    pen.rectangle((0, 0, 220, 18), fill=(50, 60, 80))
    pen.text((6, 4), "File  Edit  View", fill="white")
    for row in range(6):
        pen.text((8, 26 + 20 * row), f"Row {row}   1,234.{row}", fill=(30, 30, 30))
        pen.rectangle((120, 28 + 20 * row, 130 + 12 * row, 40 + 20 * row), fill=(70, 140, 200))
    return np.asarray(image)


def salted(share):
    image, chance = CLEAN.copy(), np.random.default_rng(0).random(CLEAN.shape[:2])
    image[chance < share / 2] = 0
    image[chance > 1 - share / 2] = 255
    return image


def wide(image):
    """In 16 bits, with values between those of 8."""
    chance = np.random.default_rng(1).integers(0, 257, image.shape)
    return np.minimum(image.astype(np.uint32) * 257 + chance, 65535).astype(np.uint16)


def linear(image):
    """Full scales in linear light, as EXR files of one exposure hold them."""
    return ((image / 255) ** 2.2).astype(np.float32)


CASES = {
    "a clean picture": (CLEAN, None, NOTHING),
    "a clean picture in grey": (CLEAN[..., 0], None, NOTHING),
    "a drawing": (drawing(), None, NOTHING),
    "a screenshot": (screenshot(), None, NOTHING),
    "a black frame": (np.zeros((96, 96, 3), np.uint8), None, NOTHING),
    "a white frame": (np.full((96, 96), 255, np.uint8), None, NOTHING),
    "20 pixels": (NOISY[:4, :5], None, r"It is too small to tell its noise: it is left as it is\."),
    "20 x 20 pixels": (NOISY[:20, :20], None, r"It is too small to tell its noise: it is left as it is\."),
    "salt and pepper": (
        salted(0.05),
        None,
        r"No model learned what was found: .* of the pixels are stuck at black or white, .* by a median filter\.",
    ),
    "a noisy picture": (NOISY, "color", r"^Noise of sigma 2[456]\.\d/255 in a colour image: model color\."),
    "grey stored as RGB": (
        np.repeat(noisy(25), 3, axis=2),
        "grey",
        r"^Noise of sigma 2[345]\.\d/255 in a grey image: model grey\.",
    ),
    "16 bits": (wide(NOISY), "color", r"^Noise of sigma 2[456]\.\d/255 in a colour image"),
    "16 bits, clean": (wide(CLEAN), None, NOTHING),
    "linear light": (linear(NOISY), "photo|color", r"^(Noise|There is noise) of sigma|grows with brightness"),
    "linear light, clean": (linear(CLEAN), None, NOTHING),
}


@pytest.mark.parametrize("case", CASES)
def test_the_right_choice_or_a_sentence(case):
    pixels, model, sentence = CASES[case]
    image = image_of(pixels, -1)
    denoised, outcome = process(image)
    assert re.search(sentence, " ".join(outcome.remarks))
    if model is None:
        assert outcome.model is None
        assert denoised is image
    else:
        assert re.fullmatch(model, outcome.model)
        assert outcome.changed


def test_light_beyond_white_is_refused_with_what_would_be_right():
    bright = image_of(100 * linear(CLEAN), -1)
    with pytest.raises(InputError, match=r"holds floats from .* and 0 is black, 1 full scale: divide them"):
        process(bright)


@pytest.mark.parametrize(("sigma", "model"), [(0, None), (25, "color")])
def test_inks_are_looked_at_as_colours_and_that_is_said(sigma, model, tmp_path):
    path = tmp_path / "inks.tif"
    PIL.Image.fromarray(noisy(sigma, channels=3)).convert("CMYK").save(path)
    image = read(path)
    assert any("CMYK" in note for note in image.notes)
    assert process(image)[1].model == model


def test_what_lies_under_alpha_0_does_not_hide_the_noise_of_a_camera():
    """Soft noise of colours, which only a model sees, in a picture that is partly transparent."""
    chance = np.random.default_rng(0)
    soft = chance.normal(0, 60, (3, 82, 82))
    soft = (soft[:, :80, :80] + soft[:, 1:81, :80] + soft[:, :80, 1:81] + soft[:, 2:, 2:]) / 4
    pixels = CLEAN[:160, :160].astype(float) + np.kron(np.ones((2, 2, 1)), np.moveaxis(soft, 0, -1)) / 2
    seen = np.dstack([np.clip(pixels, 0, 255), np.full((160, 160), 255)]).astype(np.uint8)
    seen[:40, :60] = 0
    report = process(image_of(seen, -1))[1].report
    assert report.removed is not None
    assert "correlated" in report.findings
    assert (
        "correlated"
        not in process(image_of(np.dstack([CLEAN[:160, :160], seen[..., 3]]), -1))[1].report.findings
    )
