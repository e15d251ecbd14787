"""A second network that learns to tell denoised pieces from clean ones, and what the first makes of its opinion.

Sources: Goodfellow et al., "Generative adversarial nets", NeurIPS 2014, arXiv:1406.2661 (the game); Mao et al., "Least
squares generative adversarial networks", ICCV 2017, arXiv:1611.04076 (its loss); Isola, Zhu, Zhou, Efros,
"Image-to-image translation with conditional adversarial networks", CVPR 2017, arXiv:1611.07004 (the patches, and that
the noisy image is shown beside). Unlike theirs it is small: two strided convolutions without normalisation, each score
sees 18 x 18 pixels, not 70 x 70.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from grainless.learn.fitting.crew import Crew
from grainless.learn.fitting.standing import put_back, tensors_of, under
from grainless.learn.methods.pairs import Pair

CLEAN, DENOISED = 1.0, 0.0
"""The scores that the critic should give."""

BETAS = (0.5, 0.999)
"""Adam's, as Isola et al. take them: the opponent moves, so the past counts for less."""


class PatchCritic(nn.Module):
    """Scores of pieces of 18 x 18 pixels, one every fourth pixel.

    Args:
        channels: colours of the images.
        width: feature maps after the first convolution; twice as many after the second.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.stack = nn.Sequential(
            nn.Conv2d(2 * channels, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 1, 3, padding=1),
        )

    def forward(self, noisy: Tensor, image: Tensor) -> Tensor:
        """(n, c, h, w) twice -> (n, 1, h / 4, w / 4)."""
        scores: Tensor = self.stack(torch.cat([noisy, image], dim=1))
        return scores


class Critic:
    """The critic while it learns, a step of its own for each of the network's.

        critic:   (mean (D(noisy, clean) - 1)² + mean D(noisy, denoised)²) / 2
        network:  loss + share * mean (D(noisy, denoised) - 1)² / 2

    Args:
        channels: colours of the images.
        share: how much the critic's opinion weighs.
        width: feature maps of the critic.
        rate: its learning rate, constant.
        seed: of its first weights.
        crew: the processes that train together.
    """

    def __init__(
        self, channels: int, *, share: float, width: int, rate: float, seed: int, crew: Crew
    ) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = crew.strategy.placed(PatchCritic(channels, width))
        self._share, self._fabric, self._network = share, crew.fabric, network
        self._model = crew.fabric.setup_module(network)
        adam = torch.optim.Adam(network.parameters(), lr=rate, betas=BETAS, fused=True)
        self._optimizer: Any = crew.fabric.setup_optimizers(adam)  # of one, one

    def contested(
        self, loss: Callable[[Any, Pair], Tensor], weight: float = 1.0
    ) -> Callable[[Any, Pair], Tensor]:
        """The loss with the critic's opinion added; each time it is asked for, the critic learns first.

        Args:
            loss: of the network and a pair.
            weight: of this device's part of the batch, where several train together.
        """

        def made_small(network: Any, pair: Pair) -> Tensor:
            answer = Answer(network, pair.shown)
            self._learn(pair, answer.denoised.detach(), weight)
            self._network.requires_grad_(False)  # the opinion is the network's lesson, not the critic's
            opinion = self._network(pair.shown, answer.denoised)
            self._network.requires_grad_(True)
            return loss(answer, pair) + self._share * _distance(opinion, CLEAN)

        return made_small

    def _learn(self, pair: Pair, denoised: Tensor, weight: float) -> None:
        """A step. Both kinds go in at once: several devices wait for each other once a pass."""
        images = torch.cat([pair.wanted, denoised])
        clean, made = self._model(pair.shown.repeat(2, 1, 1, 1), images).chunk(2)
        self._optimizer.zero_grad()
        self._fabric.backward((_distance(clean, CLEAN) + _distance(made, DENOISED)) * weight)
        self._optimizer.step()

    def state(self) -> dict[str, Tensor]:
        """Where it stands, by names that begin with "critic."."""
        tensors = tensors_of(self._network, None, self._optimizer)
        return {f"critic.{name}": value for name, value in tensors.items()}

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on from what `state` gave; others' tensors may lie beside."""
        put_back(under("critic", tensors), self._network, None, self._optimizer)


class Answer:
    """What a network makes of one batch, reckoned once for the loss and the critic.

    It has `logits` where the network has: forward(noisy) = sigmoid(logits(noisy)).
    """

    def __init__(self, network: Any, shown: Tensor) -> None:
        if hasattr(network, "logits"):
            logits = network.logits(shown)
            self.logits: Callable[[Tensor], Tensor] = lambda shown: logits
            self.denoised = torch.sigmoid(logits)
        else:
            self.denoised = network(shown)

    def __call__(self, shown: Tensor) -> Tensor:
        denoised: Tensor = self.denoised
        return denoised


def _distance(scores: Tensor, wanted: float) -> Tensor:
    """Half of the mean squared distance, as Mao et al. have it."""
    return (scores - wanted).square().mean() / 2
