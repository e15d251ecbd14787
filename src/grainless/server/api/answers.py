"""What the API answers, as its schema tells it."""

from typing import Any

from pydantic import BaseModel, Field


class Health(BaseModel):
    """The server lives."""

    status: str
    version: str
    run: str | None = Field(default=None, description="The training whose report is shown, if any.")


class Model(BaseModel):
    """A model that can be asked for."""

    name: str
    channels: int = Field(description="1 grey, 3 RGB.")
    summary: str
    origin: str = Field(description="shipped, or a run.")


class Models(BaseModel):
    """All that can be asked for, beside auto, which looks at the noise and chooses."""

    models: list[Model]


class Progress(BaseModel):
    """How far a job is."""

    state: str = Field(description="waiting, working, or none: it is done, or there was none.")
    done: int = Field(description="Tiles, or frames, that are done.")
    total: int = Field(description="Tiles, or frames, there are; 0: not known yet.")


class Inspection(BaseModel):
    """What noise was found in a file's first frame, and what Grainless would do about it."""

    report: dict[str, Any]
    model: str | None = Field(description="Which model auto takes; null: it is left as it is.")
    why: str
    warnings: list[str]


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
    state: str = Field(description="training, silent (it seems to have stopped), or finished.")
    planned: int | None = Field(description="Epochs that the recipe asks for; null: it does not say.")
    silent: float = Field(description="Seconds since it last wrote.")
    epochs: list[Epoch]
    best: Epoch | None = Field(description="The epoch whose weights are kept.")
    scores: dict[str, dict[str, float | None]] = Field(
        description="Noisy, denoised, and the model that it began with -> metric -> mean over the test images."
    )
    report: bool = Field(description="Whether its report is written.")
