"""A real browser for tests of the page, and a plain host of static files."""

import contextlib
import functools
import http.server
import io
import os
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

DONE = "#download:enabled"
"""Of the page: the picture that is looked at is denoised."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def found():
    """The browser's program; $GRAINLESS_CHROMIUM names another one."""
    named = os.environ.get("GRAINLESS_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def need_browser():
    """Leave out the tests of a module where no browser is, and say so."""
    if not found():
        pytest.skip("no Chromium is found: apt-get install chromium", allow_module_level=True)


@contextlib.contextmanager
def browser():
    """A Chromium. There can be one such call at a time: Playwright starts once in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        yield started
        started.close()


@contextlib.contextmanager
def another(chromium, *flags):
    """A Chromium beside one that runs, with further flags of its command line."""
    started = chromium.browser_type.launch(executable_path=found(), args=[*FLAGS, *flags])
    yield started
    started.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Like python -m http.server: it sends no headers that the page would need for threads."""

    def log_message(self, *_): ...


@contextlib.contextmanager
def hosted(folder):
    """The address of a folder's files."""
    handler = functools.partial(Quiet, directory=str(folder))
    host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{host.server_port}/"
    host.shutdown()
    host.server_close()


def watched(page):
    """Notes what goes wrong in a page: errors, and requests to elsewhere."""
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if mistaken(said) else None)
    page.on("request", lambda asked: wrong.append(asked.url) if not local(asked.url) else None)
    return wrong


def local(url):
    return url.startswith(("http://127.0.0.1:", "blob:http://127.0.0.1:"))


PATIENCE = 120_000
"""Milliseconds: a machine may be busy with other tests."""

AXE = Path(__file__).parent / "web/axe.min.js"
"""axe-core 4.14.1, unchanged, by Deque Systems, under the MPL 2.0; for tests alone, it is in no wheel."""


def accessible(page):
    """What axe-core finds to mend in a page."""
    page.evaluate(AXE.read_text("utf-8") + "; 0")
    found = page.evaluate("() => axe.run().then(({ violations }) => violations)")
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def until(page, predicate, seconds=PATIENCE / 1000):
    """Wait until a function in the page gives something true; its policy bars Playwright's own way."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(Exception):  # the page may be loading anew
            if page.evaluate(predicate):
                return
        time.sleep(0.05)
    raise AssertionError(f"this never came: {predicate}")


def noisy(height, width, seed=0, sigma=25):
    """A smooth picture with noise, (h, w, 3) bytes."""
    down, across = np.mgrid[:height, :width]
    smooth = np.stack(
        [120 + 80 * np.sin(down / 29), 120 + 80 * np.cos(across / 23), (down + across) % 200], -1
    )
    noise = sigma * np.random.default_rng(seed).standard_normal(smooth.shape)
    return np.rint(smooth + noise).clip(0, 255).astype(np.uint8)


def written(pixels, form="PNG", **options):
    """A picture's file."""
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


def png(pixels):
    """A picture as a page is given it."""
    return {"name": "photo.png", "mimeType": "image/png", "buffer": written(pixels)}


def downloaded(page, button="#download"):
    """Name and content of what a button of the page writes."""
    with page.expect_download() as given:
        page.click(button)
    return given.value.suggested_filename, given.value.path().read_bytes()


def emptied(page):
    """Take all pictures from a page."""
    page.evaluate(
        "() => [...document.querySelectorAll('#strip .remove')].reverse().forEach((each) => each.click())"
    )


def told(page):
    """Name -> sentence of its fault, or nothing, of each picture on a page."""
    found = {}
    for entry in page.locator("#strip li > button:first-child").all():
        entry.click()
        found[page.inner_text("#about-name")] = page.inner_text("#fault p")
    return found


def mistaken(said):
    """Whether the page's console tells of a mistake; what a server refuses is told there, too, and is none."""
    return (
        said.type == "error"
        and "Failed to load resource: the server responded with a status of 4" not in said.text
    )
