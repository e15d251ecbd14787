"""The HTTP API as Markdown, from its OpenAPI schema."""

from collections.abc import Iterator, Mapping
from typing import Any

from extension.docstring import plain
from extension.tables import table
from grainless.server.api.docs import answered, kind, objects
from grainless.server.app import create_app


def page() -> str:
    """A section for each address."""
    schema = create_app().openapi()
    operations = [
        _operation(f"{method.upper()} {path}", told)
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
    ]
    return "\n\n".join([*operations, "## Objects", *_objects(schema)])


def _objects(schema: Mapping[str, Any]) -> Iterator[str]:
    """Those whose names are told in the schema; json.md has the others."""
    told = {name: rows for name, rows in objects(schema).items() if any(words for *_, words in rows)}
    for name, rows in told.items():
        yield f"### {name}"
        yield table(
            ("name", "kind", "meaning"), [(f"`{each}`", plain(of), plain(words)) for each, of, words in rows]
        )


def _operation(name: str, told: Mapping[str, Any]) -> str:
    asked = [
        (f"`{each['name']}`", plain(kind(each["schema"])), plain(each.get("description", "")))
        for each in told.get("parameters", [])
    ]
    statuses = [
        (status, plain(answered(each)), plain(each["description"]))
        for status, each in told["responses"].items()
    ]
    sections = [
        f"## `{name}`",
        plain(told.get("description") or told["summary"]),
        table(("parameter", "kind", "meaning"), asked),
        table(("status", "kind", "meaning"), statuses),
    ]
    return "\n\n".join(section for section in sections if section)
