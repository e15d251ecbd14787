"""The page's own files, in memory: one page for two engines."""

import lzma
import tarfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

PAGE = Path(__file__).parent / "page"
RUNTIME = Path(__file__).parent / "onnxruntime-web.tar.xz"
"""onnxruntime-web as its authors publish it, packed: docs/vendor.py makes it."""

RUNTIME_FOLDER = "vendor/onnxruntime"
SERVER, BROWSER = "server", "browser"
ALONE = {
    SERVER: ("engine-server.js", "progress.js"),
    BROWSER: ("engine-browser.js", "offline.js", "sw.js", "removed.js", "manifest.webmanifest", "browser/"),
}
"""engine -> files that only the page with this engine has."""


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
    return MappingProxyType(found)


def runtime() -> dict[str, bytes]:
    """The files of onnxruntime-web: path in the page -> content; 31 MB."""
    with lzma.open(RUNTIME) as unpacked, tarfile.open(fileobj=unpacked) as archive:
        files = [(member.name, archive.extractfile(member)) for member in archive]
        return {f"{RUNTIME_FOLDER}/{name}": file.read() for name, file in files if file}
