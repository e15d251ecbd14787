"""Muon: momentum whose every matrix is made orthogonal before it is a step.

Source: Jordan, Jin, Boza, You, Cesista, Newhouse, Bernstein, "Muon: an optimizer for hidden layers in neural
networks", 2024, kellerjordan.github.io/posts/muon. PyTorch's own takes matrices alone; here a convolution is the
matrix of its filters, one a row, and what is no hidden layer goes by Adam in the same optimizer, so that one
rate and one schedule serve both. Unlike the source in full precision, and all matrices of one shape at once: on a
processor that takes a third of the time.
"""

from typing import Any, ClassVar

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

    whole_matrices: ClassVar[bool] = True  # it turns each as one: a share of it will not do

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
            weights = [weight for weight in group["params"] if weight.grad is not None]
            if weights:
                torch._foreach_mul_(weights, 1 - group["lr"] * group["decay"])
                change = self._hidden if group["hidden"] else self._other
                change(weights, [weight.grad for weight in weights], group)
        return loss

    def _hidden(self, weights: list[Tensor], gradients: list[Tensor], group: dict[str, Any]) -> None:
        for weight in weights:
            if not self.state[weight]:
                self.state[weight]["momentum"] = torch.zeros_like(weight)
        momenta = [self.state[weight]["momentum"] for weight in weights]
        torch._foreach_lerp_(momenta, gradients, 1 - MOMENTUM)
        ahead = torch._foreach_lerp(gradients, momenta, MOMENTUM)
        for alike in _of_one_shape([change.reshape(len(change), -1) for change in ahead]):
            turned = orthogonal(torch.stack(list(alike.values())))
            for row, step in zip(alike, turned, strict=True):
                weight, (filters, columns) = weights[row], step.shape
                wider = columns / filters if id(weight) in self._transposed else filters / columns
                scale = max(1.0, wider) ** 0.5
                weight.add_(step.reshape(weight.shape), alpha=-group["lr"] * scale)

    def _other(self, weights: list[Tensor], gradients: list[Tensor], group: dict[str, Any]) -> None:
        for weight in weights:
            if not self.state[weight]:
                known = {name: torch.zeros_like(weight) for name in ("mean", "square")}
                self.state[weight] |= {"step": torch.zeros((), dtype=torch.float32)} | known
        states = [self.state[weight] for weight in weights]
        means, squares = ([state[name] for state in states] for name in ("mean", "square"))
        for state in states:
            state["step"] += 1
        torch._foreach_lerp_(means, gradients, 1 - BETAS[0])
        torch._foreach_lerp_(squares, torch._foreach_mul(gradients, gradients), 1 - BETAS[1])
        mean, square = (
            torch._foreach_div(moments, [1 - beta ** float(state["step"]) for state in states])
            for moments, beta in ((means, BETAS[0]), (squares, BETAS[1]))
        )
        torch._foreach_sqrt_(square)
        torch._foreach_add_(square, group["epsilon"])
        torch._foreach_addcdiv_(weights, mean, square, value=-ADAM * group["lr"])


def _of_one_shape(matrices: list[Tensor]) -> list[dict[int, Tensor]]:
    """Matrices by their place in the list, those of one shape together: many small products are one batched one."""
    groups: dict[torch.Size, dict[int, Tensor]] = {}
    for place, matrix in enumerate(matrices):
        groups.setdefault(matrix.shape, {})[place] = matrix
    return list(groups.values())


def _transposed(network: nn.Module) -> set[int]:
    """The weights whose first axis is that of the inputs, by identity."""
    kinds = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
    return {id(module.weight) for module in network.modules() if isinstance(module, kinds)}


def _aside(network: nn.Module) -> set[int]:
    """The weights of layers that the network names as lying aside, by identity."""
    names = getattr(network, "aside", ())
    return {id(weight) for name in names for weight in network.get_submodule(name).parameters()}


def orthogonal(matrices: Tensor) -> Tensor:
    """Matrices with all their singular values brought near 1 (0.7 to 1.2), by five rounds of a polynomial.

        x <- p x,  p = a + b g + c g²,  g = x x'

    Each p commutes with g, so that the next g is p g p, and only the small square matrices go round: x is multiplied
    once, by the product of all p. That is a third of the work where filters are nine times as long as there are many.

    Args:
        matrices: (..., rows, columns), of any scale.
    """
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (torch.linalg.matrix_norm(x, keepdim=True) + 1e-7)
    gram, product, (a, b, c) = x @ x.mT, None, QUINTIC
    for round_ in range(ROUNDS):
        p = torch.matmul(gram, gram).mul_(c).add_(gram, alpha=b)
        p.diagonal(dim1=-2, dim2=-1).add_(a)
        product = p if product is None else p @ product
        if round_ < ROUNDS - 1:
            gram = p @ gram @ p
    near: Tensor = product @ x
    return near.mT if tall else near
