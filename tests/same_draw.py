"""The same chance for numpy and for torch, so that both can be compared."""

import numpy as np
import torch

from grainless.noise import NumpyDraw


class SameDraw:
    """Gives torch what numpy would be given."""

    def __init__(self, seed):
        self.draw = NumpyDraw(np.random.default_rng(seed))

    def normal(self, like):
        return torch.from_numpy(self.draw.normal(like.numpy()))

    def uniform(self, like):
        return torch.from_numpy(self.draw.uniform(like.numpy()))

    def poisson(self, rate):
        return torch.from_numpy(self.draw.poisson(rate.numpy()))
