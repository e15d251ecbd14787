import pytest


@pytest.fixture
def _looked_at_alone(monkeypatch):
    """Looking is quick: without a model's help. That it is alike with it is tested with pages that decide by it."""
    monkeypatch.setattr("grainless.denoising.look.expert", lambda *_: None)
