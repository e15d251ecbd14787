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
