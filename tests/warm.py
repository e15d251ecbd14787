"""Programs in processes of their own, in which PyTorch is loaded already: forked from one that has done nothing else.

A program that trains loads packages of others for four seconds. Here tests/loaded.py loads them once; Grainless itself
is loaded by each process anew.
"""

import multiprocessing
import os
import signal
import sys
from functools import cache
from importlib import import_module
from multiprocessing import forkserver
from pathlib import Path

import pytest

GRAINLESS = "grainless.__main__:main"
"""The command line."""


class Program:
    """One that runs, much as `subprocess.Popen` has it: its stderr can be read line by line."""

    def __init__(self, main, *arguments, environment=None, path=None, folder=None, all_of_it=False):
        """Start it.

        Args:
            main: the function that it is, "package.module:function".
            arguments: of its command line.
            environment: variables besides those of this process.
            path: where Python finds modules, if not where this process does.
            folder: in which it works, if not in this process's.
            all_of_it: what it writes to stdout is read with the rest; else nobody hears it.
        """
        context = _context()
        heard, said = context.Pipe(duplex=False)
        place = {**os.environ, **(environment or {})}, path or sys.path, str(folder or Path.cwd())
        given = main, list(map(str, arguments)), *place, said, all_of_it
        self._process = context.Process(target=_run, args=given)
        self._process.start()
        said.close()
        self.stderr = os.fdopen(os.dup(heard.fileno()))
        heard.close()

    def wait(self, seconds=None):
        """Its status once it has ended; -9 where it was killed."""
        self._process.join(seconds)
        return self.returncode

    def send_signal(self, number):
        os.kill(self._process.pid, number)

    def kill(self):
        self._process.kill()

    @property
    def returncode(self):
        return self._process.exitcode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stderr.close()
        self.wait()


@cache
def _context():
    """What forks: a process with packages loaded, and one thread."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["loaded"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        forkserver.ensure_running()
    return context


def _run(main, arguments, environment, path, folder, said, all_of_it):
    """The program, in its process."""
    os.dup2(said.fileno() if all_of_it else os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    os.dup2(said.fileno(), sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # it hears ctrl-C, wherever tests were started
    module, _, function = main.partition(":")
    sys.path[:], sys.argv = path, [module, *arguments]
    sys.exit(getattr(import_module(module), function)())
