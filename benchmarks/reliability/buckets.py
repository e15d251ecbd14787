"""Training out of shards in buckets, s3:// and gs://, beside training out of the same shards on the disk.

    python -m benchmarks.reliability.buckets

Needs 'grainless[remote]', 'moto[server]' and gcp-storage-emulator: both stores are imitated on this computer. The same
images must be shown, so the weights must be the same, bit for bit; and what can be wrong with an address (no bucket,
no shards in it, no credentials, nobody there) must be told in one line.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import fsspec
import numpy as np
import PIL.Image
from safetensors.torch import load_file

GRAINLESS = (sys.executable, "-m", "grainless")
S3, GS = "http://127.0.0.1:5555", "http://127.0.0.1:9023"
KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1"}
# The last one: gcsfs would ask Google what kind of bucket it is.
PLACES = {"AWS_ENDPOINT_URL": S3, "STORAGE_EMULATOR_HOST": GS, "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false"}
RECIPE = """
seed = 3
[data]
name = "shards"
path = "packed"
[noise]
name = "gaussian"
sigma = 0.1
[network]
name = "unet"
widths = [8, 12]
[train]
epochs = 2
batch = 8
steps = 10
crop = 16
"""
WRONG = {
    "no bucket": ("s3://nobucket/packed", {}),
    "no shards": ("s3://bucket/nothing", {}),
    "no bucket, gs": ("gs://nobucket/packed", {}),
    "no shards, gs": ("gs://bucket/nothing", {}),
    "no credentials": ("s3://bucket/packed", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}),
    "nobody there": ("s3://bucket/packed", {"AWS_ENDPOINT_URL": "http://127.0.0.1:5999"}),
}


@contextmanager
def stores() -> Iterator[None]:
    """Both stores, imitated."""
    bin_ = Path(sys.executable).parent
    commands = (
        [bin_ / "moto_server", "-p", "5555"],
        [bin_ / "gcp-storage-emulator", "start", "--port", "9023", "--in-memory", "--default-bucket=bucket"],
    )
    with ExitStack() as running:
        for command in commands:
            store = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            running.callback(store.wait)
            running.callback(store.terminate)
        time.sleep(8)
        yield


def trained(folder: Path, name: str, path: str, **world: str) -> tuple[Path, float, str]:
    """The run out of these shards, seconds, and what was said."""
    run, started = folder / "runs" / name, time.monotonic()
    world = {name: value for name, value in (os.environ | world).items() if value}
    call = [*GRAINLESS, "train", "r.toml", "--set", f"data.path={path}", "--out", str(run), "--json"]
    done = subprocess.run(call, cwd=folder, env=world, capture_output=True, text=True, check=False)
    return run, time.monotonic() - started, done.stderr


def packed(folder: Path) -> None:
    """Shards of forty small pictures, also in both stores."""
    chance = np.random.default_rng(0)
    (folder / "photos").mkdir()
    for number in range(40):
        pixels = chance.integers(0, 255, (64, 64), dtype=np.uint8)
        PIL.Image.fromarray(pixels).save(folder / "photos" / f"{number}.png")
    (folder / "r.toml").write_text(RECIPE)
    subprocess.run([*GRAINLESS, "pack", "photos", "packed", "--size", "50KB"], cwd=folder, check=True)
    fsspec.filesystem("s3").mkdir("bucket")
    for kind in ("s3", "gs"):
        fsspec.filesystem(kind).put(str(folder / "packed"), "bucket/packed", recursive=True)


def main() -> None:
    """All of it, told."""
    os.environ |= KEYS | PLACES
    with tempfile.TemporaryDirectory() as root, stores():
        folder = Path(root)
        os.environ["GRAINLESS_CACHE"] = str(folder / "cache")
        packed(folder)
        paths = ("packed", "s3://bucket/packed", "gs://bucket/packed")
        runs = {path: trained(folder, path.partition(":")[0], path) for path in paths}
        here = load_file(runs["packed"][0] / "model.safetensors")
        for path, (run, seconds, told) in runs.items():
            weights = load_file(run / "model.safetensors")
            same = all((weights[name] == value).all() for name, value in here.items())
            assert same, told
            print(f"{path}: {seconds:.1f} s, the same weights")
        assert not [path for path in (folder / "cache").rglob("*") if path.is_file()], "copies stayed"
        for name, (path, world) in WRONG.items():
            *_, told = trained(folder, name, path, **world)
            said = [line for line in told.splitlines() if line.startswith("grainless: ")]
            assert len(said) == 1, told
            print(f"{name}: {said[0]}")


if __name__ == "__main__":
    main()
