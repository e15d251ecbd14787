"""Small models in the place of those shipped, and small images to train them on with."""

import hashlib

import numpy as np
import PIL.Image
import torch
from exporter import export_quickly

from grainless.learn.export import export
from grainless.learn.networks import NETWORKS
from grainless.model import zoo
from grainless.model.card import Card

export_quickly()

NETWORK = {"name": "unet", "widths": [3, 4], "fold": 2}


def ship(folder, name, channels, *, gain=None, told=True, loss="l1", learned=None):
    """A small model's file, and its entry; with a gain, one that takes all noise, and the image with it."""
    torch.manual_seed(0)
    network = NETWORKS["unet"](channels=channels, widths=(3, 4), fold=2)
    if gain is not None:
        torch.nn.init.constant_(network.exit[0].bias, gain)
    path = folder / f"{name}.onnx"
    about = {"recipe": {"network": NETWORK, "learn": {"loss": loss}}} if told else {}
    card = Card(name, channels, multiple=4, reach=network.reach, about=about, learned=learned or {})
    export(network, path, card, torch.rand(1, channels, 32, 32))
    return zoo.Shipped(path.name, hashlib.sha256(path.read_bytes()).hexdigest())


def soft(folder, count, channels=1, side=48, sigma=0.0):
    """Images of soft waves; with noise on them if sigma says so."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(99)
    line = np.linspace(0, 6, side)
    for number in range(count):
        waves = 0.5 + 0.3 * np.sin(np.add.outer(line * (1 + number), line) + number)[..., None]
        waves = waves * np.linspace(0.7, 1, channels)
        noisy = waves + sigma * chance.normal(size=waves.shape)
        pixels = np.round(255 * np.clip(noisy, 0, 1)).astype(np.uint8)
        PIL.Image.fromarray(pixels.squeeze()).save(folder / f"{number}.png")
    return folder
