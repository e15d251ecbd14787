"""What PyTorch says of its own insides is not for the person at the terminal: the program silences it, in its process.

Filters of warnings, loggers and the hook of threads belong to a whole process. So the library leaves them alone, and
who calls it from Python hears what PyTorch says.
"""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

LOGGERS = {"torch.onnx": logging.ERROR, "lightning_fabric": logging.WARNING}
"""They tell of packages that are not needed, and of precision, whatever it is."""


@contextmanager
def quiet() -> Iterator[None]:
    """A training's PyTorch, exporters and TensorBoard say nothing of themselves until it is left."""
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    printed = threading.excepthook

    def hook(error: threading.ExceptHookArgs) -> None:
        """What TensorBoard's thread cannot write, the next flush raises: it is not printed besides."""
        if not type(error.thread).__module__.startswith("tensorboard."):
            printed(error)

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", category=FutureWarning)
        try:
            for name, level in LOGGERS.items():
                logging.getLogger(name).setLevel(level)
            threading.excepthook = hook
            yield
        finally:
            threading.excepthook = printed
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
