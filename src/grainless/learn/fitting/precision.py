"""The precision of a training's arithmetic; weights are always full."""

from typing import Any

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins import MixedPrecision, Precision
from torch import Tensor


class HalfInside(MixedPrecision):
    """bfloat16 within the network, images in full precision at its door.

    Fabric's own rounds them as well: to eight bits of mantissa, a step of 1/256 near white, which is noise of its own;
    and what a network computes of a whole dark image, such as its light, comes out up to a fifth brighter than it
    will where it is used. Autocast makes convolutions narrow by itself.
    """

    def convert_input(self, data: Any) -> Any:
        """As it is."""
        return data


def arithmetic(precision: str) -> Precision:
    """What Fabric is given.

    Args:
        precision: "auto" is bfloat16 where an accelerator has it, else full; "half" is bfloat16 on the CPU, too;
            "full" is full everywhere.
    """
    accelerated = torch.cuda.is_available() and torch.cuda.is_bf16_supported()
    if precision == "half" or (precision == "auto" and accelerated):
        return HalfInside("bf16-mixed", "cuda" if torch.cuda.is_available() else "cpu")
    return Precision()


def as_forward(fabric: Fabric, model: Any, method: str) -> None:
    """Have a method of a set-up network computed as its forward: in Fabric's precision, and in step on many devices.

    Fabric sees to it itself where a strategy wraps the network, as DDP does; on one device it leaves the method alone.

    Args:
        fabric: which set the network up.
        model: what it gave.
        method: takes images and gives images, such as "logits".
    """
    model.mark_forward_method(method)
    plain = getattr(model, method)

    def computed(images: Tensor) -> Tensor:
        with fabric.autocast():
            given: Tensor = plain(images)
        return given.float()

    vars(model)[method] = computed  # setattr of what Fabric gives would write into the network
