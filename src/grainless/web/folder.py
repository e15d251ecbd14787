"""The folder of a static site: a list in it says which files are the site's, so that nothing else is touched."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from grainless import __version__
from grainless.disk.whole import whole, write_text
from grainless.errors import InputError

LIST = "grainless-site.json"


def write_folder(out: Path, files: Mapping[str, bytes], *, overwrite: bool = False) -> list[Path]:
    """Write files into a folder of their own; those of an older site that are not among them go.

    The list is written before all others: what an interrupted call left is known for a site, and can be replaced.

    Args:
        out: the folder.
        files: path with / -> content.
        overwrite: replace an older site that lies there.

    Raises:
        InputError: an older site lies there, or something else does, or it is a file.
    """
    before = _before(out, overwrite=overwrite)
    _tell(out, {*files, *before})
    for path, content in files.items():
        with whole(out / path) as lent:
            lent.write_bytes(content)
    for path in before - set(files):
        (out / path).unlink(missing_ok=True)
    _tell(out, files)
    return [out / path for path in files]


def _before(out: Path, *, overwrite: bool) -> set[str]:
    """The files of the site that lies there."""
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file: name a folder for the site.")
    if not out.is_dir() or not any(out.iterdir()):
        return set()
    found = _told(out)
    if found is None:
        raise InputError(f"{out} holds other files: name a new folder for the site, or an older site's.")
    if not overwrite:
        raise InputError(f"{out} holds an older site: name a new folder, or replace it by --overwrite.")
    return found


def _told(out: Path) -> set[str] | None:
    """What the list of a folder names; None: it has none, or it is not ours."""
    try:
        told = json.loads((out / LIST).read_text("utf-8"))
        paths = [PurePosixPath(path) for path in told["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {path.as_posix() for path in paths if not path.is_absolute() and ".." not in path.parts}


def _tell(out: Path, files: Collection[str]) -> None:
    write_text(out / LIST, json.dumps({"grainless": __version__, "files": sorted(files)}, indent=1) + "\n")
