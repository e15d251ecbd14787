"""The models that a server offers: by name alone, as no path of a client is ever followed."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from grainless.denoising.policy import AUTO
from grainless.errors import GrainlessError, unknown
from grainless.model import zoo
from grainless.model.run_files import RunFiles
from grainless.server.gate.faults import Fault


def there(run: RunFiles | None) -> list[zoo.Model]:
    """The models there are; that of a run which is shown, too, once it has one."""
    known = zoo.models()
    if run is None or not run.model_file.is_file():
        return known
    name = run.path.resolve().name
    return [*(each for each in known if each.name != name), zoo.Model(name, run.model_file, "run")]


def offered(run: RunFiles | None) -> list[dict[str, Any]]:
    """Each model's facts: name, channels, summary, origin.

    Args:
        run: whose model is offered, too; None: none.
    """
    facts: list[dict[str, Any]] = []
    for model in there(run):
        try:
            card = zoo.card_of(model.path)
        except GrainlessError:
            continue  # a run whose file is broken is nobody's to choose
        facts.append(
            {"name": model.name, "channels": card.channels, "summary": card.summary, "origin": model.origin}
        )
    return facts


def named(name: str, run: RunFiles | None) -> str | Path:
    """What a policy takes for a model's name.

    Args:
        name: that a client gave.
        run: whose model is offered, too; None: none.

    Raises:
        Fault: no model has this name.
    """
    if name == AUTO or name in zoo.SHIPPED:
        return name
    paths = {model.name: model.path for model in there(run)}
    if name in paths:
        return paths[name]
    sentence = unknown("model", name[:80], [AUTO, *paths])
    raise Fault(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
