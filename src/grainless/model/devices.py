"""Where a model runs: on the CPU, or on a CUDA device that has shown that it counts as the CPU does."""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from grainless.errors import InputError, unknown

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
DEVICES = ("auto", "cpu", "cuda")
QUIET = 4  # onnxruntime's word for "only what is fatal"

TOLERANCE = 1e-3
"""How far a device's images may be from the CPU's, in full scales. CUDA multiplies in TF32, whose 10 bits of
fraction round a factor by up to 2^-11 = 5e-4 of itself; 1e-3 is a quarter of a step of 8 bits. What a broken device
gives is further off."""


class Runtime(Protocol):
    """What is needed of onnxruntime's sessions."""

    def run(self, names: list[str] | None, given: dict[str, NDArray]) -> Sequence[NDArray]: ...
    def get_providers(self) -> Sequence[str]: ...
    def get_inputs(self) -> Sequence[Any]: ...
    def get_outputs(self) -> Sequence[Any]: ...
    def get_modelmeta(self) -> Any: ...


def open_runtime(path: Path, provider: str = CPU, *, threads: int | None = None) -> Runtime:
    """A model, ready to run; by the CPU where the provider cannot start.

    Args:
        path: the ONNX file.
        provider: onnxruntime's name of where it runs.
        threads: that one run works with; None: one for each core.

    Raises:
        InputError: there is no such file, or it is no ONNX model.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such model file.")
    try:
        runtime: Runtime = onnxruntime.InferenceSession(path, _options(threads), providers=[provider])
    except Exception as error:  # onnxruntime has a dozen kinds, none of them public
        raise InputError(
            f"{path} is no ONNX model that can be run; a model is made by grainless train."
        ) from error
    return runtime


def _options(threads: int | None = None) -> onnxruntime.SessionOptions:
    """Threads that wait for work sleep instead of spinning: kinder to all else that runs.

    The memory arena stays on, as onnxruntime has it: tiles of one shape take a third to a half of what separate
    allocations take (benchmarks/speed/tiles.py). Memory patterns are off: with them the first run of a shape takes
    memory piece by piece, and all later ones take one block beside the pieces, which the arena keeps: twice as much,
    in the same time (docs/lab.md).
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = QUIET
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_mem_pattern = False
    options.intra_op_num_threads = threads or 0  # 0: one for each core
    return options


def bytes_a_pixel(path: Path, sample: NDArray) -> float:
    """How much memory the model's layers hold while it runs, for each pixel of the image; more than less.

    Twice what one layer takes and gives, at most: besides these there are the features that skip layers and what is
    laid out anew. Measured: a U-Net of 32 maps at half size takes 168 bytes, and 192 are told; DnCNN's 64 maps 528,
    and 1,024 are told.

    Args:
        path: the ONNX file.
        sample: a small image that the model takes, (1, c, h, w).
    """
    options = _options()
    options.enable_profiling = True
    with tempfile.TemporaryDirectory() as folder:
        options.profile_file_prefix = str(Path(folder) / "run")
        session = onnxruntime.InferenceSession(path, options, providers=[CPU])
        session.run(None, {session.get_inputs()[0].name: sample})
        events = json.loads(Path(session.end_profiling()).read_bytes())
    layers = [event["args"] for event in events if "output_size" in event.get("args", {})]
    most = max((int(each["activation_size"]) + int(each["output_size"]) for each in layers), default=0)
    return 2.0 * most / int(np.prod(sample.shape[2:]))


def choose(
    device: str,
    cpu: Runtime,
    start: Callable[[str], Runtime],
    sample: NDArray,
    *,
    offered: Callable[[], Sequence[str]] = onnxruntime.get_available_providers,
) -> tuple[Runtime, tuple[str, ...]]:
    """The session to use, and what a person should be told about the choice, a sentence each.

    Args:
        device: "cpu", "cuda", or "auto": CUDA where onnxruntime offers it and it counts as the CPU does.
        cpu: the model's session on the CPU.
        start: opens the model's session by a provider's name.
        sample: a small noisy image that the model takes, for the comparison.
        offered: the providers that onnxruntime has.

    Raises:
        InputError: there is no such device, or CUDA is asked for and onnxruntime does not offer it.
    """
    if device not in DEVICES:
        raise InputError(unknown("device", device, DEVICES))
    if device == "cuda" and CUDA not in offered():
        raise InputError(
            "CUDA is not there: onnxruntime offers "
            f"{', '.join(offered())}; put onnxruntime-gpu in its place: "
            "pip uninstall onnxruntime && pip install onnxruntime-gpu"
        )
    if device == "cpu" or CUDA not in offered():
        return cpu, ()
    try:
        cuda = start(CUDA)
        fault = _fault(cuda, cpu, sample)
    except Exception as error:  # drivers and libraries fail in every way there is
        fault = f"it failed: {' '.join(str(error).split())[:200] or type(error).__name__}"
    return (cpu, (f"CUDA is not used, the CPU is: {fault}.",)) if fault else (cuda, ())


def _fault(cuda: Runtime, cpu: Runtime, sample: NDArray) -> str:
    """Why the device is not to be used; empty if it gives what the CPU gives."""
    if CUDA not in cuda.get_providers():
        return "it did not start; its driver, CUDA or cuDNN is missing or too old"
    given = {cpu.get_inputs()[0].name: sample}
    wanted, got = (np.asarray(session.run(None, given)[0], np.float32) for session in (cpu, cuda))
    if got.shape != wanted.shape:
        return f"it gave an image of shape {got.shape} where the CPU gave {wanted.shape}"
    if not np.isfinite(got).all() and np.isfinite(wanted).all():
        return "it gave pixels that are no numbers"
    off = float(np.abs(got - wanted).max())
    if off > TOLERANCE:
        return f"its image was off the CPU's by {off:.2g} of full scale, and {TOLERANCE:g} is allowed"
    return ""
