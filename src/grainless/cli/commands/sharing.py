"""Commands that carry a model to other people's tools."""

from pathlib import Path
from typing import Annotated

import typer

from grainless.cli import console
from grainless.cli.commands.answers import answer
from grainless.cli.options import Json, Overwrite

sharing = typer.Typer(rich_markup_mode="rich")

Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="A model's name, an ONNX file or a run's folder.")
]
Repository = Annotated[
    str, typer.Argument(metavar="REPOSITORY", help="On the Hugging Face Hub: person/name.")
]


@sharing.command(epilog="Example: grainless export photo --for darktable -o photo.dtmodel")
def export(
    model: Model,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file; the suffix may be left out.")],
    program: Annotated[
        str,
        typer.Option("--for", metavar="PROGRAM", help="onnx, or darktable: a package for its preferences."),
    ] = "onnx",
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write a model as one file for another program."""
    from grainless.interop.exports import export_for

    file = export_for(program, model, out, overwrite=overwrite)
    if json:
        answer("export", {"file": file, "model": model, "program": program})
    else:
        console.say(f"{file}: {model} for {program}")


@sharing.command(epilog="Example: grainless push runs/mine person/mine --private")
def push(
    model: Model,
    repository: Repository,
    private: Annotated[bool, typer.Option("--private", help="Nobody else sees a new repository.")] = False,
    json: Json = False,
) -> None:
    """Put a model, with a page written from its card, on the Hugging Face Hub."""
    from grainless.interop.hub import push as verb

    address = verb(model, repository, private=private)
    answer("push", {"address": address}) if json else console.say(f"{model} is at {address}")


@sharing.command(epilog="Example: grainless pull person/mine -o mine.onnx")
def pull(
    repository: Repository,
    out: Annotated[Path, typer.Option("--out", "-o", help="The ONNX file to write.")],
    revision: Annotated[str | None, typer.Option(help="A branch, tag or commit; else the newest.")] = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Fetch a model from the Hugging Face Hub."""
    from grainless.interop.hub import pull as verb

    file = verb(repository, out, revision=revision, overwrite=overwrite)
    answer("pull", {"file": file}) if json else console.say(f"{file}: use it with --model")
