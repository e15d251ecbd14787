"""The page over a server, in a real browser: dropped, looked at, set, taken home."""

import io

import numpy as np
import pages
import PIL.Image
import pytest
from pages import DONE, downloaded, noisy
from served import served

from grainless.denoising.process import process
from grainless.image.files import decode
from grainless.server.api import pictures as application

pages.need_browser()


@pytest.fixture(scope="module")
def visited(chromium):
    with served() as address:
        page = chromium.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(pages.PATIENCE)
        wrong = pages.watched(page)
        page.goto(address)
        page.wait_for_selector("#model option[value=color]", state="attached")
        yield page, wrong
        page.close()


@pytest.fixture
def page(visited):
    page, wrong = visited
    yield page
    pages.emptied(page)
    assert wrong == []


def given(form, pixels):
    content = pages.written(pixels, form)
    return {"name": f"photo.{form.lower()}", "mimeType": "application/octet-stream", "buffer": content}


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_a_picture_comes_back_as_python_makes_it_in_its_own_format(page, form):
    file = given(form, noisy(64, 80))
    page.set_input_files("#files", file)
    page.wait_for_selector(DONE)
    assert page.locator("#split").is_visible()
    assert page.inner_text("#facts") == "80 × 64, colour, 8 bits"
    assert "Noise" in page.inner_text("#report")
    name, content = downloaded(page)
    wanted, _ = process(next(decode(file["buffer"])))
    got = next(decode(content))
    assert name == file["name"].replace(".", "-denoised.")
    assert np.abs(got.pixels - wanted.pixels.clip(0, 1)).max() <= 0.501 / 255


def test_strength_is_seen_at_once_and_asked_of_the_server_for_the_file(page):
    pixels = noisy(48, 48)
    page.set_input_files("#files", given("PNG", pixels))
    page.wait_for_selector(DONE)
    seen = page.locator("#stage canvas").screenshot()
    page.fill("#strength", "0")
    page.fill("#chroma", "0")
    page.wait_for_timeout(300)
    assert page.locator("#stage canvas").screenshot() != seen
    assert (np.asarray(PIL.Image.open(io.BytesIO(downloaded(page)[1]))) == pixels).all()


def test_what_is_broken_is_a_sentence_and_the_next_picture_works(page):
    page.set_input_files("#files", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"words"})
    page.wait_for_selector("#fault:visible")
    assert "no image" in page.inner_text("#fault p")
    page.set_input_files("#files", given("PNG", noisy(32, 32)))
    page.wait_for_selector(DONE)
    assert page.inner_text("#tally") == "1 of 2 done, 1 failed"


def test_by_keyboard_the_focus_stays_where_one_works(page):
    focus = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    page.focus("#samples button")
    page.keyboard.press("Enter")
    page.wait_for_selector(DONE)
    assert page.evaluate(focus).endswith(", before and after")  # the picture itself
    page.focus(".remove")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-state=empty]")
    assert page.evaluate(focus) == "Choose pictures"


def test_cancelled_work_stops_in_the_server(page, monkeypatch):
    import threading

    begun, stopped, real = threading.Event(), threading.Event(), application.denoise_file

    def slow(data, policy, limits, progress):
        begun.set()
        try:
            for tile in range(1000):
                progress(tile, 1000)
                threading.Event().wait(0.05)
        except Exception:
            stopped.set()
            raise
        return real(data, policy, limits, progress)

    monkeypatch.setattr(application, "denoise_file", slow)
    page.set_input_files("#files", given("PNG", noisy(32, 32)))
    assert begun.wait(60)
    page.wait_for_selector("#progress-words:has-text('tile')")
    page.click("#cancel")
    page.wait_for_selector("#fault:has-text('Stopped.')")
    assert stopped.wait(20)
    monkeypatch.undo()
    page.click("#again")
    page.wait_for_selector(DONE)


def test_programs_find_the_api_from_the_page(page):
    page.reload()
    assert page.inner_text("footer a:visible") == "For programs"
    page.click("footer a")
    page.wait_for_selector("h1:has-text('the API')")
    page.go_back()


def test_a_lost_connection_is_a_sentence_and_the_next_picture_works(visited):
    page, wrong = visited
    page.route("**/api/denoise*", lambda route: route.abort("connectionreset"))
    page.set_input_files("#files", given("PNG", noisy(32, 32)))
    page.wait_for_selector("#fault:has-text('The server does not answer: is it still running?')")
    page.unroute("**/api/denoise*")
    page.click("#again")
    page.wait_for_selector(DONE)
    pages.emptied(page)
    assert wrong == ["Failed to load resource: net::ERR_CONNECTION_RESET"]  # what the browser says of it
    wrong.clear()


def test_an_animation_comes_back_with_all_its_frames(page):
    frames = [PIL.Image.fromarray(noisy(20, 20, seed)) for seed in range(3)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    page.set_input_files("#files", [{"name": "a.gif", "mimeType": "image/gif", "buffer": written.getvalue()}])
    page.wait_for_selector(DONE)
    assert PIL.Image.open(io.BytesIO(downloaded(page)[1])).n_frames == 3
