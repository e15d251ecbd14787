"""A report as a table for people: a line for each thing that was looked for."""

from grainless.inspection.kinds import level
from grainless.inspection.report import Report

UNTOLD = "cannot be told"
ABSENT = "none found"


def facts(report: Report) -> dict[str, str]:
    """What was looked for -> what was found, in words."""
    return {
        "width x height": f"{report.size[1]} x {report.size[0]}, {'grey' if report.channels == 1 else 'RGB'}",
        **({"bits": f"{report.bits} of 16 are used: levels are of these"} if report.bits else {}),
        "noise in words": report.words or ABSENT,
        "white noise, sigma" if report.channels == 1 else "white noise, sigma of each channel": _white(
            report
        ),
        "noise with neighbours alike, sigma": _correlated(report),
        "noise that grows with brightness": _growing(report),
        "correlation of neighbours": UNTOLD if report.correlation is None else f"{report.correlation:.2f}",
        "salt and pepper": _share(report.impulses) if "impulses" in report.findings else ABSENT,
        "trace of a JPEG": f"of quality about {report.quality}" if report.quality else ABSENT,
        "blocks of JPEG": _blocks(report),
        "pixels at black, at white": ", ".join(map(_share, report.clipped)),
    }


def _white(report: Report) -> str:
    return UNTOLD if report.sigmas is None else ", ".join(map(level, report.sigmas))


def _correlated(report: Report) -> str:
    if report.removed is None:
        return UNTOLD
    return level(report.removed.sigma) if "correlated" in report.findings else ABSENT


def _growing(report: Report) -> str:
    if report.curve is None or "growing" not in report.findings:
        return ABSENT
    return f"gain {report.curve.gain:.2g}, read noise {level(report.curve.read)}"


def _blocks(report: Report) -> str:
    if report.grid is None:
        return UNTOLD
    if "jpeg" not in report.findings:
        return ABSENT
    down, across = report.grid.offset
    return f"strength {report.grid.strength:.2f}, offset {across}, {down}"


def _share(share: float) -> str:
    return f"{100 * share:.3g} %"
