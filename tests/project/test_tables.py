"""Law: to add a part is one line of a table. An entry is added to each, and used through the public door."""

import hashlib

import numpy as np
import pytest
import tiny
import torch
from PIL import Image as Picture
from scenes import noisy
from small_data import images
from trainings import TINY, Notes

import grainless
from grainless.data import DATA
from grainless.data.find import DataRoots
from grainless.data.images import Images
from grainless.data.sets.labelled.digits import Digits
from grainless.denoising.choose import advise
from grainless.evaluation.baselines import BASELINES
from grainless.evaluation.baselines.median import Median
from grainless.evaluation.benchmark import page, section
from grainless.evaluation.benchmark.plan import Plan
from grainless.evaluation.benchmark.section import made, measured
from grainless.evaluation.benchmark.sets import SETS, Known, image_set
from grainless.evaluation.denoisers import evaluate_named
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.protocols import PROTOCOLS
from grainless.image.codecs import READ, WRITTEN, Written
from grainless.image.formats.pnm import decode, encode
from grainless.image.formats.signatures import SIGNATURES
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.losses import LOSSES
from grainless.learn.methods.methods import METHODS, Supervised
from grainless.learn.networks import NETWORKS
from grainless.learn.networks.stacked import Stacked
from grainless.learn.optimizers.optimizers import OPTIMIZERS
from grainless.learn.optimizers.schedules import SCHEDULES
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce import SYSTEMS, reproduce
from grainless.learn.reproduce.section import Section
from grainless.learn.studies.study import Study
from grainless.model.card import Card
from grainless.model.zoo import SHIPPED, Shipped, models
from grainless.noise import NOISES, noise_from
from grainless.noise.distributions.additive import Gaussian

NEW = "brand-new"
COSTS = {"seconds a megapixel": 1.0, "cores": 1.0, "peak MB": 1.0}


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


def test_a_new_format_is_read_written_and_denoised(tmp_path, monkeypatch, call):
    """Here a PNM with two bytes before it."""
    pictures = tmp_path / "in.new", tmp_path / "out.new"
    pixels = noisy(20)[..., 0]
    pictures[0].write_bytes(b"@@P5\n%d %d\n255\n" % pixels.shape[::-1] + pixels.tobytes())
    with pytest.raises(grainless.InputError, match=r"in\.new is no"):
        grainless.read(pictures[0])
    monkeypatch.setitem(READ, "New", lambda data, limit: decode(data[2:], limit))
    write = Written(lambda images, file: file.write(b"@@" + encode(next(images))), (".new",))
    monkeypatch.setitem(WRITTEN, "New", write)
    monkeypatch.setattr("grainless.image.formats.signatures.SIGNATURES", [(0, b"@@", "New"), *SIGNATURES])
    status, out, _ = call("denoise", pictures[0], "-o", pictures[1], "--memory", "1GB")
    assert (status, out) == (0, f"{pictures[1]}\n")
    assert np.std(grainless.read(pictures[1]).pixels - pixels / 255) > 0.05
    assert call("denoise", tmp_path, "-o", tmp_path / "more")[0] == 0  # found in a folder, by its ending
    assert (tmp_path / "more/in.new").is_file()


def test_a_new_set_of_images_has_its_benchmark(tmp_path, monkeypatch):
    (tmp_path / NEW).mkdir()
    for number in range(2):
        Picture.fromarray(noisy(number, size=(24, 24)).squeeze()).save(tmp_path / NEW / f"{number}.png")
    monkeypatch.setitem(SETS, NEW, Known("Brand new", 1, 2, "here"))
    monkeypatch.setattr(section, "cost", lambda *_: dict(COSTS))
    monkeypatch.setattr(section, "OFF_RANGE", section.OFF_RANGE[:1])
    plan = Plan(["auto", "median"], ["gaussian:sigma=25/255"])
    told = measured(image_set(NEW, DataRoots(tmp_path)), plan)
    assert told["tasks"][0]["scores"]["auto"]["psnr"]["mean"] > 20
    page.keep({"made": made(["benchmark"]), **told}, tmp_path / "page.md")
    page.write(tmp_path / "page.md")
    assert "## Brand new" in (tmp_path / "page.md").read_text()


def test_a_new_model_is_listed_loaded_and_chosen_by_its_card(tmp_path, monkeypatch, call):
    card = Card(NEW, 1, reach=0, learned={"white": (0.0, 0.15)})  # less than grey learned
    path = tiny.identity(tmp_path / "new.onnx", card)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(SHIPPED, NEW, Shipped(str(path), digest))
    image = noisy(20)[..., 0]
    assert NEW in [model.name for model in models()]
    assert advise(grainless.inspect(image)).model == NEW
    np.testing.assert_array_equal(grainless.denoise(image), image)
    assert NEW in call("list", "models")[1]
    assert call("show", NEW, "--json")[0] == 0
