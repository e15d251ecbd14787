"""The noisy photograph that make light denoises: a piece of scikit-image's astronaut (NASA, public domain), sigma 25.

python docs/noisy.py docs/noisy.png
"""

import sys

import numpy as np
import PIL.Image
from skimage.data import astronaut

clean = astronaut()[:288, 64:352] / 255
noisy = clean + 25 / 255 * np.random.default_rng(0).standard_normal(clean.shape)
PIL.Image.fromarray(np.rint(255 * noisy.clip(0, 1)).astype(np.uint8)).save(sys.argv[1], optimize=True)
