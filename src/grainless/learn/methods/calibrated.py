"""Supervised by what a denoiser makes of noisy images, under the noise that was measured on them."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np
from pydantic import AfterValidator

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.methods.pairs import Pair, Scene
from grainless.noise import Chain, NumpyDraw, noise_from
from grainless.noise.distributions.measured import Measured

ALIKE = 0.15
"""Correlation of neighbours from which noise is not white (docs/lab.md)."""

JUDGED = 2**31
"""In the place of an epoch's number: the noise of what judges is the same every time."""


def _readable(noises: list[str]) -> list[str]:
    if not noises:
        raise ValueError("it should be noises, such as measured:sigma=0.02..0.05")
    for text in noises:
        if not noise_from(text).parts:
            raise ValueError(f"{text} is no noise")
    return noises


@dataclass(frozen=True)
class Calibrated:
    """Show a denoised image with noise as it was measured, ask for the denoised image.

    The data are "denoised": noisy images, and what a model makes of them. Of the measured noises each pair gets one.

    Args:
        noise: a recipe's, on what is shown, too: none is needed.
        measured: noises as the command line writes them, as `learn/finetune/noisy_only/calibrate.py` measures them.

    Raises:
        InputError: one of them is no noise, or the data hold noisy images alone.

    Sources: Chen, Chen, Chao, Yang, "Image blind denoising with generative adversarial network based noise modeling",
    CVPR 2018 (noise is taken from flat parts of noisy images and put on clean ones); Prakash, Lalit, Tomancak, Krull,
    Jug, "Fully unsupervised probabilistic Noise2Void", ISBI 2020, arXiv:1911.12291 (noise is told by what a denoiser
    takes). Unlike there, the noise is a Gaussian of measured strength and likeness, and the clean images are the
    denoiser's own.
    """

    needs_clean: ClassVar[bool] = False
    takes_shared: ClassVar[bool] = True

    noise: Chain
    measured: Annotated[list[str], AfterValidator(_readable)]

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair:
        if scene.noisy is None:
            raise InputError(
                'learn.name is "calibrated", and the data hold one image of each scene; take data.name = "denoised".'
            )
        shown, wanted = self.synthesised.pair(scene.clean, scene.clean, draw)
        return Pair(*self.noise.pair(shown, wanted, draw))

    @property
    def shared(self) -> bool:
        """Neighbouring pixels share the noise of most images that it was measured on."""
        parts = self.synthesised.parts
        return float(np.median([part.alike if isinstance(part, Measured) else 0.0 for part in parts])) > ALIKE

    def lesson(self, images: Images) -> Images:
        """Denoised images under the measured noise: what judges where halves of an image would share it.

        Of 16 bits, cut at black and white; the same each time.
        """
        noisy = []
        for row in range(len(images)):
            draw = NumpyDraw(np.random.default_rng((JUDGED, row)))
            drawn = self.synthesised(images.floats(row)[None], draw)[0]
            noisy.append(np.rint(np.clip(drawn, 0, 1) * 65_535).astype(np.uint16))
        return replace(images, noisy=Images.of(noisy, names=images.names))

    @cached_property
    def synthesised(self) -> Chain:
        """The measured noises, each on its share of the images."""
        count = len(self.measured)
        parts = (
            replace(part, images=(place / count, (place + 1) / count))
            for place, text in enumerate(self.measured)
            for part in noise_from(text).parts
        )
        return Chain(tuple(parts))
