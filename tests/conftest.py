import sys

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


@pytest.fixture
def call(monkeypatch, capsys):
    """The command line as a person types it: (exit status, stdout, stderr); in this process, where torch is there."""
    from grainless.cli import main

    def typed(*arguments):
        monkeypatch.setattr(sys, "argv", ["grainless", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main.main()
        return end.value.code or 0, *capsys.readouterr()

    return typed
