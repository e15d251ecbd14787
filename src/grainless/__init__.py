"""Grainless removes noise from images with denoising autoencoders.

    import grainless
    clean = grainless.denoise(image, model="runs/demo")

The public names are loaded when first used: `import grainless` alone is quick and needs nothing.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grainless.arrays import denoise
    from grainless.card import Card
    from grainless.denoiser import Denoiser, load
    from grainless.denoising import denoise_image
    from grainless.errors import InputError, RunError
    from grainless.image import Image, read, write
    from grainless.inspection import Report, inspect
    from grainless.zoo import models

__version__ = "0.1.0.dev0"

# onnxruntime 1.29 and newer report to Microsoft, from its import on. Nothing here phones home unasked.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__all__ = [
    "Card",
    "Denoiser",
    "Image",
    "InputError",
    "Report",
    "RunError",
    "denoise",
    "denoise_image",
    "inspect",
    "load",
    "models",
    "read",
    "write",
]

_HOMES = {
    "Card": "card",
    "Denoiser": "denoiser",
    "denoise": "arrays",
    "denoise_image": "denoising",
    "load": "denoiser",
    "InputError": "errors",
    "RunError": "errors",
    "Image": "image",
    "read": "image",
    "write": "image",
    "Report": "inspection",
    "inspect": "inspection",
    "models": "zoo",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
