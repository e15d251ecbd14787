"""What the API answers, as its schema tells it."""

from dataclasses import is_dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model

from grainless.denoising.files.inspecting import Inspection
from grainless.plain import kinds


class Health(BaseModel):
    """The server lives."""

    status: str = Field(description="ok.")
    version: str = Field(description="Of Grainless.")
    run: str | None = Field(default=None, description="The training whose report is shown, if any.")


class Model(BaseModel):
    """A model that can be asked for."""

    name: str = Field(description="To ask for it by.")
    channels: int = Field(description="1 grey, 3 RGB.")
    summary: str = Field(description="What it is for, a sentence.")
    origin: str = Field(description="shipped, or a run.")


class Models(BaseModel):
    """All that can be asked for, beside auto, which looks at the noise and chooses."""

    models: list[Model] = Field(description="Each with its facts.")


class Progress(BaseModel):
    """How far a job is."""

    stage: str = Field(description="waiting, working, or none: it is done, or there was none.")
    done: int = Field(description="Tiles, or frames, that are done.")
    total: int = Field(description="Tiles, or frames, there are; 0: not known yet.")


class Denoised(BaseModel):
    """What was done with a file; the same names as in the command line's JSON mean the same."""

    state: Literal["denoised", "left"] = Field(description="left: no model was run.")
    model: str | None = Field(description="The first model that was taken.")
    adapt: bool = Field(
        description="Whether a curve was fitted to a frame, along which the model was shown it."
    )
    sigma: float | None = Field(description="Of the noise that was found in the first frame, in full scales.")
    words: str | None = Field(description="How a person sees that noise.")
    remarks: list[str] = Field(description="All that a person should be told, a sentence each.")
    warnings: list[str] = Field(description="Those of the remarks that warn.")
    changed: bool = Field(description="Whether a pixel is another now.")
    width: int = Field(description="Of the first frame, in pixels.")
    height: int = Field(description="The same.")
    channels: int = Field(description="1 grey, 3 RGB.")
    depth: int = Field(description="Bits of a sample.")
    frames: int = Field(description="Frames, or pages, of the file.")


def model_of(kind: type) -> type[BaseModel]:
    """A dataclass as the schema tells it: with the names that it has in JSON."""
    found: dict[str, Any] = {
        name: (model_of(of) if isinstance(of, type) and is_dataclass(of) else of, ...)
        for name, of in kinds(kind).items()
    }
    return create_model(kind.__name__, __doc__=(kind.__doc__ or "").partition("\n")[0], **found)


INSPECTION = model_of(Inspection)


class Epoch(BaseModel):
    """What an epoch of a training came to; null: no number."""

    number: int = Field(description="From 1; 0 is what the training began with.")
    loss: float | None = Field(description="Mean loss of training.")
    validation: float | None = Field(description="Mean loss on the held-out images, after it.")
    rate: float | None = Field(description="Learning rate of its last step.")
    seconds: float = Field(description="Of training.")
    processor: float | None = Field(None, description="Seconds of the processor, where they were noted.")
    images: int = Field(description="Images that were shown.")
    best: bool = Field(description="No epoch before it had a lower validation loss.")


class Run(BaseModel):
    """How a training stands."""

    name: str
    recipe: str = Field(description="As it is trained, in TOML.")
    standing: str = Field(description="training, silent (it seems to have stopped), or finished.")
    planned: int | None = Field(description="Epochs that the recipe asks for; null: it does not say.")
    silent: float = Field(description="Seconds since it last wrote.")
    epochs: list[Epoch]
    best: Epoch | None = Field(description="The epoch whose weights are kept.")
    scores: dict[str, dict[str, float | None]] = Field(
        description="Noisy, denoised, and the model that it began with -> metric -> mean over the test images."
    )
    report: bool = Field(description="Whether its report is written.")
