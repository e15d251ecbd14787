import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from trainings import tiny, trained

from grainless.data.find import DataRoots
from grainless.errors import InputError
from grainless.learn.codes import Coder, draw_walk
from grainless.model.denoiser import load


@pytest.fixture
def images():
    return tiny().data(DataRoots()).test.stack()[:5].astype(np.float32) / 255


def test_decoding_the_code_is_denoising(finished, images):
    coder = Coder(finished.path)
    assert coder.encode(images).shape == (5, 8)
    assert coder.decode(coder.encode(images)) == pytest.approx(
        load(finished.model_file).run(images), abs=1e-5
    )


def test_the_way_between_two_images_is_straight_and_ends_at_their_own_codes(finished, images):
    coder = Coder(finished.path)
    way = coder.interpolate(images[0], images[1], 5)
    codes = coder.encode(images[:2])
    assert way[[0, -1]] == pytest.approx(coder.decode(codes), abs=1e-6)
    assert way[2] == pytest.approx(coder.decode(codes.mean(axis=0, keepdims=True))[0], abs=1e-6)


def test_a_walk_is_drawn(finished, tmp_path):
    draw_walk(finished.path, (0, 3), tmp_path / "walk.png", roots=DataRoots(), steps=4)
    with Image.open(tmp_path / "walk.png") as walk:
        assert walk.size == (6 * 64 + 5 * 2, 64)


@pytest.mark.parametrize("number", [-1, 40])
def test_images_that_are_not_there_are_told(finished, tmp_path, number):
    with pytest.raises(InputError, match=rf"--between {number}: the test images are numbered 0 to 39\."):
        draw_walk(finished.path, (0, number), tmp_path / "walk.png", roots=DataRoots())


def test_a_walk_is_a_png_and_overwrites_nothing_else(finished, tmp_path):
    with pytest.raises(InputError, match=r"notes\.toml has no ending that is written: \.png\."):
        draw_walk(finished.path, (0, 3), tmp_path / "notes.toml", roots=DataRoots())


def test_two_steps_are_the_least(finished, images):
    with pytest.raises(InputError, match="at least 2 steps, not 1"):
        Coder(finished.path).interpolate(images[0], images[1], 1)


def test_a_network_without_a_code_is_told(tmp_path):
    path = tmp_path / "stacked"
    recipe = tiny("network.name=dense")
    text = recipe.text.replace('name = "dense"', 'name = "dncnn"').replace("encoder = []", "depth = 2")
    text = (
        text.replace("decoder = []", "width = 2")
        .replace("code = 8", "")
        .replace('loss = "bce"', 'loss = "mse"')
    )
    path.mkdir()
    (path / "recipe.toml").write_text(text)
    with pytest.raises(
        InputError, match=r"The network dncnn of .* has no code; those with one: dense, coded\."
    ):
        Coder(path)


def test_a_start_takes_what_fits_and_says_what_did_not(finished, tmp_path):
    seen = []

    class Looks:
        def on_start(self, recipe, data, fit):
            seen.append(
                (fit.remarks, {name: value.clone() for name, value in fit.network.state_dict().items()})
            )

        def on_step(self, done, steps, loss): ...

        def on_epoch(self, epoch): ...

    start = f"train.start={finished.path}"
    trained(tmp_path / "same", start, callback=Looks())
    trained(tmp_path / "wider", start, "network.code=9", callback=Looks())
    (remarks, weights), ((missed,), _) = seen
    assert remarks == []
    assert all(torch.equal(weights[name], value) for name, value in finished.weights().items())
    assert missed.endswith("fit for: encoder.1.weight, encoder.1.bias, decoder.0.weight")


def test_a_start_that_is_none_is_told(finished, tmp_path):
    with pytest.raises(InputError, match=r"train\.start is nowhere, and no weights can be read there"):
        trained(tmp_path / "run", "train.start=nowhere")
    other = tmp_path / "other"
    other.mkdir()
    save_file({"else": torch.zeros(3)}, other / "model.safetensors")
    with pytest.raises(InputError, match="and not one of its weights fits this network"):
        trained(tmp_path / "run", f"train.start={other}")
