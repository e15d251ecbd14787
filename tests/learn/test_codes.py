import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from trainings import tiny, trained

from grainless.data.find import DataRoots
from grainless.errors import InputError
from grainless.learn.codes.coder import Coder
from grainless.learn.codes.encode import encode
from grainless.learn.codes.plane import draw_map
from grainless.learn.codes.table import Codes, written_as
from grainless.learn.codes.walk import draw_walk
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


def test_codes_of_a_data_set_are_the_networks_own(finished, images):
    table = encode(finished.path, ["digits:validation=100,test=40"], roots=DataRoots())
    network = finished.recipe().network()
    network.load_state_dict(finished.weights())
    with torch.no_grad():
        wanted = network.eval().encode(torch.from_numpy(images)).numpy()
    assert table.codes[:5] == pytest.approx(wanted, abs=1e-6)
    assert table.names[:2] == ("test 0", "test 1")
    assert list(table.labels) == list(tiny().data(DataRoots()).test.labels)


@pytest.fixture
def folder(images, tmp_path):
    """Two digits as files, one of them in colour."""
    (tmp_path / "digits").mkdir()
    for name, image in {"2.png": images[0], "10.png": images[1].repeat(3, axis=0)}.items():
        pixels = (255 * image).round().astype(np.uint8).transpose(1, 2, 0)
        Image.fromarray(pixels.squeeze()).save(tmp_path / "digits" / name)
    return tmp_path / "digits"


def test_codes_of_files_stand_in_natural_order_and_grey_where_the_network_is(finished, folder, images):
    table = encode(finished.path, [str(folder)], roots=DataRoots())
    assert [name.rpartition("/")[2] for name in table.names] == ["2.png", "10.png"]
    assert table.codes == pytest.approx(Coder(finished.path).encode(images[:2]), abs=1e-5)
    assert table.labels is None


@pytest.mark.parametrize("labels", [np.array([3, 1]), None])
def test_a_table_comes_back_exact(tmp_path, labels):
    codes = np.array([[1 / 3, -2e-7], [0.1, 5.0]], np.float32)
    table = Codes(codes, ('a, "b"', "c"), labels)
    table.write(tmp_path / "codes.npz")
    with np.load(tmp_path / "codes.npz", allow_pickle=False) as file:
        assert np.array_equal(file["codes"], codes)
        assert tuple(file["names"]) == table.names
        assert ("labels" in file) == (labels is not None)
    table.write(tmp_path / "codes.csv")
    with (tmp_path / "codes.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["name", *(["label"] if labels is not None else []), "code_0", "code_1"]
    assert np.array_equal(np.array([row[-2:] for row in rows], np.float32), codes)
    assert [row[0] for row in rows] == list(table.names)


@pytest.mark.parametrize("path", ["codes.txt", "codes"])
def test_tables_of_other_endings_are_told(path):
    with pytest.raises(
        InputError, match=rf"{path} has no ending that codes are written with: \.npz, \.csv\."
    ):
        written_as(Path(path))


def test_images_of_another_size_are_told(finished, tmp_path):
    Image.fromarray(np.zeros((9, 12), np.uint8)).save(tmp_path / "wide.png")
    with pytest.raises(
        InputError,
        match=r"wide\.png cannot be encoded by .*tiny\. .* takes images of 8 x 8 .* these are 9 x 12",
    ):
        encode(finished.path, [str(tmp_path / "wide.png")], roots=DataRoots())


def test_data_of_other_colours_are_told(finished, tmp_path):
    with pytest.raises(InputError, match=r"photos:grey=false has images of 3 channels, and .*tiny takes 1\."):
        encode(finished.path, ["photos:grey=false"], roots=DataRoots())


@pytest.mark.parametrize(
    ("sources", "part", "message"),
    [
        (["digits", "scan.png"], "test", r"digits is a data set, and stands alone: .* \(\./digits\)"),
        (["digits"], "tset", r'No part is called "tset" \(did you mean "test"\?\)'),
        (["nowhere.png"], "test", r"nowhere\.png"),
    ],
)
def test_images_that_are_none_are_told(finished, sources, part, message):
    with pytest.raises(InputError, match=message):
        encode(finished.path, sources, roots=DataRoots(), part=part)


@pytest.mark.parametrize("length", [2, 5])
def test_a_map_is_drawn(tmp_path, length):
    codes = np.random.default_rng(0).random((30, length)).astype(np.float32)
    draw_map(Codes(codes, ("",) * 30, np.arange(30) % 3), tmp_path / "map.png")
    with Image.open(tmp_path / "map.png") as drawn:
        assert drawn.width > 300


@pytest.mark.parametrize(
    ("shape", "path", "message"),
    [
        ((9, 1), "map.png", r"A map has two directions, and this code has one number"),
        ((1, 3), "map.png", r"A map of a code of 3 numbers needs two images or more, and this is 1\."),
        ((9, 3), "map.jpg", r"map\.jpg has no ending that maps are written with: \.png\."),
    ],
)
def test_maps_that_cannot_be_are_told(tmp_path, shape, path, message):
    with pytest.raises(InputError, match=message):
        draw_map(Codes(np.zeros(shape, np.float32), ("",) * shape[0]), tmp_path / path)


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
