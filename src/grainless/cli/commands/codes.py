"""The commands of codes: a table and a map of them, a walk between two."""

from pathlib import Path
from typing import Annotated

import typer

from grainless.cli import console
from grainless.cli.commands.answers import answer
from grainless.cli.options import DataDir, Json, Overwrite
from grainless.errors import counted

codes = typer.Typer(rich_markup_mode="rich")


@codes.command(epilog="Example: grainless encode runs/a-mnist-coded mnist -o codes.npz --map map.png")
def encode(
    run: Annotated[Path, typer.Argument(help="A run whose network has a code.")],
    images: Annotated[list[str], typer.Argument(help="Files, folders, patterns; or one data set's name.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="A table: .npz or .csv. [default: RUN/codes.npz]", show_default=False
        ),
    ] = None,
    drawn: Annotated[
        Path | None,
        typer.Option(
            "--map", help="Also draw the codes in a plane, a colour a class: a PNG.", show_default=False
        ),
    ] = None,
    part: Annotated[str, typer.Option(help="Of a data set: train, validation or test.")] = "test",
    data_dir: DataDir = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write the codes of images, a row an image, with their classes where there are any. Needs PyTorch."""
    from grainless.data.find import DataRoots
    from grainless.disk.places import check_free
    from grainless.learn.codes.encode import encode as verb
    from grainless.learn.codes.plane import check_map, draw_map
    from grainless.learn.codes.table import written_as

    path = out or run / "codes.npz"
    written_as(path)
    for named in filter(None, (out, drawn)):  # in the run's own folder they are made anew
        check_free(named, overwrite=overwrite)
    if drawn is not None:
        check_map(drawn)
    table = verb(run, images, roots=DataRoots(data_dir), part=part)
    table.write(path)
    count, length = table.codes.shape
    if drawn is not None:
        draw_map(table, drawn)
    if json:
        answer("encode", {"table": path, "codes": count, "numbers": length, "map": drawn})
        return
    console.say(f"{path}: {counted(count, 'code')} of {counted(length, 'number')}")
    if drawn is not None:
        console.say(str(drawn))


@codes.command(epilog="Example: grainless interpolate runs/c-coded --between 0 1")
def interpolate(
    run: Annotated[Path, typer.Argument(help="A run whose network has a code.")],
    between: Annotated[
        tuple[int, int], typer.Option(metavar="I J", help="Two test images, by their numbers.")
    ],
    steps: Annotated[int, typer.Option(help="Images on the way, both ends included.", min=2)] = 10,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A PNG. [default: RUN/between-I-J.png]", show_default=False),
    ] = None,
    data_dir: DataDir = None,
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Walk from one image to another through the network's code, and draw the way."""
    from grainless.data.find import DataRoots
    from grainless.disk.places import check_free
    from grainless.learn.codes.walk import draw_walk

    if out is not None:
        check_free(out, overwrite=overwrite)
    path = out or run / f"between-{between[0]}-{between[1]}.png"
    draw_walk(run, between, path, roots=DataRoots(data_dir), steps=steps)
    answer("interpolate", {"figure": path}) if json else console.say(str(path))
