"""torch's exporter makes two tables anew for each file, in half of its time: in tests they are made once.

Tests train dozens of small networks, and each training ends with an export. The tables depend on the version of torch
alone. They lie where torch may move them: then exports are as slow as they are, and nothing else changes.
"""

from contextlib import suppress
from functools import cache


def make_tables_once():
    """From now on, in this process."""
    with suppress(ImportError, AttributeError):
        from torch.onnx._internal.exporter import _decomp, _registration

        registry = cache(_registration.ONNXRegistry.from_torchlib)
        table = _decomp.create_onnx_friendly_decomposition_table
        made = cache(lambda opset: table(set(_decomp.get_onnx_implemented_overloads(registry()))))
        _registration.ONNXRegistry.from_torchlib = staticmethod(registry)
        _decomp.create_onnx_friendly_decomposition_table = lambda operators: dict(made(len(operators)))
