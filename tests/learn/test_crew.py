"""Several processes that train together do what one does: tried with two, on the CPU, by gloo."""

import json
import os
import socket
from collections import Counter

import pytest
import several
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from warm import Program

from grainless.cli.processes import processes
from grainless.data.find import DataRoots
from grainless.errors import InputError
from grainless.learn.fitting.crew import Crew
from grainless.learn.fitting.strategies import STRATEGIES
from grainless.learn.methods.pairs import Pair
from grainless.learn.networks.dncnn import DnCNN
from grainless.learn.networks.unet import UNet
from grainless.learn.optimizers.muon import Muon
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.training import _fit

SAME = 2e-6
"""Of weights, in full scales: sums of float32 in another order."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What two processes wrote that trained together, the second of which was killed in the end."""
    folder = tmp_path_factory.mktemp("several")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2", "NODE_RANK": "0"}
    ranks = [meeting | {"LOCAL_RANK": rank} for rank in ("0", "1")]
    with (
        Program("several:main", folder, environment=ranks[0]) as one,
        Program("several:main", folder, environment=ranks[1]) as other,
    ):
        assert [each.wait(120) for each in (one, other)] == [0, -9]
    return folder


@pytest.fixture(scope="module")
def told(folder):
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in (0, 1)]


@pytest.fixture(scope="module")
def alone():
    trained = several.fit()
    return trained, several.seen(trained)


def test_two_with_half_a_batch_each_learn_what_one_learns(folder, told, alone):
    weights = [load_file(folder / f"{rank}.safetensors") for rank in (0, 1)]
    for name, value in alone[0].averaged.state_dict().items():
        assert torch.equal(weights[0][name], weights[1][name])
        torch.testing.assert_close(weights[0][name], value, atol=SAME, rtol=0)
    for mine, theirs in zip(alone[0].history, told[0]["history"], strict=True):
        assert theirs["loss"] == pytest.approx(mine.loss, rel=1e-5)
        assert theirs["validation"] == pytest.approx(mine.validation, rel=1e-5)


def test_two_that_hold_half_of_each_parameter_learn_what_one_learns(folder, told, alone):
    weights = load_file(folder / "sharded.safetensors")
    for name, value in alone[0].averaged.state_dict().items():
        torch.testing.assert_close(weights[name], value, atol=SAME, rtol=0)
    for epoch, mine in enumerate(alone[0].history):
        theirs = [each["sharded"]["history"][epoch] for each in told]
        assert theirs[0]["validation"] == theirs[1]["validation"] == pytest.approx(mine.validation, rel=1e-5)
    total = sum(weight.numel() for weight in alone[0].network.parameters())
    held = [each["sharded"]["held"] for each in told]
    assert sum(held) == total
    assert max(held) < 0.6 * total


def test_what_they_saved_goes_on_with_shares_and_without(folder, alone):
    with safe_open(folder / "standing.safetensors", framework="pt") as file:
        history = file.metadata()["history"]
    resumed = several.fit()
    resumed.restore(load_file(folder / "standing.safetensors"), history)
    assert resumed.reached == 1
    for _ in resumed():
        pass
    again = load_file(folder / "resumed.safetensors")
    for name, value in alone[0].averaged.state_dict().items():
        torch.testing.assert_close(resumed.averaged.state_dict()[name], value, atol=SAME, rtol=0)
        torch.testing.assert_close(again[name], value, atol=SAME, rtol=0)


def test_each_image_is_shown_once_an_epoch_by_one_of_them(told, alone):
    for epoch, once in enumerate(alone[1][:2]):
        shares = [each["shown"][epoch] for each in told]
        assert Counter(shares[0] + shares[1]) == Counter(once)
        assert abs(len(shares[0]) - len(shares[1])) <= len(once) / 16


def test_validation_and_divergence_are_agreed_on(told):
    for key in ("validation", "loss", "best", "number"):
        assert [each[key] for each in told[0]["history"]] == [each[key] for each in told[1]["history"]]
    assert told[0]["diverged"].startswith("The training diverged at epoch 1, step ")
    assert told[0]["diverged"] == told[1]["diverged"]


def test_what_fails_in_one_of_them_ends_all(told):
    assert told[1]["agreed"].startswith('No recipe is called "no such thing"')
    assert told[0]["agreed"] == f"Another process of this training stopped: {told[1]['agreed']}"
    assert [each["handed"] for each in told] == ["first", "first"]


def test_a_killed_process_ends_the_run_and_it_goes_on_to_the_same_weights(folder):
    ended = (folder / "ended.txt").read_text()
    assert ended.startswith("Another process of this training is gone. The best model so far (epoch 1, ")
    assert ended.endswith(f"go on with: grainless train {folder}/run/recipe.toml --out {folder}/run --resume")
    recipe, paused = Recipe("several", several.RECIPE), Run.open(folder / "run").paused()
    data = recipe.data(DataRoots())
    resumed, straight = (_fit(recipe, data, Crew.gathered(), begun=False) for _ in range(2))
    resumed.restore(*paused)
    assert resumed.reached == 1
    for each in (resumed, straight):
        for _ in each():
            pass
    for name, value in straight.averaged.state_dict().items():
        torch.testing.assert_close(resumed.averaged.state_dict()[name], value, atol=SAME, rtol=0)
    assert not [path for path in folder.rglob("*") if ".tmp" in path.suffixes]


class Pretended:
    """Three processes, seen from one."""

    world_size = 3

    def __init__(self, rank):
        self.global_rank = rank


@pytest.mark.parametrize("images", [1, 2, 3, 7])
def test_shares_weigh_as_much_as_their_images(images):
    values = torch.arange(1.0, images + 1)[:, None, None, None]
    shares = [Crew(Pretended(rank)).share(Pair(values, values)) for rank in range(3)]
    mean = sum(float(share.pair.shown.mean()) * share.weight for share in shares) / 3
    assert mean == pytest.approx(float(values.mean()))
    masks = torch.arange(1.0, images + 1)[:, None, None, None]
    shares = [Crew(Pretended(rank)).share(Pair(values, values, masks)) for rank in range(3)]
    weighed = [float((pair.shown * pair.weight).sum() / pair.weight.sum()) for pair, _ in shares]
    mean = sum(value * share.weight for value, share in zip(weighed, shares, strict=True)) / 3
    assert mean == pytest.approx(float((values * masks).sum() / masks.sum()))


@pytest.mark.parametrize("batches", [0, 1, 3, 4])
def test_each_looks_at_as_many_batches_and_each_batch_counts_once(batches):
    pairs = [Pair(torch.full((1,), value), None) for value in range(batches)]
    dealt = [[*Crew(Pretended(rank)).dealt(pairs)] for rank in range(3)]
    assert len({len(each) for each in dealt}) == 1
    assert sorted(int(pair.shown) for each in dealt for pair, counts in each if counts) == [*range(batches)]


def test_shares_of_parameters_need_several_devices_and_an_optimizer_of_single_numbers(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with pytest.raises(
        InputError, match=r"^--strategy fsdp shares the parameters among several devices, and there"
    ):
        Crew.gathered("full", "fsdp")
    with pytest.raises(InputError, match=r'^No strategy is called "fspd" \(did you mean "fsdp"\?\)'):
        Crew.gathered("full", "fspd")
    with pytest.raises(
        InputError,
        match=r"^--strategy fsdp gives .* matrix, and Muon .*--set train\.optimizer=adamw \(train --images and",
    ):
        STRATEGIES["fsdp"].check(Muon(UNet(widths=(4, 6)), 1e-3))


def test_a_network_that_looks_at_the_whole_batch_is_refused():
    with pytest.raises(
        InputError, match=r"normalises over the batch \(BatchNorm\), and each of several devices"
    ):
        Crew(Pretended(0)).check(DnCNN(depth=3, width=4))


def test_several_computers_must_know_how_to_meet(monkeypatch):
    for name in ("LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "NODE_RANK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MASTER_PORT", "1234")
    with (
        pytest.raises(
            InputError, match=r"^--nodes 2 needs MASTER_ADDR, NODE_RANK in the environment of each: the"
        ),
        processes(1, 2, []),
    ):
        pytest.fail("they met")


def test_the_program_starts_itself_once_for_each_device_and_ends_all(monkeypatch, tmp_path):
    for name in ("LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "NODE_RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    begun = []

    class Other:
        def __init__(self, command, env, stdout):
            begun.append((command[1:], env["LOCAL_RANK"], env["WORLD_SIZE"]))

        def wait(self, *_):
            begun.append("waited")

        def kill(self):
            begun.append("killed")

    monkeypatch.setattr("subprocess.Popen", Other)
    with processes(3, 1, ["train", "x"]):
        assert os.environ["LOCAL_RANK"] == "0"
    assert begun[:2] == [(["-m", "grainless", "train", "x"], rank, "3") for rank in ("1", "2")]
    assert begun.count("killed") == 2


def test_own_images_are_trained_on_by_one_device(tmp_path, call):
    status, _, told = call("train", "--images", tmp_path, "--devices", 2)
    assert status == 2
    assert told.startswith("grainless: --devices and --nodes are for a recipe; images of your own")
    assert "grainless train RUN/recipe.toml --out NEW --devices 2; with --strategy fsdp also --set" in told
