from contextlib import suppress

import onnx
import pytest
import tiny

from grainless.errors import InputError
from grainless.model import zoo
from grainless.model.card import KEY, Card
from grainless.model.onnx_file import card_in, metadata

CARD = Card("tiny", channels=1, learned={"white": (0.0, 0.2)})


def test_it_is_what_onnx_reads(tmp_path):
    model = onnx.load(tiny.blur(tmp_path / "a.onnx", CARD))
    onnx.helper.set_model_props(model, {"empty": "", "long": "ä" * 1000, KEY: CARD.to_json()})
    onnx.save(model, tmp_path / "b.onnx")
    held = {entry.key: entry.value for entry in onnx.load(tmp_path / "b.onnx").metadata_props}
    assert metadata(tmp_path / "b.onnx") == held
    assert card_in(tmp_path / "b.onnx") == CARD


def test_a_model_without_any_has_none(tmp_path):
    path = tiny.identity(tmp_path / "a.onnx")
    assert metadata(path) == {}
    assert card_in(path) is None
    with pytest.raises(InputError, match=r"a\.onnx holds no card of Grainless"):
        zoo.card_of(path)


@pytest.mark.parametrize("name", zoo.SHIPPED)
def test_shipped_models_tell_what_they_learned_and_take(name):
    card = zoo.cards()[name]
    assert card.learned
    assert card.bytes_a_pixel > 0


def test_broken_files_are_told(tmp_path):
    with pytest.raises(InputError, match=r"gone\.onnx: no such model file"):
        metadata(tmp_path / "gone.onnx")


def test_a_file_that_was_cut_off_gives_nothing_wrong(tmp_path):
    whole = tiny.blur(tmp_path / "a.onnx", CARD).read_bytes()
    told = 0
    for cut in range(1, len(whole), 7):
        (tmp_path / "b.onnx").write_bytes(whole[:cut])
        with suppress(InputError):
            assert metadata(tmp_path / "b.onnx").get(KEY, CARD.to_json()) == CARD.to_json()
            told += 1
    assert told < len(range(1, len(whole), 7)) / 2


@pytest.mark.parametrize("content", [b"no model at all", b"\x72\x03\xff\xff\xff", b"\xff" * 40])
def test_what_is_no_model_is_told(tmp_path, content):
    (tmp_path / "notes.onnx").write_bytes(content)
    with pytest.raises(InputError, match=r"notes\.onnx is no ONNX model: "):
        metadata(tmp_path / "notes.onnx")
