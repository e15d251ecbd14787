"""The page, the API and the static site by the clock: what they cost over the library they stand on.

    python -m benchmarks.web.serving              # all; minutes
    python -m benchmarks.web.serving page         # or: site, slider, 12, 50, 100

What the API costs over Python: benchmarks/web/overhead.py.

page: from the request of the page until pictures can be given. site: seconds a megapixel in Chromium beside the
command line's engine, in turns, on one and on all cores, by the clock and of the processor. slider: milliseconds of
a frame when strength moves on 12 megapixels. 12 and 50: pictures of so many megapixels through both, seconds and the
most memory that the server's process, or all of the browser's, took. 100: as many small pictures at once.
"""

import http.client
import http.server
import io
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from playwright.sync_api import Browser, Page

from benchmarks.measuring import median_with_interval, tell_and_keep
from benchmarks.web.hosting import browsers, chromium, peak, served, site
from grainless.model.denoiser import load

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
DONE = "#download:enabled"
PATIENCE = 3_600_000  # ms


def noisy(height: int, width: int) -> np.ndarray:
    """A soft scene with noise of sigma 20, (h, w, 3) bytes."""
    chance = np.random.default_rng(0)
    down, across = np.sin(np.arange(height) / 90)[:, None, None], np.cos(np.arange(width) / 120)[:, None]
    bands = [128 + 60 * down[at : at + 256] * across for at in range(0, height, 256)]
    noised = [band + 20 * chance.standard_normal((len(band), width, 3), np.float32) for band in bands]
    return np.concatenate([band.clip(0, 255).astype(np.uint8) for band in noised])


def written(pixels: np.ndarray, form: str, **options: Any) -> bytes:
    """A file's bytes."""
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


def page(folder: Path) -> list[dict[str, Any]]:
    """Milliseconds until pictures can be given, and until the models are there."""
    rows = []
    with chromium() as browser, served(folder) as (address, _), site() as static:
        for name, place in (("grainless serve", f"http://{address}/"), ("grainless site", static)):
            loads = [_load(browser, place) for _ in range(9)]
            low, middle, high = median_with_interval(np.array([load["ready"] for load in loads]))
            rows.append(
                {
                    "page": name,
                    "ready, ms": middle,
                    "low": low,
                    "high": high,
                    "with models, ms": float(np.median([load["models"] for load in loads])),
                    "requests": loads[0]["requests"],
                    "kB": loads[0]["kB"],
                }
            )
    return rows


LOADED = """() => {
  const all = performance.getEntriesByType("resource");
  const bytes = all.reduce((sum, { transferSize }) => sum + transferSize, 0);
  return { ready: performance.getEntriesByName("ready")[0].startTime, models: performance.now(),
           requests: all.length + 1, kB: bytes / 1000 };
}"""


def _load(browser: Browser, address: str) -> dict[str, float]:
    view = browser.new_page(service_workers="block")
    view.goto(address)
    view.wait_for_selector("#model option", state="attached")
    found: dict[str, float] = view.evaluate(LOADED)
    view.close()
    return found


SESSION = """async ([name, height, width]) => {
  const { models } = await (await fetch("models.json")).json();
  const { denoise } = await import("./browser/denoise.js");
  const { open } = await import("./browser/session.js");
  const model = models.find((each) => each.name === name);
  const { card } = model;
  const { run, words } = await open(async (file) => (await fetch(file)).arrayBuffer(), model, card);
  const colours = Uint8Array.from({ length: 3 * height * width }, () => 255 * Math.random());
  const image = { width, height, channels: 3, depth: 8, colours, alpha: null };
  window.once = async () => {
    const start = performance.now();
    await denoise(image, card, run, { pixels: 2 ** 20 });
    return (performance.now() - start) / 1000;
  };
  return words;
}"""


def in_browser(folder: Path) -> list[dict[str, Any]]:
    """Milliseconds a megapixel of the browser's engine and of the command line's."""
    del folder
    rows = []
    pixels = noisy(512, 1024)
    with chromium() as browser, site() as static:
        for threads, blocked in ((1, "block"), (CORES, "allow")):
            view = browser.new_page(service_workers=blocked)
            view.set_default_timeout(PATIENCE)
            view.goto(static)
            if blocked == "allow":
                view.wait_for_selector("#where:has-text('in this browser'):not(:has-text('one thread'))")
            words = view.evaluate(SESSION, ["photo", *pixels.shape[:2]])
            model = load("photo", device="cpu", threads=threads)
            rows.append({"runs on": words} | _beside(view, lambda model=model: model(pixels)))
            view.close()
    return rows


def _beside(view: Page, native: Callable[[], object]) -> dict[str, float]:
    """Seconds a megapixel of the processor, and by the clock; half a megapixel is worked on."""
    native(), view.evaluate("() => window.once()")
    turns = []
    for _ in range(5):
        other = browsers("processor")
        clock = view.evaluate("() => window.once()")
        spent = browsers("processor") - other
        own = time.process_time()
        native_clock = _timed(native)
        turns.append((spent, clock, time.process_time() - own, native_clock))
    seconds = 2 * np.array(turns)
    low, middle, high = median_with_interval(seconds[:, 0] / seconds[:, 2])
    return {
        "browser, s a megapixel": float(np.median(seconds[:, 1])),
        "of the processor": float(np.median(seconds[:, 0])),
        "command line": float(np.median(seconds[:, 3])),
        "its processor's": float(np.median(seconds[:, 2])),
        "ratio of the processor's": middle,
        "low": low,
        "high": high,
        "of the clock's": float(np.median(seconds[:, 1] / seconds[:, 3])),
    }


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


FRAMES = """async ([zoom, steps]) => {
  const { Viewer } = await import("./viewer.js");
  const [width, height] = [4000, 3000];
  const image = () => ({ width, height, data: new Uint8ClampedArray(4 * width * height).map((_, at) => at * 7919) });
  document.body.dataset.state = "work";
  document.getElementById("work").hidden = false;
  const viewer = new Viewer(document.getElementById("stage"), () => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  viewer.show(image(), image());
  viewer.drawNow();
  if (zoom) viewer.zoomTo(zoom);
  const times = [];
  for (let step = 0; step < steps; step++) {
    Object.assign(viewer.settings, { strength: step / steps, chroma: 1 - step / steps });
    viewer.busy = true;
    const start = performance.now();
    viewer.drawNow();
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  return times;
}"""


def slider(folder: Path) -> list[dict[str, Any]]:
    """Milliseconds of a frame while strength moves; a sixtieth of a second is 16.7."""
    rows = []
    with chromium() as browser, served(folder) as (address, _):
        for window in ((1200, 800), (1920, 1080)):
            for name, zoom in (("fit", 0), ("50 %", 0.5), ("100 %", 1), ("400 %", 4)):
                view = browser.new_page(viewport={"width": window[0], "height": window[1]})
                view.goto(f"http://{address}/")
                times = np.array(view.evaluate(FRAMES, [zoom, 60])[5:])
                rows.append(
                    {
                        "window": f"{window[0]} x {window[1]}",
                        "zoom": name,
                        "median, ms": float(np.median(times)),
                        "fastest, ms": float(times.min()),
                        "frames within 16.7 ms": f"{100 * (times < 1000 / 60).mean():.0f} %",
                    }
                )
                view.close()
    return rows


def large(folder: Path, height: int, width: int) -> list[dict[str, Any]]:
    """Seconds and the most memory of a large picture: the API, and the page in a browser."""
    rows = []
    file = folder / f"{width}.jpg"
    file.write_bytes(written(noisy(height, width), "JPEG", quality=92))
    name = f"{height * width / 1e6:.0f} megapixels, JPEG of {file.stat().st_size / 1e6:.0f} MB"
    with served(folder) as (address, server):
        seconds = _timed(partial(_posted, address, file))
        rows.append({"picture": name, "way": "the API", "s": seconds, "GB at most": peak(server)})
    with chromium() as browser, site() as static:
        view = browser.new_page(viewport={"width": 1200, "height": 800})
        seconds, most = _denoised(view, static, file)
        rows.append({"picture": name, "way": "the static site", "s": seconds, "GB at most": most})
    return rows


def _posted(address: str, file: Path) -> None:
    line = http.client.HTTPConnection(address, timeout=3600)
    line.request("POST", "/api/denoise?model=photo", file.read_bytes())
    answer = line.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()


def _denoised(view: Page, address: str, file: Path) -> tuple[float, float]:
    """Seconds from the file to the written one, and the most memory of the browser's processes together."""
    view.set_default_timeout(PATIENCE)
    view.goto(address)
    view.wait_for_selector("#where:has-text('in this browser'):not(:has-text('one thread'))")
    most, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            most[0] = max(most[0], browsers("memory"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    view.set_input_files("#files", str(file))
    view.wait_for_selector(DONE)
    with view.expect_download() as download:
        view.click("#download")
    download.value.path()
    seconds = time.perf_counter() - start
    over.set()
    watcher.join()
    return seconds, most[0]


def many(folder: Path, count: int = 100) -> list[dict[str, Any]]:
    """Seconds until pictures of 320 x 240, given at once, are done; how the API answered."""
    for number in range(count):
        (folder / f"{number:02}.png").write_bytes(written(noisy(240, 320), "PNG"))
    files = sorted(map(str, folder.glob("*.png")))
    rows = []
    with served(folder) as (address, server), chromium() as browser, site() as static:
        for way, place in (("grainless serve's page", f"http://{address}/"), ("the static site", static)):
            view = browser.new_page()
            view.set_default_timeout(PATIENCE)
            view.goto(place)
            start = time.perf_counter()
            view.set_input_files("#files", files)
            while not view.evaluate(ALL_DONE, count):  # the page's policy forbids Playwright's own waiting
                time.sleep(0.05)
            rows.append({"way": way, "s": time.perf_counter() - start, "answers": f"{count} done"})
            view.close()
        with ThreadPoolExecutor(count) as people:
            start = time.perf_counter()
            answers = Counter(people.map(partial(_status, address), files))
            told = ", ".join(f"{number} x {status}" for status, number in sorted(answers.items()))
            seconds = time.perf_counter() - start
        rows.append({"way": f"the API, {count} requests at once", "s": seconds, "answers": told})
        start = time.perf_counter()
        answers = Counter(_status(address, file) for file in files)
        rows.append(
            {
                "way": "the API, one after the other",
                "s": time.perf_counter() - start,
                "answers": str(dict(answers)),
            }
        )
        rows.append({"way": "the server's memory at most, GB", "s": peak(server), "answers": ""})
    return rows


ALL_DONE = "(count) => document.querySelectorAll('#strip [aria-label$=\", done\"]').length === count"


def _status(address: str, file: str) -> int:
    line = http.client.HTTPConnection(address, timeout=3600)
    line.request("POST", "/api/denoise", Path(file).read_bytes())
    answer = line.getresponse()
    answer.read()
    return answer.status


ABOUT = {
    "page": "From the request of the page until pictures can be given",
    "site": "The browser's engine beside the command line's, model photo; ratios: over the other's",
    "slider": "A frame while strength moves, 12 megapixels; a sixtieth of a second is 16.7 ms",
    "100": "A hundred pictures of 320 x 240 given at once, model auto",
    "12": "A picture of 12 megapixels from file to file, model photo",
    "50": "A picture of 50 megapixels from file to file, model photo",
}
TABLES: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "page": page,
    "site": in_browser,
    "slider": slider,
    "12": partial(large, height=3000, width=4000),
    "100": many,
    "50": partial(large, height=6120, width=8160),  # of a phone; the page takes at most 50 million pixels
}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for asked in sys.argv[1:] or TABLES:
            tell_and_keep(f"web/serving-{asked}", TABLES[asked](Path(place)), ABOUT[asked])
