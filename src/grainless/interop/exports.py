"""A model as one file for another program: a table of programs, and the way to write for each."""

from collections.abc import Callable
from pathlib import Path

from grainless.disk.places import check_free
from grainless.disk.whole import whole
from grainless.errors import InputError, unknown
from grainless.interop.darktable import write_dtmodel
from grainless.model import zoo


def write_onnx(model: Path, out: Path) -> None:
    """The model's own file, the card inside: float32 (n, c, h, w), 0 = black, 1 = full scale."""
    with whole(out) as lent:
        lent.write_bytes(model.read_bytes())


EXPORTS: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    "onnx": (".onnx", write_onnx),
    "darktable": (".dtmodel", write_dtmodel),
}
"""A program -> the suffix of its files, and what writes one from a model's ONNX file."""


def export_for(program: str, model: str | Path, out: Path, *, overwrite: bool = False) -> Path:
    """Write a model in the form that a program takes.

    Args:
        program: a name in `EXPORTS`.
        model: a shipped model's name, an ONNX file, a run's folder or a run's name.
        out: the file; without a suffix it gets the program's.
        overwrite: replace a file that stands there.

    Returns:
        The file that was written.

    Raises:
        InputError: there is no such program or model, the suffix is another program's, a file stands there, or the
            program cannot run it.
        RunError: the file could not be written.
    """
    if program not in EXPORTS:
        raise InputError(unknown("program to export for", program, EXPORTS))
    suffix, written = EXPORTS[program]
    file = out if out.suffix else out.with_suffix(suffix)
    if file.suffix != suffix:
        raise InputError(
            f"{out}: files for {program} end in {suffix}; call it {out.with_suffix(suffix).name}."
        )
    check_free(file, overwrite=overwrite)
    written(zoo.find(model), file)
    return file
