"""The README's picture: a held-out photograph clean, noisy, denoised, and by the best classical denoiser.

python docs/picture.py runs/demo docs/demo.png
"""

import sys
from pathlib import Path

import numpy as np

from grainless.data.find import DataRoots
from grainless.data.sets.photos import Photos
from grainless.evaluation.denoisers import blind, contender
from grainless.evaluation.evaluate import Task
from grainless.evaluation.figures.pictures import detail, strip
from grainless.evaluation.metrics import psnr
from grainless.learn.demo import CLASSICAL, NOISE
from grainless.model.denoiser import load
from grainless.noise import noise_from

PHOTOGRAPH, SEED = "camera.png", 7
SIDE, TIMES = 64, 4  # of the piece


def versions(run: str) -> dict[str, np.ndarray]:
    """Name -> the photograph in that version, (1, h, w)."""
    data, noise = Photos().read(DataRoots()), noise_from(NOISE)
    task = Task(data.test, noise, seed=SEED)
    noisy, clean = task.pair((data.test.names or ()).index(PHOTOGRAPH))
    classical = {name: contender(name, data, noise, seed=SEED) for name in CLASSICAL}
    denoisers = {"grainless": blind(load(run)), **classical}
    denoised = {name: denoise(noisy[None], task.sigma)[0] for name, denoise in denoisers.items()}
    scores = {name: decibels(image, clean) for name, image in denoised.items()}
    best = max(classical, key=lambda name: scores[name])
    print({"noisy": decibels(noisy, clean), **scores})
    return {"clean": clean, "noisy": noisy, "grainless": denoised["grainless"], best: denoised[best]}


def decibels(image: np.ndarray, clean: np.ndarray) -> float:
    return float(psnr(image.clip(0, 1)[None], clean[None], peak=1.0)[0])


def halved(image: np.ndarray) -> np.ndarray:
    """Every 2 x 2 pixels become their mean."""
    channels, height, width = image.shape
    return image.clip(0, 1).reshape(channels, height // 2, 2, width // 2, 2).mean(axis=(2, 4))


if __name__ == "__main__":
    shown = versions(sys.argv[1])
    top, left = detail(shown["clean"], SIDE)
    pieces = [image[:, top : top + SIDE, left : left + SIDE] for image in shown.values()]
    enlarged = [piece.repeat(TIMES, axis=1).repeat(TIMES, axis=2) for piece in pieces]
    strip([[halved(image) for image in shown.values()], enlarged], Path(sys.argv[2]))
