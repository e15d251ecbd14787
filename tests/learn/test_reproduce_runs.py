"""What the page of reproductions says of a run: its command, its time, what is not as published."""

import shlex

import numpy as np
import pytest
import torch
from at_once import finished_at_once
from trainings import Notes

from grainless.data.find import DataRoots
from grainless.data.images import Images
from grainless.evaluation.evaluate import Task
from grainless.learn.batches.batches import Whole
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.batches.fixed import Fixed
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce.command import changes, command
from grainless.learn.reproduce.learned import learned
from grainless.learn.reproduce.scores import draws, floor, noted
from grainless.learn.reproduce.systems.c.cure import mean_response
from grainless.learn.reproduce.systems.d.claims import error, passed
from grainless.learn.reproduce.words import cheaper, differs, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study
from grainless.noise import noise_from


class Told(Run):
    """A run of these facts, in memory."""

    def __init__(self, path, recipe, changes=(), history=()):
        super().__init__(path)
        self.made = Recipe.load(recipe, changes)
        self.known = {"name": recipe, "history": list(history)}

    def recipe(self):
        return self.made

    def facts(self):
        return self.known

    def note(self, facts):
        self.known = self.known | facts


def told(tmp_path, recipe, *changes, history=()):
    return Told(tmp_path / "run", recipe, changes, history)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["train.epochs=40"],
        ["noise=gaussian:sigma=0.75,clip=true"],
        ["data=mnist", "data.limit=2000", "train.epochs=5"],
        ["network.encoder=[64,32]", "train.fixed_noise=false", "train.start=runs/a start"],
        ["data.file=a folder/small.csv"],
    ],
    ids=str,
)
def test_a_command_read_by_a_shell_makes_the_same_recipe(tmp_path, lines):
    run = told(tmp_path, "d-fashion-dense", *lines)
    words = shlex.split(command(run))
    assert words[:3] == ["grainless", "train", "d-fashion-dense"]
    assert set(words[3::2]) <= {"--set"}
    again = Recipe.load("d-fashion-dense", words[4::2])
    assert again.options == run.recipe().options
    assert again.noise() == run.recipe().noise()


def test_nothing_changed_is_no_change():
    assert changes("a-mnist-coded", Recipe.load("a-mnist-coded")) == []


def test_a_shorter_run_says_so_in_its_row(tmp_path):
    assert cheaper(told(tmp_path, "c-stacked")) == ""
    short = told(tmp_path, "c-stacked", "train.epochs=5", "data.limit=2000")
    assert differs(short, "", "other pairs") == "5 of 50 epochs, 2,000 training images; other pairs"
    assert cheaper(told(tmp_path, "c-stacked", "train.epochs=60")) == ""
    assert cheaper(told(tmp_path, "c-stacked", "train.precision=half")) == "bfloat16 within the network"


def history(seconds, processor):
    return [
        {
            "number": 1,
            "loss": 1.0,
            "validation": 1.0,
            "rate": 1e-3,
            "seconds": seconds,
            "images": 9,
            "best": True,
        }
        | ({"processor": processor} if processor else {})
    ]


@pytest.mark.parametrize(
    ("seconds", "processor", "words"),
    [
        (1234, None, "1 epoch of 20 (early stopping), 1,234 s"),
        (100, 90, "1 epoch of 20 (early stopping), 100 s"),
        (300, 90, "1 epoch of 20 (early stopping), 300 s on a busy machine, 90 s of a processor"),
    ],
)
def test_times_of_a_busy_machine_are_marked(tmp_path, seconds, processor, words):
    run = told(tmp_path, "e-mnist-plain", "train.epochs=20", history=history(seconds, processor))
    assert took(run) == f"`grainless train e-mnist-plain --set train.epochs=20`: {words}"


CARD = {"device": "NVIDIA H100", "accelerator": True}


def test_a_training_on_a_graphics_card_says_so(tmp_path):
    run = told(tmp_path, "e-mnist-plain", history=history(3, 90))
    run.note({"trained_on": CARD | {"arithmetic": "full"}})
    assert took(run).endswith("(early stopping), 3 s on a graphics card (NVIDIA H100, full precision)")
    assert cheaper(run) == ""


@pytest.mark.parametrize(
    ("line", "noted", "words"),
    [
        ("train.precision=auto", "bfloat16", "bfloat16 within the network"),
        ("train.precision=half", "full", ""),
    ],
)
def test_the_arithmetic_is_what_the_run_noted_not_what_its_recipe_asked_for(tmp_path, line, noted, words):
    run = told(tmp_path, "c-stacked", line)
    run.note({"trained_on": {"device": "AMD EPYC", "accelerator": False, "arithmetic": noted}})
    assert cheaper(run) == words


def test_what_was_noted_is_not_made_again(tmp_path):
    run = told(tmp_path, "e-mnist-plain")
    assert noted(run, "area", lambda: 0.5) == 0.5
    assert noted(run, "area", lambda: 0.7) == 0.5


def test_the_floor_is_the_entropy_of_the_images_that_are_scored(tmp_path):
    run = told(tmp_path, "e-mnist-plain", "data=digits", "network.code=4")
    study = Study(tmp_path, DataRoots(), Notes())
    test = run.recipe().data(study.roots).test
    assert 0 < floor(run, study) < 0.69
    black_and_white = all(set(test.floats(n).ravel().tolist()) <= {0.0, 1.0} for n in range(3))
    assert not black_and_white


def test_the_mean_of_a_clipped_noise_is_measured():
    levels, means = mean_response(noise_from("gaussian:mean=0.5,sigma=0.01,clip=true"))
    assert means[0] == pytest.approx(0.5, abs=1e-3)
    assert means[16] == pytest.approx(0.75, abs=1e-3)
    assert means[-1] == pytest.approx(1.0, abs=1e-3)
    assert list(levels[[0, -1]]) == [0, 1]


@pytest.mark.parametrize(
    ("denoise", "share"),
    [
        (lambda noisy, sigma: noisy, 1.0),
        (lambda noisy, sigma: 0 * noisy + 0.3, 0.0),
        (lambda noisy, sigma: 0.25 * noisy + 0.1, 0.25),
    ],
    ids=["copy", "constant", "quarter"],
)
def test_a_copy_passes_all_noise_and_a_constant_none(denoise, share):
    images = Images.of(np.random.default_rng(0).integers(0, 255, (20, 1, 8, 8), np.uint8))
    task = Task(images, noise_from("gaussian:sigma=0.2"), seed=1)
    assert passed(denoise, task) == pytest.approx(share, abs=1e-5)


def test_the_error_of_a_copy_is_that_of_the_noise():
    images = Images.of(np.full((50, 1, 16, 16), 128, np.uint8))
    task = Task(images, noise_from("gaussian:sigma=0.1"), seed=1)
    assert error(lambda noisy, sigma: noisy, task) == pytest.approx(0.01, rel=0.02)


def test_noise_drawn_once_is_scored_as_it_was_learned(tmp_path):
    lines = ["data=digits", "train.fixed_noise=true"]
    recipe = Recipe.load("e-mnist-dense", lines)
    run = finished_at_once(recipe, tmp_path / "run", roots=DataRoots(), callback=Notes())
    scores = learned(Study(tmp_path, DataRoots(), Notes()), run)
    assert scores["noisy"] == scores["denoised"]  # the model gives back what it gets
    train = recipe.data(DataRoots()).train
    cpu = torch.device("cpu")
    pairs = Fixed(Whole(train, batch=7, device=cpu), train, recipe.method(), seed=recipe.seed, device=cpu)
    errors = [(pair.shown - pair.wanted).square().mean((1, 2, 3)) for pair in pairs(TorchDraw.seeded(3))]
    assert scores["noisy"]["mse"] == pytest.approx(float(torch.cat(errors).mean()), rel=1e-5)
    assert run.facts()["learned images"] == scores


def test_the_noise_of_the_test_images_is_drawn_anew_for_each_figure(tmp_path):
    recipe = Recipe.load("e-mnist-dense", ["data=digits"])
    run = finished_at_once(recipe, tmp_path / "run", roots=DataRoots(), callback=Notes())
    drawn = draws(run, Study(tmp_path, DataRoots(), Notes()), "mse", count=3)
    assert len(set(drawn)) == 3
    assert drawn == pytest.approx([drawn[0]] * 3, rel=0.05)
