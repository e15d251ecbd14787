"""The noisy photograph of the README: a piece of scikit-image's astronaut (NASA, public domain) as a camera in poor
light would have taken it, with noise in the shadows, smoothed colours and JPEG.

python docs/noisy.py docs/noisy.png
"""

import sys

import numpy as np
import PIL.Image
from skimage.data import astronaut

from grainless.noise import NumpyDraw, noise_from

NOISE = "camera:shot=1e-2,luma=0.6,chroma=1.5,exposure=0.6+jpeg:quality=90,subsampled=1,twice=0"

clean = np.ascontiguousarray(astronaut()[:288, 64:352].transpose(2, 0, 1)[None] / np.float32(255))
noisy = noise_from(NOISE)(clean, NumpyDraw(np.random.default_rng(3)))[0].transpose(1, 2, 0)
PIL.Image.fromarray(np.rint(255 * noisy.clip(0, 1)).astype(np.uint8)).save(sys.argv[1], optimize=True)
