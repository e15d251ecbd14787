"""Pictures come to the static site in every way; what is wrong is a sentence on the page, and the next one works."""

import io
import zipfile
import zlib

import numpy as np
import pages
import PIL.Image
from pages import DONE, downloaded, noisy, png

import grainless

pages.need_browser()

PASTE = """(values) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(values)], "image.png", { type: "image/png" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""


def test_a_picture_is_pasted(page):
    page.evaluate(PASTE, list(pages.written(noisy(20, 30))))
    page.wait_for_selector(DONE)
    assert page.inner_text("#about-name") == "image.png"


def test_of_a_picked_folder_the_pictures_are_taken(page, tmp_path):
    for name in ("a.png", "deeper/b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(pages.written(noisy(8, 8)))
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / ".hidden.png").write_text("a thumbnail of some program")
    page.set_input_files("#folder", str(tmp_path))
    pages.until(page, "() => document.querySelectorAll('#strip li').length === 2")
    page.wait_for_selector(DONE)
    assert set(pages.told(page)) == {"a.png", "b.png"}


def test_a_dropped_folder_gives_its_pictures_and_those_of_folders_in_it(page, tmp_path):
    for name in ("scans/a.png", "scans/deeper/b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(pages.written(noisy(8, 8)))
    (tmp_path / "scans/notes.txt").write_text("words")
    hand = page.context.new_cdp_session(page)
    held = {"items": [], "files": [str(tmp_path / "scans")], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        hand.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": held})
    pages.until(page, "() => document.querySelectorAll('#strip li').length === 2")
    page.wait_for_selector(DONE)
    assert set(pages.told(page)) == {"a.png", "b.png"}
    pages.until(page, "() => document.querySelectorAll('#strip img').length === 2")
    pages.until(page, "() => document.getElementById('tally').textContent === '2 of 2 done'")


def wide(height, width):
    """The head of a PNG of so many pixels, and no pixels."""
    head = b"IHDR" + height.to_bytes(4) + width.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    chunks = [(13).to_bytes(4) + head, bytes(4) + b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(each + zlib.crc32(each[4:]).to_bytes(4) for each in chunks)


def animated(form):
    frames = [PIL.Image.fromarray(noisy(8, 8, seed)) for seed in range(2)]
    written = io.BytesIO()
    frames[0].save(written, form, save_all=True, append_images=frames[1:])
    return written.getvalue()


PNG = pages.written(noisy(8, 8))

WRONG = {
    "a.gif": (animated("GIF"), "It is a GIF: the command line takes those"),
    "b.webp": (animated("WEBP"), "It is an animation"),
    "c.heic": (
        b"\0\0\0\x18ftypheic" + bytes(40),
        "It is HEIC, AVIF or a film: save it as JPEG or PNG first.",
    ),
    "d.tif": (pages.written(noisy(8, 8), "TIFF"), "the command line takes TIFF"),
    "e.png": (wide(15_000, 20_000), "at most 50 million are taken"),
    "f.jpg": (pages.written(noisy(20, 20), "JPEG")[:300], "broken"),
    "g.webp": (pages.written(noisy(20, 20), "WEBP")[:50], "broken"),
    "h.png": (b"", "The file is empty."),
    "i.png": (b"words", "It is no PNG, JPEG or WebP picture."),
    "j.png": (PNG[:-13] + b"?" + PNG[-12:], "It is a broken PNG file: chunk IDAT is broken."),  # its checksum
    "k.png": (PNG[:-12], "It is a broken PNG file: it ends too early."),
    "l.jpg": (pages.written(noisy(20, 20), "JPEG")[:-2], "It is broken: the browser cannot read it."),
}


def test_what_is_wrong_is_a_sentence_each_and_the_next_picture_works(page):
    page.set_input_files(
        "#files",
        [{"name": name, "mimeType": "image/png", "buffer": content} for name, (content, _) in WRONG.items()],
    )
    pages.until(
        page, f"() => document.querySelectorAll('#strip [aria-label*=failed]').length === {len(WRONG)}"
    )
    told = pages.told(page)
    assert {name: words for name, (_, words) in WRONG.items() if words not in told[name]} == {}
    page.set_input_files("#files", png(noisy(20, 20)))
    page.wait_for_selector(DONE)


def test_a_hundred_files_at_once_come_back_as_a_zip(page):
    small = {"mimeType": "image/png", "buffer": pages.written(noisy(8, 8))}
    page.set_input_files("#files", [{"name": f"{number:02}.png", **small} for number in range(100)])
    pages.until(page, "() => document.querySelectorAll('#strip [aria-label$=\", done\"]').length === 100")
    names = zipfile.ZipFile(io.BytesIO(downloaded(page, "#download-all")[1])).namelist()
    assert names == [f"{number:02}-denoised.png" for number in range(100)]


# in other formats and depths: what the command line gives


def difference(page, name, content, wanted):
    """The largest difference from what the command line gives, in steps of the file."""
    page.set_input_files("#files", {"name": name, "mimeType": "", "buffer": content})
    page.wait_for_selector(DONE)
    got = np.asarray(PIL.Image.open(io.BytesIO(downloaded(page)[1])))
    assert got.dtype == wanted.dtype
    assert got.shape == wanted.shape
    return np.abs(got.astype(int) - wanted)


def test_sixteen_bits_stay_sixteen_bits_within_a_grey_level_of_eight(page):
    pixels = noisy(40, 48)[..., 0].astype(np.uint16) * 257
    wanted = grainless.denoise(pixels, model="photo")
    assert difference(page, "a.png", pages.written(pixels), wanted).max() <= 65535 / 255 / 4


def test_of_sixteen_bits_those_that_are_used_count(page):
    pixels = noisy(40, 48)[..., 0].astype(np.uint16) * 16  # a camera's 12 bits
    wanted = grainless.denoise(pixels, model="photo")
    assert difference(page, "a.png", pages.written(pixels), wanted).max() <= 4095 / 255 / 4
    assert "It uses 12 of its 16 bits" in page.inner_text("#report")


def test_webp_without_loss_equals_the_command_lines_within_a_grey_level(page):
    pixels = noisy(40, 48)
    wanted = grainless.denoise(pixels, model="photo")
    assert difference(page, "a.webp", pages.written(pixels, "WEBP", lossless=True), wanted).max() <= 1


def test_jpeg_is_what_the_command_line_gives_but_for_its_own_loss(page):
    content = pages.written(noisy(64, 64), "JPEG", quality=95)
    wanted = grainless.denoise(np.asarray(PIL.Image.open(io.BytesIO(content))), model="photo")
    assert difference(page, "a.jpg", content, wanted).mean() < 2


# what fails on the way


def given_up(browser, address, pattern, handler):
    """The page's sentence where something it loads goes wrong; then that is mended, and it works."""
    page = browser.new_page(service_workers="block")
    page.set_default_timeout(pages.PATIENCE)
    page.route(pattern, handler)
    page.goto(address)
    page.set_input_files("#files", png(noisy(20, 20)))
    page.wait_for_selector("#fault:visible")
    words = page.inner_text("#fault p")
    page.unroute(pattern)
    return page, words


def test_a_model_that_does_not_arrive_is_told_and_fetched_again(chromium, static_site):
    page, words = given_up(chromium, static_site, "**/models/photo*.onnx", lambda route: route.abort())
    assert words == "The model photo could not be loaded: the connection was lost."
    page.click("#again")
    page.wait_for_selector(DONE)
    page.close()


def test_a_model_that_is_none_is_told(chromium, static_site):
    page, words = given_up(
        chromium, static_site, "**/models/photo*.onnx", lambda route: route.fulfill(body="no model")
    )
    assert words.startswith("The model photo could not be opened: ")
    page.close()


def test_a_browser_without_simd_is_told_so_on_the_page(chromium, static_site):
    def old(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=f"WebAssembly.validate = () => false;\n{answer.text()}")

    page, words = given_up(chromium, static_site, "**/browser/session.js", old)
    assert words.startswith("This browser is too old: it has no WebAssembly with SIMD.")
    page.close()
