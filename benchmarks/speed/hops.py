"""How often one `grainless denoise photo.jpg` goes from one module of ours into another.

    python -m benchmarks.speed.hops photo.jpg

Counts calls of functions of the rooms image, model, inspection and denoising from another module than their own, after
all modules are loaded: a call of a module's own functions is none, nor is one by the command line. Prints the number
of modules and of calls, and then each module's.
"""

import importlib
import pkgutil
import sys
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from grainless.cli.main import main

ROOMS = ("image", "model", "inspection", "denoising")
FUNCTION = 1  # the flag of code that is a function's, not a class's or a module's


def load_all() -> None:
    """Import every module of the rooms, so that nothing is counted that only a first call does."""
    for room in ROOMS:
        package = importlib.import_module(f"grainless.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def counted(*arguments: str) -> Counter[str]:
    """The module -> how often it is entered from another, while the command runs."""
    entered: Counter[str] = Counter()

    def look(frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or not frame.f_code.co_flags & FUNCTION or frame.f_back is None:
            return
        module = frame.f_globals.get("__name__", "")
        if module.startswith(tuple(f"grainless.{room}" for room in ROOMS)):
            entered[module] += frame.f_back.f_globals.get("__name__") != module

    sys.argv = ["grainless", "denoise", *arguments]
    sys.setprofile(look)
    try:
        with suppress(SystemExit):
            main()
    finally:
        sys.setprofile(None)
    return +entered


if __name__ == "__main__":
    load_all()
    with tempfile.TemporaryDirectory() as folder:
        entered = counted(sys.argv[1], "-o", str(Path(folder) / "out.jpg"))
    print(f"{len(entered)} modules are entered {entered.total()} times")
    for module, times in entered.most_common():
        print(f"{times:5} {module}")
