"""Networks that look at neighbours, from the recipe to the exported model."""

import numpy as np
import pytest
import small_data
import tifffile
import torch
from numpy.testing import assert_allclose
from safetensors.torch import save_file

from grainless.data.find import DataRoots
from grainless.denoising.files.denoiser import FileDenoiser
from grainless.denoising.files.jobs import Job
from grainless.denoising.policy import Policy
from grainless.errors import InputError
from grainless.evaluation.denoisers import blind
from grainless.evaluation.evaluate import Task, evaluate
from grainless.learn.fitting.initial_weights import load_initial_weights
from grainless.learn.networks.among import Among
from grainless.learn.networks.layers import macs
from grainless.learn.networks.unet import UNet
from grainless.learn.recipe import Recipe
from grainless.learn.training import train
from grainless.model.denoiser import load
from grainless.model.run_files import RunFiles
from grainless.noise import noise_from
from grainless.noise.apart import is_apart

RECIPE = """
seed = 1
[data]
name = "stacks"
path = "PLACE"
grey = true
validation = 2
test = 2
[noise]
name = "gaussian"
sigma = "0..0.2"
[network]
name = "unet"
widths = [3, 4]
[learn]
name = "given"
[train]
epochs = 2
batch = 4
crop = 8
steps = 3
"""


def recipe(place, *changes):
    return Recipe("stacked", RECIPE.replace("PLACE", str(place))).with_changes(changes)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stacked")
    small_data.stack(folder / "in" / "a.tif", planes=24, size=(32, 28))
    return train(recipe(folder / "in"), folder / "run", roots=DataRoots())


def test_the_plane_in_the_middle_comes_out_and_all_are_looked_at():
    torch.manual_seed(0)
    network = Among(UNet(channels=15, widths=[3]), 3, 2)
    noisy = torch.rand(2, 15, 8, 8, requires_grad=True)
    denoised = network(noisy)
    assert denoised.shape == (2, 3, 8, 8)
    torch.testing.assert_close(denoised, network.inside(noisy)[:, 6:9])
    denoised.sum().backward()
    assert (noisy.grad.abs().sum((0, 2, 3)) > 0).all()
    assert (network.inputs, network.channels, network.reach) == (15, 3, network.inside.reach)
    assert macs(network) > 0


def test_a_run_denoises_stacks_by_itself_and_is_judged_on_middles(run, tmp_path):
    card = load(run.model_file).card
    assert (card.channels, card.neighbours) == (1, 1)
    assert card.summary.startswith("stacks of grey images, 3 at once: white noise (sigma 0..51/255)")
    planes = small_data.stack(tmp_path / "a.tif", planes=4, size=(20, 30), seed=5)
    FileDenoiser(Policy(run.path))(Job(tmp_path / "a.tif", tmp_path / "b.tif"))
    shown = np.concatenate([planes[1:2], planes[:2]])[None] / np.float32(255)
    wanted = load(run.model_file).run(shown.astype(np.float32))[0, 0]
    assert_allclose(tifffile.imread(tmp_path / "b.tif")[0] / 255, wanted.clip(0, 1), atol=0.6 / 255)
    task = Task(recipe(run.path.parent / "in").data(DataRoots()).test, noise_from("gaussian:sigma=0..0.2"), 1)
    pairs = [task.pair(index) for index in range(2)]
    noisy = np.mean([-10 * np.log10(np.mean((shown[1:2].clip(0, 1) - clean) ** 2)) for shown, clean in pairs])
    assert run.facts()["noisy"]["test"]["psnr"] == pytest.approx(noisy, rel=1e-5)


def test_denoisers_of_one_image_are_shown_the_plane_in_the_middle(run):
    data = recipe(run.path.parent / "in").data(DataRoots())
    seen = []

    def alone(noisy, sigma):
        seen.append(noisy.shape[1])
        return noisy

    noise = noise_from("gaussian:sigma=0.1")
    rows = evaluate({"alone": alone, "model": blind(load(run.model_file))}, data.test, noise, data_name="x")
    assert set(seen) == {1}
    assert rows[1].scores["psnr"].mean == rows[0].scores["psnr"].mean
    assert rows[0].sigma == pytest.approx(0.1, rel=0.05)


def test_without_neighbours_it_is_a_network_as_any(tmp_path):
    assert isinstance(recipe(tmp_path, "data.neighbours=0").network(), UNet)
    assert recipe(tmp_path, "data.neighbours=2").network().inputs == 5


def test_methods_that_show_one_image_are_refused(tmp_path):
    with pytest.raises(
        InputError,
        match=r'data\.name is "stacks", which gives what is shown .+: learn\.name is "given" or "neighbours"',
    ):
        recipe(tmp_path, "learn.name=supervised")


@pytest.mark.parametrize("noise", ["jpeg:quality=50", "grain", "camera", "monochrome"])
def test_noises_that_are_alike_in_planes_are_refused(tmp_path, noise):
    with pytest.raises(
        InputError, match=r"is made for one image at a time, and each plane of a stack needs noise of its"
    ):
        recipe(tmp_path, f"noise={noise}")


@pytest.mark.parametrize(
    ("noise", "apart"), [("poisson:peak=30", True), ("poisson-gaussian", True), ("mask", False)]
)
def test_whether_channels_share_their_noise_is_measured(noise, apart):
    assert is_apart(noise_from(noise)) is apart


@pytest.mark.parametrize("neighbours", [1, 2])
def test_it_begins_with_a_model_of_one_image_as_that_model(tmp_path, neighbours):
    changes = ("network.fold=2", "network.bias=false")
    alone = recipe(tmp_path, "data.neighbours=0", *changes).network()
    (tmp_path / "alone").mkdir()
    save_file(alone.state_dict(), RunFiles(tmp_path / "alone").weights_file)
    network = recipe(tmp_path, f"data.neighbours={neighbours}", *changes).network()
    assert load_initial_weights(network, str(tmp_path / "alone")) == []
    noisy = torch.rand(2, 2 * neighbours + 1, 16, 16)
    torch.testing.assert_close(network(noisy), alone(noisy[:, neighbours : neighbours + 1]))
