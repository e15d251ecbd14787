"""What D's text claims, by numbers: how long the code must be, what PCA does, whether outliers are told."""

from pathlib import Path

import numpy as np

from grainless.data.images import Images
from grainless.evaluation.evaluate import Array, Denoise, Task
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.pca import Pca
from grainless.evaluation.reports.markdown import table
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce.pictures import picture
from grainless.learn.reproduce.scores import noted, score
from grainless.learn.reproduce.section import Effort
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, denoiser
from grainless.learn.summary import of_run

CODES: dict[Effort, tuple[int, ...]] = {
    "quick": (2, 64),
    "standard": (2, 16, 64, 512),
    "full": (2, 16, 64, 512),
}
"""Too small, small, the published one, and one nearly as long as the image."""

CHANGES: dict[Effort, list[str]] = {
    "quick": ["data=fashion-mnist", "data.limit=2000", "data.validation=500", "train.epochs=1"],
    "standard": ["data=fashion-mnist", "data.limit=10000", "train.epochs=10"],
    "full": ["data=fashion-mnist"],
}
JUDGED = 2000
"""Test images that noise is followed through networks on."""

SHOWN = 8

HALF = 50
"""Per cent of the noise: who passes more than this copies it."""


def claims(study: Study, pictures: Path, effort: Effort) -> list[str]:
    """Networks for several lengths of the code, trained to copy and trained to denoise, and PCA of as many numbers."""
    codes = CODES[effort]
    copies = [_run(study, effort, code, "noise=none") for code in codes]
    denoisers = [_run(study, effort, code) for code in codes]
    data = denoisers[0].recipe().data(study.roots)
    test = data.test.take(range(min(JUDGED, len(data.test))))
    task = Task(test, denoisers[0].recipe().noise(), seed=denoisers[0].recipe().seed)
    plain = Task(test, lambda clean, draw: clean)
    linear = [Pca.fit(data.train, code) for code in codes]
    rows = []
    for code, copy, one, pca in zip(codes, copies, denoisers, linear, strict=True):
        by_pca = _as_denoiser(pca)
        rows.append(
            (
                str(code),
                f"{error(denoiser(copy), plain):.5f}",
                f"{error(by_pca, plain):.5f}",
                *(f"{passed(each, task):.0%}" for each in (denoiser(copy), by_pca, denoiser(one))),
                *(f"{error(each, task):.5f}" for each in (denoiser(copy), by_pca, denoiser(one))),
                f"{score(one, 'bce'):.4f}",
            )
        )
    head = (
        "numbers of the code",
        "error on clean images (MSE): network that copies",
        "error on clean images: PCA",
        "noise that passes: network that copies",
        "noise that passes: PCA",
        "noise that passes: network that denoises",
        "error on noisy images (MSE): network that copies",
        "error on noisy images: PCA",
        "error on noisy images: network that denoises",
        "BCE: network that denoises",
    )
    path = pictures / "d-codes.png"
    _draw(task, codes, copies, linear, denoisers, path)
    epochs, count = of_run(copies[0])["epochs"], len(data.train)
    return [
        "### What their text claims",
        "*The code must be small, or the network copies its input, noise included; PCA does the same in a linear way "
        "only; autoencoders find outliers.* For each length of the code: the published network trained to copy "
        f"clean images (input = target), trained to denoise them ({epochs} epochs on {count:,} images each), "
        "and PCA of as many numbers, "
        f"on the first {len(test):,} test images of the idx files, under the uniform noise. Noise that passes is the "
        "slope of how the output changes when noise is added over how the input does, each without its mean: 100% is "
        "a copy, 0% is none.",
        table(head, rows),
        said(rows),
        picture(
            path,
            pictures,
            "Test images: clean, noisy, and what is made of the noisy ones, for each length of the code by the "
            "network that was trained to copy clean images, by PCA, and by the network that was trained to denoise",
        ),
        _outliers(study, copies[codes.index(64)], test),
    ]


def _run(study: Study, effort: Effort, code: int, *noise: str) -> Run:
    first, *others = CHANGES[effort]
    return study.run("d-fashion-dense", [first, *noise, *others, f"network.code={code}"])


def _as_denoiser(pca: Pca) -> Denoise:
    return lambda noisy, sigma: pca(noisy)


def error(denoise: Denoise, task: Task) -> float:
    """Mean squared error."""
    squares = [
        np.square(denoise(noisy, 0.0).clip(0, 1) - clean).mean((1, 2, 3)) for noisy, clean in task.batches()
    ]
    return float(np.concatenate(squares).mean())


def passed(denoise: Denoise, task: Task) -> float:
    """The share of the noise that is still there: the slope of f(noisy) - f(clean) over noisy - clean.

    Each without its mean over the images, pixel by pixel, so that an offset counts for nothing.
    """
    added, left = [], []
    for noisy, clean in task.batches():
        added.append(noisy - clean)
        left.append(denoise(noisy, 0.0) - denoise(clean, 0.0))
    given, kept = (np.concatenate(parts) for parts in (added, left))
    given, kept = given - given.mean(0), kept - kept.mean(0)
    return float((given * kept).sum() / np.square(given).sum())


def said(rows: list[tuple[str, ...]]) -> str:
    """What the table says of the claims."""
    few, many = rows[0], rows[-1]
    network, pca = (float(row.rstrip("%")) for row in many[3:5])
    before = [float(row.rstrip("%")) for row in few[3:5]]
    grows = _of_whom(network > before[0], pca > before[1])
    return (
        f"With {few[0]} numbers the network that copies gives the image back with an MSE of {few[1]} (PCA {few[2]}) "
        f"and passes {few[3]} of the noise (PCA {few[4]}); with {many[0]}, {many[1]} (PCA {many[2]}) and {many[3]} "
        f"(PCA {many[4]}). That a longer code passes more of the noise is so {grows} here; that the longest passes "
        f"half of it or more, {_of_whom(network >= HALF, pca >= HALF)}. Trained to denoise, the network of {many[0]} "
        f"numbers passes {many[5]}: what it learned, not the length of its code, keeps the noise out."
    )


def _of_whom(network: bool, pca: bool) -> str:
    if network and pca:
        return "of both"
    if network or pca:
        return f"of {'the network' if network else 'PCA'}, not of {'PCA' if network else 'the network'}"
    return "of neither"


def _draw(
    task: Task, codes: tuple[int, ...], copies: list[Run], linear: list[Pca], denoisers: list[Run], path: Path
) -> None:
    noisy, clean = next(task.batches())
    noisy, clean = noisy[:SHOWN], clean[:SHOWN]
    rows: list[list[Array]] = [list(clean), list(noisy)]
    labels = ["clean", "noisy"]
    for code, copy, pca, one in zip(codes, copies, linear, denoisers, strict=True):
        for words, each in (
            ("trained to copy", denoiser(copy)),
            ("PCA", _as_denoiser(pca)),
            ("trained to denoise", denoiser(one)),
        ):
            rows.append(list(each(noisy, 0.0).clip(0, 1)))
            labels.append(f"code of {code}: {words}")
    strip(rows, path, labels=labels, scale=2)


def _outliers(study: Study, run: Run, test: Images) -> str:
    """Digits among clothes, told by how badly the network that copies clothes gives them back."""
    from sklearn.metrics import roc_auc_score

    digits = Recipe.load("a-mnist-coded", ["data.validation=500"]).data(study.roots).test
    digits = digits.take(range(min(len(test), len(digits))))

    def made() -> float:
        errors = [
            np.square(denoiser(run)(noisy, 0.0) - clean).mean((1, 2, 3))
            for images in (test, digits)
            for noisy, clean in Task(images, lambda clean, draw: clean).batches()
        ]
        strange = np.repeat([0, 1], [len(test), len(digits)])
        return float(roc_auc_score(strange, np.concatenate(errors)))

    area = noted(run, f"outliers of {len(test)}", made)
    return (
        f"Outliers: {len(digits):,} MNIST digits among {len(test):,} pieces of clothing, told by the error with which "
        f"the network of 64 numbers, trained to copy clothing, gives them back: area under the ROC curve {area:.3f} "
        "(0.5 is guessing, 1 is all)."
    )
