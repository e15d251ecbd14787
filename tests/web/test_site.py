"""The static site's folder, and what it tells the page of the models; no browser is needed."""

import json

import pytest

from grainless.errors import InputError
from grainless.model import zoo
from grainless.model.card import Card
from grainless.web import folder
from grainless.web.folder import LIST, write_folder
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


def older(place, files=("models.json", "models/gone.onnx", "../out.txt", "/tmp/out.txt")):
    """An older site beside a file that is not its own."""
    (place / "models").mkdir()
    for path in ("models.json", "models/gone.onnx"):
        (place / path).write_text("{}")
    (place / "mine.txt").write_text("mine")
    (place / LIST).write_text(json.dumps({"grainless": "0", "files": files}))


@pytest.mark.parametrize("told", ["", "[]", '{"files": 3}'])
def test_a_folder_is_no_site_by_the_name_of_a_file(tmp_path, told):
    (tmp_path / "models.json").write_text("{}")
    (tmp_path / LIST).write_text(told)
    with pytest.raises(InputError, match="holds other files"):
        write_folder(tmp_path, {"models.json": b"new"}, overwrite=True)
    assert (tmp_path / "models.json").read_text() == "{}"


def test_what_an_interrupted_call_left_can_be_replaced(tmp_path, monkeypatch):
    def stopped(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(folder, "whole", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path, {"a/b.txt": b"new"})
    monkeypatch.undo()
    with pytest.raises(InputError, match="--overwrite"):
        write_folder(tmp_path, {"a/b.txt": b"new"})
    assert write_folder(tmp_path, {"a/b.txt": b"new"}, overwrite=True) == [tmp_path / "a/b.txt"]
    assert (tmp_path / "a/b.txt").read_bytes() == b"new"


def test_nothing_outside_of_the_folder_is_removed(tmp_path):
    outside = tmp_path / "out.txt"
    outside.write_text("mine")
    (tmp_path / "site").mkdir()
    older(tmp_path / "site", ("models.json", "../out.txt", str(outside)))
    write_folder(tmp_path / "site", {"models.json": b"new"}, overwrite=True)
    assert outside.read_text() == "mine"


def test_an_older_site_is_written_over_where_that_is_allowed(tmp_path):
    older(tmp_path)
    with pytest.raises(InputError, match=r"holds an older site: .*--overwrite"):
        write_site(tmp_path)
    assert (tmp_path / "models.json").read_text() == "{}"
    written = write_site(tmp_path, overwrite=True)
    assert not (tmp_path / "models/gone.onnx").exists()
    assert (tmp_path / "mine.txt").read_text() == "mine"
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
