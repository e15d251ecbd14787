"""Commands that carry a model to other people's tools."""

from pathlib import Path
from typing import Annotated

import typer

from grainless.cli import console
from grainless.cli.options import Overwrite

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
) -> None:
    """Write a model as one file for another program."""
    from grainless.interop.exports import export_for

    console.say(f"{export_for(program, model, out, overwrite=overwrite)}: {model} for {program}")


@sharing.command(epilog="Example: grainless push runs/mine person/mine --private")
def push(
    model: Model,
    repository: Repository,
    private: Annotated[bool, typer.Option("--private", help="Nobody else sees a new repository.")] = False,
) -> None:
    """Put a model, with a page written from its card, on the Hugging Face Hub."""
    from grainless.interop.hub import push as verb

    console.say(f"{model} is at {verb(model, repository, private=private)}")


@sharing.command(epilog="Example: grainless pull person/mine -o mine.onnx")
def pull(
    repository: Repository,
    out: Annotated[Path, typer.Option("--out", "-o", help="The ONNX file to write.")],
    revision: Annotated[str | None, typer.Option(help="A branch, tag or commit; else the newest.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Fetch a model from the Hugging Face Hub."""
    from grainless.interop.hub import pull as verb

    written = verb(repository, out, revision=revision, overwrite=overwrite)
    console.say(f"{written}: use it with --model")
