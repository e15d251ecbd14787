import platform
import subprocess
import sys

import pytest

CODE = """
import ctypes, resource
from grainless.cli.allocator import keep_freed_memory
kept = {keep} and keep_freed_memory()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
start = faults()
for _ in range(10):
    bytearray(2**26)
print(kept, faults() - start)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these switches")
def test_memory_is_used_again():
    def run(keep):
        done = subprocess.run(
            [sys.executable, "-c", CODE.format(keep=keep)], check=True, capture_output=True, text=True
        )
        kept, faults = done.stdout.split()
        return kept, int(faults)

    _, freed = run(keep=False)
    kept, reused = run(keep=True)
    assert kept == "True"
    assert reused < freed / 2


def test_other_systems_do_nothing(monkeypatch):
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    from grainless.cli.allocator import keep_freed_memory

    assert keep_freed_memory() is False
