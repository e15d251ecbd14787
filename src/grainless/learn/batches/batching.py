"""Which batches an epoch of images is made of: whole images or crops, in memory or streamed."""

import torch

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.learn.batches.batches import Batches, Crops, Whole
from grainless.learn.batches.streamed import StreamedCrops, StreamedWhole


def batches_of(
    images: Images, *, batch: int, crop: int | None, steps: int | None, seed: int, device: torch.device
) -> Batches:
    """The batches of these images.

    Args:
        images: in memory, in a memory map, or a stream.
        batch: images in each.
        crop: side of square pieces of them; None: whole images.
        steps: batches of an epoch of crops; None: as many as the images' area gives.
        seed: of the order in which a stream is read.
        device: where they go.

    Raises:
        InputError: whole images of several sizes make no batch.
    """
    stream = images.stream
    if stream and crop:
        return StreamedCrops(stream, batch=batch, crop=crop, steps=steps, seed=seed, device=device)
    if stream and stream.size:
        return StreamedWhole(stream, batch=batch, seed=seed, device=device)
    if crop:
        return Crops(images, batch=batch, crop=crop, steps=steps, device=device)
    if stream or images.size is None:
        raise InputError("The images have several sizes; set train.crop to learn from square pieces of them.")
    return Whole(images, batch=batch, device=device)
