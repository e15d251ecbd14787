"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
DataDir = Annotated[
    Path | None, typer.Option(help="Where data files are looked for first.", show_default=False)
]
Recursive = Annotated[bool, typer.Option("--recursive", "-r", help="Look into folders in folders.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what stands there.")]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="TABLE.KEY=VALUE", help="Change a line of the recipe; given again, another one."
    ),
]
