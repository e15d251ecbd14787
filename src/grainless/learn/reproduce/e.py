"""E: from one hidden number to a deep convolutional denoiser."""

from pathlib import Path

from grainless.evaluation.evaluate import evaluate
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.metrics import METRICS
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce.table import Effort, Figure, Section, picture, score, took
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, denoiser, scenes
from grainless.learn.studies.sweep import sweep

CHANGES: dict[Effort, list[str]] = {
    "quick": ["data.limit=2000", "data.validation=500", "train.epochs=1"],
    "standard": [],
    "full": [],
}
PARAMETERS = {"1": "2,353"}


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The code grown, the dense denoiser against the convolutional one, and both on images they never saw."""
    changes = CHANGES[effort]
    grown = sweep(study, "e-mnist-plain", "network.code=1,2,8,32", changes)
    dense, conv, best = (
        study.run(name, changes) for name in ("e-mnist-dense", "e-mnist-conv", "e-mnist-best")
    )
    figures = [
        Figure(
            f"plain, k = {row['network.code']}: MSE, test",
            f"{PARAMETERS[row['network.code']]} parameters" if row["network.code"] in PARAMETERS else "",
            f"{row['mse']:.5f} ({row['parameters']:,} parameters)",
            note=took(run),
        )
        for row, run in zip(grown.rows(), grown.runs, strict=True)
    ]
    figures += [
        Figure(
            f"{name}, noisy: BCE / PSNR / SSIM, test",
            "",
            _scores(run),
            _scores(best) if run is conv else "",
            took(run) + (f"; best: {took(best)}" if run is conv else ""),
        )
        for name, run in (("dense, 16 hidden", dense), ("convolutional", conv))
    ]
    figures += [
        _foreign(study, name, run, best)
        for name, run in (("dense, 16 hidden", dense), ("convolutional", conv))
    ]
    path = pictures / "e-code-grows.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(grown.figure.read_bytes())
    return Section(
        "E",
        "From one hidden number to a deep convolutional denoiser",
        figures,
        [
            picture(path, pictures, "Plain autoencoders: the output becomes clear as the code grows"),
            _both(study, dense, conv, best, pictures),
            _findings(dense, conv),
        ],
    )


def _scores(run: Run) -> str:
    return f"{score(run, 'bce'):.4f} / {score(run, 'psnr'):.2f} dB / {score(run, 'ssim'):.3f}"


def _foreign(study: Study, name: str, run: Run, best: Run) -> Figure:
    """Trained on MNIST, tried on Fashion-MNIST."""
    recipe = run.recipe()
    images = Recipe.load("e-mnist-conv", ["data.name=fashion-mnist"]).data(study.roots).test
    metrics = {metric: METRICS[metric] for metric in ("psnr", "ssim")}
    rows = evaluate(
        {"ours": denoiser(run), "best": denoiser(best)},
        images,
        recipe.noise(),
        data_name="fashion-mnist test",
        seed=recipe.seed,
        metrics=metrics,
    )
    noisy, ours, better = (
        f"{row.scores['psnr'].mean:.2f} dB / {row.scores['ssim'].mean:.3f}" for row in rows
    )
    return Figure(
        f"{name}, trained on MNIST, on Fashion-MNIST: PSNR / SSIM", "", ours, better, f"noisy: {noisy}"
    )


def _both(study: Study, dense: Run, conv: Run, best: Run, pictures: Path) -> str:
    shown = [scenes(run, study.roots, 10) for run in (dense, conv, best)]
    rows = [[scene["clean"] for scene in shown[0]], [scene["noisy"] for scene in shown[0]]]
    rows += [[scene["denoised"] for scene in each] for each in shown]
    path = pictures / "e-dense-and-convolutional.png"
    strip(rows, path, labels=["clean", "noisy", "dense", "convolutional", "best"], scale=2)
    return picture(
        path,
        pictures,
        "Test images: clean, noisy, by the dense network, by the convolutional one, by our best",
    )


def _findings(dense: Run, conv: Run) -> str:
    better = "holds" if score(conv, "bce") < score(dense, "bce") else "does not hold"
    return (
        f"Their finding that the dense network reconstructs poorly and the convolutional one well {better} here: "
        f"test SSIM {score(dense, 'ssim'):.3f} against {score(conv, 'ssim'):.3f} (noisy: {_noisy(dense, 'ssim'):.3f})."
        " That an autoencoder works only on images like those it was trained on is in the rows for Fashion-MNIST."
    )


def _noisy(run: Run, metric: str) -> float:
    return float(run.facts()["noisy"]["test"][metric])
