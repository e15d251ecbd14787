"""Exports in tests: quick where it is not the export that is tested.

Tests train dozens of small networks, and each training ends with an export. torch's exporter takes 0.3 to 1.3 seconds
for the smallest of them, its older one, which traces, a thirtieth of that. Either file is kept only if it gives what
the network gives. What the real one writes is tested by tests/learn/test_export.py, and by trainings in processes of
their own. Where torch has no older one any more, exports are as slow as they are, and nothing else changes.
"""

import io
import warnings
from contextlib import contextmanager
from types import SimpleNamespace

import onnx
import torch
from tables import make_tables_once

from grainless.learn import export as module

REAL = module._traced


def export_quickly():
    """From now on, in this process, but for blocks that are `real`."""
    make_tables_once()
    module._traced = _traced


@contextmanager
def real():
    """Exports as a person's are."""
    before, module._traced = module._traced, REAL
    try:
        yield
    finally:
        module._traced = before


def _traced(network):
    """What the real one gives, as far as `grainless.learn.export` asks it for anything."""
    try:
        return _Program(_older(network))
    except Exception:  # torch has none any more, or it does not know the network: there is the real one
        return REAL(network)


def _older(network):
    """The network traced, as an ONNX model for images of any size that it takes."""
    sides = {} if network.size else {2: "rows", 3: "columns"}
    axes = {name: {0: "images", **sides} for name in (module.NOISY, module.DENOISED)}
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is the older one, and that sizes are traced
        torch.onnx.export(
            network,
            (next(module._random_images(network)),),
            file,
            input_names=[module.NOISY],
            output_names=[module.DENOISED],
            dynamic_axes=axes,
            dynamo=False,
        )
    return onnx.load_from_string(file.getvalue())


class _Program:
    """A model as the real exporter hands it over: properties can be set, then it is saved."""

    def __init__(self, model):
        self._model = model
        self.model = SimpleNamespace(metadata_props={})

    def save(self, path, *, external_data):
        onnx.helper.set_model_props(self._model, self.model.metadata_props)
        onnx.save(self._model, path)
