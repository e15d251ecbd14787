"""Learning; the only room that needs torch.

    run = grainless.learn.train("mine.toml")
    clean = grainless.denoise(image, model=run.path)

The public names are loaded when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from grainless.errors import RunError

if TYPE_CHECKING:
    from grainless.data.find import DataRoots
    from grainless.learn.recipe import Recipe
    from grainless.learn.run import Run
    from grainless.learn.training import Callback, train

__all__ = ["Callback", "DataRoots", "Recipe", "Run", "train"]

_HOMES = {
    "Callback": "learn.training",
    "DataRoots": "data.find",
    "Recipe": "learn.recipe",
    "Run": "learn.run",
    "train": "learn.training",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"grainless.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package == "grainless":
            raise
        raise RunError(
            f"grainless.learn.{name} needs the package {package}, which is not installed: "
            "pip install 'grainless[learn]'"
        ) from error


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
