"""A: MNIST through a code of 128 numbers."""

from pathlib import Path

from grainless.data.images import Images
from grainless.evaluation.evaluate import Denoise, evaluate
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.reports.markdown import table
from grainless.learn.reproduce.table import Effort, Figure, Section, picture, score, took, with_excess
from grainless.learn.run import Run
from grainless.learn.studies.study import Study, denoiser, scenes
from grainless.learn.studies.sweep import sweep
from grainless.learn.summary import of_run

FLOOR = 0.0581
"""The entropy of MNIST's test images: what a perfect reconstruction scores."""

CHANGES: dict[Effort, list[str]] = {
    "quick": ["data.limit=2000", "data.validation=500", "train.epochs=1"],
    "standard": [],
    "full": [],
}
DEEP: dict[Effort, list[str]] = {"quick": CHANGES["quick"], "standard": [], "full": []}
SWEEP: dict[Effort, list[str]] = {"quick": CHANGES["quick"], "standard": ["train.epochs=3"], "full": []}
BEST: dict[Effort, list[list[str]]] = {
    "quick": [CHANGES["quick"]],
    "standard": [["train.epochs=2"], []],
    "full": [["train.epochs=2"], []],
}


def reproduce(study: Study, pictures: Path, effort: Effort) -> Section:
    """The published network and its deeper variant, the best of ours, and the noise factor swept."""
    run = study.run("a-mnist-coded", CHANGES[effort])
    deep = study.run("a-mnist-deep", DEEP[effort])
    best = [study.run("a-mnist-best", changes) for changes in BEST[effort]]
    train_noisy, train_bce = _on_training_images(study, run)
    known = of_run(run)
    selected = min(best, key=lambda each: score(each, "bce", "validation"))  # not by the test images
    figures = [
        Figure(
            "images for training, validation, test", "60,000, the test images, 10,000", _counts(study, run)
        ),
        Figure("parameters", "843,649", f"{known['parameters']['total']:,}", _parameters(best[-1])),
        Figure("MSE of the noisy training images", "0.11562", f"{train_noisy:.5f}"),
        Figure("MSE of the noisy test images", "0.11562", f"{known['noisy']['test']['mse']:.5f}"),
        Figure(
            "BCE, validation images",
            "0.0930",
            f"{score(run, 'bce', 'validation'):.4f}",
            f"{score(selected, 'bce', 'validation'):.4f}",
            "theirs are the test images, which early stopping saw; ours are held out of the training images",
        ),
        Figure("BCE, training images", "0.09208", f"{train_bce:.4f}", note="ours: the first 10,000"),
        Figure(
            "BCE, test images",
            "0.09386",
            with_excess(score(run, "bce"), FLOOR),
            with_excess(score(selected, "bce"), FLOOR),
            took(run),
        ),
        Figure(
            "BCE, test images, deeper variant", "", with_excess(score(deep, "bce"), FLOOR), note=took(deep)
        ),
        *(
            Figure("BCE, test images", best=with_excess(score(each, "bce"), FLOOR), note=took(each))
            for each in best
        ),
    ]
    return Section(
        "A",
        "MNIST, a convolutional autoencoder with a code of 128 numbers",
        figures,
        [_layers(run), _twenty(study, run, best[-1], pictures), _factors(study, pictures, effort)],
    )


def _on_training_images(study: Study, run: Run) -> tuple[float, float]:
    """MSE of all noisy training images; BCE of the first 10,000 denoised."""
    train = run.recipe().data(study.roots).train
    noisy = _evaluated(run, train, {}, "mse")
    denoised = _evaluated(run, train.take(range(min(10_000, len(train)))), {"ours": denoiser(run)}, "bce")
    return noisy, denoised


def _evaluated(run: Run, images: Images, denoisers: dict[str, Denoise], metric: str) -> float:
    """The mean over images of the last denoiser, or of the noisy images if there is none."""
    recipe = run.recipe()
    metrics = {metric: METRICS[metric]}
    rows = evaluate(denoisers, images, recipe.noise(), data_name="train", seed=recipe.seed, metrics=metrics)
    return rows[-1].scores[metric].mean


def _counts(study: Study, run: Run) -> str:
    return ", ".join(f"{len(images):,}" for images in run.recipe().data(study.roots).parts.values())


def _parameters(run: Run) -> str:
    return f"{of_run(run)['parameters']['total']:,}"


def _layers(run: Run) -> str:
    rows = [
        (layer["name"], layer["kind"], " x ".join(map(str, layer["shape"])), f"{layer['parameters']:,}")
        for layer in of_run(run)["layers"]
        if layer["parameters"]
    ]
    return "Layers with parameters:\n\n" + table(("layer", "kind", "output", "parameters"), rows)


def _twenty(study: Study, run: Run, best: Run, pictures: Path) -> str:
    """Their picture: 20 test images in three rows, and a fourth for our best."""
    ours, better = scenes(run, study.roots, 20), scenes(best, study.roots, 20)
    rows = [[scene[name] for scene in ours] for name in ("clean", "noisy", "denoised")]
    rows.append([scene["denoised"] for scene in better])
    path = pictures / "a-twenty.png"
    strip(rows, path, labels=["original", "noisy", "denoised", "best"], scale=2)
    return picture(
        path, pictures, "20 test images: original, noisy, denoised as published, denoised by our best"
    )


def _factors(study: Study, pictures: Path, effort: Effort) -> str:
    """They advise to vary the noise factor and watch."""
    swept = sweep(study, "a-mnist-coded", "noise.sigma=0.2,0.4,0.6,0.8", SWEEP[effort])
    path = pictures / "a-factors.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(swept.figure.read_bytes())
    rows = [
        (row["noise.sigma"], f"{row['psnr']:.2f} dB", f"{row['ssim']:.3f}", f"{row['bce']:.4f}")
        for row in swept.rows()
    ]
    return (
        "The noise factor varied:\n\n"
        + table(("noise factor", "PSNR", "SSIM", "BCE"), rows)
        + "\n\n"
        + picture(
            path, pictures, "The noise factor varied: noisy, and denoised by a network trained on that noise"
        )
    )
