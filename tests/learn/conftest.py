"""What trains small models on."""

import pytest
from small_shipped import ship

from grainless.learn.finetune import plan as module
from grainless.learn.finetune.pace import Pace
from grainless.learn.finetune.rate import RATES, Trial
from grainless.model import zoo


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Small models in the place of those shipped: grey ones, a bad one among them, and one for colour."""
    with pytest.MonkeyPatch.context() as patched:
        folder = tmp_path_factory.mktemp("pretrained")
        patched.setattr(zoo, "PRETRAINED", folder)
        for name in list(zoo.SHIPPED):
            patched.delitem(zoo.SHIPPED, name)
        ship(folder, patched, "bad", 1, gain=0.5)
        ship(folder, patched, "plain", 1, learned={"white": (0.0, 0.5)})
        ship(folder, patched, "mute", 1, told=False)
        ship(folder, patched, "colourful", 3)
        yield


@pytest.fixture
def quick(monkeypatch):
    """Nothing is measured, nothing tried: steps take a tenth of a second, and the middle rate is good."""
    monkeypatch.setattr(module, "measured", lambda recipe, data: Pace(0.1, 0.2, "full"))
    monkeypatch.setattr(module, "tried", lambda recipe, data, steps: Trial({RATES[1]: 0.1}, 0.2, steps))
