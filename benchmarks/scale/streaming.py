"""What training out of shards costs against training from memory, and whether memory stays flat.

    python -m benchmarks.scale.streaming [THREADS]

The same photographs, packed by `grainless pack` and read whole into memory, feed the same training in turns: a small
U-Net of three scales on crops of 64 x 64. Processor seconds are those of the whole process, with the threads that read
and decode; on a machine that others use they say more than the clock. Target: at least 97 % of the speed from memory.

Memory is what the process holds after each epoch, of a set ten times as large as what may be held (Linux only).
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import PIL.Image
import torch
from scipy.ndimage import gaussian_filter

from benchmarks.measuring import Turn, median_with_interval, tell_and_keep
from benchmarks.training.feeding import resident
from grainless.cli.allocator import keep_freed_memory
from grainless.data.find import DataRoots
from grainless.data.images import Data
from grainless.data.sets.folders import Folder
from grainless.data.shards.pack import pack
from grainless.data.shards.shards import Shards
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.losses import mse
from grainless.learn.methods.methods import Supervised
from grainless.learn.networks.unet import UNet
from grainless.noise import noise_from

IMAGES, SIZE, ROUNDS, STEPS = 240, (480, 640), 7, 10
HELD = 22.0  # megabytes: a tenth of the set, unpacked


def photographs(folder: Path) -> None:
    """JPEGs as heavy as those of a camera at that size: edges, gradients and grain."""
    chance = np.random.default_rng(7)
    folder.mkdir()
    scenes = []
    for _ in range(8):
        smooth = gaussian_filter(chance.normal(size=(*SIZE, 3)), (12, 12, 0))
        edges = np.sign(gaussian_filter(chance.normal(size=(*SIZE, 1)), (20, 20, 0)))
        scenes.append(128 + 600 * smooth + 25 * edges)
    for number in range(IMAGES):
        moved = np.roll(scenes[number % 8], (7 * number, 13 * number), (0, 1))
        image = moved + chance.normal(0, 6, (*SIZE, 3))
        PIL.Image.fromarray(image.clip(0, 255).astype(np.uint8)).save(folder / f"{number}.jpg", quality=90)


def fit(data: Data) -> Fit:
    """A training whose epochs are turns."""
    torch.manual_seed(7)
    method = Supervised(noise_from("gaussian:sigma=25/255"))
    network = UNet(channels=3, widths=[24, 48, 96])
    return Fit(network, data, method, mse, epochs=10**6, batch=16, crop=64, steps=STEPS)


def turn(training: Fit, clock: Turn) -> Turn:
    """An epoch without its validation; the seconds a step took."""
    number = 0

    def epoch() -> float:
        nonlocal number
        number += 1
        started = clock()
        training._epoch(number, lambda *_: None)
        return (clock() - started) / STEPS

    return epoch


def speeds(streamed: Data, held: Data) -> list[dict[str, object]]:
    """Speed out of shards as a share of that from memory."""
    rows = []
    for name, clock in (("processor", time.process_time), ("clock", time.perf_counter)):
        ours, theirs = (turn(fit(data), clock) for data in (streamed, held))
        ours(), theirs()
        seconds = np.array([(ours(), theirs()) for _ in range(ROUNDS)])
        low, middle, high = median_with_interval(100 * seconds[:, 1] / seconds[:, 0])
        mine, other = 1e3 * np.median(seconds, axis=0)
        rows.append(
            {"by": name, "shards, ms": mine, "memory, ms": other, "%": middle, "low": low, "high": high}
        )
    return rows


def memory(streamed: Data) -> list[dict[str, object]]:
    """Megabytes that the process holds after passes through the set."""
    training = fit(streamed)
    rows = []
    for number in range(1, 13):
        training._epoch(number, lambda *_: None)
        rows.append({"after steps": number * STEPS, "MB": resident() / 1e6})
    return rows


if __name__ == "__main__":
    keep_freed_memory()
    torch.set_num_threads(int(sys.argv[1]) if sys.argv[1:] else 2)
    with tempfile.TemporaryDirectory() as temporary:
        photographs(Path(temporary) / "photos")
        source = Folder(path=Path(temporary) / "photos", validation=4, test=4)
        packed = pack(source, Path(temporary) / "packed", size=5_000_000)
        print(f"{len(packed.index.shards)} shards of {packed.index.shards[0].filesize / 1e6:.1f} MB")
        streamed = Shards(path=str(Path(temporary) / "packed"), memory=HELD).read(DataRoots())
        if Path("/proc/self/statm").is_file():
            tell_and_keep(
                "scale/streaming-memory",
                memory(streamed),
                f"Memory on a set ten times the {HELD:.0f} MB held",
            )
        whole = source.read(DataRoots())
        tell_and_keep(
            "scale/streaming", speeds(streamed, whole), "Training out of shards against training from memory"
        )
