"""The page's modules against golden numbers from Python: tiles, padding, transparency, blending, PNG."""

import base64
import io

import numpy as np
import pages
import PIL.Image
import pytest

from grainless.image.transparent import filled
from grainless.model.tiles import Cutting, plan

pages.need_browser()

CUTTINGS = [
    ((300, 280), Cutting(2**15, 91, 8)),
    ((4000, 3000), Cutting(2**20, 91, 8)),
    ((6144, 8192), Cutting(2**20, 91, 8)),
    ((1, 5000), Cutting(1000, 3, 1)),
    ((64, 64), Cutting(2**20, 91, 8)),
    ((1200, 17), Cutting(4096, 10, 1, 40)),
    ((777, 1555), Cutting(40_000, 25, 1)),
    ((1024, 1032), Cutting(60_000, 7, 4, 16)),
]

PLAN = """async ([size, cutting]) => {
  const { Cutting, plan } = await import("./browser/tiles.js");
  return plan(size, new Cutting(cutting));
}"""


@pytest.mark.parametrize(("size", "cutting"), CUTTINGS, ids=str)
def test_tiles_are_cut_as_python_cuts_them(alone, size, cutting):
    cut = alone.evaluate(PLAN, [size, vars(cutting)])
    wanted = plan(size, cutting)
    assert cut == [[vars(span) for span in side] for side in wanted]


@pytest.mark.parametrize("length", [1, 2, 3, 8])
def test_padding_mirrors_as_numpys_does(alone, length):
    code = """async ([length, most]) => {
      const { mirrored } = await import("./browser/tiles.js");
      return Array.from({ length: most }, (_, place) => mirrored(place, length));
    }"""
    wanted = np.pad(np.arange(length), (0, 20), mode="reflect")
    assert alone.evaluate(code, [length, length + 20]) == wanted.tolist()


def test_clear_pixels_are_filled_as_python_fills_them(alone):
    chance = np.random.default_rng(0)
    plane = chance.random((45, 70)).astype(np.float32)
    clear = chance.random((45, 70)) < 0.6
    clear[10:40, 5:60] = True
    code = """async ([plane, clear, width, height]) => {
      const { filled } = await import("./browser/transparent.js");
      return Array.from(filled(Float32Array.from(plane), clear, { width, height }));
    }"""
    got = alone.evaluate(code, [plane.ravel().tolist(), clear.ravel().astype(int).tolist(), 70, 45])
    np.testing.assert_allclose(np.reshape(got, (45, 70)), filled(plane[None], clear)[0], atol=1e-6)


BLEND = """async ([before, after, width, height, settings]) => {
  const { blend } = await import("./blend.js");
  const image = (data) => ({ width, height, data: Uint8ClampedArray.from(data) });
  const out = new Uint8ClampedArray(before.length);
  blend(out, image(before), image(after), { left: 0, top: 0, width, height }, settings);
  return Array.from(out);
}"""


def blended(page, before, after, **settings):
    height, width = before.shape[:2]
    given = [before.ravel().tolist(), after.ravel().tolist(), width, height, settings]
    return np.reshape(page.evaluate(BLEND, given), before.shape)


@pytest.fixture
def pair():
    chance = np.random.default_rng(1)
    return [chance.integers(0, 256, (6, 9, 4), np.uint8) for _ in range(2)]


@pytest.mark.parametrize(("strength", "chroma"), [(1, 1), (0.5, 0.5), (0.3, 1), (1, 0)])
def test_strength_and_chroma_blend_by_their_formula(alone, pair, strength, chroma):
    before, after = pair
    x, d = before[..., :3].astype(float), after[..., :3].astype(float) - before[..., :3]
    luma = (d @ [0.299, 0.587, 0.114])[..., None]
    wanted = np.clip(x + strength * luma + chroma * (d - luma), 0, 255)
    got = blended(alone, before, after, strength=strength, chroma=chroma)
    assert np.abs(got[..., :3] - wanted).max() <= 0.5 + 1e-9
    assert (got[..., 3] == before[..., 3]).all()


def test_no_strength_is_the_picture_itself_and_left_of_the_boundary_always(alone, pair):
    before, after = pair
    assert (blended(alone, before, after, strength=0, chroma=0) == before).all()
    got = blended(alone, before, after, strength=1, chroma=1, split=4)
    assert (got[:, :4] == before[:, :4]).all()
    assert (got[:, 4:, :3] == after[:, 4:, :3]).all()


def test_what_was_removed_is_grey_where_nothing_was(alone, pair):
    before, _ = pair
    assert (blended(alone, before, before, strength=1, chroma=1, removed=True)[..., :3] == 128).all()


PNG = """async (text) => {
  const { decode, encode, rgba } = await import("./browser/files.js");
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const decoded = await decode(new Blob([bytes]));
  const again = new Uint8Array(await (await encode(decoded.image, decoded)).arrayBuffer());
  return btoa(Array.from(again, (byte) => String.fromCharCode(byte)).join(""));
}"""


def again(page, content):
    """A file read and written by the page."""
    return base64.b64decode(page.evaluate(PNG, base64.b64encode(content).decode()))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16"])
def test_a_png_survives_bit_for_bit(alone, mode):
    chance = np.random.default_rng(2)
    bands = {"L": (), "LA": (2,), "RGB": (3,), "RGBA": (4,), "I;16": ()}[mode]
    dtype = np.uint16 if mode == "I;16" else np.uint8
    pixels = chance.integers(0, np.iinfo(dtype).max, (13, 7, *bands), dtype)
    written = io.BytesIO()
    PIL.Image.fromarray(pixels).save(written, "PNG", dpi=(300, 300), icc_profile=b"profile")
    back = PIL.Image.open(io.BytesIO(again(alone, written.getvalue())))
    assert (np.asarray(back) == pixels).all()
    assert back.mode == mode
    assert back.info["icc_profile"] == b"profile"
    assert round(back.info["dpi"][0]) == 300


def test_palettes_and_single_bits_are_read(alone):
    pixels = np.arange(48, dtype=np.uint8).reshape(6, 8) % 5
    image = PIL.Image.fromarray(pixels, "P")
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150])
    image.info["transparency"] = 2
    for each in (image, PIL.Image.fromarray(pixels * 60).convert("1")):
        written = io.BytesIO()
        each.save(written, "PNG")
        wanted = np.asarray(PIL.Image.open(written).convert("RGBA"))
        back = PIL.Image.open(io.BytesIO(again(alone, written.getvalue())))
        assert (np.asarray(back.convert("RGBA")) == wanted).all()


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_a_files_exif_and_profile_come_back(alone, form):
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    written = io.BytesIO()
    pixels = np.full((20, 30, 3), 120, np.uint8)
    PIL.Image.fromarray(pixels).save(written, form, exif=exif, icc_profile=b"p" * 200, quality=95)
    back = PIL.Image.open(io.BytesIO(again(alone, written.getvalue())))
    assert back.format == form
    assert back.size == (30, 20)  # as it is stored: the orientation stands in EXIF
    assert dict(back.getexif())[0x0112] == 6
    assert back.info["icc_profile"] == b"p" * 200
    assert np.abs(np.asarray(back).astype(int) - 120).max() <= 2


UPRIGHT = """async ([orientation, values, width, height]) => {
  const { upright } = await import("./browser/exif.js");
  const data = Uint8ClampedArray.from(values.flatMap((value) => [value, 0, 0, 255]));
  const seen = upright({ width, height, data }, orientation);
  return [seen.width, seen.height, Array.from(seen.data).filter((_, at) => at % 4 === 0)];
}"""


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_pil_turns_them(alone, orientation):
    import PIL.ImageOps

    image = PIL.Image.fromarray(np.arange(15, dtype=np.uint8).reshape(3, 5))
    image.getexif()[0x0112] = orientation
    wanted = np.asarray(PIL.ImageOps.exif_transpose(image))
    width, height, values = alone.evaluate(UPRIGHT, [orientation, list(range(15)), 5, 3])
    assert [height, width] == list(wanted.shape)
    assert values == wanted.ravel().tolist()


def test_a_browser_without_simd_is_told_so(alone):
    code = """async () => {
      const { open } = await import("./browser/session.js");
      WebAssembly.validate = () => false;
      return open(async () => new ArrayBuffer(0), {}, {}).then(() => "", (error) => error.message);
    }"""
    assert "too old" in alone.evaluate(code)


def test_names_of_results_say_what_they_are(alone):
    code = """async (files) => {
      const { named } = await import("./download.js");
      return files.map(([name, type]) => named(name, type));
    }"""
    given = {
        ("photo.jpg", "image/jpeg"): "photo-denoised.jpg",
        ("photo.JPEG", "image/jpeg"): "photo-denoised.JPEG",
        ("scan.v2.webp", "image/png"): "scan.v2-denoised.png",
        ("scan.tif", "image/tiff"): "scan-denoised.tif",
        ("", "image/png"): "picture-denoised.png",
    }
    assert alone.evaluate(code, [list(each) for each in given]) == list(given.values())


PACE = """async (times) => {
  const { Viewer } = await import("./viewer.js");
  const viewer = Object.assign(Object.create(Viewer.prototype), { coarser: 0, busy: true, zoom: 0.5 });
  viewer.size = { width: 4000, height: 3000 };
  const levels = [];
  for (const time of times) {
    viewer.pace(time);
    levels.push(viewer.level());
  }
  viewer.busy = false;
  return [...levels, viewer.level()];
}"""


def test_frames_that_take_too_long_become_coarser_until_it_is_still(alone):
    assert alone.evaluate(PACE, [5, 40, 40, 40, 5, 1, 1, 1]) == [1, 2, 3, 3, 3, 2, 1, 1, 1]
