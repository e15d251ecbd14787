"""What ends a run: the best weights as ONNX, and their scores by that file."""

import platform
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grainless import __version__
from grainless.data.halves import halves
from grainless.data.images import Data, Images
from grainless.evaluation.auto import AUTO, Auto
from grainless.evaluation.baselines import middles
from grainless.evaluation.denoisers import blind
from grainless.evaluation.evaluate import NOISY, Denoise, Row, evaluate
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.score import FEWEST, Score
from grainless.learn.export import export
from grainless.learn.methods.calibrated import Calibrated
from grainless.learn.methods.methods import Exported, Method
from grainless.learn.networks import Network
from grainless.learn.networks.layers import macs, parameters
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.model.card import Card
from grainless.model.denoiser import load
from grainless.model.zoo import SHIPPED
from grainless.noise import Chain, Gaussian

DENOISED = "denoised"
"""What a run's own tables and pictures call the images that its model gives."""

CLEAN_IMAGES, NOISY_HALVES, LESSON = "clean images", "noisy halves", "lesson"
"""What scores compare with: see `judges`."""

SAYS_LESS = {
    NOISY_HALVES: "These scores are of images of every second pixel, against their neighbours, noise and all: however "
    "good a model is, that noise stays in them and hides most of a loss, and they favour what learns from halves. A "
    "gain of a tenth or two says nothing. Look at the images.",
    LESSON: "These scores are against what the model that taught made of the same images: they flatter, and say "
    "nothing of what it did wrong itself.",
}
"""What must be known of scores that compare with no clean image."""

KEEP = "{0} is better, beyond chance: keep {0}, and leave this model."
"""Where the whole interval of the gain is below 0 over what a person has without a training."""

PLAIN = "plain `grainless denoise`"
"""What the row `auto` is called in sentences: it chooses for each image, and fits curves."""

AUTO_MOST = 16
"""Images of a part up to which `auto` is judged, too: it looks at each by itself, which takes seconds."""

PIXELS, SIDE = 2**19, 256
"""Of images that were learned from, the middles are judged where too few were held out: so many pixels in all."""


def export_best(run: Run, recipe: Recipe, network: Network, samples: Tensor) -> None:
    """Write the run's best weights as model.onnx, its card inside; the network takes those weights.

    Args:
        samples: real noisy images, (n, c, h, w), on which file and network are compared.
    """
    network.load_state_dict(run.weights())
    method = recipe.method()
    network = method.exported(network) if isinstance(method, Exported) else network
    card = Card(
        recipe.name,
        network.channels,
        network.size,
        network.multiple,
        network.least,
        network.reach,
        _about(run, recipe, network),
        learned_from(recipe.noise()),
        neighbours=network.neighbours,
    )
    export(network, run.model_file, card, samples)


def score(run: Run, recipe: Recipe, data: Data) -> list[Row]:
    """Judge model.onnx on the held-out parts by the recipe's noise, and note the means in the run.

    Returns:
        The rows of the test images.
    """
    denoisers = contenders(run, recipe, data)
    scored = {
        part: evaluate(
            denoisers,
            images,
            recipe.noise(),
            seed=recipe.seed,
            data_name=f"{data.name} {part}",
        )
        for part, images in data.parts.items()
        if part != "train" and len(images)
    }
    noisy, own, *others = ({"name": name, "scores": _means(scored, name)} for name in (NOISY, *denoisers))
    for name, other in zip([*denoisers][1:], others, strict=True):
        other["gain"] = _gain(scored["test"], name).plain()
        if name == AUTO and len(data.test) < FEWEST:
            other["gain_where_learned"] = _gain(_where_learned(denoisers, recipe, data), name).plain()
    against = judged_by(recipe)
    run.note({"scores": own["scores"], "noisy": noisy["scores"], "others": others, "against": against})
    return scored["test"]


def to_judge(recipe: Recipe, data: Data) -> Data:
    """What a model is judged on: the data, or, where they hold noisy images alone, what `judges` makes of them."""
    if recipe.noise().parts:
        return data
    method = recipe.method()
    return replace(data, validation=judges(method, data.validation), test=judges(method, data.test))


def judged_by(recipe: Recipe) -> str:
    """What the scores of a recipe compare with: `CLEAN_IMAGES`, `NOISY_HALVES` or `LESSON`."""
    return CLEAN_IMAGES if recipe.noise().parts else _compared(recipe.method())


def judges(method: Method, images: Images) -> Images:
    """Pairs by which a model is judged that a method has taught.

    Of noisy images alone they are halves; where neighbouring pixels share the noise, denoised images under it.
    """
    against = _compared(method)
    if against == LESSON and isinstance(method, Calibrated):
        return method.lesson(images)
    return halves(images) if against == NOISY_HALVES else images


def _compared(method: Method) -> str:
    if method.needs_clean:
        return CLEAN_IMAGES
    return LESSON if isinstance(method, Calibrated) and method.shared else NOISY_HALVES


def contenders(run: Run, recipe: Recipe, data: Data) -> dict[str, Denoise]:
    """The run's model; beside it the shipped one that it began with, if it did, and what `denoise` does by itself."""
    start = str(recipe.training().get("start"))
    channels = recipe.source().channels
    made: dict[str, Denoise] = {DENOISED: blind(load(run.model_file))}
    if start not in SHIPPED:
        return made
    if (model := load(start)).card.channels == channels:
        made[start] = blind(model)
    few = max(len(data.validation), len(data.test)) <= AUTO_MOST
    return made | ({AUTO: Auto()} if few else {})


def _where_learned(denoisers: dict[str, Denoise], recipe: Recipe, data: Data) -> list[Row]:
    """Rows of the images that were learned from, where too few were held out: they flatter the run's model alone."""
    seen = data.train.take(np.arange(min(len(data.train), AUTO_MOST)))
    if not recipe.noise().parts:
        seen = judges(recipe.method(), seen)
    both = {name: denoisers[name] for name in (DENOISED, AUTO)}
    images = middles(seen, PIXELS, SIDE)
    psnr = {"psnr": METRICS["psnr"]}
    return evaluate(both, images, recipe.noise(), seed=recipe.seed, data_name="learned from", metrics=psnr)


def _gain(rows: Sequence[Row], other: str, metric: str = "psnr") -> Score:
    """What the run's model has more than another one, image by image."""
    own, beside = (
        next(row.scores[metric] for row in rows if row.denoiser == name) for name in (DENOISED, other)
    )
    return own.minus(beside)


def _means(scored: dict[str, list[Row]], denoiser: str) -> dict[str, dict[str, float]]:
    """Part -> metric -> mean, of one denoiser."""
    return {
        part: {metric: score.mean for metric, score in row.scores.items()}
        for part, rows in scored.items()
        for row in rows
        if row.denoiser == denoiser
    }


def learned_from(noise: Chain) -> dict[str, tuple[float, float] | None]:
    """Kind of noise -> the range of its strength where that has a unit, as cards tell it.

    White noise that is clipped or has an offset is another noise: a network that learned it takes the offset, too.
    """
    learned: dict[str, tuple[float, float] | None] = {}
    for part in noise.parts:
        for kind in part.kinds:
            if not isinstance(part, Gaussian):
                learned.setdefault(kind, None)
            elif not (part.mean or part.clip):
                learned[kind] = part.sigma if isinstance(part.sigma, tuple) else (part.sigma, part.sigma)
    return learned


def _about(run: Run, recipe: Recipe, network: Network) -> dict[str, Any]:
    history = run.facts()["history"]
    return {
        "recipe": recipe.tables,
        "parameters": parameters(network).total,
        "MACs a pixel": round(macs(network)),
        "epochs": history[-1]["number"],
        "images shown": sum(epoch["images"] for epoch in history),
        "validation loss": run.best_epoch()["validation"],
        "versions": {
            "grainless": __version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
    }
