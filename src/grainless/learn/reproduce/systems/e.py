"""E: from one hidden number to a deep convolutional denoiser."""

from contextlib import suppress
from functools import partial
from pathlib import Path

from grainless.data.images import Data
from grainless.evaluation.evaluate import Task, evaluate
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.reports.markdown import table
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce.pictures import copied, picture
from grainless.learn.reproduce.scores import noisy, score
from grainless.learn.reproduce.section import NOT_RUN, Effort, Figure, Section
from grainless.learn.reproduce.words import differs, on_accelerator, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, Unfinished, denoiser, scenes
from grainless.learn.studies.sweep import Sweep, sweep
from grainless.learn.summary import of_run

CHANGES: dict[Effort, list[str]] = {
    "quick": ["data.limit=2000", "data.validation=500", "train.epochs=1"],
    "standard": [],
    "full": [],
}
DEEPER: dict[Effort, list[str]] = {**CHANGES, "standard": ["train.epochs=2"]}
WIDTHS: dict[Effort, str] = {
    "quick": "network.widths=[16,16,8]",
    "standard": "network.widths=[16,8],[32,16],[16,16,8]",
    "full": "network.widths=[16,8],[32,16],[16,16,8]",
}
HIDDEN: dict[Effort, str] = {
    "quick": "network.code=64",
    "standard": "network.code=4,16,64,256",
    "full": "network.code=4,16,64,256",
}
PARAMETERS = {"1": "2,353 parameters", "e-mnist-conv": "3,217 parameters"}
SPLIT = "5,000 training images held out; batch not given: 128"
WIDER = "filters on the way in; mirrored on the way out"
GROWS = "Plain autoencoders (input = target), five test images: the output becomes clear as the code grows"
LOSS = "its loss is not given: BCE"
DENOISERS = {
    "e-mnist-dense": ("dense with 16 hidden", LOSS),
    "e-mnist-conv": ("convolutional", ""),
    "e-mnist-best": ("best recipe", ""),
}
KINDS = {
    "plain, k = 32": ("e-mnist-plain", ["network.code=32"]),
    "denoiser, dense with 16 hidden": ("e-mnist-dense", []),
    "denoiser, convolutional": ("e-mnist-conv", []),
}
SETS = ("mnist", "fashion-mnist")
NAMED = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST"}


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The code grown, the dense denoiser against the convolutional one, images unlike those learned from."""
    changes = CHANGES[effort]
    section = Section("E", "From one hidden number to a deep convolutional denoiser")
    grown = sweep(study, "e-mnist-plain", "network.code=1,2,8,32", changes)
    section.rows(lambda: _plain(grown), "plain")
    for recipe, (name, words) in DENOISERS.items():
        section.rows(partial(_denoiser, study, recipe, changes, name, words), f"{name}, noisy")
    section.part(lambda: _samples(study, pictures), "Fifty training images")
    section.part(lambda: copied(grown.figure, pictures, "e-code-grows.png", GROWS), GROWS)
    section.part(lambda: _both(study, changes, pictures), "The same images by each denoiser")
    section.part(lambda: _findings(study, changes), "Dense against convolutional")
    section.part(lambda: _unlike(study, changes, pictures), "Images unlike those learned from")
    section.part(lambda: _hidden(study, pictures, effort), "More hidden numbers")
    section.part(lambda: _wider(study, pictures, effort), "Deeper and wider")
    return section


def _plain(grown: Sweep) -> list[Figure]:
    return [
        Figure(
            f"plain, k = {row['network.code']}: MSE, test; parameters",
            PARAMETERS.get(row["network.code"], ""),
            f"{row['mse']:.5f}; {row['parameters']:,}",
            "",
            differs(run, SPLIT),
            took(run),
        )
        for row, run in zip(grown.rows(), grown.runs, strict=True)
    ]


def _denoiser(study: Study, recipe: str, changes: list[str], name: str, words: str) -> list[Figure]:
    run = study.run(recipe, changes)
    is_best = run.facts()["name"].endswith("-best")
    scores = ("", _scores(run)) if is_best else (_scores(run), "")
    what = f"{name}, noisy, {of_run(run)['parameters']['total']:,} parameters: BCE / PSNR / SSIM, test"
    words = "" if is_best else differs(run, SPLIT, words)
    return [Figure(what, PARAMETERS.get(recipe, ""), *scores, words, took(run))]


def _scores(run: Run) -> str:
    return f"{score(run, 'bce'):.4f} / {score(run, 'psnr'):.2f} dB / {score(run, 'ssim'):.3f}"


def _images(study: Study, name: str) -> Data:
    """A data set to show or to try networks of another on: what is held out does not matter."""
    return Recipe.load("e-mnist-plain", [f"data={name}", "data.validation=500"]).data(study.roots)


def _samples(study: Study, pictures: Path) -> str:
    """They show a grid of MNIST."""
    train = _images(study, "mnist").train
    path = pictures / "e-samples.png"
    strip([[train.floats(10 * row + column) for column in range(10)] for row in range(5)], path, scale=2)
    return picture(path, pictures, "Fifty training images of MNIST")


def _both(study: Study, changes: list[str], pictures: Path) -> str:
    """The same noisy test images by each denoiser that is there."""
    shown = {}
    for recipe, (name, _) in DENOISERS.items():
        with suppress(Unfinished):
            shown[name] = scenes(study.run(recipe, changes), study.roots, 10)
    first = next(iter(shown.values()))
    rows = {name: [scene[name] for scene in first] for name in ("clean", "noisy")}
    rows |= {name: [scene["denoised"] for scene in each] for name, each in shown.items()}
    path = pictures / "e-dense-and-convolutional.png"
    strip(list(rows.values()), path, labels=list(rows), scale=2)
    return picture(path, pictures, "Test images: " + ", ".join(rows))


def _findings(study: Study, changes: list[str]) -> str:
    dense, conv = (study.run(name, changes) for name in ("e-mnist-dense", "e-mnist-conv"))
    better = "holds" if score(conv, "bce") < score(dense, "bce") else "does not hold"
    return (
        f"Their finding that the dense network reconstructs poorly and the convolutional one well {better} here: "
        f"test SSIM {score(dense, 'ssim'):.3f} against {score(conv, 'ssim'):.3f} (noisy: {noisy(dense, 'ssim'):.3f})."
    )


def _unlike(study: Study, changes: list[str], pictures: Path) -> list[str]:
    """Trained on one data set, tried on the other: plain autoencoders first, as they say it, then denoisers."""
    runs, missing = {}, []
    for kind, (recipe, lines) in KINDS.items():
        try:
            runs[kind] = {
                "mnist": study.run(recipe, [*changes, *lines]),
                "fashion-mnist": study.run(recipe, ["data=fashion-mnist", *changes, *lines]),
            }
        except Unfinished as error:
            missing.append(str(error))
    if not runs:
        raise Unfinished(missing[0])
    cells = [
        (kind, tried, *(_on(study, pair[learned], tried) for learned in SETS))
        for kind, pair in runs.items()
        for tried in SETS
    ]
    head = (
        "network",
        "tried on the test images of",
        "trained on mnist: MSE / PSNR",
        "trained on fashion-mnist: MSE / PSNR",
    )
    return [
        "### Images unlike those it was trained on",
        "They say of compression that an autoencoder only works on images like those it was trained on. Each network, "
        "trained on either data set and tried on both:",
        table(head, cells),
        *(
            f"*{kind}, trained on {learned}: {took(run)}.*"
            for kind, pair in runs.items()
            for learned, run in pair.items()
            if on_accelerator(run)
        ),
        *(f"*Not in it, since {NOT_RUN}: {each}.*" for each in missing),
        *(_unlike_picture(study, pair, kind, pictures) for kind, pair in runs.items()),
    ]


def _on(study: Study, run: Run, name: str) -> str:
    """MSE and PSNR on the test images of a data set, under the run's own noise."""
    recipe = run.recipe()
    images = _images(study, name).test
    metrics = {metric: METRICS[metric] for metric in ("mse", "psnr")}
    rows = evaluate(
        {"ours": denoiser(run)}, images, recipe.noise(), data_name=name, seed=recipe.seed, metrics=metrics
    )
    return f"{rows[1].scores['mse'].mean:.5f} / {rows[1].scores['psnr'].mean:.2f} dB"


def _unlike_picture(study: Study, runs: dict[str, Run], kind: str, pictures: Path) -> str:
    rows, labels = [], []
    for name in SETS:
        task = Task(_images(study, name).test, runs[name].recipe().noise(), seed=runs[name].recipe().seed)
        pairs = [task.pair(index) for index in range(8)]
        rows.append([clean for _, clean in pairs])
        labels.append(f"{NAMED[name]}, as it is")
        if runs[name].recipe().noise().parts:
            rows.append([noisy.clip(0, 1) for noisy, _ in pairs])
            labels.append("noisy")
        for learned, run in runs.items():
            rows.append([denoiser(run)(noisy[None], 0.0)[0].clip(0, 1) for noisy, _ in pairs])
            labels.append(f"by the one that learned {NAMED[learned]}")
    path = pictures / f"e-unlike-{KINDS[kind][0].rpartition('-')[2]}.png"
    strip(rows, path, labels=labels, scale=2)
    return picture(
        path,
        pictures,
        f"{kind.capitalize()}: two networks, one trained on MNIST, one on Fashion-MNIST, on images of both",
    )


def _hidden(study: Study, pictures: Path, effort: Effort) -> list[str]:
    """They advise to choose the size of the code with care."""
    swept = sweep(study, "e-mnist-dense", HIDDEN[effort], CHANGES[effort])
    return _swept(
        swept, pictures, "e-hidden.png", "The dense denoiser with more hidden numbers", "hidden numbers"
    )


def _wider(study: Study, pictures: Path, effort: Effort) -> list[str]:
    """They suggest a deeper network with more filters."""
    swept = sweep(study, "e-mnist-conv", WIDTHS[effort], DEEPER[effort])
    return _swept(swept, pictures, "e-wider.png", "The convolutional denoiser, deeper and wider", WIDER)


def _swept(swept: Sweep, pictures: Path, name: str, words: str, line: str) -> list[str]:
    cells = [
        (
            str(row[swept.line]),
            f"{row['parameters']:,}",
            f"{row['bce']:.4f}",
            f"{row['psnr']:.2f} dB",
            f"{row['ssim']:.3f}",
            took(run),
        )
        for row, run in zip(swept.rows(), swept.runs, strict=True)
    ]
    head = (f"{line} (`{swept.line}`)", "parameters", "BCE, test", "PSNR", "SSIM", "run")
    return [f"### {words}", table(head, cells), copied(swept.figure, pictures, name, f"{words}, test images")]
