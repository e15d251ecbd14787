"""Grainless removes noise from images with denoising autoencoders.

    import grainless
    clean = grainless.denoise(image, model="runs/demo")

The public names are loaded when first used: `import grainless` alone is quick and needs nothing.
"""

import os
from importlib import import_module

TYPE_CHECKING = (
    False  # of typing, whose import takes longer than Python's own start: Ctrl-C would be a traceback
)
if TYPE_CHECKING:
    from typing import Any

    from grainless.denoising.arrays import denoise, denoise_image
    from grainless.denoising.choose import Choice, advise
    from grainless.denoising.look import inspect
    from grainless.denoising.policy import Policy
    from grainless.denoising.process import Outcome, process
    from grainless.errors import InputError, RunError
    from grainless.image.files import Image, read, write
    from grainless.inspection import Report
    from grainless.model.card import Card
    from grainless.model.denoiser import Denoiser, load
    from grainless.model.zoo import models

__version__ = "0.1.0.dev0"

# onnxruntime 1.29 and newer report to Microsoft, from its import on. Nothing here phones home unasked.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__all__ = [
    "Card",
    "Choice",
    "Denoiser",
    "Image",
    "InputError",
    "Outcome",
    "Policy",
    "Report",
    "RunError",
    "advise",
    "denoise",
    "denoise_image",
    "inspect",
    "load",
    "models",
    "process",
    "read",
    "write",
]

_HOMES = {
    "Card": "model.card",
    "Choice": "denoising.choose",
    "advise": "denoising.choose",
    "Denoiser": "model.denoiser",
    "denoise": "denoising.arrays",
    "denoise_image": "denoising.arrays",
    "Outcome": "denoising.process",
    "Policy": "denoising.policy",
    "process": "denoising.process",
    "load": "model.denoiser",
    "InputError": "errors",
    "RunError": "errors",
    "Image": "image.image",
    "read": "image.files",
    "write": "image.files",
    "Report": "inspection",
    "inspect": "denoising.look",
    "models": "model.zoo",
}


def __getattr__(name: str) -> "Any":
    if name == "learn":  # a room with names of its own, loaded when first used, too
        return import_module(f"{__name__}.learn")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
