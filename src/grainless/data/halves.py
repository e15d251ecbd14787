"""Two noisy halves of each image: what judges a model where nobody has a clean image."""

from dataclasses import replace

import numpy as np

from grainless.data.images import Images


def halves(images: Images) -> Images:
    """Every second pixel of every second row as the noisy image, and its right neighbour as the partner.

    Both show nearly the same scene, each with noise of its own. So a denoised half is as far from the other as from
    the clean image, and further by that noise, which is the same for every model: differences of scores mean what they
    mean with clean images, for noise that neighbouring pixels do not share; but they are smaller in decibels. Of
    images with noisy partners, the partners are halved; of planes with others around them all are shown, and the one
    in the middle is the partner.
    """
    left, right = [], []
    noisy = images.noisy or images
    first = (noisy.channels - images.channels) // 2
    for row in range(len(noisy)):
        image = noisy[row]
        height, width = (side // 2 * 2 for side in image.shape[1:])
        left.append(np.ascontiguousarray(image[:, :height:2, :width:2]))
        right.append(np.ascontiguousarray(image[first : first + images.channels, :height:2, 1:width:2]))
    return replace(Images.of(right, names=images.names), noisy=Images.of(left, names=images.names))
