"""The API's schema as a page: plain HTML, no script, nothing from elsewhere."""

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

EXAMPLES = """curl --data-binary @photo.jpg -o clean.jpg 'http://localhost:8000/api/denoise?strength=0.8'
curl --data-binary @photo.jpg http://localhost:8000/api/inspect

from pathlib import Path
from urllib.request import Request, urlopen

request = Request("http://localhost:8000/api/denoise", Path("photo.jpg").read_bytes())
Path("clean.jpg").write_bytes(urlopen(request).read())"""


def page_of(schema: Mapping[str, Any]) -> str:
    """The page of an OpenAPI schema."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{escape(schema['info']['title'])}: the API</title>",
        '<link rel="stylesheet" href="../style.css"></head><body class="docs"><main>',
        f"<h1>{escape(schema['info']['title'])} {escape(schema['info']['version'])}: the API</h1>",
        f"<p>{escape(schema['info']['description'])}</p>",
        '<p>For programs: <a href="openapi.json">openapi.json</a>.</p>',
        f"<h2>Examples</h2><pre>{escape(EXAMPLES)}</pre>",
    ]
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            parts.extend(_operation(path, method, told))
    for name, rows in objects(schema).items():
        parts += [f"<h2>{escape(name)}</h2>", _table(("name", "kind", "meaning"), rows)]
    return "\n".join([*parts, "</main></body></html>"])


def objects(schema: Mapping[str, Any]) -> dict[str, list[tuple[str, str, str]]]:
    """What answers in JSON are made of: the object's name -> its names, their kinds, and what they mean."""
    return {
        name: [
            (each, kind(told), told.get("description", ""))
            for each, told in found.get("properties", {}).items()
        ]
        for name, found in schema["components"]["schemas"].items()
        if not name.endswith("ValidationError")  # FastAPI's own, which no address answers
    }


def _operation(path: str, method: str, told: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>"
    yield f"<p>{escape(told.get('description') or told['summary'])}</p>"
    rows = [
        (each["name"], kind(each["schema"]), each.get("description", ""))
        for each in told.get("parameters", [])
    ]
    if rows:
        yield _table(("parameter", "kind", "meaning"), rows)
    yield _table(
        ("status", "kind", "meaning"),
        [(status, answered(each), each["description"]) for status, each in told["responses"].items()],
    )


def answered(told: Mapping[str, Any]) -> str:
    """The media types of an answer; of JSON, which object."""
    return ", ".join(
        f"{media}: {kind(each['schema'])}" if "$ref" in each.get("schema", {}) else media
        for media, each in told.get("content", {}).items()
    )


def kind(schema: Mapping[str, Any]) -> str:
    known = {
        name: schema[name] for name in ("type", "format", "minimum", "maximum", "default") if name in schema
    }
    if "anyOf" in schema:
        return " or ".join(kind(each) for each in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema.get("items"):
        return f"array of {kind(schema['items'])}"
    return ", ".join(
        value if name in {"type", "format"} else f"{name} {json.dumps(value)}"
        for name, value in known.items()
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    cells = ["".join(f"<th>{escape(word)}</th>" for word in head)]
    cells += ["".join(f"<td>{escape(word)}</td>" for word in row) for row in rows]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"
