"""What one training of each can say: few epochs and one seed order networks by chance, too."""

from collections.abc import Sequence

from grainless.errors import counted
from grainless.learn.run import Run

STILL = 0.01
"""The share of a validation loss by which it moves from epoch to epoch where it has come to rest."""


def said_once(
    each: str, runs: Sequence[Run], *, loss: str = "validation loss", differ: str = "order them"
) -> str:
    """How far one training of each can be trusted, a sentence.

    Args:
        each: what was trained once: "rung".
        runs: of them.
        loss: how it is called.
        differ: what another training may do otherwise.
    """
    epochs = max(_epochs(run) for run in runs)
    change = max(_last_change(run) for run in runs)
    told = f"Each {each} is one seed after {counted(epochs, 'epoch')}"
    if epochs == 1:
        return f"{told}: a longer training, or another seed, may {differ} otherwise."
    if change < STILL:
        return f"{told}: another seed may {differ} otherwise where they are near each other."
    return (
        f"{told}; in the last epoch the {loss} still changed by up to {change:.0%}, so a longer training may {differ} "
        "otherwise."
    )


def _last_change(run: Run) -> float:
    """By which share of it the validation loss rose or fell in the last epoch; 0 of a single epoch."""
    losses = [epoch["validation"] for epoch in run.facts()["history"] if epoch["number"]]
    return abs(losses[-1] / losses[-2] - 1) if losses[1:] else 0.0


def _epochs(run: Run) -> int:
    return int(max(epoch["number"] for epoch in run.facts()["history"]))
