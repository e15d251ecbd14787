"""A camera's JPEGs without clean ones: a shipped model trained on with PolyU's noisy pictures alone.

    python -m benchmarks.noisy.cameras calibrated     photo, by its own results under the noise measured there
    python -m benchmarks.noisy.cameras apart          color, by blind spots in images of every fifth pixel (AP-BSN)
    python -m benchmarks.noisy.cameras apart-alone    the same from scratch, a small network

PSNR in dB, mean over PolyU's pictures (apart: over every third), before training and after each quarter of it; of
"apart" where every pixel, every second and every fifth makes the images that are denoised. One seed. Clean pictures
are looked at for scores alone. Minutes of one core each.
"""

import sys
from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional as F

from benchmarks.inspection.sigma import DATA
from benchmarks.microscopes import opened, psnr
from grainless.data.find import DataRoots
from grainless.data.images import Data, Images
from grainless.data.sets.denoised import Denoised
from grainless.learn.finetune.noisy_only.teacher import Teacher
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.apart import Dealing
from grainless.learn.methods.losses import LOSSES
from grainless.learn.methods.methods import METHODS
from grainless.learn.networks import NETWORKS, Network
from grainless.model.zoo import cards
from grainless.noise import noise_from
from grainless.parts import make

POLYU, NONE = DATA.parent / "realnoise" / "polyu", noise_from("none")
PAIRS = [(opened(path), opened(POLYU / "clean" / path.name)) for path in sorted((POLYU / "noisy").glob("*"))]
LOOKED_AT, STRIDES, SEED = 9, (1, 2, 5), 7
EACH = {"optimizer": "muon", "schedule": "linear", "precision": "half", "seed": SEED, "epochs": 4}


def shipped(name: str) -> Network:
    """A network of a shipped model's form."""
    return make("network", NETWORKS, cards()[name].about["recipe"]["network"], channels=3, size=None)


def calibrated() -> None:
    data = Denoised(path=POLYU / "noisy", by="photo", validation=3, test=3).read(DataRoots())
    assert data.train.noisy is not None
    rows = np.unique(np.linspace(0, len(data.train) - 1, LOOKED_AT).round().astype(int))
    noises = Teacher("photo", adapt=False).noises([data.train.noisy.floats(int(row)) for row in rows])
    method = METHODS["calibrated"](NONE, measured=noises)
    options = {"steps": 50, "batch": 8, "crop": 96, "rate": 5e-4, "ema": 0.9, "start": "photo"}
    fit = Fit(shipped("photo"), data, method, LOSSES["mse"], **EACH, **options)
    tell(fit, lambda network: {"photo": scored(network, PAIRS)})


def apart(start: str | None) -> None:
    images = Images.of([np.rint(255 * noisy).astype(np.uint8) for noisy, _ in PAIRS])
    held = images.take(np.arange(4))
    torch.manual_seed(SEED)
    small = {"channels": 3, "widths": (16, 32, 64), "fold": 2, "bias": False}
    network = shipped(start) if start else NETWORKS["unet"](**small)
    own = {"steps": 50, "rate": 5e-4, "start": start} if start else {"steps": 250, "rate": 1e-2}
    fit = Fit(
        network,
        Data("", images, held, held),
        METHODS["apart"](NONE),
        LOSSES["mse"],
        batch=2,
        crop=160,
        ema=0.95,
        **EACH,
        **own,
    )
    third = PAIRS[::3]
    print(f"as they are: {np.mean([psnr(noisy, clean) for noisy, clean in third]):.2f}", flush=True)
    tell(
        fit,
        lambda network: {f"every {stride}": scored(Dealing(network, stride), third) for stride in STRIDES},
    )


def tell(fit: Fit, scores: Callable[[Network], dict[str, float]]) -> None:
    for epoch in fit():
        made = ", ".join(f"{name} {score:.2f}" for name, score in scores(fit.averaged).items())
        print(f"{epoch.number}/4: {made} dB", flush=True)


@torch.no_grad()
def scored(network: Network, pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    return float(np.mean([psnr(denoised(network.eval(), noisy), clean) for noisy, clean in pairs]))


def denoised(network: Network, noisy: np.ndarray) -> np.ndarray:
    height, width = noisy.shape[1:]
    beyond = (0, -width % network.multiple, 0, -height % network.multiple)
    padded = F.pad(torch.from_numpy(noisy)[None], beyond, mode="reflect")
    made: np.ndarray = network(padded)[0, :, :height, :width].numpy()
    return made


PARTS = {"calibrated": calibrated, "apart": lambda: apart("color"), "apart-alone": lambda: apart(None)}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        print(part, flush=True)
        PARTS[part]()
