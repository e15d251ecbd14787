"""Every command that ends with a result tells it to programs, too; its names stand on a page."""

import json
from pathlib import Path

import numpy as np
import pytest
import typer

from grainless.cli.commands.answers import ANSWERS, answer
from grainless.cli.main import app

COMMANDS = typer.main.get_command(app).commands
WITHOUT = {"serve"}
"""What ends with Ctrl-C has no result."""


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - WITHOUT))
def test_it_takes_json_and_its_names_are_told(name):
    assert "--json" in [option for each in COMMANDS[name].params for option in each.opts]
    told = [names for command, names in ANSWERS.items() if command.partition(" ")[0] == name]
    assert told or name == "list"  # whose names are those of what there is


def test_every_name_says_what_it_is():
    assert {command.partition(" ")[0] for command in ANSWERS} <= set(COMMANDS)
    for names in ANSWERS.values():
        for words in names.values():
            assert words[0] in "`[" or words[0].isupper()
            assert words.endswith(".")


def test_what_is_not_told_is_not_printed_and_what_is_lacking_is_a_bug(capsys):
    answer("pull", {"file": "mine.onnx", "secret": 1})
    assert capsys.readouterr().out == '{\n  "file": "mine.onnx"\n}\n'
    with pytest.raises(KeyError, match="file"):
        answer("pull", {})


class Table:
    codes = np.zeros((3, 2))

    def write(self, path):
        path.write_text("codes")


TOLD = {
    "export grey -o grey": {"file": "grey.onnx", "model": "grey", "program": "onnx"},
    "push grey me/mine": {"address": "https://hub/me/mine"},
    "pull me/mine -o mine.onnx": {"file": "mine.onnx"},
    "site out": {"folder": "out", "files": 1, "bytes": 5},
    "encode mine digits": {"table": "mine/codes.npz", "codes": 3, "numbers": 2, "map": None},
    "interpolate mine --between 0 1": {"figure": "mine/between-0-1.png"},
    "reproduce A": {"page": "docs/reproductions.md", "unchanged": ["A needs time"]},
}


@pytest.mark.parametrize("typed", TOLD)
def test_commands_that_write_a_file_tell_which(typed, call, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "a.js").write_text("a = 1")
    done = {
        "grainless.interop.hub.push": lambda *_, **__: "https://hub/me/mine",
        "grainless.interop.hub.pull": lambda _, out, **__: out,
        "grainless.web.site.write_site": lambda *_, **__: [Path("a.js")],
        "grainless.learn.codes.encode.encode": lambda *_, **__: Table(),
        "grainless.learn.codes.walk.draw_walk": lambda *_, **__: None,
        "grainless.learn.reproduce.reproduce": lambda *_: ["A needs time"],
    }
    for name, verb in done.items():
        monkeypatch.setattr(name, verb)
    status, out, _ = call(*typed.split(), "--json")
    assert (status, json.loads(out)) == (0, TOLD[typed])
