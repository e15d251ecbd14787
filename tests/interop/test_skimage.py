"""scikit-image's calibration of denoisers takes ours."""

import numpy as np
import pytest
from skimage.restoration import calibrate_denoiser

import grainless


# It shows images whose every fourth pixel is a mean of others: what is said of detail there means nothing.
@pytest.mark.filterwarnings("ignore:Detail was taken:UserWarning")
def test_calibrate_denoiser_finds_a_strength_for_ours():
    chance = np.random.default_rng(0)
    clean = np.tile(np.linspace(0.2, 0.8, 64, dtype=np.float32), (64, 1))
    noisy = (clean + 0.1 * chance.standard_normal(clean.shape, np.float32)).astype(np.float32)
    calibrated, (parameters, losses) = calibrate_denoiser(
        noisy, grainless.denoise, {"model": ["grey"], "strength": [0.2, 1.0]}, extra_output=True
    )
    assert losses[1] < losses[0]
    assert parameters[1] == {"model": "grey", "strength": 1.0}
    error, before = (np.square(image - clean).mean() for image in (calibrated(noisy), noisy))
    assert error < 0.3 * before
