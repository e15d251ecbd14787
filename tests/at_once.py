"""Runs that are finished without any training: pages made of many runs are tested in a second."""

import tiny

from grainless.evaluation.metrics import METRICS
from grainless.learn.run import Run
from grainless.model.card import Card

SCORES = {"psnr": 20.0, "ssim": 0.7, "psnr-own-peak": 19.0}


def epoch(number, loss=0.3):
    """An epoch as a history tells it."""
    told = {"number": number, "loss": loss, "validation": loss + 0.01, "rate": 1e-3, "seconds": 2.0}
    return told | {"processor": 2.0, "images": 60, "best": True}


def finished_at_once(recipe, path, *, roots, callback, resume=False):
    """In the place of `train`: weights of chance, a model that gives back what it gets, scores by hand."""
    run, network = Run.begin(path, recipe), recipe.network()
    run.keep(
        network,
        {"name": recipe.name, "recipe": recipe.tables, "split": {}, "history": [epoch(1), epoch(2, 0.2)]},
    )
    card = Card(recipe.name, network.channels, network.size, network.multiple, network.least, network.reach)
    tiny.identity(run.model_file, card, sides=network.size or ("h", "w"))
    scores = {part: {name: SCORES.get(name, 0.1) for name in METRICS} for part in ("validation", "test")}
    run.note({"scores": scores, "noisy": scores, "others": []})
    run.report_file.write_text("")
    return run
