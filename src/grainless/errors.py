"""The errors that a person is told in one line, and words for them; all other exceptions are bugs."""

from collections.abc import Iterable
from difflib import get_close_matches

INPUT, WORLD = "input", "world"
"""Whose fault it is, for programs: what was given is wrong and stays so; or the world is, and it may work later."""


MARKS, SHORT = "-.", 3
"""Before options and endings; and letters of a word of which one slip leaves little."""


class GrainlessError(Exception):
    """What a person is told in one line, with the exit status the command line ends with."""

    exit_status: int
    fault: str

    def plain(self) -> dict[str, str]:
        """For JSON: the same from the command line and the server."""
        return {"error": str(self), "fault": self.fault}


class InputError(GrainlessError):
    """What was given is wrong: a name, an option, a file's content."""

    exit_status = 2
    fault = INPUT


class RunError(GrainlessError):
    """The world is wrong: the disk is full, the training diverged, the network is away."""

    exit_status = 1
    fault = WORLD


class Stopped(RunError):
    """A person ended it, by Ctrl-C or SIGTERM: 128 and SIGINT's number, as shells have it."""

    exit_status = 130


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that may have been meant, or None when none is near.

    A slip of the hand is near, and so is a beginning of at least three letters. The dashes of options and the dots of
    endings are in all, so they do not count.

    >>> nearest("--strenght", ["--strength", "--sequence"]), nearest("--output", ["--out", "--jobs"])
    ('--strength', '--out')
    >>> nearest("port", ["photo"]) is None
    True
    """
    bare = {each.lstrip(MARKS): each for each in words}
    typed = word.lstrip(MARKS)
    near = get_close_matches(typed, bare, n=1, cutoff=0.6 if len(typed) <= SHORT else 0.75)
    near += [each for each in bare if min(len(each), len(typed)) >= SHORT and _begins(each, typed)]
    return bare[near[0]] if typed and near else None


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """The nearest of `words` as a question in parentheses, or nothing when none is near.

    >>> did_you_mean("sigm", ["sigma", "mean"])
    ' (did you mean "sigma"?)'
    >>> did_you_mean("zebra", ["sigma", "mean"])
    ''
    """
    near = nearest(word, words)
    return f' (did you mean "{near}"?)' if near else ""


def unknown(kind: str, word: str, words: Iterable[str]) -> str:
    """One line for a name that is in no table.

    >>> unknown("noise", "gausian", ["gaussian", "poisson"])
    'No noise is called "gausian" (did you mean "gaussian"?). There are: gaussian, poisson.'
    """
    words = sorted(set(words))
    return f'No {kind} is called "{word}"{did_you_mean(word, words)}. There are: {", ".join(words)}.'


def counted(number: int, noun: str) -> str:
    """So many of something, as a person says it.

    >>> counted(1, "epoch"), counted(1200, "grey image")
    ('1 epoch', '1,200 grey images')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
