"""An open ONNX model: read and made ready once for all who ask for it, run by as many threads as like."""

from collections import OrderedDict
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from grainless.errors import InputError, RunError
from grainless.model import devices, probe
from grainless.model.card import by
from grainless.model.onnx_file import Stamp, card_in, stamp

WARM = 8
"""Models that stay open when nobody holds them, those asked for last: a call for each image opens none anew."""

Key = tuple[Stamp, str, int | None]


class Session:
    """An ONNX model on a device, with its card; one from elsewhere gets its card by trial.

    `remarks` holds what a person should be told about how it runs, a sentence each; `at_once`, how many images it
    takes together, if that is fixed.

    Args:
        path: the ONNX file.
        device: "cpu", "cuda", or "auto": CUDA where onnxruntime offers it and it gives what the CPU gives.
        threads: that one run works with; None: onnxruntime's choice, one for each core.

    Raises:
        InputError: there is no such file, it is no ONNX model, none of images, or there is no such device.
    """

    def __init__(self, path: Path, device: str = "auto", threads: int | None = None) -> None:
        self.path, self.device, self.threads = path, device, threads
        start = partial(devices.open_runtime, path, threads=threads)
        on_cpu = start()
        self.card = card_in(path) or probe.card_of(on_cpu, path)
        self.at_once = probe.batch_of(on_cpu)
        self._dtype = probe.dtype_of(on_cpu)
        self._input = on_cpu.get_inputs()[0].name
        self._sample = probe.sample(self.card, self._dtype)
        self._runtime, self.remarks = devices.choose(device, on_cpu, start, self._sample)

    def run(self, noisy: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the model gives for images that it takes as they are, (n, c, h, w).

        Raises:
            RunError: there was not enough memory.
        """
        given = {self._input: np.ascontiguousarray(noisy, dtype=self._dtype)}
        try:
            denoised: NDArray = self._runtime.run(None, given)[0]
        except Exception as error:  # onnxruntime has no public kind for this
            if "alloc" not in str(error):
                raise
            raise RunError(f"{self.card.name} ran out of memory on {by(noisy.shape[2:])}.") from error
        return denoised.astype(np.float32, copy=False)

    @cached_property
    def bytes_a_pixel(self) -> float:
        """How much memory a run takes for each pixel of an image or tile, at most."""
        return self.card.bytes_a_pixel or devices.bytes_a_pixel(self.path, self._sample)


_living: WeakValueDictionary[Key, Session] = WeakValueDictionary()
_warm: OrderedDict[Key, Session] = OrderedDict()
_lock = Lock()


def opened(path: Path, device: str = "auto", threads: int | None = None) -> Session:
    """The session of a file as it stands now: one for all who ask for the same device and threads.

    Raises:
        InputError: as `Session` does.
    """
    if threads is not None and threads < 1:
        raise InputError(f"threads is {threads}: a run works with 1 or more.")
    key = stamp(path), device, threads
    with _lock:
        session = _living.get(key) or Session(path, device, threads)
        _living[key] = _warm[key] = session
        _warm.move_to_end(key)
        while len(_warm) > WARM:
            _warm.popitem(last=False)
    return session


def cool(session: Session) -> None:
    """Let go of a session; its memory is free when nobody else holds it."""
    with _lock:
        for key in [key for key, each in _warm.items() if each is session]:
            del _warm[key]
