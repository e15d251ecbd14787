"""What is no plain file is refused at once: nobody waits for a pipe that nobody writes to."""

import os
import socket
from pathlib import Path

import pytest

from grainless.errors import InputError
from grainless.image.files import format_of, frames


@pytest.fixture(params=["pipe", "socket", "device"])
def special(request, tmp_path, monkeypatch):
    """A name under which no plain file lies, and the word for it."""
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    path = Path("photo.png")
    if request.param == "device":
        return Path(os.devnull), request.param
    if request.param == "pipe":
        os.mkfifo(path)
        return path, request.param
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))
        return path, request.param


def test_pipes_sockets_and_devices_are_refused(special):
    path, kind = special
    with pytest.raises(InputError, match=f"{path} is a {kind}: give an image file."):
        next(frames(path))
    with pytest.raises(InputError, match=f"{path} is a {kind}"):
        format_of(path)


def test_a_file_that_stands_for_a_folder_is_named(tmp_path):
    (tmp_path / "a.png").write_text("")
    with pytest.raises(InputError, match=r"/b\.png: no such file; \S+/a\.png is no folder\."):
        next(frames(tmp_path / "a.png" / "b.png"))


def test_a_pipe_in_a_folder_does_not_stop_the_others(call, tmp_path):
    from PIL import Image
    from scenes import noisy

    Image.fromarray(noisy(20).squeeze()).save(tmp_path / "a.png")
    os.mkfifo(tmp_path / "b.png")
    status, out, err = call("denoise", tmp_path, "-o", tmp_path / "out", "--model", "grey")
    assert status == 2
    assert out == f"{tmp_path / 'out' / 'a.png'}\n"
    assert f"grainless: {tmp_path / 'b.png'} is a pipe: give an image file.\n" in err
