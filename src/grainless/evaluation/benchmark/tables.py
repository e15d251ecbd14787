"""A set's numbers as tables of text, the same for the terminal and the page."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grainless.evaluation.benchmark.published import STORED, Published, on
from grainless.evaluation.benchmark.real import REAL
from grainless.evaluation.evaluate import NOISY
from grainless.evaluation.metrics import METRICS, USUAL
from grainless.evaluation.protocols import PROTOCOLS
from grainless.evaluation.reports.decimals import decimals, with_half

Section = Mapping[str, Any]
"""What `section.measured` gives."""

GAUSSIAN = re.compile(r"gaussian:sigma=([\d.]+)/255")
NOTHING = "–"
HERE, THERE = "run here", "published"


SIZES = ("MAC a pixel", "parameters")
COSTS = ("processor s a megapixel", "cores", "peak MB")


@dataclass(frozen=True)
class Table:
    """A table with what is said under it.

    Args:
        title: above it.
        head: names of the columns.
        rows: the cells; the first of a row is its name.
        notes: sentences under it.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def tables(section: Section) -> list[Table]:
    """PSNR beside what is published, SSIM and cost; for a single noise put on, all scores in one; off range."""
    single = len(section["tasks"]) == 1 and not _is_real(section)
    made = [_scores(section)] if single else [_psnr(section), _ssim(section)]
    paired = [_paired(section)] if "differences" in section["tasks"][0] else []
    return [*made, *paired, *([_off_range(section)] if section["off range"] else [])]


def words(noise: str) -> str:
    """A noise as a column is called.

    >>> words("gaussian:sigma=25/255"), words("poisson:peak=30")
    ('σ 25', 'poisson:peak=30')
    """
    found = GAUSSIAN.fullmatch(noise)
    return f"σ {found[1]}" if found else noise


def counted(number: float | None) -> str:
    """A large number in three digits.

    >>> counted(665e3), counted(32.6e6), counted(1234.0), counted(28), counted(None)
    ('665 k', '32.6 M', '1.23 k', '28', '–')
    """
    if number is None:
        return NOTHING
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{_three(number / size)} {unit}"
    return _three(number)


def images(section: Section) -> str:
    """How many images it was, in words."""
    number, of = section["images"], section["of"]
    return f"{number:,} images" if number == of else f"the first {number:,} of {of:,} images"


def _psnr(section: Section) -> Table:
    """Ours and the classical ones beside the published ones, best first, at the noise in the middle."""
    noises = [task["noise"] for task in section["tasks"]]
    ranked = 0 if _is_real(section) else len(noises) // 2
    rows = {name: _ours_psnr(section, name) for name in _names(section)}
    ranks = {name: section["tasks"][ranked]["scores"][name]["psnr"]["mean"] for name in rows}
    for name, each in published(section).items():
        label = f"{name}{' †' if each.same_data else ''}"
        rows[label], ranks[label] = (
            _their_psnr(each, section, noises),
            _sigma_of(each, section, noises[ranked]),
        )
    ordered = sorted(rows, key=lambda name: -(ranks[name] or 0))
    head = ("", "from", *(f"{words(noise)}, dB" for noise in noises), *SIZES)
    title = f"{section['title']}: PSNR, {images(section)}"
    return Table(title, head, tuple((name, *rows[name]) for name in ordered), _notes(section))


def _ours_psnr(section: Section, name: str) -> tuple[str, ...]:
    means = [_mean(task["scores"][name]["psnr"], 2) for task in section["tasks"]]
    return (HERE, *means, *_sizes(section, name))


def _their_psnr(each: Published, section: Section, noises: Iterable[str]) -> tuple[str, ...]:
    scores = [_sigma_of(each, section, noise) for noise in noises]
    means = [NOTHING if score is None else f"{score:.2f}" for score in scores]
    return (THERE, *means, counted(each.macs), counted(each.parameters))


def _ssim(section: Section) -> Table:
    """SSIM of what was run here, and its cost."""
    metrics = ("ssim", "rmse") if _is_real(section) else ("ssim",)
    asked = [(task, metric) for metric in metrics for task in section["tasks"]]
    rows = [
        (name, *(_mean(task["scores"][name][metric], 4) for task, metric in asked), *_cost(section, name))
        for name in _names(section)
    ]
    head = ("", *(f"{words(task['noise'])}, {metric.upper()}" for task, metric in asked), *COSTS)
    title = f"{section['title']}: {' and '.join(map(str.upper, metrics))} and cost, {images(section)}"
    return Table(title, head, tuple(rows))


def _scores(section: Section) -> Table:
    """All scores at the only noise, and the cost."""
    (task,) = section["tasks"]
    columns = [_column([task["scores"][name][metric] for name in _names(section)]) for metric in USUAL]
    sizes = [_sizes(section, name) for name in _names(section)]
    cells = zip(_names(section), *columns, *zip(*sizes, strict=True), strict=True)
    rows = [(*row, *_cost(section, row[0])) for row in cells]
    head = ("", *map(_metric, USUAL), *SIZES, *COSTS)
    title = f"{section['title']}: noise {task['noise']}, {images(section)}"
    return Table(title, head, tuple(rows), _notes(section))


def _paired(section: Section) -> Table:
    """How far each is from the best at each noise, image by image."""
    rows = []
    for name in _names(section):
        gaps = [task["differences"][name] for task in section["tasks"]]
        firsts = [task["best"] == name for task in section["tasks"]]
        cells = ["best" if first else _mean(gap, 2) for gap, first in zip(gaps, firsts, strict=True)]
        rows.append((name, *cells))
    return Table(
        f"{section['title']}: PSNR to the best run here, dB, {images(section)}",
        ("", *(words(task["noise"]) for task in section["tasks"])),
        tuple(rows),
        (
            "Means of paired differences, image by image, ± half their 95 % interval: two denoisers differ where it "
            "does not reach 0.",
        ),
    )


def _off_range(section: Section) -> Table:
    """A row a noise, a column a model: PSNR, and what it is above the noisy image's."""
    models = [name for name, facts in section["denoisers"].items() if facts["kind"] == "model"]
    rows = []
    for task in section["off range"]:
        means = {name: score["psnr"]["mean"] for name, score in task["scores"].items()}
        gains = [f"{means[name]:.2f} ({means[name] - means[NOISY]:+.2f})" for name in models]
        rows.append((words(task["noise"]), f"{means[NOISY]:.2f}", *gains))
    return Table(
        f"{section['title']}: off range, PSNR in dB",
        ("", NOISY, *models),
        tuple(rows),
        ("In brackets: the gain over the noisy images. Models are not told the noise.",),
    )


def _sizes(section: Section, name: str) -> tuple[str, str]:
    facts = section["denoisers"].get(name, {})
    return counted(facts.get("MACs a pixel")), counted(facts.get("parameters"))


def _cost(section: Section, name: str) -> Iterator[str]:
    """Processor time, not that of the clock: a busy machine adds little to it."""
    facts = section["denoisers"].get(name)
    if facts is None:
        yield from (NOTHING,) * len(COSTS)
        return
    seconds, cores, peak = (facts[each] for each in ("seconds a megapixel", "cores", "peak MB"))
    yield f"{seconds * cores:.2f}"
    yield f"{cores:.1f}"
    yield NOTHING if peak is None else f"{peak:.0f}"


def _names(section: Section) -> list[str]:
    """Rows of what was run: the noisy images, models, baselines."""
    return list(section["tasks"][0]["scores"])


def published(section: Section) -> dict[str, Published]:
    """Those that report on this set, if it is whole and the protocol theirs."""
    comparable = section["protocol"] in {"field", "real"} and section["images"] == section["of"]
    return on(section["data"]) if comparable else {}


def _is_real(section: Section) -> bool:
    return bool(section["protocol"] == "real")


def _sigma_of(each: Published, section: Section, noise: str) -> float | None:
    found = GAUSSIAN.fullmatch(noise)
    if _is_real(section):
        return each.psnr[section["data"]].get(STORED) if noise.startswith("all ") else None
    return each.psnr[section["data"]].get(int(float(found[1]))) if found else None


def _notes(section: Section) -> tuple[str, ...]:
    spread = (
        "± is half the 95 % interval of the mean over images, which differ more than denoisers do: see the "
        "paired differences."
    )
    parts = [spread, PROTOCOLS[section["protocol"]].about, _settings(section), *_choices(section)]
    if _is_real(section):
        parts.append(REAL[section["data"]].note)
    if published(section):
        parts.append(OTHERS_REAL if _is_real(section) else OTHERS)
    return tuple(parts)


OTHERS = "† trained on BSD400 or BSD500 images alone, as ours are. Published rows were not run here."
OTHERS_REAL = (
    "Published rows were not run here; their crops or pairs differ from these, and from paper to paper."
)


def _settings(section: Section) -> str:
    if _is_real(section) and section["searched"]:
        return "Classical denoisers have the setting that is best for the pairs that are not reported apart."
    if section["searched"]:
        return "Classical denoisers have the setting that is best for the data's training images."
    return "Classical denoisers have the settings that a sweep over BSD432 found best for each sigma."


def _choices(section: Section) -> Iterator[str]:
    """What was chosen for how many images, by those that choose."""
    for task in section["tasks"]:
        for name, chosen in task.get("chosen", {}).items():
            counts = ", ".join(f"{model} {count:,}" for model, count in sorted(chosen.items()))
            yield f"{name} chose at {words(task['noise'])}: {counts}."


def _column(scores: Sequence[Mapping[str, Any]]) -> list[str]:
    """Cells with as many decimals as the largest mean wants."""
    places = decimals(score["mean"] for score in scores if score["mean"] is not None)
    return [_mean(score, places) for score in scores]


def _mean(score: Mapping[str, Any], places: int, *, sign: str = "-") -> str:
    """A mean with half its interval, where there is one."""
    if score["mean"] is None:
        return NOTHING
    interval = None if score["low"] is None else (score["low"], score["high"])
    return with_half(score["mean"], interval, places, sign=sign)


def _metric(name: str) -> str:
    return name.upper() + (f", {METRICS[name].unit}" if METRICS[name].unit else "")


def _three(number: float) -> str:
    places = max(0, 2 - math.floor(math.log10(number))) if number >= 1 else 2
    return f"{number:.{places}f}".rstrip("0").rstrip(".") if places else f"{number:.0f}"
