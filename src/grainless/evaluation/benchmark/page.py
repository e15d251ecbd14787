"""The page of all benchmarks: each set's numbers in a JSON file beside it, the page written anew from all."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grainless.disk.whole import write_text
from grainless.errors import InputError
from grainless.evaluation.benchmark.plot import plot, plotted
from grainless.evaluation.benchmark.published import PUBLISHED
from grainless.evaluation.benchmark.real import REAL
from grainless.evaluation.benchmark.sets import SETS
from grainless.evaluation.benchmark.tables import Section, Table, published, tables, words
from grainless.evaluation.reports.markdown import table
from grainless.model.zoo import cards

FORMAT = 1
"""Of the JSON files: what another number wrote cannot be read."""

OTHER = 0.02
"""So many dB apart two scores are not of the same weights."""

OPENING = """\
# Benchmarks

Written by `grainless benchmark`, never typed. Under each set's tables stand their protocol, the command that made
them, when, by which version and on which machine. Rows "run here" come from that one call; rows "published" are what
their authors, or later papers' tables, report, and were not run here. Real pictures come first, then white noise.
`auto` is what `grainless denoise` does unasked: it looks at each image and chooses a model, or leaves it as it is.
"""

COSTS = """\
Processor seconds, cores and memory are those of one call on about a megapixel (a small image with `--quick`), the
second one in a process of its own. Cores are processor seconds a second of the clock: far below 1, the machine was
busy with something else, and even the processor's seconds are too many. Peak memory is by how much that process grew
at most, a model's weights included. Multiply-adds (MAC) a pixel and parameters of models stand on their cards.
"""


def keep(section: Section, page: Path) -> Path:
    """Keep a set's numbers beside the page, in the place of earlier ones.

    Args:
        section: what `section.measured` gave, and under "made" what `section.made` gave.
        page: the page they stand on.

    Raises:
        RunError: the file could not be written.
    """
    path = folder(page) / f"{_slug(section['data'])}.json"
    write_text(path, json.dumps({"format": FORMAT, **section}, indent=1) + "\n")
    return path


def write(page: Path) -> None:
    """Write the page and its plot from all sets kept beside it.

    Raises:
        InputError: a file there is none of ours, or of another version.
        RunError: the page could not be written.
    """
    sections = kept(page)
    parts = [
        OPENING,
        *_plot(sections, page),
        *(_section(each, folder(page).name) for each in sections),
        _ending(sections),
    ]
    write_text(page, "\n".join(parts))


def kept(page: Path) -> list[Section]:
    """The sets kept beside the page: real pairs first, then those that the field knows, then by name.

    Raises:
        InputError: a file there is none of ours, or of another version.
    """
    sections = [_read(path) for path in sorted(folder(page).glob("*.json"))]
    order = [*REAL, *SETS]
    return sorted(
        sections, key=lambda each: order.index(each["data"]) if each["data"] in order else len(order)
    )


def folder(page: Path) -> Path:
    """Where a page's numbers and plot lie."""
    return page.with_suffix("")


def _read(path: Path) -> Section:
    try:
        section: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if section["format"] == FORMAT:
            return section
    except (ValueError, KeyError, TypeError):
        pass
    raise InputError(f"{path} is no benchmark of this version: move it away, or run that benchmark again.")


def _plot(sections: Sequence[Section], page: Path) -> list[str]:
    """The picture of PSNR over cost, of BSD68, by which the field judges, or else of the first set that has one."""
    for section in sorted(sections, key=lambda each: bool(each["data"] != "bsd68")):
        if plotted(section):
            path = folder(page) / "cost.png"
            plot(section, path)
            words = f"PSNR on {section['title']} at sigma 25 over multiply-adds a pixel"
            return [f"![{words}]({folder(page).name}/{path.name})\n"]
    return []


def _section(section: Section, place: str) -> str:
    """A set: tables, hashes of the noise, how it was made; its numbers lie in the folder `place`."""
    made, name = section["made"], f"{_slug(section['data'])}.json"
    lines = [f"## {section['title']}", *(_markdown(each) for each in tables(section))]
    lines += [*_overtaken(section), _hashes(section)]
    told = (
        f"*`{made['command']}`, {made['date']}, Grainless {made['version']}, on {made['machine']}; "
        f"numbers: [{name}]({place}/{name}).*"
    )
    return "\n\n".join([*lines, told]) + "\n"


def _overtaken(section: Section) -> list[str]:
    """A word where a shipped model was trained on since: its card tells another score of this set than the table."""
    shipped, told = cards(), []
    for task in section["tasks"]:
        place = f"{section['title']}, sigma {words(task['noise']).removeprefix('σ ')}"
        for name in shipped.keys() & task["scores"].keys():
            now = shipped[name].about.get("PSNR in dB", {}).get(place)
            if now is not None and abs(now - task["scores"][name]["psnr"]["mean"]) > OTHER:
                told.append(f"{name} has {now:.2f} dB on {place}")
    if not told:
        return []
    return [
        f"**Older than the models:** by their cards, {'; '.join(sorted(told))}. Run the command below again."
    ]


def _markdown(shown: Table) -> str:
    return "\n\n".join(
        [
            f"### {shown.title}",
            table(shown.head, shown.rows),
            *([" ".join(shown.notes)] if shown.notes else []),
        ]
    )


def _hashes(section: Section) -> str:
    """What others can compare with the noisy images that they made."""
    tasks = [*section["tasks"], *section["off range"]]
    told = {words(task["noise"]): task["sha256"] for task in tasks}
    rows = [(noise, f"`{digest}`") for noise, digest in told.items()]
    about = "The noisy images' sha256: of all in order, float32, little-endian, channels first."
    return f"<details><summary>{about}</summary>\n\n{table(('noise', 'sha256'), rows)}\n\n</details>"


def _ending(sections: Sequence[Section]) -> str:
    """How costs were measured, and where published rows come from."""
    shown = [name for name in PUBLISHED if any(name in published(each) for each in sections)]
    sources = [f"- **{name}**: {_source(name)}" for name in shown]
    parts = ["## How costs were measured", COSTS.rstrip()]
    return (
        "\n\n".join([*parts, *(["## Sources of published rows", "\n".join(sources)] if shown else [])]) + "\n"
    )


def _source(name: str) -> str:
    each = PUBLISHED[name]
    remarks = [*(["blind"] if each.blind else []), *([each.note] if each.note else [])]
    return f"{each.source}.{' ' + '; '.join(remarks).capitalize() + '.' if remarks else ''}"


def _slug(data: str) -> str:
    """A file's name for a data set.

    >>> _slug("folder:path=my scans,grey=true")
    'folder-path-my-scans-grey-true'
    """
    return re.sub(r"[^a-z0-9]+", "-", data.lower()).strip("-")
