"""What an epoch of training came to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Epoch:
    """What an epoch came to.

    Args:
        number: from 1; 0 stands for the weights that the training began with, where they were trained before.
        loss: mean training loss over the epoch, while the weights changed, with all that the method adds to it; None
            of epoch 0, in which none did.
        validation: mean loss on the held-out images, after it, always with the same noise.
        rate: the learning rate of its last step.
        seconds: of training, validation left out.
        images: how many the network was shown.
        best: the validation loss is the lowest so far.
        processor: seconds of processor time of training, all threads together; far less than `seconds` on a machine
            that is busy with other work. 0: not known.
    """

    number: int
    loss: float | None
    validation: float
    rate: float
    seconds: float
    images: int
    best: bool
    processor: float = 0.0
