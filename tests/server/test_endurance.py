"""Hundreds of broken files, memory, a kill during work, two people at once."""

import contextlib
import gc
import io
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import httpx
import numpy as np
import PIL.Image
import pytest
from pages import noisy, written
from served import served

from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.image.files import decode, encode
from grainless.server.gate.limits import Limits

FORMS = ("PNG", "JPEG", "TIFF", "WebP", "GIF", "BMP", "PPM")
EACH = 60
GROWTH = 40_000_000
"""Bytes: what a process may grow by. One upload that is kept would be 1 MB, and there are hundreds."""


def mutated(chance):
    """Files of every format with bytes changed, cut, or doubled."""
    for form in FORMS:
        written = io.BytesIO()
        PIL.Image.fromarray(noisy(24, 31)).save(written, form)
        for _ in range(EACH):
            content = bytearray(written.getvalue())
            for place in chance.integers(0, min(len(content), 400), chance.integers(1, 9)):
                content[place] = chance.integers(256)
            cut = chance.integers(1, len(content)) if chance.random() < 0.3 else len(content)
            yield form, bytes(content[:cut])


def test_broken_files_in_hundreds():
    told = Counter()
    with served(Limits(pixels=10**6)) as address, httpx.Client(base_url=address, timeout=60) as client:
        for form, content in mutated(np.random.default_rng(0)):
            answer = client.post("/api/denoise", content=content, params={"strength": 0})
            told[answer.status_code] += 1
            assert answer.status_code in {200, 413, 415, 422}, (form, answer.text)
            assert answer.status_code == 200 or answer.json()["error"].endswith(".")
        assert client.get("/api/health").status_code == 200
    assert min(told[200], told[415], told[422]) > 5


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_memory_stays_flat():
    if not sys.platform.startswith("linux"):
        pytest.skip("memory is read from /proc")
    large = io.BytesIO()
    PIL.Image.fromarray(noisy(600, 600)).save(large, "BMP")
    with served() as address, httpx.Client(base_url=address, timeout=60) as client:

        def send(count):
            for _ in range(count):
                answer = client.post("/api/denoise", content=large.getvalue(), params={"strength": 0})
                assert answer.status_code == 200
            gc.collect()
            return resident()

        first = send(30)
        assert send(150) - first < GROWTH


def test_two_people_at_once_each_get_their_own_picture():
    given = {seed: written(noisy(40 + 8 * seed, 48, seed)) for seed in (0, 1)}
    wanted = {
        seed: encode([process(next(decode(data)), Policy("grey"))[0]], "PNG") for seed, data in given.items()
    }
    got = {0: [], 1: []}
    with served(Limits(at_once=2)) as address:

        def send(seed):
            for _ in range(6):
                query = {"model": "grey"}
                answer = httpx.post(f"{address}/api/denoise", content=given[seed], params=query, timeout=60)
                got[seed].append(answer.content == wanted[seed])

        people = [threading.Thread(target=send, args=[seed]) for seed in given]
        for each in people:
            each.start()
        for each in people:
            each.join()
    assert got == {0: 6 * [True], 1: 6 * [True]}


@contextlib.contextmanager
def own_process(port, folder):
    """A server in a process of its own, as a person starts it: its address and process."""
    command = [sys.executable, "-m", "grainless", "serve", "--port", str(port)]
    environment = os.environ | {"TMPDIR": str(folder)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder) as server:
        yield server.stdout.readline().split()[3], server
        server.kill()


def test_a_kill_during_work_loses_nothing_else(tmp_path):
    large, small = written(noisy(1500, 1500)), written(noisy(16, 16))
    with own_process(0, tmp_path) as (address, server):
        work = httpx.stream("POST", f"{address}api/denoise?model=photo", content=large, timeout=60)
        with contextlib.suppress(httpx.HTTPError):
            killer = threading.Thread(target=killed_at_work, args=[address, server])
            killer.start()
            with work:
                raise AssertionError("it was answered before it was killed")
        killer.join()
        assert server.wait() == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []
    with own_process(httpx.URL(address).port, tmp_path) as (again, _):
        assert again == address
        assert httpx.post(f"{again}api/denoise", content=small, timeout=60).status_code == 200


def killed_at_work(address, server):
    while 'stage="working"} 1.0' not in httpx.get(f"{address}metrics").text:
        pass
    server.kill()
