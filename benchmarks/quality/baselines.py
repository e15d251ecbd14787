"""The best settings of classical denoisers: those that stand beside each as `swept`.

    GRAINLESS_DATA=... python -m benchmarks.quality.baselines

Every setting of each baseline's grid on the middles of BSD432's photographs (`bsd432-color/` below
`$GRAINLESS_DATA`; none of the test images is among them), grey and in colour, at sigma 15, 25 and 50. Some ten
minutes on one core.
"""

from collections.abc import Iterator
from typing import Any

from rich.progress import track

from benchmarks.measuring import tell_and_keep
from grainless.data.find import DataRoots
from grainless.data.images import Images
from grainless.data.sets.folders import Folder
from grainless.evaluation.baselines import BASELINES, candidates, middles
from grainless.evaluation.evaluate import evaluate
from grainless.evaluation.metrics import METRICS
from grainless.noise import Gaussian

SIGMAS = (15, 25, 50)
PIXELS, SIDE = 250_000, 128
SWEPT = [name for name, baseline in BASELINES.items() if baseline.grid]


def photographs(channels: int) -> Images:
    """The middles of photographs spread evenly over BSD432."""
    folder = Folder(path="bsd432-color", validation=0, test=0, grey=channels == 1)
    return middles(folder.read(DataRoots()).train, PIXELS, SIDE)


def sweep() -> Iterator[dict[str, Any]]:
    """A row for each baseline, channels and sigma: the setting that was best."""
    clean = {channels: photographs(channels) for channels in (1, 3)}
    tasks = [(name, channels, sigma) for name in SWEPT for channels in clean for sigma in SIGMAS]
    for name, channels, sigma in track(tasks, "sweeping"):
        denoisers = {repr(candidate): candidate for candidate in candidates(name)}
        _, *rows = evaluate(
            denoisers,
            clean[channels],
            Gaussian(sigma=sigma / 255),
            data_name="bsd432",
            metrics={"psnr": METRICS["psnr"]},
        )
        best = max(rows, key=lambda row: row.scores["psnr"].mean)
        yield {
            "baseline": name,
            "channels": channels,
            "sigma": sigma,
            "best": best.denoiser,
            "dB": round(best.scores["psnr"].mean, 2),
            "s/megapixel": best.seconds_per_megapixel,
        }


if __name__ == "__main__":
    tell_and_keep("quality/baselines", list(sweep()), "The best settings of classical denoisers on BSD432")
