"""Thousands of requests to one server: does its memory grow, and is each answered as it should be?

    python -m benchmarks.web.soak            # 3,000 requests; minutes
    python -m benchmarks.web.soak 20000

Four clients at once send small pictures in every format with several models, broken files, and files that they leave
alone at once. Told are the server's resident memory after each tenth of the requests, and how they were answered.
"""

import io
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import PIL.Image

from benchmarks.measuring import tell_and_keep

FORMS = ("PNG", "JPEG", "TIFF", "WebP", "GIF", "BMP", "PPM")
MODELS = ("auto", "grey", "color", "photo")
CLIENTS, TURNS = 4, 10
BROKEN, LEFT = 0.3, 0.1
"""Shares of the requests whose file is broken, and whose client leaves."""


def picture(chance: np.random.Generator) -> bytes:
    """A small noisy picture of a random size and format."""
    height, width = chance.integers(8, 65, 2)
    pixels = np.clip(128 + 25 * chance.standard_normal((height, width, 3)), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, str(chance.choice(FORMS)))
    return file.getvalue()


def broken(content: bytes, chance: np.random.Generator) -> bytes:
    """The same with bytes changed, and cut."""
    changed = bytearray(content)
    for place in chance.integers(0, len(changed), 8):
        changed[place] = chance.integers(256)
    return bytes(changed[: chance.integers(1, len(changed))])


def leave(address: httpx.URL, content: bytes) -> str:
    """Send half a file and go."""
    with socket.create_connection((address.host, address.port or 80)) as line:
        head = f"POST /api/denoise HTTP/1.1\r\nHost: {address.host}\r\nContent-Length: {len(content)}\r\n\r\n"
        line.sendall(head.encode() + content[: len(content) // 2])
    return "left"


def send(address: str, number: int, seed: int, answers: Counter[str]) -> None:
    """One client's requests."""
    chance = np.random.default_rng(seed)
    with httpx.Client(base_url=address, timeout=600) as client:
        for _ in range(number):
            content, kind = picture(chance), chance.random()
            if kind < LEFT:
                answers[leave(client.base_url, content)] += 1
                continue
            if kind < LEFT + BROKEN:
                content = broken(content, chance)
            query = {"model": str(chance.choice(MODELS)), "strength": 0.5, "parts": bool(chance.integers(2))}
            answers[str(client.post("/api/denoise", content=content, params=query).status_code)] += 1


def resident(process: int) -> float:
    """MB of a process."""
    words = Path(f"/proc/{process}/statm").read_text("utf-8").split()
    return int(words[1]) * 4096 / 1e6


def soak(requests: int) -> list[dict[str, Any]]:
    rows, answers = [], Counter[str]()
    command = [sys.executable, "-m", "grainless", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split()[3]
        for turn in range(1, TURNS + 1):
            start = time.perf_counter()
            each = requests // TURNS // CLIENTS
            people = [
                threading.Thread(target=send, args=(address, each, TURNS * client + turn, answers))
                for client in range(CLIENTS)
            ]
            for person in people:
                person.start()
            for person in people:
                person.join()
            row = {"requests": turn * each * CLIENTS, "resident, MB": resident(server.pid)}
            known = {"200": 0, "415": 0, "422": 0, "left": 0, "others": 0}
            told = {name: answers[name] for name in known if name != "others"}
            row |= known | told | {"others": answers.total() - sum(told.values())}
            rows.append(row | {"s": time.perf_counter() - start})
        assert httpx.get(f"{address}api/health").status_code == 200
        server.terminate()
    return rows


if __name__ == "__main__":
    number = int(sys.argv[1]) if sys.argv[1:] else 3000
    tell_and_keep(
        "web/soak", soak(number), f"{number:,} requests of {CLIENTS} clients; answers so far by status"
    )
