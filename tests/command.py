"""The command line in a process of its own, as a person starts it."""

import signal
import subprocess
import sys

COMMAND = (sys.executable, "-m", "grainless")


def grainless(*arguments, **options):
    """Run it to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **options
    )


def begun(*arguments, **options):
    """Start it; its stderr can be read line by line.

    It hears ctrl-C also where the tests themselves were started to ignore it, as in the background: a process
    that has a handler leaves its children the system's default.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen([*COMMAND, *map(str, arguments)], stderr=subprocess.PIPE, text=True, **options)
