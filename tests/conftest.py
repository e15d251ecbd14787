import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault: laws are about what comes out, not about when.
settings.register_profile("grainless", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("grainless")


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A finished run of the recipe "tiny", for looking at: tests leave it as it is."""
    from trainings import trained

    return trained(tmp_path_factory.mktemp("runs") / "tiny")


@pytest.fixture
def copied(finished, tmp_path):
    """The same for tests that change it."""
    import shutil

    from grainless.learn.run import Run

    return Run(shutil.copytree(finished.path, tmp_path / "tiny"))
