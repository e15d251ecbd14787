"""What commands tell programs by --json: an object each; a name that is not told here is not printed."""

from collections.abc import Mapping
from typing import Any

from grainless.cli import console

ROWS = "The table that is shown without --json: an object for each row, under the names of its columns."
LISTED = {
    "images": "An object for each file, as told below.",
    "passed_over": "How many files of each ending lie in the folders that were named, and are not read by Grainless.",
}
FIGURE = "The file of the picture."
REMARK = "How far so few trainings can be trusted, a sentence or two."
STUDIED = {
    "studies": f"Each with its `title` and its `rows`. {ROWS}",
    "figures": "Files of the pictures.",
    "page": "The file that was written; null: none.",
}
LAID_OUT = {
    "name": "Of the recipe.",
    "input": "[channels, height, width] of what the network is shown.",
    "layers": "Of the network, in order: `name`, `kind`, the `shape` of its output, `parameters`.",
    "parameters": "`total`, and `trainable`.",
    "hyperparameters": "Every line that holds, as `train.epochs`: the recipe's, and the defaults where it is silent.",
}
REACHED = {
    **LAID_OUT,
    "name": "Of the run.",
    "epochs": "How many are over.",
    "best_epoch": "The one whose weights were kept; 0: those that it began with.",
    "loss": "Of the best epoch: `train` and `validation`.",
    "seconds": "Of training.",
    "scores": "Part, as `test` -> metric -> mean over its images. Empty: it was stopped before it was judged.",
    "noisy": "The same of the noisy images.",
    "others": "The same, as `scores` beside a `name`, of the model that it began with; `gain` is what the run's has "
    "more of PSNR on the test images: its `mean`, and `low` and `high` of the 95 % interval of paired differences.",
    "against": "What `scores` compare with: clean images; of noisy images alone noisy halves, or the lesson, which is "
    "what the model that taught made of them. null: not judged yet.",
    "history": "An object for each epoch, with the names of an epoch of `GET /api/run`.",
}
ANSWERS: dict[str, dict[str, str]] = {
    "inspect": LISTED,
    "denoise": LISTED,
    "train": {**REACHED, "run": "Its folder."},
    "demo": {"rows": "An object for each denoiser: told below.", "report": "The page of the run."},
    "evaluate": {
        "rows": "An object for each denoiser: told below.",
        "psnr_to_best": "Denoiser -> `mean`, `low` and `high` of its PSNR less that of the best, image by image.",
    },
    "classify": {
        "rows": "For each kind of test images its name, `accuracy`, and `low` and `high` of its 95 % interval."
    },
    "benchmark": {
        "sections": "An object for each set, as it is kept beside the page of benchmarks: how it was made, denoisers "
        "with their cost, and `tasks`, each with its noise, its scores, and how far all are from the best.",
        "page": "The file that was written; null: none.",
    },
    "pack": {
        "folder": "Of the shards.",
        "shards": "How many there are.",
        "written": "How many of them are new.",
        "train": "Images to train on.",
        "validation": "Images held out.",
        "test": "Images to judge by.",
        "skipped": "Files that could not be looked at, a sentence each.",
    },
    "compare": {
        "rows": ROWS,
        "best": "The recipe that does best on validation images; null with --seeds.",
        "figures": "Files of the pictures.",
    },
    "sweep": {"rows": ROWS, "remark": REMARK, "figure": FIGURE},
    "ladder": {"rows": ROWS, "remark": REMARK, "figure": FIGURE},
    "diagnose": {
        "verdict": "`capacity`: the network is too small; `noise`: the noise is too strong.",
        "clean_error": "Of the network that is trained without noise.",
        "noisy_error": "Of the one that is trained with it.",
        "share": "Of the first in the second.",
        "advice": "A sentence.",
        "remark": REMARK,
        "figure": FIGURE,
        "validation_loss": "An object for each epoch: its number, `clean` and `noisy`.",
    },
    "tune": {"trials": ROWS, "hparams": "The folder that TensorBoard's HParams page is shown of."},
    "anomalies": STUDIED,
    "starts": STUDIED,
    "adversarial": STUDIED,
    "classifiers": STUDIED,
    "reproduce": {
        "page": "The file that was written.",
        "unchanged": "What stays on it as it was, and why; a sentence each.",
    },
    "encode": {
        "table": "The file of the codes.",
        "codes": "How many there are.",
        "numbers": "Of each code.",
        "map": "The file of the picture; null: none was asked for.",
    },
    "interpolate": {"figure": FIGURE},
    "export": {
        "file": "The one that was written.",
        "model": "As it was named.",
        "program": "The one that it is for.",
    },
    "push": {"address": "Of the repository."},
    "pull": {"file": "The one that was written."},
    "site": {"folder": "Of the site.", "files": "How many it holds.", "bytes": "Of them together."},
    "show RECIPE": {
        **LAID_OUT,
        "model": "The card of the shipped model that it makes, as `show MODEL`; null: none.",
    },
    "show RUN": REACHED,
    "show DATA": {
        "name": "Of the data set.",
        "found": "Where it was read from.",
        "streamed": "`images` and `shards` that are streamed; null: all are in memory.",
        "train": "How many images, least and most height and width, and what the stored values are.",
        "validation": "The same of those held out.",
        "test": "The same of those to judge by.",
        "first_rows": "Of a table that it was read from; null: it was none.",
    },
}
"""Command -> name -> what it is. `list` is an object of names and what each is; `show MODEL` is a card."""


def answer(command: str, values: Mapping[str, Any]) -> None:
    """Print what a command tells."""
    console.as_json({name: values[name] for name in ANSWERS[command]})
