"""Starts: one recipe from scratch and from a trained network's weights, with equal steps; does the start help?

Source: Singhal, "Use autoencoders to denoise images", Pluralsight, 2020, suggests to start from a pretrained network
for large images, of those that classify ImageNet; here it is one that denoises.
"""

from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import Any

from grainless.errors import InputError, counted
from grainless.evaluation.evaluate import Array
from grainless.evaluation.figures.pictures import detail, strip
from grainless.evaluation.figures.plots import lines_png
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.page import rows_table, shown
from grainless.learn.studies.study import Study, scenes

SCRATCH = "from scratch"

TESTED = {"psnr": "test PSNR (dB)", "ssim": "test SSIM"}

PIECE = 96
"""Pixels a side of what is shown of a large image."""

PICTURES = 3


@dataclass(frozen=True)
class Starts:
    """What was found.

    Args:
        runs: "from scratch", "from color" -> its run.
        curve: validation by epoch, of both.
        pictures: pieces of test images: clean, noisy, then by each run.
    """

    runs: dict[str, Run]
    curve: Path
    pictures: Path

    def rows(self) -> list[dict[str, Any]]:
        """A row a start: what the validation images score before, after the first, the middle and the last epoch."""
        rows = []
        for name, run in self.runs.items():
            values, unit = validation(run)
            last = max(values)
            rows.append(
                {"start": name}
                | {
                    f"validation {unit}, epoch {at}": values.get(at)
                    for at in sorted({0, 1, (last + 1) // 2, last})
                }
                | {name: run.facts()["scores"]["test"][metric] for metric, name in TESTED.items()}
            )
        return rows

    def parts(self, page: Path) -> list[str]:
        """What stands on a page."""
        run = self.runs[SCRATCH]
        last = run.facts()["history"][-1]
        return [
            f"`{run.facts()['name']}`: {run.recipe().options['data.name']}, noise {run.recipe().noise()}; "
            f"{counted(last['number'], 'epoch')} of {last['images']:,} pieces or images.",
            "The same recipe, the same steps, the same chance; once from the network's own first weights, once from "
            "those of a trained network, which epoch 0 shows as it came. Validation is scored after each epoch, "
            "always with the same noise; the test by the best epoch.",
            rows_table(self.rows()),
            shown(
                self.curve, page, "Held-out images after each epoch, from scratch and from a trained network"
            ),
            shown(
                self.pictures,
                page,
                "The piece with most detail of the first test images, enlarged",
            ),
        ]


def starts(study: Study, recipe: str, start: str, changes: list[str]) -> Starts:
    """Train a recipe from its own first weights and from others.

    Args:
        study: where the runs lie.
        recipe: its name or file.
        start: a run's folder or a shipped model's name.
        changes: lines of the recipe to change.

    Raises:
        InputError: the recipe has a start already, or none of the weights fits.
    """
    chosen = Recipe.load(recipe, changes)
    if own := chosen.training().get("start"):
        raise InputError(f"{chosen.name} starts from {own} already; take the line train.start out of it.")
    other = f"from {Path(start).name}"
    runs = {other: study.run(recipe, [*changes, f"train.start={start}"]), SCRATCH: study.run(recipe, changes)}
    runs = {SCRATCH: runs[SCRATCH], other: runs[other]}
    curve, pictures = (study.folder / f"{chosen.name}-starts{end}.png" for end in ("", "-pictures"))
    found = {name: validation(run) for name, run in runs.items()}
    unit = found[SCRATCH][1]
    lines = {name: (list(values), list(values.values())) for name, (values, _) in found.items()}
    lines_png(lines, curve, x="epoch", y=f"validation {unit}")
    _draw(study, runs, pictures)
    return Starts(runs, curve, pictures)


def validation(run: Run) -> tuple[dict[int, float], str]:
    """Epoch -> the validation loss after it, as decibels where it is squared error; and what the numbers are.

    Epoch 0 is what a trained network was worth as it came.
    """
    losses = {int(epoch["number"]): float(epoch["validation"]) for epoch in run.facts()["history"]}
    if run.recipe().options.get("learn.loss", "mse") == "mse":
        return {epoch: -10 * log10(loss) for epoch, loss in losses.items()}, "PSNR (dB)"
    return losses, "loss"


def _draw(study: Study, runs: dict[str, Run], path: Path) -> None:
    """The piece with most detail of the first test images."""
    shown = {name: scenes(run, study.roots, PICTURES) for name, run in runs.items()}
    first = shown[SCRATCH]
    rows: dict[str, list[Array]] = {
        name: [_piece(scene, name) for scene in first] for name in ("clean", "noisy")
    }
    rows |= {name: [_piece(scene, "denoised") for scene in each] for name, each in shown.items()}
    scale = max(1, 192 // rows["clean"][0].shape[-1])
    strip(list(rows.values()), path, labels=list(rows), scale=scale)


def _piece(scene: dict[str, Array], name: str) -> Array:
    side = min(PIECE, *scene["clean"].shape[1:])
    top, left = detail(scene["clean"], side)
    return scene[name][:, top : top + side, left : left + side]
