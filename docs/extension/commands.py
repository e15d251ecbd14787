"""The command line as Markdown: every command with its arguments and options."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from extension.docstring import plain
from extension.tables import table
from grainless.cli.main import app

ENDS = re.compile(r"\s*\[(default|required|x[<>]|\d+<=x)[^\]]*\]")
"""What the help of an option ends with, and the table has a column of its own for."""

KINDS = {
    "<str>": "TEXT",
    "<path>": "PATH",
    "<float>": "NUMBER",
    "<int>": "N",
    "<int range>": "N",
    "<float range>": "NUMBER",
}
"""Typer's words for what an option takes -> ours."""


def page() -> str:
    """A section for each command."""
    group = typer.main.get_command(app)
    return "\n\n".join(_command(name, command) for name, command in group.commands.items())


def _command(name: str, command: Any) -> str:
    context = typer.Context(command, info_name=name)
    options = [each for each in command.params if each.param_type_name == "option"]
    usage = " ".join(_place(each) for each in command.params if each not in options)
    lines = [
        f"## `grainless {name}`",
        plain(command.help),
        f"```text\ngrainless {name} {usage} [OPTIONS]\n```",
        table(("argument or option", "meaning", "default"), [_row(each, context) for each in command.params]),
        *_examples(command.epilog or ""),
    ]
    return "\n\n".join(line for line in lines if line)


def _place(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required else f"[{name}]"


def _row(parameter: Any, context: Any) -> tuple[str, str, str]:
    name, words = parameter.get_help_record(context)
    told = re.search(r"\[(?:.*; )?default: ([^\]]*?)\]", words)
    needed = "required" if parameter.required else ""
    default = told[1].split(";")[0] if told else needed
    for typed, word in KINDS.items():
        name = name.replace(typed, word)
    return f"`{re.sub(' <.*>', '', name)}`", plain(ENDS.sub("", words)), plain(default)


def _examples(epilog: str) -> Iterator[str]:
    """The example of a command's own help."""
    found = epilog.removeprefix("Example: ").split(", or: ")
    if epilog:
        yield "```sh\n" + "\n".join(found) + "\n```"
