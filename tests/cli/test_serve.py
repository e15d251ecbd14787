"""The command serve: each limit that a person names is the server's."""

from typer.testing import CliRunner

from grainless.cli.main import app
from grainless.server.gate.limits import Limits


def test_limits_are_those_that_were_named(monkeypatch):
    told = {}
    monkeypatch.setattr("grainless.server.serve.serve", lambda *_, **options: told.update(options))
    options = "--max-bytes 1 --max-pixels 2 --max-seconds 3 --jobs 1 --waiting 4 --each 5"
    assert CliRunner().invoke(app, ["serve", *options.split()]).exit_code == 0
    assert told["limits"] == Limits(size=1, pixels=2, seconds=3, at_once=1, waiting=4, each=5)
