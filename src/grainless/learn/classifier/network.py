"""A small convolutional classifier: a yardstick for denoisers."""

from torch import Tensor, nn
from torch.nn import functional as F

FEATURES = 64
"""Numbers from which the class is told."""


class Classifier(nn.Module):
    """Two convolutions of 3 x 3 with max pooling, a layer of 64 features, a score a class.

    Source: the plan of LeNet-5: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86(11), 1998; with ReLU and max pooling, as is usual since.

    Args:
        channels: colours of the images.
        size: (height, width) of the images, each at least 4.
        classes: how many.
    """

    def __init__(self, *, channels: int, size: tuple[int, int], classes: int) -> None:
        super().__init__()
        self.stack = nn.Sequential(
            nn.Conv2d(channels, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(32 * (size[0] // 4) * (size[1] // 4), FEATURES),
        )
        self.scores = nn.Linear(FEATURES, classes)

    def features(self, images: Tensor) -> Tensor:
        """(n, c, h, w), 0 = black, 1 = full scale -> (n, 64)."""
        features: Tensor = F.relu(self.stack(images))
        return features

    def forward(self, images: Tensor) -> Tensor:
        """(n, c, h, w) -> the scores before the softmax, (n, classes)."""
        scores: Tensor = self.scores(self.features(images))
        return scores
