import pytest
import tiny
from scenes import noisy

from grainless.denoising.choose import AUTO, choose
from grainless.errors import InputError
from grainless.model import zoo
from grainless.model.card import Card
from grainless.model.denoiser import Denoiser


@pytest.mark.parametrize(("channels", "name"), [(1, "grey"), (3, "color")])
def test_noise_is_found_and_a_model_chosen(channels, name):
    choice = choose(noisy(20, channels), AUTO)
    assert choice.denoiser.card.name == name
    assert 255 * choice.sigma == pytest.approx(20, rel=0.1)
    assert choice.remarks[0].startswith("Noise of sigma ")


def test_without_noise_there_is_no_model_but_a_named_one_is_taken():
    choice = choose(noisy(0), AUTO)
    assert choice.denoiser is None
    assert choice.why == "No noise found: it is left as it is."
    assert choose(noisy(0), "grey").denoiser.card.name == "grey"


def test_a_loaded_model_is_taken_without_a_look_where_it_learned_no_known_noise(tmp_path):
    own = Denoiser(tiny.identity(tmp_path / "own.onnx", Card("own", channels=1)))
    choice = choose(noisy(50), own)
    assert choice.denoiser is own
    assert (choice.sigma, choice.remarks) == (None, ())


def test_noise_beyond_what_a_model_learned_is_told(tmp_path):
    card = Card("own", channels=1, sigma=(0.0, 10 / 255))
    path = tiny.identity(tmp_path / "own.onnx", card)
    assert choose(noisy(10), path).remarks == ()
    with_word = choose(noisy(30), path)
    assert with_word.denoiser.card == card
    (word,) = with_word.remarks
    assert word.startswith("The noise, sigma ")
    assert word.endswith("is beyond what own learned, up to 10.0/255.")


def test_shipped_models_are_loaded_once():
    assert choose(noisy(20), AUTO).denoiser is choose(noisy(30), "grey").denoiser


def test_no_such_model():
    with pytest.raises(InputError, match=r'No model is called "gray" .*did you mean "grey"'):
        choose(noisy(20), "gray")


def test_a_shipped_model_that_is_not_the_one_that_was_shipped_is_refused(monkeypatch):
    monkeypatch.setitem(zoo.SHIPPED, "grey", zoo.Shipped("color.onnx", "0" * 64))
    with pytest.raises(InputError, match="is not the one that was shipped"):
        zoo.find("grey")
