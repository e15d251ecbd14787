"""How bright a colour is, as JPEG and television count it."""

import numpy as np

SHARES = (0.299, 0.587, 0.114)
"""Of red, green and blue in luma. Source: ITU-R BT.601; JFIF has the same."""

LUMA = np.array(SHARES, np.float32)
"""The same, to multiply images by."""
