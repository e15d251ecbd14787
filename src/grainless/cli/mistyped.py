"""What a person mistyped, in one line: an option, a command, a value."""

import re
from typing import Any, cast

import typer

from grainless.errors import InputError, unknown

UsageError = cast(type[Exception], typer.BadParameter.__base__)
"""What typer raises of a call that it cannot read, whichever version of click it carries."""


def mistyped(error: Exception) -> InputError | None:
    """Typer's error as one line with the nearest name; None: nothing was typed, and the help was printed.

    Args:
        error: a `UsageError`.
    """
    context: Any = getattr(error, "ctx", None)
    text = str(cast(Any, error).format_message()).strip()
    if not text:
        return None
    if option := _missing_option(error, text):
        return InputError(unknown(f"option of {context.command_path}", option, _options(context)))
    if command := re.match(r"No such command ['\"](.+?)['\"]", text):
        return InputError(unknown("command", command[1], context.command.list_commands(context)))
    path = "grainless" if context is None else context.command_path
    return InputError(f"{text.rstrip('.')}. What there is: {path} --help")


def _missing_option(error: Exception, text: str) -> str | None:
    """The option that the command does not have."""
    found: str | None = getattr(error, "option_name", None)
    return found if text.startswith("No such option") else None


def _options(context: Any) -> list[str]:
    """The long options of a command."""
    return [name for each in context.command.params for name in each.opts if name.startswith("--")]
