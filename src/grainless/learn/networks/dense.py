"""Dense: every pixel weighs on every number of the code.

Source: Vincent, Larochelle, Bengio, Manzagol, "Extracting and composing robust features with denoising
autoencoders", ICML 2008. The default layers are those of Singhal, "Use autoencoders to denoise images",
Pluralsight, 2020 (1,313,616 parameters on 28 x 28); weights start as Keras starts them.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from grainless.learn.networks import keras
from grainless.learn.networks.network import Count, Network, one_size


class Dense(Network):
    """Linear layers down to a code and up again, ReLU after each but the last, which ends in a sigmoid.

    Args:
        size: (height, width) of the images, the only size it takes.
        channels: colours of the image, in and out.
        encoder: numbers after each layer before the code; none: straight to the code.
        code: numbers of the code.
        decoder: numbers after each layer between the code and the image.

    Raises:
        InputError: the images are of several sizes.
    """

    def __init__(
        self,
        *,
        size: tuple[int, int] | None,
        channels: int = 1,
        encoder: tuple[Count, ...] = (512, 512, 256, 256),
        code: Count = 64,
        decoder: tuple[Count, ...] = (512,),
    ) -> None:
        super().__init__()
        self.channels = channels
        self.size = one_size("dense", size)
        pixels = channels * self.size[0] * self.size[1]
        self.encoder = nn.Sequential(nn.Flatten(), *_layers(pixels, *encoder, code))
        self.decoder = nn.Sequential(
            *_layers(code, *decoder),
            nn.Linear((code, *decoder)[-1], pixels),
            nn.Unflatten(1, (channels, *self.size)),
        )
        self.apply(keras.glorot)

    def encode(self, noisy: Tensor) -> Tensor:
        """The codes of images, (n, code)."""
        code: Tensor = self.encoder(noisy)
        return code

    def decode(self, code: Tensor) -> Tensor:
        """The images of codes, (n, c, h, w)."""
        return torch.sigmoid(self.decoder(code))

    def logits(self, noisy: Tensor) -> Tensor:
        """The denoised images before the sigmoid."""
        logits: Tensor = self.decoder(self.encode(noisy))
        return logits

    def forward(self, noisy: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(noisy))


def _layers(*widths: int) -> list[nn.Module]:
    pairs = pairwise(widths)
    return [layer for pair in pairs for layer in (nn.Linear(*pair), nn.ReLU())]
