"""A model is opened once for all who ask for it, shared by threads, and can be closed and pickled."""

import os
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import tiny
from numpy.testing import assert_array_equal
from onnx import helper

from grainless.errors import InputError
from grainless.model import session as room
from grainless.model.card import Card
from grainless.model.denoiser import Denoiser, load
from grainless.model.session import opened

NOISY = np.random.default_rng(0).random((1, 1, 40, 50), dtype=np.float32)


@pytest.fixture
def path(tmp_path):
    return tiny.blur(tmp_path / "blur.onnx", Card("blur", channels=1, reach=1))


@pytest.fixture
def made(monkeypatch):
    """The paths that onnxruntime opens."""
    paths = []
    open_runtime = room.devices.open_runtime

    def counted(path, *rest, **options):
        paths.append(path)
        return open_runtime(path, *rest, **options)

    monkeypatch.setattr(room.devices, "open_runtime", counted)
    return paths


def test_many_threads_make_one_session(path, made):
    with ThreadPoolExecutor(8) as pool:
        sessions = {id(denoiser.session) for denoiser in pool.map(load, [path] * 16)}
    assert len(sessions) == len(made) == 1


def test_another_device_or_number_of_threads_is_another_session(path, made):
    sessions = {id(opened(path, device, threads)) for device in ("auto", "cpu") for threads in (None, 1, 2)}
    assert len(sessions) == len(made) == 6
    assert opened(path, "cpu", 2)._runtime.get_session_options().intra_op_num_threads == 2


def test_a_file_that_was_written_anew_is_opened_anew(path):
    before = load(path)
    tiny.times(path.with_name("new.onnx"), Card("half", channels=1), 0.5).replace(path)
    assert load(path).card.name == "half"
    assert before.run(NOISY).shape == NOISY.shape


def test_no_more_than_a_few_stay_open_that_nobody_holds(tmp_path, made, monkeypatch):
    monkeypatch.setattr(room, "WARM", 2)
    paths = [tiny.identity(tmp_path / f"{name}.onnx", Card(name, channels=1)) for name in "abc"]
    for each in (*paths, paths[2], paths[0]):
        opened(each)
    assert made == [*paths, paths[0]]


def test_threads_share_a_denoiser(path):
    denoiser = load(path)
    wanted = denoiser.run(NOISY)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(denoiser.run, [NOISY] * 20):
            assert_array_equal(result, wanted)


@pytest.mark.parametrize("carried", [lambda each: pickle.loads(pickle.dumps(each)), deepcopy])
def test_a_denoiser_is_carried_by_its_path(path, carried):
    denoiser = load(path, "cpu", 1)
    other = carried(denoiser)
    assert (other.path, other.device, other.threads, other.card) == (path, "cpu", 1, denoiser.card)
    assert_array_equal(other.run(NOISY), denoiser.run(NOISY))
    assert len(pickle.dumps(denoiser)) < 2000


def test_a_closed_denoiser_says_so_and_others_go_on(path, made):
    other = load(path)
    with load(path) as denoiser:
        denoiser.run(NOISY)
    for use in (lambda: denoiser.run(NOISY), lambda: denoiser(NOISY[0, 0]), lambda: pickle.dumps(denoiser)):
        with pytest.raises(InputError, match=r"^The denoiser blur is closed: load it again\.$"):
            use()
    denoiser.close()
    assert other.run(NOISY).shape == NOISY.shape
    assert len(made) == 1


def test_a_session_that_nobody_holds_is_opened_anew_after_it_was_closed(path, made):
    load(path).close()
    load(path)
    assert len(made) == 2


def test_a_denoiser_is_a_session_and_a_card(path):
    card = Card("renamed", channels=1)
    assert Denoiser(opened(path), card).card is card


@pytest.mark.parametrize("threads", [0, -2])
def test_no_threads_are_refused(path, threads):
    with pytest.raises(InputError, match=f"threads is {threads}: a run works with 1 or more"):
        load(path, threads=threads)


@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_the_second_run_of_a_shape_does_not_take_its_memory_once_more(tmp_path):
    kernel, back = (np.full(shape, 0.01, np.float32) for shape in ((32, 1, 3, 3), (1, 32, 3, 3)))
    nodes = [
        helper.make_node("Conv", ["noisy", "kernel"], ["maps"], pads=[1] * 4),
        helper.make_node("Conv", ["maps", "back"], ["denoised"], pads=[1] * 4),
    ]
    weights = {"kernel": kernel, "back": back}
    session = opened(tiny.save(tmp_path / "maps.onnx", Card("maps", 1), *nodes, weights=weights), threads=1)
    image = np.zeros((1, 1, 512, 512), np.float32)  # whose maps take 32 MB
    session.run(image)
    before = resident()
    session.run(image)
    assert resident() - before < 30e6


def resident():
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
