"""Hundreds of broken files: each a sentence, none a fault of the server, and none keeps memory."""

import gc
import io
import sys
from collections import Counter
from pathlib import Path

import httpx
import numpy as np
import PIL.Image
import pytest
from pages import noisy
from served import served

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
