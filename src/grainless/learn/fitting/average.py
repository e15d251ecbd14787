"""The average of a network's weights over its last steps, which is judged and kept in their place.

Source: Polyak, Juditsky, "Acceleration of stochastic approximation by averaging", SIAM Journal on Control and
Optimization 30(4), 1992; unlike theirs it forgets, exponentially.
"""

import torch


@torch.no_grad()
def follow(averaged: torch.nn.Module, network: torch.nn.Module, keep: float) -> None:
    """Move the average towards the weights; what is no weight (BatchNorm's statistics) is taken as it is.

        average <- keep average + (1 - keep) weights

    Args:
        averaged: is changed in place.
        network: of the same shape.
        keep: 0 to 1.
    """
    torch._foreach_lerp_(list(averaged.parameters()), list(network.parameters()), 1 - keep)
    for old, new in zip(averaged.buffers(), network.buffers(), strict=True):
        old.copy_(new)
