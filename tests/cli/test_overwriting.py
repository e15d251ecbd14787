"""What stands at a name is replaced only where a person allows it: one option, one message, every command."""

import pytest


@pytest.fixture
def mine(tmp_path):
    """A file of a person's own, under the name that a command is told to write."""

    def made(name):
        path = tmp_path / name
        path.write_text("mine")
        return path

    return made


COMMANDS = {
    "export": ("mine.onnx", "export grey -o {path}"),
    "export, without the suffix": ("mine.onnx", "export grey -o {folder}/mine"),
    "pull": ("mine.onnx", "pull person/mine -o {path}"),
    "encode": ("mine.npz", "encode {folder} digits -o {path}"),
    "encode's map": ("mine.png", "encode {folder} digits --map {path}"),
    "interpolate": ("mine.png", "interpolate {folder} --between 0 1 -o {path}"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_stands_there_is_refused_in_one_line_and_stays(call, mine, command):
    name, typed = COMMANDS[command]
    path = mine(name)
    status, out, err = call(*typed.format(path=path, folder=path.parent).split())
    assert (status, out) == (2, "")
    assert err == f"grainless: {path} exists: choose another name, or allow it by --overwrite.\n"
    assert path.read_text() == "mine"


def test_export_replaces_a_file_where_that_is_allowed(call, mine):
    path = mine("mine.onnx")
    assert call("export", "grey", "-o", path, "--overwrite")[0] == 0
    assert path.stat().st_size > 1e5
