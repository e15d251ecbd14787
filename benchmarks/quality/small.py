"""Every network on MNIST, Fashion-MNIST and CIFAR-10, trained alike, scored side by side with classical denoisers.

    python -m benchmarks.quality.small                     # trains 18 runs into runs/small, then scores them
    python -m benchmarks.quality.small --page docs/benchmarks.md

Trained runs are kept and not trained again. The noise of a data set is the same for all; seeds are fixed.
"""

import argparse
import subprocess
import sys
from pathlib import Path

RUNS = Path("runs/small")
SETS = {  # data set: (its noise, epochs): short trainings, alike for all
    "mnist": ("gaussian:sigma=0.5,clip=true", 1),
    "fashion-mnist": ("gaussian:sigma=0.5,clip=true", 1),
    "cifar10": ("gaussian:sigma=25/255", 5),
}
NETWORKS = {  # network: (its options, those of its class where none are given; its loss)
    "dense": ("", "bce"),
    "coded": ("", "bce"),
    "pooled": ("", "bce"),
    "stacked": ('padding = "same"', "bce"),
    "dncnn": ("depth = 7\nwidth = 24", "mse"),
    "unet": ('widths = [24, 64]\nblocks = 2\nfold = 2\noutput = "image"', "bce"),
}
RECIPE = """# {network} on {data}, for benchmarks/quality/small.py.

seed = 7
noise = "{noise}"

[data]
name = "{data}"
validation = 1000

[network]
name = "{network}"
{options}

[learn]
loss = "{loss}"

[train]
epochs = {epochs}
batch = 64
rate = 2e-3
schedule = "one-cycle"
ema = 0.99
"""
GRAINLESS = [sys.executable, "-m", "grainless"]


def train(data: str, network: str) -> Path:
    """The finished run of a network on a data set."""
    run = RUNS / f"{data}-{network}"
    if (run / "model.onnx").is_file():
        return run
    noise, epochs = SETS[data]
    options, loss = NETWORKS[network]
    recipe = RUNS / f"{data}-{network}.toml"
    RUNS.mkdir(parents=True, exist_ok=True)
    text = RECIPE.format(data=data, network=network, noise=noise, options=options, loss=loss, epochs=epochs)
    recipe.write_text(text, encoding="utf-8")
    resume = ["--resume"] if (run / "recipe.toml").is_file() else []
    subprocess.run([*GRAINLESS, "train", recipe, "--out", run, *resume], check=True)
    return run


def score(data: str, runs: list[Path], page: Path | None) -> None:
    out = ["--out", page] if page else []
    task = ["--data", data, "--noise", SETS[data][0], "--protocol", "float", *out]
    subprocess.run([*GRAINLESS, "benchmark", *runs, *task], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="*", help="mnist, fashion-mnist or cifar10; without: all")
    parser.add_argument("--page", type=Path, help="write the tables into this page")
    parser.add_argument("--train-only", action="store_true", help="leave the scoring for a quiet machine")
    asked = parser.parse_args()
    for data in asked.data or SETS:
        finished = [train(data, network) for network in NETWORKS]
        if not asked.train_only:
            score(data, finished, asked.page)
