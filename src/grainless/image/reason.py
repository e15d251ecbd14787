"""What exceptions of codecs say, for people."""

import struct

ENDED = (struct.error, EOFError)
MISLED = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError)
"""What codecs raise where a file ends, and when its numbers mislead them; their words would mislead a person."""


def reason(error: BaseException) -> str:
    """What an exception of a codec says, in one line, to stand behind a colon; never in Python's words."""
    if isinstance(error, SyntaxError) and error.__cause__:  # so Pillow hands on what it caught
        return reason(error.__cause__)
    if isinstance(error, ENDED):
        return "it ends too early"
    if isinstance(error, MISLED):
        return "its structure makes no sense"
    said = " ".join(str(getattr(error, "strerror", None) or error).split()) or type(error).__name__
    word = said.split(" ", 1)[0]
    return (said if word[1:] != word[1:].lower() else said[:1].lower() + said[1:]).rstrip(".")  # "IDAT" stays
