"""Pictures of the page for the manual, taken in a Chromium: python docs/screenshots.py [FOLDER]; else docs/page/."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import PIL.Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent / "page"
CHROMIUM = os.environ.get("GRAINLESS_CHROMIUM") or shutil.which("chromium")
DESKTOP, PHONE = {"width": 1200, "height": 760}, {"width": 390, "height": 844}
DONE = "#download:enabled"
PATIENCE = 300_000  # ms
QUALITY = 78  # of the WebP files: about 100 kB each


@contextmanager
def served(*options: str) -> Iterator[str]:
    """The address of `grainless serve`."""
    command = [sys.executable, "-m", "grainless", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[3]
        finally:
            server.terminate()


def opened(browser: Browser, address: str, size: dict[str, int], scheme: str) -> Page:
    """The page as it comes, in a window of this size."""
    page = browser.new_page(viewport=size, color_scheme=scheme, device_scale_factor=1)
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector("#model option[value=auto]", state="attached")
    page.wait_for_load_state("networkidle")
    return page


def denoised(page: Page, sample: str) -> Page:
    """The same with a sample on it."""
    page.click(f"#samples button:has-text('{sample}')")
    page.wait_for_selector(DONE)
    page.wait_for_timeout(600)  # the view is drawn sharply once it is still
    return page


def close_up(page: Page) -> Page:
    """Zoomed to pixels."""
    for _ in range(4):
        page.click("[data-zoom=in]")
    page.wait_for_timeout(600)
    return page


def pictures(browser: Browser, address: str) -> Iterator[tuple[str, bytes]]:
    """Name -> PNG."""
    light = opened(browser, address, DESKTOP, "light")
    yield "welcome", light.screenshot()
    yield "light", denoised(light, "A cat").screenshot()
    dark = opened(browser, address, DESKTOP, "dark")
    yield "dark", close_up(denoised(dark, "A portrait")).screenshot()
    dark.keyboard.press("3")
    dark.wait_for_timeout(600)
    yield "removed", dark.screenshot()
    phone = opened(browser, address, PHONE, "light")
    yield "phone", denoised(phone, "Coffee").screenshot()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, content in pictures(browser, address):
            path = folder / f"{name}.webp"
            PIL.Image.open(BytesIO(content)).save(path, quality=QUALITY, method=6)
            print(f"{path}: {path.stat().st_size / 1e3:.0f} kB")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
