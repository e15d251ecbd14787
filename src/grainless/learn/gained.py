"""Whether a training was worth it: in words, beside what a person has without one."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grainless.errors import counted
from grainless.evaluation.auto import AUTO
from grainless.learn.score import KEEP, PLAIN

FEWEST_STEPS = 100
"""Of so many a gain was measured (docs/noisy-only.md); 4 lost 2.4 to 4.2 dB beside plain `denoise`."""

TOO_SHORT = "{} teach next to nothing, and no gain over {} was found: take that, or give more --minutes."
"""After fewer steps, where nothing says otherwise."""


def better_start(others: Sequence[Mapping[str, Any]]) -> str | None:
    """What a person has without the training, if it is better beyond chance: the start's name, "auto", or None.

    On the test images; where these are too few, "auto" also if it is on those that were learned from.
    """
    worse = {other["name"]: gain["mean"] for other in others if (gain := _lost(other))}
    return min(worse, key=lambda name: worse[name], default=None)


def gained(others: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The gain over the better of what a person has without the training, as far as so few images can tell."""
    told = [other for other in others if other["gain"]["mean"] is not None]
    if not told:
        return
    other = min(told, key=lambda each: each["gain"]["mean"])
    mean, low, high = (other["gain"][name] for name in ("mean", "low", "high"))
    words = f"On the test images {mean:+.2f} dB over {_called(other['name'])}"
    if low is None:
        yield f"{words}; they are too few to tell whether that is chance."
    elif low <= 0 <= high:
        yield f"{words}: no difference that can be told ({low:+.2f} to {high:+.2f}, 95 %)."
    else:
        yield f"{words} ({low:+.2f} to {high:+.2f}, 95 %)."
    yield from _where_learned(others)


def after(known: Mapping[str, Any]) -> Iterator[str]:
    """What to do instead of taking the model, if that is better.

    Args:
        known: of a run, as `of_run` tells it.
    """
    better = known["better_start"]
    if better:
        yield _upper(KEEP.format(PLAIN if better == AUTO else better))
    elif not _ahead(known["others"]) and (steps := _steps(known)) < FEWEST_STEPS:
        yield TOO_SHORT.format(counted(steps, "step"), PLAIN)


def _where_learned(others: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for other in others:
        gain = other.get("gain_where_learned", {})
        if gain.get("low") is not None:
            yield (
                f"On the images that it learned from {gain['mean']:+.2f} dB over {_called(other['name'])} "
                f"({gain['low']:+.2f} to {gain['high']:+.2f}, 95 %)."
            )


def _lost(other: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The gain that is below 0 beyond chance, if there is one."""
    gains = (other.get(name, {}) for name in ("gain", "gain_where_learned"))
    told = next((gain for gain in gains if gain.get("high") is not None), None)
    return told if told and told["high"] < 0 else None


def _ahead(others: Sequence[Mapping[str, Any]]) -> bool:
    """Better than plain `denoise` beyond chance; or that was not asked."""
    lows = [other["gain"]["low"] for other in others if other["name"] == AUTO]
    return all(low is not None and low > 0 for low in lows)


def _steps(known: Mapping[str, Any]) -> int:
    batch: int = known["hyperparameters"]["train.batch"]
    images: int = sum(epoch["images"] for epoch in known["history"])
    return math.ceil(images / batch)


def _called(name: str) -> str:
    return PLAIN if name == AUTO else f"{name}, which it began with"


def _upper(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:] if sentence.startswith(PLAIN) else sentence
