"""Law: to add a part is one line of a table. An entry is added to each, and used through the public door."""

import numpy as np
import pytest
import torch
from small_data import images
from trainings import TINY, Notes

from grainless.data import DATA
from grainless.data.digits import Digits
from grainless.data.find import DataRoots
from grainless.data.images import Images
from grainless.evaluation.baselines import BASELINES
from grainless.evaluation.baselines.median import Median
from grainless.evaluation.denoisers import evaluate_named
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.protocols import PROTOCOLS
from grainless.learn.fitting.fit import Fit
from grainless.learn.fitting.losses import LOSSES
from grainless.learn.fitting.methods import METHODS, Supervised
from grainless.learn.fitting.optimizers import OPTIMIZERS
from grainless.learn.fitting.schedules import SCHEDULES
from grainless.learn.networks import NETWORKS
from grainless.learn.networks.stacked import Stacked
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce import SYSTEMS, reproduce
from grainless.learn.reproduce.table import Section
from grainless.learn.studies.study import Study
from grainless.noise import NOISES, noise_from
from grainless.noise.additive import Gaussian

NEW = "brand-new"


class Net(Stacked):
    """A network."""

    def __init__(self, *, channels: int = 1) -> None:
        super().__init__(channels=channels, widths=(2,), padding="same")


class Faint(Gaussian):
    """A noise."""


LEARNED = [
    (DATA, type("Ciphers", (Digits,), {}), [f"data={NEW}"]),
    (NOISES, Faint, [f"noise={NEW}:sigma=1/255"]),
    (NETWORKS, Net, [f"network={NEW}"]),
    (
        LOSSES,
        lambda network, pair: (network(pair.shown) - pair.wanted).square().mean(),
        [f"learn.loss={NEW}"],
    ),
    (METHODS, Supervised, [f"learn.name={NEW}"]),
    (
        OPTIMIZERS,
        lambda network, rate, epsilon, decay: torch.optim.SGD(network.parameters(), lr=rate),
        [f"train.optimizer={NEW}"],
    ),
    (SCHEDULES, lambda point: 1 - point, [f"train.schedule={NEW}"]),
]


@pytest.mark.parametrize(("table", "entry", "changes"), LEARNED, ids=[case[2][0] for case in LEARNED])
def test_a_new_entry_is_trained_with(table, entry, changes, monkeypatch):
    with pytest.raises(Exception, match=rf'(?i)no .* is called "{NEW}"'):
        changed(changes)
    monkeypatch.setitem(table, NEW, entry)
    recipe = changed(changes)
    torch.manual_seed(0)
    data = recipe.data(DataRoots())
    fit = Fit(recipe.network(), data, recipe.method(), recipe.loss(), **recipe.training())
    assert [epoch.number for epoch in fit()] == [1]


def changed(changes):
    """The tiny recipe with these lines; all of a table where it is named alone."""
    text, lines = TINY, []
    for change in changes:
        if change.startswith("network="):
            text = text.replace('name = "dense"\nencoder = []\ncode = 8\ndecoder = []', f'name = "{NEW}"')
        else:
            lines.append(change)
    recipe = Recipe("tiny", text)
    for line in [*lines, "train.epochs=1"]:
        recipe = recipe.changed(line)
    recipe.check()
    return recipe


def rows(tmp_path, *names, protocol="float"):
    images(tmp_path / "some", *(f"{number}.png" for number in range(4)), size=(12, 14))
    data = f"folder:path={tmp_path / 'some'},grey=true,validation=1,test=2"
    noise = noise_from("gaussian:sigma=0.1")
    return evaluate_named(names, data, noise, roots=DataRoots(), protocol=protocol)


def test_a_new_metric_is_measured(tmp_path, monkeypatch):
    monkeypatch.setitem(METRICS, NEW, METRICS["mse"])
    (row,) = rows(tmp_path)
    assert row.scores[NEW].mean == row.scores["mse"].mean


def test_a_new_baseline_is_judged(tmp_path, monkeypatch):
    monkeypatch.setitem(BASELINES, NEW, Median)
    assert [row.denoiser for row in rows(tmp_path, NEW, f"{NEW}:side=5")] == ["noisy", NEW, f"{NEW}:side=5"]


def test_a_new_protocol_is_judged_by(tmp_path, monkeypatch):
    monkeypatch.setitem(PROTOCOLS, NEW, PROTOCOLS["float"])
    assert rows(tmp_path, protocol=NEW)[0].protocol == NEW


def test_a_new_system_is_reproduced(tmp_path, monkeypatch):
    monkeypatch.setitem(SYSTEMS, "F", lambda study, pictures, effort: Section("F", "one more"))
    page = tmp_path / "page.md"
    reproduce(["F"], Study(tmp_path, DataRoots(), Notes()), page, "quick")
    assert "## F. one more" in page.read_text()


def test_a_new_noise_is_written_as_it_is_read(monkeypatch):
    monkeypatch.setitem(NOISES, NEW, Faint)
    assert str(noise_from(f"{NEW}:sigma=1/255")) == f"{NEW}:sigma=1/255"
    assert np.isfinite(Images.of(np.zeros((1, 1, 2, 2), np.uint8)).floats(0)).all()
