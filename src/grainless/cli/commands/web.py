"""The commands of the page: a static site, and the server."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from grainless.cli import console
from grainless.cli.commands.answers import answer
from grainless.cli.options import Json, Overwrite
from grainless.server.gate.limits import Limits

web = typer.Typer(rich_markup_mode="rich")


@web.command(epilog="Example: grainless site out && python -m http.server --bind localhost --directory out")
def site(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder, or that of an older site.")],
    overwrite: Overwrite = False,
    json: Json = False,
) -> None:
    """Write a folder of static files: a page that denoises in the visitor's own browser; nothing is uploaded."""
    from grainless.web.site import write_site

    files = write_site(out, overwrite=overwrite)
    size = sum(file.stat().st_size for file in files)
    if json:
        answer("site", {"folder": out, "files": len(files), "bytes": size})
        return
    console.say(
        f"{out}: {len(files)} files, {size / 1e6:.0f} MB. Any host of files serves it; to look at it here:"
    )
    console.say(shlex.join(["python", "-m", "http.server", "--bind", "localhost", "--directory", str(out)]))


@web.command(epilog="Example: grainless serve")
def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen at; by default this machine alone.")
    ] = "localhost",
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 8000,
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A further name that it is asked by.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="GRAINLESS_TOKEN", help="What clients must show; better by the environment."),
    ] = None,
    max_bytes: Annotated[int, typer.Option(help="Refuse larger files.", min=1)] = Limits.size,
    max_pixels: Annotated[int, typer.Option(help="Refuse larger images.", min=1)] = Limits.pixels,
    max_seconds: Annotated[float, typer.Option(help="Of work on a file.", min=1)] = Limits.seconds,
    jobs: Annotated[int, typer.Option(help="Files in work at once.", min=1)] = Limits.at_once,
    waiting: Annotated[int, typer.Option(help="Files that may wait for their turn.", min=0)] = Limits.waiting,
    each: Annotated[
        int, typer.Option(help="Files of one client at once; behind a proxy all are one.", min=1)
    ] = Limits.each,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    run: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN", help="A training's folder: show its report, which follows while it trains."
        ),
    ] = None,
) -> None:
    """Serve the page and an HTTP API on this machine; files stay in memory and are forgotten."""
    from grainless.denoising.batch.cores import share
    from grainless.server.serve import serve as verb

    limits = Limits(
        size=max_bytes, pixels=max_pixels, seconds=max_seconds, at_once=jobs, waiting=waiting, each=each
    )
    _, threads = share(jobs, None)

    def ready(address: str) -> None:
        console.say(f"Grainless is at {address}    Ctrl-C ends it.")

    verb(
        host,
        port,
        limits=limits,
        hosts=allow_host or (),
        token=token,
        device=device,
        threads=threads,
        run=run,
        ready=ready,
    )
