"""The static site's folder, and what it tells the page of the models; no browser is needed."""

import json

import pytest

from grainless.errors import InputError
from grainless.model import zoo
from grainless.model.card import Card
from grainless.web.page import BROWSER, SERVER, page
from grainless.web.site import usual, write_site

WHITE = {"white": (0.0, 0.2)}


def test_other_folders_are_not_touched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other files"):
        write_site(tmp_path)
    with pytest.raises(InputError, match="is a file"):
        write_site(tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_older_site_is_written_over_where_that_is_allowed(tmp_path):
    (tmp_path / "models.json").write_text("{}")
    with pytest.raises(InputError, match=r"holds an older site: .*--overwrite"):
        write_site(tmp_path)
    assert (tmp_path / "models.json").read_text() == "{}"
    written = write_site(tmp_path, overwrite=True)
    facts = json.loads((tmp_path / "models.json").read_text())
    assert all(path.is_file() for path in written)
    assert {each["name"] for each in facts["models"]} == set(zoo.SHIPPED)
    assert "$" not in (tmp_path / "sw.js").read_text().split("HEADERS")[0]


def test_the_usual_model_learned_most_and_is_for_any_scene():
    cards = {
        "grey": Card("grey", 1, learned=WHITE),
        "color": Card("color", 3, learned=WHITE),
        "page": Card("page", 1, learned={"document": None, "jpeg": None, "white": None}),
    }
    assert [usual(cards, channels) for channels in (1, 3)] == ["grey", "color"]
    cards["wide"] = Card("wide", 3, learned=WHITE | {"correlated": None})
    assert [usual(cards, channels) for channels in (1, 3)] == ["wide", "wide"]


def test_the_usual_model_takes_images_of_any_size():
    cards = {
        "small": Card("small", 1, size=(28, 28), learned=WHITE | {"jpeg": None}),
        "grey": Card("grey", 1, learned=WHITE),
    }
    assert usual(cards, 1) == "grey"


@pytest.mark.parametrize("engine", [SERVER, BROWSER])
def test_the_page_names_every_module_it_loads_and_its_samples(engine):
    files = page(engine)
    text = files["index.html"].decode()
    for path in ("engine.js", f"engine-{engine}.js", "viewer.js", "pyramid.js"):
        assert f'<link rel="modulepreload" href="{path}">' in text
        assert path in files
    assert "fflate" not in text  # loaded when a zip is asked for
    assert text.count("data-sample=") == 3
    assert "$" not in text
