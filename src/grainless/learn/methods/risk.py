"""Stein's unbiased risk estimate: the error against clean images, without any."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import torch
from annotated_types import Gt
from torch import Tensor

from grainless.learn.batches.draw import TorchDraw
from grainless.learn.methods.alone import refuse_all_but_gaussian
from grainless.learn.methods.losses import Loss, must_be_mse
from grainless.learn.methods.pairs import Pair, Scene
from grainless.noise import Chain


@dataclass(frozen=True)
class Sure:
    """The squared error against clean images, estimated from noisy ones: for white Gaussian noise of known sigma.

        risk = mean (f(y) - y)² + 2 sigma² mean b (f(y + e b) - f(y)) / e - sigma²        b ~ N(0, 1), e = step sigma

    Its expectation is the mean squared error as far as f is smooth over a step, so that losses are told on that scale,
    and the best epoch is the one with the least error.

    Args:
        noise: a recipe's.
        sigma: of the noise that the images have, in full scales.
        step: of the difference that stands for the divergence, in sigmas.

    Raises:
        InputError: the recipe's noise is no white Gaussian noise of that sigma.

    Sources: Stein, "Estimation of the mean of a multivariate normal distribution", Annals of Statistics 9(6), 1981;
    Ramani, Blu, Unser, "Monte-Carlo SURE", IEEE TIP 17(9), 2008; for networks: Soltanayev, Chun, "Training deep
    learning based denoisers without ground truth data", NeurIPS 2018, arXiv:1803.01314.
    """

    needs_clean: ClassVar[bool] = False

    noise: Chain
    sigma: Annotated[float, Gt(0)]
    step: Annotated[float, Gt(0)] = 0.1

    def __post_init__(self) -> None:
        refuse_all_but_gaussian("sure", self.noise, self.sigma)

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair:
        noisy = self.noise(scene.clean, draw)
        return Pair(noisy, noisy, aside=draw.normal(noisy))

    def risk(self, loss: Loss) -> Loss:
        """What stands above, in the place of the squared error.

        Raises:
            InputError: the loss is another one.
        """
        must_be_mse(loss, 'learn.name = "sure"')
        return self._estimated

    def _estimated(self, network: Any, pair: Pair) -> Tensor:
        if pair.aside is None:
            raise ValueError("the pair was made by another method")
        far = self.step * self.sigma
        here, there = network(torch.cat([pair.shown, pair.shown + far * pair.aside])).chunk(2)
        divergence = (pair.aside * (there - here)).mean() / far
        risk: Tensor = (here - pair.wanted).square().mean() + self.sigma**2 * (2 * divergence - 1)
        return risk
