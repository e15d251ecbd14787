"""A folder of static files: the page, onnxruntime-web and the shipped models. It denoises on the visitor's machine."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from string import Template

from grainless.inspection import words_for
from grainless.model import zoo
from grainless.model.card import Card
from grainless.web.folder import write_folder
from grainless.web.page import BROWSER, RUNTIME_FOLDER, page, runtime
from grainless.web.rewrite.winograd import faster

MODELS = "models.json"


def write_site(out: Path, *, overwrite: bool = False) -> list[Path]:
    """Write the static site into a folder.

    Any host of files serves it. Links in it are relative: it may lie at any path.

    Args:
        out: the folder, new or empty.
        overwrite: replace an older site that lies there, or what an interrupted call left of one.

    Returns:
        The site's files.

    Raises:
        InputError: an older site lies there, or something else does, or it is a file.
    """
    return write_folder(out, site(), overwrite=overwrite)


def site() -> dict[str, bytes]:
    """All files of the static site: path with / -> content."""
    cards = zoo.cards()
    files = dict(page(BROWSER)) | runtime()
    models = {name: zoo.find(name).read_bytes() for name in cards}
    files |= {f"models/{name}.onnx": model for name, model in models.items()}
    files |= {f"models/{name}-wasm.onnx": faster(model) for name, model in models.items()}
    files[MODELS] = json.dumps(_manifest(cards), indent=1).encode()
    files["sw.js"] = _service_worker(files)
    return files


def _manifest(cards: Mapping[str, Card]) -> dict[str, object]:
    """What the page is told of the models."""
    facts = [
        {
            "name": name,
            "about": card.summary,
            "file": f"models/{name}.onnx",
            "wasm": f"models/{name}-wasm.onnx",
            "card": {
                "name": card.name,
                "channels": card.channels,
                "size": card.size,
                "multiple": card.multiple,
                "least": card.least,
                "reach": card.reach,
            },
        }
        for name, card in cards.items()
    ]
    return {"models": facts, "usual": {"grey": usual(cards, 1), "color": usual(cards, 3)}}


def usual(cards: Mapping[str, Card], channels: int) -> str:
    """The model for pictures of any scene of which nothing is known: that which learned the most kinds of noise.

    The browser does not look at the noise first, as the command line does.

    Args:
        cards: name -> card of the models there are.
        channels: of the picture: 1 or 3.
    """
    fitting = {
        name: card
        for name, card in cards.items()
        if card.channels in {channels, 3}
        and not card.size
        and not any(words_for(kind).scene for kind in card.learned)
    }
    return max(fitting, key=lambda name: (len(fitting[name].learned), fitting[name].channels == channels))


def _service_worker(files: Mapping[str, bytes]) -> bytes:
    """The service worker of these files; another version of any of them makes another cache."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(path.encode() + b"\0" + files[path])
    late = (RUNTIME_FOLDER, "models/", "sw.js")  # large, and kept when they are used
    shell = ["./", *(path for path in files if not path.startswith(late))]
    text = Template(files["sw.js"].decode())
    filled = text.safe_substitute(VERSION=f"grainless-{total.hexdigest()[:12]}", SHELL=json.dumps(shell))
    return filled.encode()
