"""In which format a result comes out where the name of the source is wrong, or the target's format keeps no pages."""

import numpy as np
import pytest
from PIL import Image
from scenes import noisy

from grainless.denoising.files.denoiser import FileDenoiser
from grainless.denoising.files.jobs import Job
from grainless.denoising.policy import Policy
from grainless.image.files import format_of


@pytest.fixture
def done(tmp_path):
    """What becomes of an image of one format, called as one of another."""

    def denoised(form, source, target, strength=1.0):
        picture = Image.fromarray(noisy(20).squeeze())
        picture.save(tmp_path / source, form)
        job = Job(tmp_path / source, tmp_path / target)
        return FileDenoiser(Policy("grey", strength))(job), job

    return denoised


@pytest.mark.parametrize("strength", [1.0, 0.0], ids=["denoised", "left"])
def test_a_png_called_jpg_stays_a_png_and_that_is_told(done, strength):
    result, job = done("PNG", "scan.jpg", "out.JPG", strength)
    assert format_of(job.target) == "PNG"
    assert (
        result.remarks[-1] == "It is a PNG, whatever its name says, and so is its result: a .JPG would lose."
    )
    assert (job.target.read_bytes() == job.source.read_bytes()) == (strength == 0)


@pytest.mark.parametrize(
    ("form", "source", "target", "written"),
    [
        ("PNG", "scan.jpg", "out.jpeg", "JPEG"),  # a name of its own is an order
        ("PNG", "scan.png", "out.jpg", "JPEG"),
        ("JPEG", "scan.png", "out.png", "PNG"),  # which loses nothing
        ("JPEG", "scan.jpg", "out.jpg", "JPEG"),
        ("GIF", "scan.jpg", "out.jpg", "JPEG"),  # finer than a palette
    ],
)
def test_else_the_ending_says_the_format(done, form, source, target, written):
    result, job = done(form, source, target)
    assert format_of(job.target) == written
    assert not any("whatever its name" in each for each in result.remarks)


@pytest.mark.parametrize(("target", "told"), [("x.png", "PNG"), ("x.webp", "WebP"), ("x.tif", None)])
def test_pages_that_become_frames_of_an_animation_are_told(tmp_path, target, told):
    first, *others = [Image.fromarray(np.full((16, 16), 60 * page, np.uint8)) for page in range(3)]
    first.save(tmp_path / "stack.tif", save_all=True, append_images=others)
    result = FileDenoiser(Policy("grey"))(Job(tmp_path / "stack.tif", tmp_path / target))
    said = [each for each in result.remarks if "pages" in each]
    assert said == (
        [f"Its 3 pages became the frames of an animated {told}; a TIFF would hold pages."] if told else []
    )
