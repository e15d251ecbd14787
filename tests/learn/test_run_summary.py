"""What is said of a recipe or a run: every number that holds, as plain mappings."""

import inspect
import json

from trainings import tiny

from grainless.learn.fitting.fit import Fit
from grainless.learn.recipe import Recipe
from grainless.learn.summary import ANY_SIDE, hyper_parameters, of_recipe, of_run


def test_a_recipe_by_hand():
    assert of_recipe(tiny()) == {
        "name": "tiny",
        "input": [1, 8, 8],
        "layers": [
            {"name": "encoder.0", "kind": "Flatten", "shape": (64,), "parameters": 0},
            {"name": "encoder.1", "kind": "Linear", "shape": (8,), "parameters": 64 * 8 + 8},
            {"name": "encoder.2", "kind": "ReLU", "shape": (8,), "parameters": 0},
            {"name": "decoder.0", "kind": "Linear", "shape": (64,), "parameters": 8 * 64 + 64},
            {"name": "decoder.1", "kind": "Unflatten", "shape": (1, 8, 8), "parameters": 0},
        ],
        "parameters": {"total": 1096, "trainable": 1096},
        "hyperparameters": hyper_parameters(tiny()),
    }


def test_statistics_are_in_the_total_and_are_not_trained():
    found = of_recipe(Recipe.load("b-lowlight-pooled"))["parameters"]
    assert found == {"total": 30_019, "trainable": 29_763}


def test_networks_of_any_size_are_shown_on_a_crop_or_a_usual_one():
    free = Recipe("x", '[data]\nname = "photos"\n[network]\nname = "dncnn"\ndepth = 2')
    assert of_recipe(free)["input"] == [1, ANY_SIDE, ANY_SIDE]
    assert of_recipe(free.changed("train.crop=40"))["input"] == [1, 40, 40]


def test_every_hyper_parameter_is_told_written_or_not():
    told = hyper_parameters(tiny("train.rate=0.5"))
    assert told["train.rate"] == 0.5
    assert told["network.code"] == 8
    assert told["noise"] == "gaussian:sigma=0.3,clip=true"
    assert told["learn.name"] == "supervised"
    for name, keyword in inspect.signature(Fit).parameters.items():
        if name in Fit.GIVEN:
            assert f"train.{name}" not in told
        elif name not in {"rate", "epochs", "batch"}:
            assert told[f"train.{name}"] == keyword.default


def test_a_methods_own_options_are_told_too():
    told = hyper_parameters(tiny("learn.name=adversarial", "learn.share=0.5"))
    assert (told["learn.share"], told["learn.width"], told["learn.rate"]) == (0.5, 16, 2e-4)
    assert "learn.noise" not in told


def test_a_run_says_what_its_recipe_says_and_what_was_reached(finished):
    told = of_run(finished)
    assert told | of_recipe(tiny()) == told
    assert (told["epochs"], told["best_epoch"]) == (2, 2)
    assert told["loss"]["validation"] == min(epoch["validation"] for epoch in told["history"])
    assert told["seconds"] == sum(epoch["seconds"] for epoch in told["history"])
    assert told["scores"] == finished.facts()["scores"]
    assert json.loads(json.dumps(told))["parameters"]["total"] == 1096
