"""torch's exporter makes two tables anew for each file, though they depend on torch's version alone: here once.

They lie where torch may move them: then exports are as slow as they are, and nothing else changes.
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


def fill_tables():
    """Make them now."""
    with suppress(ImportError, AttributeError):
        from torch.onnx._internal.exporter import _decomp, _registration

        registry = _registration.ONNXRegistry.from_torchlib()
        _decomp.create_onnx_friendly_decomposition_table(
            set(_decomp.get_onnx_implemented_overloads(registry))
        )
