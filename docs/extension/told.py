"""What programs are told as JSON, as Markdown: the objects of the code, each name with its type and its meaning."""

import json
import re
from collections.abc import Iterator
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
from pydantic import BaseModel

from extension.docstring import plain, read
from extension.kinds import kind
from extension.tables import table
from grainless.cli.commands.answers import ANSWERS
from grainless.denoising.batch.manifest import BESIDE
from grainless.denoising.files.inspecting import FileInspection, Inspection
from grainless.denoising.files.result import JobResult
from grainless.evaluation.evaluate import Row
from grainless.image.arrays import image_of
from grainless.inspection.kinds import KINDS, Kind
from grainless.model.card import Card
from grainless.plain import kinds
from grainless.server.api.answers import Denoised
from grainless.server.gate.limits import Limits
from grainless.server.gate.metrics import Metrics
from grainless.server.gate.queue import Queue

IMAGES = ("inspect", "denoise")
"""Commands whose objects are told one by one, first."""


def page() -> str:
    """A section for each object, those inside it below."""
    sections = [
        "## `grainless inspect --json`",
        _answer("inspect"),
        "As of a grey picture of 64 x 64 with noise of 25/255:",
        f"```json\n{_example()}\n```",
        *_objects(FileInspection),
        "### Kinds of noise",
        "The keys of `findings`, and how a strength of 0.1 is said:",
        table(
            ("kind", "what it is", "0.1"),
            [(f"`{name}`", plain(each.noun), each.strength(0.1)) for name, each in _found()],
        ),
        "## `POST /api/inspect`",
        *_objects(Inspection, deep=False),
        "## `grainless denoise --json`",
        _answer("denoise"),
        *_objects(JobResult),
        "## The part `outcome` of `POST /api/denoise?parts=true`",
        _fields(Denoised),
        "## A line of a manifest",
        "The first line has `manifest`, the version that wrote it, and `how`, what all files have in common. Each "
        "further line has the names of `grainless denoise --json`, and",
        table(("name", "meaning"), [(f"`{name}`", plain(words)) for name, words in BESIDE.items()]),
        "## Other commands",
        "`grainless list KIND --json` is an object of names, and what each is.",
        *_others(),
        "## `GET /metrics`",
        "In Prometheus' text format:",
        _metrics(),
    ]
    return "\n\n".join(sections)


def _answer(command: str) -> str:
    """The names of a command's object."""
    return table(
        ("name", "meaning"), [(f"`{name}`", plain(words)) for name, words in ANSWERS[command].items()]
    )


def _others() -> Iterator[str]:
    """A section for each object, which may be that of several commands."""
    alike = [(told, [name for name in ANSWERS if ANSWERS[name] is told]) for told in ANSWERS.values()]
    for names in dict.fromkeys(tuple(names) for _told, names in alike if names[0] not in IMAGES):
        yield "### " + ", ".join(f"`grainless {name} --json`" for name in names)
        yield _answer(names[0])
        if names[0] == "evaluate":
            yield "An object of `rows`, here and in `demo`:"
            yield from _objects(Row, deep=False)
    yield "### `grainless show MODEL --json`"
    yield from _objects(Card, deep=False)


def _example() -> str:
    """What `grainless inspect --json` prints, made here and now."""
    noisy = 128 + 25 * np.random.default_rng(0).standard_normal((64, 64))
    image = image_of(noisy.clip(0, 255).astype(np.uint8), -1)
    found = FileInspection(
        Path("photo.png"), Inspection.of(replace(image, name="photo.png")), pages=1
    ).plain()
    rounded = json.loads(json.dumps(found), parse_float=lambda text: float(f"{float(text):.3g}"))
    text = json.dumps({"images": [rounded], "passed_over": {}}, indent=1)
    return re.sub(
        r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()), text
    )  # a list of numbers is a line


def _objects(found: type, *, deep: bool = True) -> Iterator[str]:
    """The table of a class; under headings of their own those of the classes in it."""
    head = ("name", "kind", "meaning")
    told = kinds(found)
    yield table(
        head, [(f"`{name}`", kind(of, null=True), _meaning(found, name)) for name, of in told.items()]
    )
    for inner in (each for of in told.values() for each in (of, *get_args(of))):
        if deep and is_dataclass(inner):
            yield f"### {inner.__name__}"
            yield plain(read(inner.__doc__).blocks[0][1])
            yield from _objects(inner)


def _meaning(found: Any, name: str) -> str:
    options = read(found.__doc__).options
    words = options[name] if name in options else read(getattr(found, name).__doc__).blocks[0][1]
    return (
        plain(words[0].upper() + words[1:])
        .replace("None:", "null:")
        .replace("of `kinds.KINDS`", "told below")
    )


def _found() -> Iterator[tuple[str, Kind]]:
    return ((name, each) for name, each in KINDS.items() if not each.unseen)


def _fields(model: type[BaseModel]) -> str:
    rows = [
        (f"`{name}`", kind(of.annotation, null=True), plain(of.description or ""))
        for name, of in model.model_fields.items()
    ]
    return table(("name", "kind", "meaning"), rows)


def _metrics() -> str:
    """What the server counts."""
    families = Metrics(Queue(Limits())).registry.collect()
    ends = {"counter": "_total"}
    rows = [
        (f"`{each.name}{ends.get(each.type, '')}`", each.type, plain(each.documentation)) for each in families
    ]
    return table(("name", "type", "meaning"), rows)
