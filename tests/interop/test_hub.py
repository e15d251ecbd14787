"""Models to and from the Hugging Face Hub, which stands in for itself here: no test uses the network."""

import shutil
from pathlib import Path
from unittest.mock import create_autospec

import httpx2
import huggingface_hub
import pytest
import yaml
from command import grainless
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)

import grainless as package
from grainless.errors import InputError, RunError
from grainless.interop import hub
from grainless.model.zoo import cards


def answered(status):
    return httpx2.Response(status, request=httpx2.Request("GET", "https://hub"))


@pytest.fixture
def api():
    """The Hub's, with the signatures of the real one; what is uploaded is kept in `files`."""
    double = create_autospec(huggingface_hub.HfApi, instance=True)
    double.create_repo.return_value = "https://hub/me/mine"
    double.files = {}

    def keep(*, repo_id, folder_path, commit_message):
        double.files = {path.name: path.read_bytes() for path in Path(folder_path).iterdir()}

    double.upload_folder.side_effect = keep
    return double


def serve(monkeypatch, file):
    """Downloads give this file, or raise what is given."""

    def fetched(repository, name, *, revision, local_dir):
        if isinstance(file, Exception):
            raise file
        return shutil.copyfile(file, Path(local_dir) / name)

    monkeypatch.setattr(
        huggingface_hub,
        "hf_hub_download",
        create_autospec(huggingface_hub.hf_hub_download, side_effect=fetched),
    )


def test_what_is_pushed_comes_back_when_pulled(api, tmp_path, monkeypatch):
    assert hub.push("grey", "me/mine", private=True, api=api) == "https://hub/me/mine"
    api.create_repo.assert_called_once_with("me/mine", private=True, exist_ok=True)
    (tmp_path / "there.onnx").write_bytes(api.files["model.onnx"])
    serve(monkeypatch, tmp_path / "there.onnx")
    mine = hub.pull("me/mine", tmp_path / "mine.onnx")
    assert package.load(mine).card == cards()["grey"]


@pytest.mark.parametrize("name", cards())
def test_the_page_is_written_from_the_card(name):
    card = cards()[name]
    _, head, text = hub.page_of(card, "me/mine").split("---\n", 2)
    facts = yaml.safe_load(head)
    assert (facts["license"], facts["library_name"]) == ("apache-2.0", "grainless")
    assert set(card.learned) <= set(facts["tags"])
    assert f"grainless pull me/mine -o {name}.onnx" in text
    assert all(f"- **{fact}**: " in text for fact in card.about)
    assert "{" not in text


@pytest.mark.parametrize(
    ("error", "told", "kind"),
    [
        (RepositoryNotFoundError("404", response=answered(404)), "no repository me/mine", InputError),
        (HFValidationError("bad"), '"me/mine" is no repository\'s name', InputError),
        (HfHubHTTPError("403 Forbidden", response=answered(403)), "me/mine: 403 Forbidden", RunError),
        (LocalEntryNotFoundError("check your\nconnection"), "me/mine: check your connection", RunError),
        (httpx2.ConnectError("Connection refused"), "me/mine: Connection refused", RunError),
    ],
    ids=["not-found", "name", "forbidden", "offline", "refused"],
)
def test_what_the_hub_says_is_a_line(error, told, kind, api, tmp_path, monkeypatch):
    serve(monkeypatch, error)
    with pytest.raises(kind, match=told):
        hub.pull("me/mine", tmp_path / "mine.onnx")
    api.create_repo.side_effect = error
    with pytest.raises(kind, match=told):
        hub.push("grey", "me/mine", api=api)
    assert not (tmp_path / "mine.onnx").exists()


def test_what_is_no_model_is_not_kept(tmp_path, monkeypatch):
    (tmp_path / "text").write_text("hello")
    serve(monkeypatch, tmp_path / "text")
    with pytest.raises(InputError, match="is no ONNX model"):
        hub.pull("me/mine", tmp_path / "mine.onnx")
    assert not (tmp_path / "mine.onnx").exists()


@pytest.mark.parametrize(
    "arguments", [("push", "nope", "me/mine"), ("push", "grey", "a b/c"), ("pull", "a b/c", "-o", "x.onnx")]
)
def test_the_commands_refuse_before_they_ask(arguments, tmp_path):
    refused = grainless(*arguments, cwd=tmp_path)
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1
