"""The HTTP API as Markdown, from its OpenAPI schema."""

from collections.abc import Mapping
from typing import Any

from extension.docstring import plain
from extension.tables import table
from grainless.server.api.docs import kind
from grainless.server.app import create_app


def page() -> str:
    """A section for each address."""
    schema = create_app().openapi()
    return "\n\n".join(
        _operation(f"{method.upper()} {path}", told)
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
    )


def _operation(name: str, told: Mapping[str, Any]) -> str:
    asked = [
        (f"`{each['name']}`", plain(kind(each["schema"])), plain(each.get("description", "")))
        for each in told.get("parameters", [])
    ]
    answered = [(status, plain(each["description"])) for status, each in told["responses"].items()]
    sections = [
        f"## `{name}`",
        plain(told.get("description") or told["summary"]),
        table(("parameter", "kind", "meaning"), asked),
        table(("status", "meaning"), answered),
    ]
    return "\n\n".join(section for section in sections if section)
