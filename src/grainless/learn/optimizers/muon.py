"""Muon: momentum whose every matrix is made orthogonal before it is a step.

Source: Jordan, Jin, Boza, You, Cesista, Newhouse, Bernstein, "Muon: an optimizer for hidden layers in neural
networks", 2024, kellerjordan.github.io/posts/muon. PyTorch's own takes matrices alone; here a convolution is the
matrix of its filters, one a row, and what is no hidden layer goes by Adam in the same optimizer, so that one
rate and one schedule serve both.
"""

from typing import Any

import torch
from torch import Tensor, nn, optim

MOMENTUM = 0.95
ADAM = 1 / 20
"""Adam's rate over Muon's: a step of Muon moves a weight by the rate over the root of the filter's length."""
BETAS = (0.9, 0.99)
QUINTIC = (3.4445, -4.7750, 2.0315)
"""The source's: singular values near 0 grow the fastest, and all end between 0.7 and 1.2."""
ROUNDS = 5


class Muon(optim.Optimizer):
    """Muon for hidden layers; Adam for the first and the last of several layers, and for vectors.

        m <- 0.95 m + 0.05 gradient,    step = -rate sqrt(max(1, outputs / inputs)) orthogonal(0.95 m + 0.05 gradient)

    The rows of a convolution's matrix are outputs, its columns a window of inputs; of a transposed one, the columns
    are a window of outputs, the rows inputs.

    Args:
        network: whose layers stand in the order in which it applies them; those in its `aside` are no hidden ones,
            nor the first or the last.
        rate: Muon's; Adam's is a twentieth of it.
        epsilon: Adam's.
        decay: weights shrink by rate times this each step.
    """

    def __init__(self, network: nn.Module, rate: float, epsilon: float = 1e-8, decay: float = 0.0) -> None:
        given = list(network.parameters())
        self._transposed = _transposed(network)
        aside = _aside(network)
        layers = [weight for weight in given if weight.ndim > 1 and id(weight) not in aside]
        hidden = {id(weight) for weight in layers[1:-1]}
        groups: list[dict[str, Any]] = [
            {"params": [weight for weight in given if id(weight) in hidden], "hidden": True},
            {"params": [weight for weight in given if id(weight) not in hidden], "hidden": False},
        ]
        defaults = {"lr": rate, "epsilon": epsilon, "decay": decay}
        super().__init__([group for group in groups if group["params"]], defaults)

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Change every weight that has a gradient.

        Args:
            closure: if there is one, it computes the gradients first, and its loss is given back.
        """
        with torch.enable_grad():
            loss = closure() if closure else None
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    weight.mul_(1 - group["lr"] * group["decay"])
                    change = self._hidden if group["hidden"] else self._other
                    change(weight, weight.grad, group)
        return loss

    def _hidden(self, weight: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight)
        momentum = state["momentum"].lerp_(gradient, 1 - MOMENTUM)
        filters = gradient.lerp(momentum, MOMENTUM).reshape(len(weight), -1)
        rows, columns = filters.shape
        outputs_over_inputs = columns / rows if id(weight) in self._transposed else rows / columns
        scale = max(1.0, outputs_over_inputs) ** 0.5
        weight.add_(orthogonal(filters).reshape(weight.shape), alpha=-group["lr"] * scale)

    def _other(self, weight: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weight]
        if not state:
            state["step"] = torch.zeros((), dtype=torch.float32)
            state["mean"], state["square"] = torch.zeros_like(weight), torch.zeros_like(weight)
        state["step"] += 1
        known = [1 - beta ** float(state["step"]) for beta in BETAS]
        mean = state["mean"].lerp_(gradient, 1 - BETAS[0]) / known[0]
        square = state["square"].lerp_(gradient.square(), 1 - BETAS[1]) / known[1]
        weight.addcdiv_(mean, square.sqrt_().add_(group["epsilon"]), value=-ADAM * group["lr"])


def _transposed(network: nn.Module) -> set[int]:
    """The weights whose first axis is that of the inputs, by identity."""
    kinds = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    return {id(module.weight) for module in network.modules() if isinstance(module, kinds)}


def _aside(network: nn.Module) -> set[int]:
    """The weights of layers that the network names as lying aside, by identity."""
    names = getattr(network, "aside", ())
    return {id(weight) for name in names for weight in network.get_submodule(name).parameters()}


def orthogonal(matrix: Tensor) -> Tensor:
    """The matrix with all its singular values brought near 1 (0.7 to 1.2), by five rounds of a polynomial.

        x <- a x + (b x x' + c (x x')²) x

    In bfloat16: that near is near enough, and half the time.

    Args:
        matrix: (rows, columns), of any scale.
    """
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = (wide / (wide.norm() + 1e-7)).bfloat16()
    a, b, c = QUINTIC
    for _ in range(ROUNDS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    near: Tensor = x.to(matrix.dtype)
    return near if matrix.shape[0] <= matrix.shape[1] else near.T
