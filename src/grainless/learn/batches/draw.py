"""Chance for torch tensors, from seeds that say what they are for."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class TorchDraw:
    """Numbers shaped, typed and placed like a given tensor; the torch side of `judge.noise.Draw`.

    Args:
        generator: of the device that the tensors are on.
    """

    generator: torch.Generator

    @classmethod
    def seeded(cls, *seed: int, device: torch.device | str = "cpu") -> Self:
        """A generator of its own for each tuple of seeds: (seed, epoch), say.

        Deriving it anew each time leaves no generator whose state a resumed training would have to restore.
        """
        state = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
        return cls(torch.Generator(device).manual_seed(int(state >> np.uint64(1))))

    def normal(self, like: Tensor) -> Tensor:
        """N(0, 1)."""
        return torch.empty_like(like).normal_(generator=self.generator)

    def uniform(self, like: Tensor) -> Tensor:
        """U(0, 1)."""
        return torch.empty_like(like).uniform_(generator=self.generator)

    def poisson(self, rate: Tensor) -> Tensor:
        """Counts with these expected values."""
        return torch.poisson(rate, generator=self.generator)
