import pages
import pytest


@pytest.fixture(scope="session")
def chromium():
    with pages.browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def static_site(tmp_path_factory):
    """The address of the site that `grainless site` writes."""
    from grainless.web.site import write_site

    folder = tmp_path_factory.mktemp("site") / "out"
    write_site(folder)
    with pages.hosted(folder) as address:
        yield address


@pytest.fixture(scope="module")
def alone(chromium, static_site):
    """A page of the static site, for calls of its modules."""
    page = chromium.new_page(service_workers="block")  # it would load the page a second time
    page.set_default_timeout(pages.PATIENCE)
    page.goto(static_site)
    yield page
    page.close()


@pytest.fixture(scope="session")
def visited(chromium, static_site):
    """One page for most tests, as the model is compiled once for it; and what went wrong in it."""
    page = chromium.new_page(viewport={"width": 1200, "height": 800})
    page.set_default_timeout(pages.PATIENCE)
    wrong = pages.watched(page)
    page.goto(static_site)
    pages.until(page, "() => crossOriginIsolated")  # the service worker has loaded it once more
    page.wait_for_selector("#model option", state="attached")
    yield page, wrong
    page.close()


@pytest.fixture
def page(visited):
    """The static site without pictures; what goes wrong in it fails the test."""
    page, wrong = visited
    yield page
    pages.emptied(page)
    page.set_viewport_size({"width": 1200, "height": 800})
    assert wrong == []
