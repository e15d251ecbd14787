"""The page's own files, in memory: one page for two engines."""

import json
import lzma
import re
import tarfile
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any

PAGE = Path(__file__).parent / "page"
RUNTIME = Path(__file__).parent / "onnxruntime-web.tar.xz"
"""onnxruntime-web as its authors publish it, packed: docs/vendor.py makes it."""

RUNTIME_FOLDER = "vendor/onnxruntime"
SERVER, BROWSER = "server", "browser"
ALONE = {
    SERVER: ("engine-server.js", "progress.js", "run.html", "run.js", "curves.js", "retire.js"),
    BROWSER: ("engine-browser.js", "offline.js", "sw.js", "removed.js", "browser/"),
}
"""engine -> files that only the page with this engine has."""

SAMPLES = "samples/samples.json"
IMPORTED = re.compile(r'^(?:import|export) .* from "\./(.+)";$', re.MULTILINE)


@cache
def page(engine: str) -> Mapping[str, bytes]:
    """The files of the page with one of its engines: path with / -> content.

    Args:
        engine: SERVER or BROWSER.
    """
    others = tuple(path for name, paths in ALONE.items() if name != engine for path in paths)
    found = {
        path: file.read_bytes()
        for file in sorted(PAGE.rglob("*"))
        if file.is_file() and not (path := file.relative_to(PAGE).as_posix()).startswith(others)
    }
    found["engine.js"] = f'export {{ engine }} from "./engine-{engine}.js";\n'.encode()
    if "retire.js" in found:
        found["sw.js"] = found.pop("retire.js")
    found["index.html"] = _index(found, json.loads(found.pop(SAMPLES)))
    return MappingProxyType(found)


def _index(files: Mapping[str, bytes], samples: Mapping[str, Any]) -> bytes:
    """The page itself: its modules are named at once, not one after the other, and its samples are in it."""
    modules = "\n".join(f'  <link rel="modulepreload" href="{path}">' for path in _imported(files, "app.js"))
    buttons = "\n".join(
        f'          <li><button type="button" data-sample="{escape(each["file"])}">'
        f'<img src="samples/{escape(each["thumb"])}" alt="" width="144" height="96">'
        f"<span>{escape(each['title'])}</span></button></li>"
        for each in samples["samples"]
    )
    text = Template(files["index.html"].decode())
    return text.substitute(MODULES=modules, SAMPLES=buttons, TERMS=escape(samples["terms"])).encode()


def _imported(files: Mapping[str, bytes], path: str) -> list[str]:
    """The modules that a module needs, and those that they need."""
    found: dict[str, None] = {}
    waiting = [path]
    while waiting:
        text = files[waiting.pop()].decode()
        new = [each for each in IMPORTED.findall(text) if each not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return list(found)


def runtime() -> dict[str, bytes]:
    """The files of onnxruntime-web: path in the page -> content; 31 MB."""
    with lzma.open(RUNTIME) as unpacked, tarfile.open(fileobj=unpacked) as archive:
        files = [(member.name, archive.extractfile(member)) for member in archive]
        return {f"{RUNTIME_FOLDER}/{name}": file.read() for name, file in files if file}
