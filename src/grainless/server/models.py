"""The models that a server offers: by name alone, as no path of a client is ever followed."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from grainless.denoising.policy import AUTO
from grainless.errors import GrainlessError, unknown
from grainless.model import zoo
from grainless.server.faults import Fault


def offered() -> list[dict[str, Any]]:
    """Each model's facts: name, channels, summary, origin."""
    facts: list[dict[str, Any]] = []
    for model in zoo.models():
        try:
            card = zoo.card_of(model.path)
        except GrainlessError:
            continue  # a run whose file is broken is nobody's to choose
        facts.append(
            {"name": model.name, "channels": card.channels, "summary": card.summary, "origin": model.origin}
        )
    return facts


def named(name: str) -> str | Path:
    """What a policy takes for a model's name.

    Raises:
        Fault: no model has this name.
    """
    if name == AUTO or name in zoo.SHIPPED:
        return name
    paths = {model.name: model.path for model in zoo.models()}
    if name in paths:
        return paths[name]
    sentence = unknown("model", name[:80], [AUTO, *paths])
    raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
