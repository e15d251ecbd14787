"""The command pack: images into shards."""

from pathlib import Path
from typing import Annotated

import typer

from grainless.cli import console
from grainless.cli.commands.answers import answer
from grainless.cli.options import DataDir, Json
from grainless.cli.stop import stop_is_told
from grainless.errors import InputError, counted, unknown

packing = typer.Typer(rich_markup_mode="rich")


@packing.command(
    epilog="Example: grainless pack photos packed, or: grainless pack pairs:path=scenes packed --size 100MB"
)
def pack(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A folder, or a data set of files: pairs:path=DIR.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder of the shards.")],
    size: Annotated[str, typer.Option(metavar="SIZE", help="Of a shard, about.")] = "250MB",
    seed: Annotated[int, typer.Option(help="Of the order of the images.", min=0)] = 0,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Pack many images into WebDataset's tar files, which trainings stream: --set data=shards:path=OUT."""
    from grainless.data import DATA
    from grainless.data.find import DataRoots
    from grainless.data.shards.pack import pack as verb
    from grainless.denoising.files.memory import parse
    from grainless.parts import make, spec

    options = {"name": "folder", "path": source} if Path(source).is_dir() else spec("data set", source)
    if options["name"] not in DATA:
        raise InputError(f"There is no folder {source}. {unknown('data set', options['name'], DATA)}")
    with (
        stop_is_told(lambda: "Stopped. The same call goes on with the rest."),
        console.progress("packing") as move,
    ):
        packed = verb(
            make("data set", DATA, options),
            out,
            roots=DataRoots(data_dir),
            size=parse(size, "--size"),
            seed=seed,
            progress=move,
        )
    images = {
        part: sum(each.nsamples for each in packed.index.part(part))
        for part in ("train", "validation", "test")
    }
    shards = len(packed.index.shards)
    if json:
        told = {
            "folder": out,
            "shards": shards,
            "written": packed.written,
            **images,
            "skipped": packed.skipped,
        }
        answer("pack", told)
    else:
        counts = ", ".join(f"{count:,} {part}" for part, count in images.items())
        console.say(f"{out}: {counted(shards, 'shard')}, {packed.written:,} of them new; images: {counts}")
    for skipped in packed.skipped:
        console.remark(f"Skipped: {skipped}")
