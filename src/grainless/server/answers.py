"""What the API answers, as its schema tells it."""

from typing import Any

from pydantic import BaseModel, Field


class Error(BaseModel):
    """A request that could not be done."""

    error: str = Field(description="A sentence for a person.")


class Health(BaseModel):
    """The server lives."""

    status: str
    version: str


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
