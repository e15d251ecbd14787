"""What processes of tests/warm.py find loaded: packages of others, nothing of Grainless."""

import importlib

from tables import fill_tables, make_tables_once

PACKAGES = (
    "lightning_fabric",
    "matplotlib.pyplot",
    "onnxruntime",
    "onnxscript",
    "safetensors.torch",
    "skimage.metrics",
    "sklearn.datasets",
    "torch.export",
    "torch.utils.tensorboard",
)

for name in PACKAGES:
    importlib.import_module(name)
make_tables_once()
fill_tables()
