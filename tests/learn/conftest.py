"""What trains small models on."""

import pytest
from small_shipped import ship

from grainless.learn.finetune import plan as module
from grainless.learn.finetune.pace import Pace
from grainless.learn.finetune.rate import RATES, Trial
from grainless.model import zoo


@pytest.fixture(scope="session")
def pretrained(tmp_path_factory):
    """A folder of small models, and their entries: grey ones, a bad one among them, and one for colour."""
    folder = tmp_path_factory.mktemp("pretrained")
    entries = {
        "bad": ship(folder, "bad", 1, gain=0.5),
        "plain": ship(folder, "plain", 1, learned={"white": (0.0, 0.5)}),
        "mute": ship(folder, "mute", 1, told=False),
        "colourful": ship(folder, "colourful", 3),
    }
    return folder, entries


@pytest.fixture(scope="module")
def small(pretrained):
    """These in the place of those shipped."""
    folder, entries = pretrained
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(zoo, "PRETRAINED", folder)
        for name in list(zoo.SHIPPED):
            patched.delitem(zoo.SHIPPED, name)
        for name, entry in entries.items():
            patched.setitem(zoo.SHIPPED, name, entry)
        yield


@pytest.fixture
def quick(monkeypatch):
    """Nothing is measured, nothing tried: steps take a tenth of a second, and the middle rate is good."""
    monkeypatch.setattr(module, "measured", lambda recipe, data: Pace(0.1, 0.2, "full"))
    monkeypatch.setattr(module, "tried", lambda recipe, data, steps: Trial({RATES[1]: 0.1}, 0.2, steps))
