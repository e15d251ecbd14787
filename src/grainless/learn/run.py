"""A run's folder: what is kept where. Every file in it is written whole or not at all; none is a pickle."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from grainless import __version__
from grainless.disk.temporary import is_left_over
from grainless.disk.whole import whole, write_text
from grainless.errors import InputError
from grainless.evaluation.figures.curves import best
from grainless.learn.lock import locked
from grainless.learn.recipe import Recipe
from grainless.learn.recipe_files import text_of
from grainless.model.run_files import KEY, RunFiles

FORMAT = 1


class Run(RunFiles):
    """The folder of one training: what is kept comes back."""

    @classmethod
    def begin(cls, path: Path, recipe: Recipe) -> "Run":
        """Make a new run's folder.

        Raises:
            InputError: something lies there already; nothing is overwritten.
        """
        cls.check_new(path)
        run = cls(path)
        write_text(run.recipe_file, recipe.text)
        return run

    @staticmethod
    def check_new(path: Path) -> None:
        """Whether a run can begin in this folder; cheap, so that it can be asked before long work.

        Raises:
            InputError: something lies there already; nothing is overwritten.
        """
        if path.exists() and not (path.is_dir() and all(map(is_left_over, path.iterdir()))):
            raise InputError(f"{path} is there already; give another --out, or go on with it by --resume.")

    @classmethod
    def open(cls, path: Path) -> "Run":
        """A run's folder that was begun before.

        Raises:
            InputError: it is none.
        """
        run = cls(path)
        if not run.recipe_file.is_file():
            raise InputError(f"{path} is no run's folder: it holds no {run.recipe_file.name}.")
        return run

    def locked(self) -> AbstractContextManager[None]:
        """Holds the run for this process while the block runs.

        Raises:
            RunError: another one trains it, or the lock's file cannot be written.
        """
        return locked(self.lock_file, str(self.path))

    @property
    def finished(self) -> bool:
        """Training is over, the model was judged, and the report, which comes last, is written."""
        files = (self.model_file, self.weights_file, self.report_file)
        return all(file.is_file() for file in files) and "scores" in self.facts()

    def check_made_by(self, recipe: Recipe) -> None:
        """Whether this recipe, comments aside, began the run.

        Raises:
            InputError: another did; what differs is told.
        """
        then, now = self.recipe().options, recipe.options
        changed = [key for key in sorted(then | now) if then.get(key) != now.get(key)]
        if changed:
            differences = ", ".join(f"{key} was {then.get(key)!r} and is {now.get(key)!r}" for key in changed)
            raise InputError(
                f"{self.path} is a run of another recipe: {differences}. Resume it as it was, or give another --out."
            )

    def recipe(self) -> Recipe:
        """The recipe that made it.

        Raises:
            InputError: the recipe is of another version of Grainless, or was changed by hand and has mistakes.
        """
        recipe = Recipe(self.path.name, text_of(self.recipe_file))
        try:
            recipe.check()
        except InputError as error:
            raise InputError(
                f"{self.path} was made by another version of Grainless, or its recipe was changed: {error}"
            ) from error
        return recipe

    def keep(self, network: nn.Module, facts: dict[str, Any]) -> None:
        """Make these the best weights, and say of them what `facts` say (JSON)."""
        header = {KEY: json.dumps({"format": FORMAT, "version": __version__, **facts})}
        _save(
            self.weights_file,
            {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()},
            header,
        )

    def facts(self) -> dict[str, Any]:
        """What was said of the best weights.

        Raises:
            InputError: there are none yet, or the file is damaged or from another version.
        """
        return self._header(self.weights_file)

    def best_epoch(self) -> Mapping[str, Any]:
        """The epoch of the best weights, as the history tells it: number, loss, validation, rate, seconds, images.

        Raises:
            InputError: as `facts`.
        """
        epoch = best(self.facts()["history"])
        assert epoch is not None  # weights are kept of epochs alone whose loss is a number
        return epoch

    def weights(self) -> dict[str, Tensor]:
        """The best weights, by name.

        Raises:
            InputError: as `facts`.
        """
        return self._read(self.weights_file)[0]

    def note(self, facts: dict[str, Any]) -> None:
        """Say more of the best weights, or say it anew."""
        tensors, known = self._read(self.weights_file)
        _save(self.weights_file, tensors, {KEY: json.dumps(known | facts)})

    def pause(self, tensors: dict[str, Tensor], history: str) -> None:
        """Write down where the training stands: one file, so that no half of it can be old."""
        header = {KEY: json.dumps({"format": FORMAT, "version": __version__, "history": history})}
        _save(self.resume_file, tensors, header)

    def paused(self) -> tuple[dict[str, Tensor], str] | None:
        """Where the training stands; None if it was stopped before the end of its first epoch.

        Raises:
            InputError: the file is damaged or from another version.
        """
        if not self.resume_file.is_file():
            return None
        tensors, facts = self._read(self.resume_file)
        return tensors, str(facts["history"])

    def _header(self, path: Path) -> dict[str, Any]:
        return self._read(path, tensors=False)[1]

    def _read(self, path: Path, *, tensors: bool = True) -> tuple[dict[str, Tensor], dict[str, Any]]:
        if not path.is_file():
            raise InputError(
                f"{self.path} is half a run: it holds no {path.name}. "
                f"Go on with it: grainless train {self.recipe_file} --out {self.path} --resume"
            )
        try:
            with safe_open(path, framework="pt") as file:
                facts = json.loads((file.metadata() or {}).get(KEY, "{}"))
                found = {name: file.get_tensor(name) for name in (file.keys() if tensors else ())}
        except (SafetensorError, ValueError) as error:
            raise InputError(
                f"{path} is damaged ({error}); train again, or take the folder from a copy."
            ) from error
        if facts.get("format") != FORMAT:
            raise InputError(
                f"{path} was written by another version of Grainless ({facts.get('version', 'unknown')}); this is "
                f"{__version__}, which reads format {FORMAT}."
            )
        return found, facts


def _save(path: Path, tensors: dict[str, Tensor], header: dict[str, str]) -> None:
    # Not by save_file, which writes to a file of its own first: a killed process would leave it.
    with whole(path) as lent:
        lent.write_bytes(save(tensors, metadata=header))
