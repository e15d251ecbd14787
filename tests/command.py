"""The command line in a process of its own, as a person starts it."""

import signal
import subprocess
import sys

COMMAND = (sys.executable, "-m", "grainless.cli")


def grainless(*arguments, **options):
    """Run it to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **options
    )


def begun(*arguments, **options):
    """Start it; its stderr can be read line by line. It hears ctrl-C also where the tests run in the background."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **options,
    )
