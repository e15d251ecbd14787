"""Was it a JPEG, and of which quality: told from pixels alone."""

import io

import numpy as np
import PIL.Image
import pytest

from grainless.inspection import measure
from grainless.inspection.estimators.compression import quality, steps
from grainless.inspection.facts import facts


@pytest.fixture(scope="module")
def scene():
    """(h, w, 3) a smooth scene with fine texture, as a camera has it before it is saved."""
    chance = np.random.default_rng(5)
    rows, columns = np.mgrid[:200, :240] / 40
    waves = 120 + 50 * np.sin(rows + 2 * np.sin(columns)) + 30 * np.cos(3 * columns * rows / 5)
    fine = 12 * chance.normal(size=(200, 240))
    colours = np.stack([waves + fine, 0.8 * waves + fine, 255 - waves + 0.5 * fine], axis=-1)
    return np.clip(colours, 1, 254).astype(np.uint8)


def saved(pixels, of, **options):
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "JPEG", quality=of, **options)
    return np.asarray(PIL.Image.open(file))


def told(pixels):
    """Of pixels of 8 bits, (h, w) or (h, w, 3)."""
    return quality(np.moveaxis(np.atleast_3d(pixels), -1, 0)[:, None].astype(np.float32) / 255)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
@pytest.mark.parametrize("of", [30, 60, 75, 90, 95])
def test_the_quality_that_pixels_were_saved_with_is_told(scene, of, subsampling):
    assert told(saved(scene, of, subsampling=subsampling)) == of


@pytest.mark.parametrize("of", [40, 85])
def test_grey_too(scene, of):
    assert told(saved(scene[..., 1], of)) == of


@pytest.mark.parametrize(("top", "left"), [(0, 1), (3, 5), (7, 0)])
def test_wherever_the_blocks_lie(scene, top, left):
    assert told(saved(scene, 70)[top:, left:]) == 70


def test_of_two_the_last_is_told_where_it_is_the_coarser(scene):
    assert told(saved(saved(scene, 92), 60)) == 60


def test_what_never_was_a_jpeg_shows_no_trace(scene):
    assert told(scene) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda image: np.clip(image + np.random.default_rng(0).normal(0, 4, image.shape), 0, 255),
        lambda image: np.asarray(PIL.Image.fromarray(image).resize((200, 170), PIL.Image.Resampling.BICUBIC)),
    ],
    ids=["noise", "resized"],
)
def test_what_was_changed_since_shows_none_either(scene, change):
    assert told(change(saved(scene, 80)).astype(np.uint8)) is None


@pytest.mark.parametrize("level", [0, 255, 90])
def test_an_even_surface_tells_nothing(level):
    assert told(np.full((64, 64), level, np.uint8)) is None


def test_too_few_blocks_tell_nothing(scene):
    assert told(saved(scene[:32, :32], 50)) is None
    assert told(scene[:5, :5]) is None


def test_steps_are_those_of_libjpeg(scene):
    for of in (1, 30, 50, 77, 100):
        file = io.BytesIO()
        PIL.Image.fromarray(scene).save(file, "JPEG", quality=of)
        table = PIL.Image.open(file).quantization[0]
        assert steps(of).ravel().tolist() == list(table)


def test_a_report_tells_it_for_a_png_of_a_jpeg_too(scene):
    file = io.BytesIO()
    PIL.Image.fromarray(saved(scene, 55)).save(file, "PNG")
    report = measure(PIL.Image.open(file))
    assert report.quality == 55
    assert facts(report)["trace of a JPEG"] == "of quality about 55"
    assert report.plain()["quality"] == 55
    assert facts(measure(scene))["trace of a JPEG"] == "none found"
