"""One set of images: every denoiser scored at every noise, with what it costs, as plain facts for JSON."""

import hashlib
import platform
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from grainless import __version__
from grainless.evaluation.auto import AUTO, Auto
from grainless.evaluation.baselines import BASELINES, best_setting
from grainless.evaluation.baselines.baseline import Baseline
from grainless.evaluation.benchmark.cost import Kind, cost, sample
from grainless.evaluation.benchmark.plan import NO_NOISE, OFF_RANGE, SIGMAS, Plan, noise_of
from grainless.evaluation.benchmark.sets import SETS, ImageSet
from grainless.evaluation.denoisers import model
from grainless.evaluation.evaluate import Denoise, Row, Task, ahead, differences, evaluate
from grainless.evaluation.machine import processor, threads
from grainless.evaluation.metrics import METRICS, USUAL
from grainless.model.denoiser import load
from grainless.noise import noise_from
from grainless.parts import make, spec

RMSE = ("rmse",)
"""Kept beside the usual scores: documents are judged by it."""

Progress = Callable[[int, int], object]


def measured(
    image_set: ImageSet, plan: Plan, progress: Progress = lambda count, total: None
) -> dict[str, Any]:
    """All numbers of one set, as plain facts: JSON can hold them.

    Args:
        image_set: the images.
        plan: which denoisers, noises and protocol.
        progress: told now and then how many more images were scored, of how many.

    Raises:
        InputError: a name, a setting or a noise is wrong, or a model does not take these images.
        RunError: a baseline's package is not installed, or a cost could not be measured.
    """
    image_set = image_set.first(plan.limit)
    plan = replace(plan, noises=(NO_NOISE,), protocol="real") if image_set.real else plan
    models = plan.models_for(image_set.images.channels, image_set.data)
    noises = plan.noises or SIGMAS
    off = OFF_RANGE if models and not plan.noises and image_set.data in SETS else ()
    total = len(image_set.images) * (len(noises) + len(off))
    scorer = _Scorer(image_set, plan, lambda count: progress(count, total))
    tasks = [task for text in noises for task in scorer.tasks(text, models, scorer.baselines(text))]
    return {
        "data": image_set.data,
        "title": image_set.title,
        "channels": image_set.images.channels,
        "images": len(image_set.images),
        "of": image_set.of,
        "protocol": plan.protocol,
        "seed": plan.seed,
        "searched": image_set.train is not None,
        "denoisers": scorer.denoisers(models, noises[len(noises) // 2]),
        "tasks": tasks,
        "off range": [task for text in off for task in scorer.tasks(text, models, {})],
    }


def made(arguments: Sequence[str]) -> dict[str, str]:
    """How numbers are made: when, by which version and command, on what."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "version": __version__,
        "command": f"grainless {shlex.join(arguments)}",
        "machine": f"{processor()}, {threads()}, Python {platform.python_version()}",
    }


@dataclass(frozen=True)
class _Scorer:
    """What is the same for every noise of a set."""

    image_set: ImageSet
    plan: Plan
    progress: Callable[[int], object]

    def tasks(
        self, text: str, models: Mapping[str, str], baselines: Mapping[str, Denoise]
    ) -> list[dict[str, Any]]:
        """The scores of all denoisers at one noise; of real pairs also those of the ones reported apart."""
        noise = noise_of(text)
        denoisers = {row: model(name) for row, name in models.items()}
        rows = evaluate(
            denoisers | dict(baselines),
            self.image_set.images,
            noise,
            data_name=self.image_set.data,
            seed=self.plan.seed,
            protocol=self.plan.protocol,
            metrics={name: METRICS[name] for name in (*USUAL, *RMSE)},
            after_batch=self.progress,
        )
        task = Task(self.image_set.images, noise, self.plan.seed, self.plan.protocol)
        facts = {"noise": text, "sha256": noise_hash(task), "sigma": rows[0].sigma}
        chosen = {name: dict(each.chosen) for name, each in denoisers.items() if isinstance(each, Auto)}
        whole = facts | _compared(rows) | {"chosen": chosen}
        if not self.image_set.real:
            return [whole]
        whole["noise"] = f"all {len(self.image_set.images):,} pairs"
        if not self.image_set.apart:
            return [whole]
        part = _compared([row.only(self.image_set.apart) for row in rows])
        return [whole, facts | {"noise": f"{len(self.image_set.apart):,} apart"} | part]

    def baselines(self, text: str) -> dict[str, Denoise]:
        """The baselines at their settings for this noise."""
        return {name: self.setting(name, text) for name in self.plan.baselines}

    def setting(self, name: str, text: str) -> Baseline:
        """As given; else searched on training images, or, where there are none, as swept for this strength."""
        if name not in BASELINES:
            return make("baseline", BASELINES, spec("baseline", name))
        if self.image_set.train is not None:
            return best_setting(name, self.image_set.train, noise_from(text), seed=self.plan.seed)
        task = Task(self.image_set.images, noise_of(text), self.plan.seed, self.plan.protocol)
        return BASELINES[name].at(task.sigma, self.image_set.images.channels)

    def denoisers(self, models: Mapping[str, str], text: str) -> dict[str, dict[str, Any]]:
        """What each is and costs, at this noise."""
        task = Task(self.image_set.images, noise_of(text), self.plan.seed, self.plan.protocol)
        noisy, known = sample(task, self.plan.side), {}
        for row, name in models.items():
            about = {} if name == AUTO else load(name).card.about
            facts = {each: about.get(each) for each in ("parameters", "MACs a pixel")}
            known[row] = _facts("model", name, facts | cost("model", name, noisy, task.sigma))
        for name in self.plan.baselines:
            told = spelled(name.partition(":")[0], self.setting(name, text))
            known[name] = _facts("baseline", told, cost("baseline", told, noisy, task.sigma))
        return known


def noise_hash(task: Task) -> str:
    """sha256 of all noisy images in order, as little-endian float32, channels first."""
    digest = hashlib.sha256()
    for noisy, _ in task.batches():
        digest.update(np.ascontiguousarray(noisy, dtype="<f4").tobytes())
    return digest.hexdigest()


def spelled(name: str, baseline: Baseline) -> str:
    """A baseline with all its settings, as a command line takes it.

    >>> spelled("median", BASELINES["median"](side=5))
    'median:side=5'
    """
    options = [f"{field.name}={getattr(baseline, field.name)}" for field in fields(baseline)]
    return f"{name}:{','.join(options)}" if options else name


def _facts(kind: Kind, name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "asked as": name, **facts}


def _compared(rows: Sequence[Row]) -> dict[str, Any]:
    """The scores of all, which is best, and how far the others are from it."""
    first = ahead(rows)
    return {
        "scores": {row.denoiser: _scores(row) for row in rows},
        "best": first and first.denoiser,
        "differences": {name: score.plain() for name, score in differences(rows).items()},
    }


def _scores(row: Row) -> dict[str, Any]:
    return {name: score.plain() for name, score in row.scores.items()}
