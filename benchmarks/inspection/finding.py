"""What a model that knows real noise takes from clean and noisy photographs: the limits of `estimators/removed.py`.

    python -m benchmarks.inspection.finding [--model photo]

BSD68, CBSD68 and Set12 are clean, PolyU has noisy photographs and means of many shots. For each set: quantiles of what
was taken, in 255ths, and how many images are called noisy. A limit is right where it leaves clean sets alone.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.measuring import tell_and_keep
from grainless.data.find import DataRoots
from grainless.image.files import read
from grainless.image.folder import image_files
from grainless.inspection import Report, measure
from grainless.model.denoiser import load

SETS = {
    "BSD68": "test/bsd68",
    "CBSD68": "test/cbsd68",
    "Set12": "test/set12",
    "PolyU, noisy": "realnoise/polyu/noisy",
    "PolyU, means": "realnoise/polyu/clean",
}


def looked_at(folder: Path, model: str) -> list[Report]:
    """The images of a folder from which something was taken."""
    denoiser = load(model)
    reports = [measure(read(path), denoise=denoiser.run) for path in image_files(folder, recursive=False)]
    return [report for report in reports if report.removed]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="photo")
    model = parser.parse_args().model
    rows = []
    for name, place in SETS.items():
        found = looked_at(DataRoots().locate(Path(place)), model)
        for quantity in ("coarse_luma", "coarse_chroma", "sigma"):
            values = 255 * np.array([getattr(each.removed, quantity) for each in found])
            quantiles = zip(
                ("5 %", "50 %", "95 %", "most"), np.quantile(values, (0.05, 0.5, 0.95, 1)), strict=True
            )
            rows.append(
                {"set": name, "of": quantity}
                | {label: float(value) for label, value in quantiles}
                | {"images": len(found), "noisy": sum(each.taken_is_noise for each in found)}
                | {"white": sum(each.taken_is_noise and each.removed.white for each in found if each.removed)}
            )
    tell_and_keep("inspection/finding", rows, f"What {model} takes, in 255ths of full scale")


if __name__ == "__main__":
    main()
