"""What a run's folder holds, by name: the one home of these names, but for those that `model.zoo` looks for."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grainless.model.zoo import MODEL, RECIPE

KEY = "grainless"
"""What a run says of itself stands under this name in the header of its .safetensors files, as JSON."""

HEAD = 100_000_000  # bytes that a header of safetensors may have, by its format


@dataclass(frozen=True)
class RunFiles:
    """The files of one training.

    Args:
        path: the folder.
    """

    path: Path

    @property
    def recipe_file(self) -> Path:
        """The recipe as it was run, changes included."""
        return self.path / RECIPE

    @property
    def weights_file(self) -> Path:
        """The best weights so far; recipe, versions and scores stand in its header."""
        return self.path / "model.safetensors"

    @property
    def model_file(self) -> Path:
        """The best weights as ONNX: all that denoising and evaluation need."""
        return self.path / MODEL

    @property
    def resume_file(self) -> Path:
        """Where the training stands."""
        return self.path / "resume" / "state.safetensors"

    @property
    def lock_file(self) -> Path:
        """Held by the process that trains; that it is there says nothing."""
        return self.path / "resume" / "lock"

    @property
    def events(self) -> Path:
        """TensorBoard's folder."""
        return self.path / "events"

    @property
    def report_file(self) -> Path:
        """The page for people."""
        return self.path / "report.html"

    def best_told(self) -> dict[str, Any]:
        """What is said of the best weights so far, read without torch; empty: nothing yet.

        Raises:
            ValueError: the file is damaged.
        """
        return _told(self.weights_file)

    def history(self) -> list[dict[str, Any]]:
        """All epochs that are over, read without torch: number, loss, validation, rate, seconds, images, best.

        Raises:
            ValueError: the file is damaged.
        """
        history: list[dict[str, Any]] = json.loads(_told(self.resume_file).get("history", "[]"))
        return history


def _told(path: Path) -> dict[str, Any]:
    """What stands under KEY in a file's header: eight bytes of its length, then JSON."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            head = file.read(length) if length <= HEAD else b""
    except FileNotFoundError:
        return {}
    told: dict[str, Any] = json.loads(json.loads(head).get("__metadata__", {}).get(KEY, "{}"))
    return told
