"""What a run's folder holds, by name: the one home of these names, but for those that `model.zoo` looks for."""

from dataclasses import dataclass
from pathlib import Path

from grainless.model.zoo import MODEL, RECIPE


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
