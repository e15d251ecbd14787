"""`grainless train --images DIR`: what a person gives reaches the plan; the run that comes of it is trained and told.

How the plan is made is tested in tests/learn/test_finetune.py; here it is the tiny recipe, which takes a second.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from trainings import tiny

from grainless.learn.finetune.plan import Plan
from grainless.learn.run import Run

OTHERS = {"minutes": 3.0, "noise": "gaussian:sigma=0.1", "start": "grey", "changes": ["train.epochs=1"]}


@pytest.fixture
def planned(monkeypatch):
    """What the plan was asked for."""
    asked = []

    def plan(out, **options):
        asked.append({"out": out, **options})
        options["tell"]("Looking ...")
        recipe = replace(tiny("train.epochs=1"), name=out.name)
        return Plan(recipe, recipe.data(options["roots"]), remarks=["9 images are grey."], step=1.0)

    monkeypatch.setattr("grainless.learn.finetune.plan.plan", plan)
    return asked


def test_images_of_ones_own_are_planned_for_trained_on_and_told(call, planned, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = ("--noise", "gaussian:sigma=0.1", "--start", "grey", "--minutes", 3, "--set", "train.epochs=1")
    status, out, err = call("train", "--images", "photos", "--out", "runs/mine", *given)
    assert status == 0
    (asked,) = planned
    assert {name: asked[name] for name in OTHERS} == OTHERS
    assert (asked["out"], asked["images"]) == (Path("runs/mine"), Path("photos"))
    assert (asked["noisy"], asked["clean"]) == (None, None)
    assert err.splitlines()[:2] == ["Looking ...", "9 images are grey."]
    assert out.endswith("Model, weights and report: runs/mine\n")
    assert Run.open(Path("runs/mine")).finished


def test_pairs_of_ones_own_lie_in_a_folder_named_after_the_clean_ones(call, planned, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, _ = call("train", "--noisy", "in/noisy", "--clean", "in/clean", "--json")
    assert status == 0
    (asked,) = planned
    assert (asked["noisy"], asked["clean"], asked["images"]) == (Path("in/noisy"), Path("in/clean"), None)
    assert json.loads(out)["run"] == str(asked["out"])


def test_a_stop_before_the_training_is_told(call, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("grainless.learn.finetune.plan.plan", stopped)
    said = (130, "", "grainless: Stopped before the training began.\n")
    assert call("train", "--images", "photos") == said


def test_a_model_that_is_worse_than_doing_nothing_is_told(call, tmp_path, monkeypatch):
    def plan(out, **options):  # hardly any noise, and a network that learned for a second
        recipe = tiny("train.epochs=1", "noise.sigma=0.01")
        return Plan(recipe, recipe.data(options["roots"]), remarks=[], step=1.0)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("grainless.learn.finetune.plan.plan", plan)
    _, out, _ = call("train", "--images", "photos", "--out", "runs/mine")
    facts = json.loads(call("show", "runs/mine", "--json")[1])
    lost = facts["noisy"]["test"]["psnr"] - facts["scores"]["test"]["psnr"]
    assert lost > 0
    assert (
        f"Yet {lost:.2f} dB under the noisy test images themselves: leave such images as they are.\n" in out
    )


def test_shown_the_clean_images_themselves_a_model_is_not_called_worse_than_they_are(
    call, tmp_path, monkeypatch
):
    def plan(out, **options):
        recipe = tiny("train.epochs=1", "noise=none")
        return Plan(recipe, recipe.data(options["roots"]), remarks=[], step=1.0)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("grainless.learn.finetune.plan.plan", plan)
    _, out, _ = call("train", "--images", "photos", "--out", "runs/mine")
    assert "Yet" not in out
    assert "noisy" not in out
    page = Run.open(Path("runs/mine")).report_file.read_text("utf-8")
    assert "<dt>input</dt><dd>inf dB</dd>" in page
    assert "Each column from top to bottom: clean, input, denoised." in page
    assert '<th scope="row">input</th>' in page
    assert '<th scope="row">noisy</th>' not in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            "demo --images photos",
            "--images is for images of your own, and demo is a recipe: give one of them.",
        ),
        ("", "Name a recipe (grainless list recipes), or your own images: --images DIR"),
        ("--images photos --resume", "Go on with what was begun by its recipe: grainless train runs/"),
        ("--images nowhere", "nowhere"),
    ],
)
def test_what_cannot_be_is_one_line(call, typed, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = call("train", *typed.split())
    assert (status, out) == (2, "")
    assert err.startswith("grainless: ")
    assert told in err
    assert err.count("\n") == 1
