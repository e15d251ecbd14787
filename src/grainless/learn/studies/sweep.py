"""Sweep: one line of a recipe over several values; how the result depends on it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grainless.evaluation.evaluate import Array
from grainless.evaluation.figures.pictures import strip
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.once import said_once
from grainless.learn.studies.study import Study, scenes
from grainless.learn.studies.values import line_of, listed
from grainless.learn.summary import of_run

PICTURES = 5


@dataclass(frozen=True)
class Sweep:
    """What a sweep came to.

    Args:
        line: of the recipe: "network.code".
        values: as they were given.
        runs: one a value.
        figure: test images in columns; rows: clean, noisy where there is noise, then one a value.
    """

    line: str
    values: list[str]
    runs: list[Run]
    figure: Path

    def rows(self) -> list[dict[str, Any]]:
        """A row a value: the parameters, and the means on the test images."""
        known = [of_run(run) for run in self.runs]
        return [
            {self.line: value, "parameters": each["parameters"]["total"], **each["scores"]["test"]}
            for value, each in zip(self.values, known, strict=True)
        ]

    @property
    def remark(self) -> str:
        """How far one training of each value can be trusted."""
        return said_once("value", self.runs)


def sweep(study: Study, recipe: str, over: str, changes: list[str]) -> Sweep:
    """Train the recipe once for each value of a line, and draw what comes out.

    Args:
        study: where the runs lie.
        recipe: its name or file.
        over: "network.code=1,2,8,32", "network.widths=[16,32],[32,64]".
        changes: other lines of the recipe to change.

    Raises:
        InputError: `over` has no such form, or the recipe has no such line.
    """
    line, values = line_of(over)
    settings = listed(values)
    for value in settings:  # every mistake is told before the first training
        Recipe.load(recipe, [*changes, f"{line}={value}"])
    runs = [study.run(recipe, [*changes, f"{line}={value}"]) for value in settings]
    figure = study.folder / f"{Path(recipe).stem}-by-{line}.png"
    draw_figure(study, line, settings, runs, figure)
    return Sweep(line, settings, runs, figure)


def draw_figure(study: Study, line: str, values: list[str], runs: list[Run], path: Path) -> None:
    """Rows of the same test images: clean, then for each value what its network gives.

    Where the noise itself is swept, each value has a row of its own noisy images.
    """
    shown = [scenes(run, study.roots, PICTURES) for run in runs]
    rows: dict[str, list[Array]] = {"clean": [scene["clean"] for scene in shown[0]]}
    is_noisy = bool(len(runs[0].recipe().noise().parts))
    if is_noisy and not line.startswith("noise."):
        rows["noisy"] = [scene["noisy"] for scene in shown[0]]
    for value, each in zip(values, shown, strict=True):
        name = f"{line.rpartition('.')[2]} {value}"
        if line.startswith("noise."):
            rows[f"{name}: noisy"] = [scene["noisy"] for scene in each]
            name += ": denoised"
        rows[name] = [scene["denoised"] for scene in each]
    side = rows["clean"][0].shape[-1]
    strip(list(rows.values()), path, labels=list(rows), scale=max(1, 96 // side))
