import numpy as np
import PIL.Image
import pytest
from image_files import again, image, refusal, samples, saved
from numpy.testing import assert_array_equal

from grainless.errors import InputError
from grainless.image.files import Metadata, read, write
from grainless.image.image import from_samples, to_samples


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 3)])
def test_floats_come_back_bit_for_bit(tmp_path, shape):
    stored = samples(32, shape)
    write(from_samples(stored, metadata=Metadata()), tmp_path / "a.pfm")
    for found in again(tmp_path / "a.pfm"):
        assert_array_equal(to_samples(found[0]), stored, strict=True)


def test_others_read_what_we_write(tmp_path):
    write(from_samples(samples(32, (6, 5)), metadata=Metadata()), tmp_path / "a.pfm")
    with PIL.Image.open(tmp_path / "a.pfm") as seen:
        assert_array_equal(np.asarray(seen), samples(32, (6, 5)))


@pytest.mark.parametrize(("scale", "order"), [("-1.0", "<"), ("2.5", ">"), ("-0.5e1", "<")])
def test_byte_order_and_scale_survive(tmp_path, scale, order):
    rows = np.array([[1, 2], [3, 4]], f"{order}f4")  # from the bottom to the top
    saved(tmp_path / "a.pfm", f"Pf\n2 2\n{scale}\n".encode() + rows.tobytes())
    assert read(tmp_path / "a.pfm").pixels.tolist() == [[[3, 4], [1, 2]]]
    again(tmp_path / "a.pfm")
    assert (tmp_path / "again.pfm").read_bytes() == (tmp_path / "a.pfm").read_bytes()


def test_broken(tmp_path):
    head = b"Pf\n2 2\n-1.0\n"
    assert "it ends too early" in refusal(saved(tmp_path / "a.pfm", head + bytes(15)))
    assert "its header is not that of a PFM" in refusal(saved(tmp_path / "a.pfm", b"Pf\n2 x\n-1.0\n"))
    assert "broken PFM file" in refusal(saved(tmp_path / "a.pfm", b"Pf\n1 1\n-e-\n" + bytes(4)))
    assert "holds 2 x 2 pixels, more than the 3" in refusal(saved(tmp_path / "a.pfm", head), max_pixels=3)
    infinite = np.array([np.inf], "<f4").tobytes()
    line = refusal(saved(tmp_path / "a.pfm", b"Pf\n1 1\n-1.0\n" + infinite))
    assert line == "a.pfm holds pixels that are no numbers (NaN or inf): replace them."


def test_what_a_pfm_cannot_hold(tmp_path):
    with pytest.raises(
        InputError, match=r"^a\.pfm would lose 8 bits a sample of the image: PFM cannot hold it"
    ):
        write(image(), tmp_path / "a.pfm")
