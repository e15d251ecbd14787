"""What D's text suggests: trials, fewer and more layers, a pretrained start, a classifier behind the denoiser."""

from dataclasses import replace

from grainless.evaluation.classify import classify
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.scores import floor, score, with_excess
from grainless.learn.reproduce.section import Effort
from grainless.learn.reproduce.words import differs, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, Unfinished, denoiser
from grainless.learn.studies.tune import tune
from grainless.learn.summary import of_run

MNIST: dict[Effort, list[str]] = {"quick": ["train.epochs=1"], "standard": ["train.epochs=5"], "full": []}
FEW: dict[Effort, list[str]] = {
    "quick": ["data.limit=2000", "data.validation=500"],
    "standard": [],
    "full": [],
}
"""Of the idx files, which hold 60,000."""
TRIALS: dict[Effort, int] = {"quick": 2, "standard": 6, "full": 20}
TRIAL_EPOCHS: dict[Effort, str] = {"quick": "1", "standard": "3", "full": "10"}
STARTS: dict[Effort, list[str]] = {"quick": ["1"], "standard": ["1", "3"], "full": ["1", "3", "10"]}
LAYERS = [
    ["network.encoder=[256]", "network.decoder=[]"],
    ["network.encoder=[512,256]", "network.decoder=[]"],
    [],
    ["network.encoder=[512,512,512,256,256,256]", "network.decoder=[256,512]"],
]
"""Around the published 512, 512, 256, 256 before the code and 512 behind it."""
LAYERED: dict[Effort, list[str]] = {"quick": ["train.epochs=1"], "standard": ["train.epochs=30"], "full": []}
CLASSIFIED = 2000
"""Test images that are classified."""


def trials(study: Study, effort: Effort) -> str:
    """Hyper-parameter trials; TensorBoard shows them on its HParams page."""
    name = "d-trials-full" if effort == "full" else "d-trials"  # of more epochs: another search
    apart = replace(study, folder=study.folder / name)
    if study.finished_only and not (apart.folder / "hparams").is_dir():
        raise Unfinished("`grainless reproduce D`")
    rows = tune(
        apart,
        "d-fashion-dense",
        ["train.rate=1e-4..1e-2", "network.code=16,64,128"],
        [f"train.epochs={TRIAL_EPOCHS[effort]}"],
        TRIALS[effort],
    )
    cells = [
        (
            str(row["trial"]),
            row["state"],
            "-" if row["validation loss"] is None else f"{row['validation loss']:.4f}",
            str(row["epochs"] or "-"),
            f"{row['train.rate']:.2g}",
            row["network.code"],
        )
        for row in rows
    ]
    head = ("trial", "state", "validation BCE", "epochs", "train.rate", "network.code")
    return (
        "### Hyper-parameter trials\n\nThey suggest to track them: `grainless tune d-fashion-dense` makes trials of "
        "any line of a recipe, each from where the ones before look best, and stops those that fall behind; "
        "`tensorboard --logdir runs` shows them on its HParams page. Here on the 60,000 rows, at most "
        f"{TRIAL_EPOCHS[effort]} epochs each, best first:\n\n" + table(head, cells)
    )


def starts(study: Study, effort: Effort) -> str:
    """Fashion-MNIST from the weights of MNIST, and from scratch."""
    mnist = study.run("d-fashion-dense", ["data=mnist", *FEW[effort], *MNIST[effort]])
    cells = []
    for epochs in STARTS[effort]:
        changes = ["data=fashion-mnist", *FEW[effort], f"train.epochs={epochs}"]
        scratch = study.run("d-fashion-dense", changes)
        started = study.run("d-fashion-dense", [*changes, f"train.start={mnist.path}"])
        cells.append((epochs, _bce(study, scratch), _bce(study, started)))
    return (
        "### A trained start\n\nFashion-MNIST from the weights of the same network trained on MNIST "
        f"({took(mnist)}), against its own start; BCE of the official test images:\n\n"
        + table(("epochs", "from scratch", "from MNIST"), cells)
        + "\n\nFor large images they name ResNet, VGG, DenseNet and MobileNet, which learned to classify ImageNet. "
        "Here any run and any shipped model is a start, and those learned to denoise: "
        "[five photographs, from `color` and from scratch](studies/starts.md)."
    )


def classifier(study: Study, run: Run, best: Run) -> str:
    """What denoising is worth to a classifier that was trained on clean images.

    Args:
        study: where data are looked for.
        run: the published network.
        best: ours.
    """
    recipe = run.recipe()
    denoisers = {"as published": denoiser(run), "best": denoiser(best)}
    rows = classify(denoisers, recipe.data(study.roots), recipe.noise(), seed=recipe.seed, limit=CLASSIFIED)
    cells = [
        (row.images, f"{row.share:.1%}", f"{row.interval[0]:.1%} to {row.interval[1]:.1%}") for row in rows
    ]
    return (
        "### Denoiser and classifier\n\nAccuracy of scikit-learn's support vector machine, trained on 10,000 clean "
        f"images, on the first {CLASSIFIED:,} test images under the uniform noise, with its 95 % interval:\n\n"
        + table(("images", "accuracy", "interval"), cells)
        + "\n\nWith small networks as classifiers, taught on clean, noisy and denoised images and jointly with the "
        "denoiser: [the study](studies/classifiers.md)."
    )


def layers(study: Study, effort: Effort, swapped: str) -> str:
    """They suggest to vary the layers and the epochs; the curves above show the latter.

    Args:
        study: where the runs lie.
        effort: how long to train.
        swapped: the line that names their file.
    """
    cells = []
    for lines in LAYERS:
        run = study.run("d-fashion-dense", [swapped, *LAYERED[effort], *lines])
        known = of_run(run)
        told = known["hyperparameters"]
        before, code, behind = (told[f"network.{part}"] for part in ("encoder", "code", "decoder"))
        sizes = ", ".join(map(str, (*before, f"**{code}**", *behind)))
        psnr = f"{score(run, 'psnr'):.2f} dB"
        cells.append((sizes, f"{known['parameters']['total']:,}", _bce(study, run), psnr, took(run)))
    head = ("layers, the code bold", "parameters", "BCE, held-out rows", "PSNR", "run")
    words = differs(run)
    return "\n\n".join(
        [
            "### Fewer and more layers",
            f"On their 10,000 rows under the uniform noise{f', {words}' if words else ''}:",
            table(head, cells),
        ]
    )


def _bce(study: Study, run: Run) -> str:
    return with_excess(score(run, "bce"), floor(run, study))
