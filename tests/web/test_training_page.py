"""A training's page in a real browser: it follows while epochs come, and ends with scores and a report."""

import json

import pages
import pytest
from served import served
from trainings import tiny

from grainless.learn.run import Run

pages.need_browser()


def epoch(number, validation):
    told = {"number": number, "loss": 0.6 / number, "validation": validation, "rate": 1e-3, "best": True}
    return told | {"seconds": 2.0, "images": 100}


@pytest.fixture
def opened(chromium):
    """Open a run's page; what goes wrong in it fails the test."""
    page = chromium.new_page(viewport={"width": 900, "height": 800})
    page.set_default_timeout(pages.PATIENCE)
    wrong = pages.watched(page)

    def visit(address):
        page.goto(address)
        page.get_by_role("link", name="Training").click()
        page.wait_for_selector("#standing")
        return page

    yield visit
    page.close()
    assert wrong == []


def test_it_follows_the_training_epoch_by_epoch(opened, tmp_path):
    run = Run.begin(tmp_path / "mine", tiny())
    with served(run=run.path) as address:
        page = opened(address)
        page.wait_for_selector("#standing:has-text('Epoch 1 of 2 is under way.')")
        run.pause({}, json.dumps([epoch(1, 0.5)]))
        page.wait_for_selector("#standing:has-text('Epoch 2 of 2 is under way. About 2 s are left.')")
        assert page.get_attribute("#curve svg", "aria-label").startswith("Losses of 1 epoch; the best is")
        run.pause({}, json.dumps([epoch(1, 0.5), epoch(2, None)]))
        page.wait_for_selector("#standing:has-text('being judged')")
        page.click("#losses summary")
        assert page.locator("#history tr").nth(1).inner_text().split() == [
            "2", "●", "0.3", "no", "number", "0.001", "2.0",
        ]  # fmt: skip


def test_what_it_began_with_is_no_epoch_of_its_own(opened, tmp_path):
    run = Run.begin(tmp_path / "mine", tiny())
    before = epoch(1, 0.6) | {"number": 0, "loss": None, "rate": 0.0, "seconds": 0.0, "images": 0}
    run.pause({}, json.dumps([before, epoch(1, 0.5)]))
    with served(run=run.path) as address:
        page = opened(address)
        page.wait_for_selector("#standing:has-text('Epoch 2 of 2 is under way. About 2 s are left.')")
        assert page.get_attribute("#epochs", "value") == "0.5"


def test_a_finished_one_has_scores_and_its_report_opens(opened, finished):
    with served(run=finished.path) as address:
        page = opened(address)
        page.wait_for_selector("#standing:has-text('It is over: 2 epochs')")
        assert page.locator("#scores tr").count() == 3
        assert page.locator("#scores tr").first.inner_text().split()[:3] == ["images", "PSNR", "SSIM"]
        assert "code = 8" in page.text_content("#recipe pre")
        assert pages.accessible(page) == []
        page.set_viewport_size({"width": 360, "height": 700})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
        page.click("#open-report")
        page.wait_for_selector("h1:has-text('tiny')")
        assert page.locator("h2").count() >= 4
