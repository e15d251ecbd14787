"""How Keras begins, for the networks that were published in it: PyTorch begins otherwise, and it shows.

Used with `module.apply`. The fan in of a transposed convolution counts the maps that it gives, both in Keras,
whose kernel is (h, w, out, in), and in PyTorch, whose kernel is (in, out, h, w).

Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS
2010; He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015, arXiv:1502.01852.
"""

from collections.abc import Callable

from torch import Tensor, nn

WEIGHTED = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


def glorot(module: nn.Module) -> None:
    """Weights from U(-b, b), b² = 6 / (fan in + fan out); biases zero. Keras' default."""
    _start(module, nn.init.xavier_uniform_)


def he(module: nn.Module) -> None:
    """Weights from U(-b, b), b² = 6 / fan in; biases zero. Keras' "he_uniform"."""
    _start(module, lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu"))


def batch_norm(width: int) -> nn.BatchNorm2d:
    """Keras' momentum of 0.99, which PyTorch counts from the other end, and its epsilon."""
    return nn.BatchNorm2d(width, eps=1e-3, momentum=1 - 0.99)


def _start(module: nn.Module, fill: Callable[[Tensor], Tensor]) -> None:
    if isinstance(module, WEIGHTED):
        fill(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
