"""What a server gives to whoever asks: sizes, time, and how much at once."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Beyond these a request is refused, with the status that stands behind each.

    Args:
        size: bytes of a file (413).
        pixels: of all frames of a file together, before they are unpacked (413).
        frames: of a file (413).
        seconds: that the work on a file may take (503), and that it may take to come (408).
        patience: seconds that a client may be silent while it sends (408).
        at_once: files in work at the same time.
        waiting: files that wait for their turn (503).
        each: files that one client may have here, in work and waiting (429).
    """

    size: int = 200_000_000
    pixels: int = 100_000_000
    frames: int = 200
    seconds: float = 600.0
    patience: float = 20.0
    at_once: int = 1
    waiting: int = 16
    each: int = 8
