"""The command line: all commands, and one line for what a person did or met; verbs are imported when they run."""

import os
import sys
from contextlib import suppress
from errno import EDQUOT, ENOSPC
from typing import Annotated

import typer

from grainless import __version__
from grainless.cli.commands.catalogue import catalogue
from grainless.cli.commands.codes import codes
from grainless.cli.commands.evaluation import evaluation
from grainless.cli.commands.images import images
from grainless.cli.commands.packing import packing
from grainless.cli.commands.sharing import sharing
from grainless.cli.commands.studies import studies
from grainless.cli.commands.suggested import suggested
from grainless.cli.commands.training import training
from grainless.cli.commands.web import web
from grainless.cli.extras import lacking
from grainless.cli.mistyped import UsageError, mistyped
from grainless.cli.stop import end, sigterm_is_ctrl_c
from grainless.errors import GrainlessError, InputError, RunError, Stopped

app = typer.Typer(
    name="grainless",
    help="Removes noise from images with denoising autoencoders: train, judge and use them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
PANELS = {
    "Denoise": (images, web),
    "Train": (training, packing),
    "Judge, and look things up": (evaluation, catalogue),
    "Study": (studies, suggested, codes),
    "Share": (sharing,),
}
"""Heading of the help -> the rooms whose commands stand under it."""

for panel, rooms in PANELS.items():
    for room in rooms:
        for command in room.registered_commands:
            command.rich_help_panel = panel
        app.add_typer(room)  # without a name of its own: its commands are ours


def main() -> None:
    """Run the command line. What a person did or met is one line; only a bug has a traceback."""
    try:
        with sigterm_is_ctrl_c():
            status = app(prog_name="grainless", standalone_mode=False)
        if status == Stopped.exit_status:  # so Typer hands on Ctrl-C that no command told of
            end(Stopped("Stopped."))
        sys.exit(status)
    except GrainlessError as error:
        end(error)
    except UsageError as error:
        told = mistyped(error)
        end(told) if told else sys.exit(InputError.exit_status)
    except (KeyboardInterrupt, typer.Abort):
        end(Stopped("Stopped."))
    except ModuleNotFoundError as error:
        end(lacking(error))
    except OSError as error:
        if error.errno not in {ENOSPC, EDQUOT}:
            raise
        _drop_what_is_not_printed()
        end(RunError(f"{error.filename or 'A file'} could not be written: {error.strerror}."))


def _drop_what_is_not_printed() -> None:
    """What a full disk did not take would be written once more at the very end, and fail once more."""
    with suppress(OSError, ValueError):  # no file lies under it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"grainless {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


if __name__ == "__main__":
    main()
