"""Adversarial: what a critic costs and gains; the same network, steps and chance with several shares of its opinion.

Source: Mehrpanah, "Image denoising autoencoders", 2020, names denoising GANs as future work, after one that removes
speckle from optical coherence tomography. That no denoiser is best both in error and in looks: Blau, Michaeli, "The
perception-distortion tradeoff", CVPR 2018, arXiv:1711.06077.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from grainless.data.images import Data
from grainless.errors import InputError, counted
from grainless.evaluation.evaluate import Array
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.perception import frechet, sharpness
from grainless.learn.classifier.judged import Judged
from grainless.learn.classifier.network import Classifier
from grainless.learn.classifier.taught import taught
from grainless.learn.classifier.teach import in_parts
from grainless.learn.methods.methods import Adversarial
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.page import rows_table, shown
from grainless.learn.studies.study import Study, denoiser

EPOCHS = 5
"""Of teaching the classifier on clean images."""

PICTURES = 12

ABOUT = """A *critic*, a second small network, learns to tell what the denoiser gives from clean
images, piece by piece; to deceive it becomes a part of the denoiser's loss (`learn.name =
"adversarial"`, weighed by `learn.share`). Here the same network takes the same steps on the same
noise with several shares, 0 being no critic at all.

- **PSNR, SSIM**: nearness to the clean image. A critic costs both: the nearest image to all that
  may have been is smooth.
- **Sharpness**: the energy of the Laplacian, as a share of the clean images'. 1 is as sharp, below
  is smoothed; noise and invented detail count, too.
- **Fréchet**: distance between the sets of denoised and of clean images in the features of a
  classifier that learned on clean ones; 0 is the same distribution. Its size depends on the
  classifier: compare within a table.
- **Accuracy**: how often that classifier finds the class.

The best epoch is kept by the loss without the critic, in all rows."""


@dataclass(frozen=True)
class Contest:
    """What was found.

    Args:
        rows: what was shown (clean, noisy, a share of the critic), and what it scores.
        runs: share -> its run.
        figure: test images: clean, noisy, then a row a share.
    """

    rows: list[dict[str, Any]]
    runs: dict[str, Run]
    figure: Path

    def parts(self, page: Path) -> list[str]:
        """What stands on a page, for one recipe."""
        run = self.runs["0"]
        options = run.recipe().options
        epochs = {_named(share): each.best_epoch()["number"] for share, each in self.runs.items()}
        seconds = {
            _named(share): sum(epoch["seconds"] for epoch in each.facts()["history"])
            for share, each in self.runs.items()
        }
        told = ", ".join(f"{name}: epoch {epochs[name]} kept, {seconds[name]:,.0f} s" for name in epochs)
        return [
            f"## {run.facts()['name']}",
            f"{options['data.name']}, noise {run.recipe().noise()}, loss {options.get('learn.loss', 'mse')}, "
            f"{counted(len(run.facts()['history']), 'epoch')}; training: {told}.",
            rows_table(self.rows),
            shown(self.figure, page, "The first test images: clean, noisy, and by each network"),
        ]


def adversarial(study: Study, recipe: str, shares: list[str] | None, changes: list[str]) -> Contest:
    """Train a recipe with several shares of the critic, and judge by error, by looks, and by a classifier.

    Args:
        study: where the runs lie.
        recipe: one that learns by the method "adversarial", on images with labels.
        shares: of the critic, besides "0"; None: the recipe's own.
        changes: lines of the recipe to change.

    Raises:
        InputError: the recipe learns otherwise, its images have no labels, or a share is no number.
    """
    chosen = Recipe.load(recipe, changes)
    if (name := chosen.options.get("learn.name", "supervised")) != "adversarial":
        raise InputError(
            f'{chosen.name} learns by the method "{name}", which has no critic; add --set learn.name=adversarial.'
        )
    wanted = [str(chosen.options.get("learn.share", Adversarial.share))] if shares is None else shares
    lines = {share: [*changes, f"learn.share={share}"] for share in dict.fromkeys(["0", *wanted])}
    for each in lines.values():  # every mistake is told before the first training
        Recipe.load(recipe, each)
    data = chosen.data(study.roots)
    test = Judged.of(data.test, chosen)
    runs = {share: study.run(recipe, each) for share, each in lines.items()}
    shown = {"clean": test.clean, "noisy": test.noisy}
    shown |= {_named(share): denoiser(run)(test.noisy, 0.0) for share, run in runs.items()}
    classifier = _classifier(study, runs["0"], data, chosen.seed)
    figure = study.folder / f"{chosen.name}-contest.png"
    strip(
        [list(images[:PICTURES]) for images in shown.values()],
        figure,
        labels=list(shown),
        scale=max(1, 64 // test.clean.shape[-1]),
    )
    return Contest([_row(name, images, test, classifier) for name, images in shown.items()], runs, figure)


def _named(share: str) -> str:
    return "no critic" if float(share) == 0 else f"share {share}"


def _classifier(study: Study, run: Run, data: Data, seed: int) -> Classifier:
    """Taught on clean images, so that it has no favourite among the denoisers."""
    path = study.folder / "classifiers" / run.path.name / f"clean-{EPOCHS}.safetensors"
    return taught(run, data.train, "clean", path, epochs=EPOCHS, seed=seed).classifier


def _row(name: str, images: Array, test: Judged, classifier: Classifier) -> dict[str, Any]:
    """What these images score; clamped as they would be seen."""
    seen = images.clip(0, 1)
    features = [in_parts(classifier.features, torch.from_numpy(each)).numpy() for each in (seen, test.clean)]
    return {
        "images": name,
        "PSNR": test.psnr(seen),
        "SSIM": float(METRICS["ssim"](seen, test.clean).mean()),
        "sharpness": sharpness(seen, test.clean),
        "Fréchet": frechet(*features),
        "accuracy": test.accuracy(classifier, seen),
    }
