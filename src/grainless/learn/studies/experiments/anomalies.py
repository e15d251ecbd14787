"""Anomalies: a network that learned one class reconstructs the others badly; how well does its error tell them?

Sources: Hawkins, He, Williams, Baxter, "Outlier detection using replicator neural networks", DaWaK 2002, for the
score; Ruff et al., "Deep one-class classification", ICML 2018, for the protocol: each class in turn is the usual
one. Dinesh (system A) and Singhal (D) name the use.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.evaluation.evaluate import Array
from grainless.evaluation.figures.pictures import strip
from grainless.evaluation.figures.plots import lines_png
from grainless.evaluation.metrics import Scores, mse
from grainless.evaluation.pca import Pca
from grainless.evaluation.roc import Roc
from grainless.learn.codes.coder import Coder
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.studies.page import rows_table, shown
from grainless.learn.studies.study import Study, denoiser

PICTURES = 5
"""Images of each kind in the figure."""

KINDS = ("usual", "worst", "missed", "odd")
"""What stands above the figure's columns, so many of each."""

AT_ONCE = 1000


@dataclass(frozen=True)
class OneClass:
    """What was found with one class as the usual one.

    Args:
        name: of the class.
        k: numbers of the code, and of PCA.
        network: its error tells the others so well.
        pca: the error of PCA does.
        errors: mean squared error on the class's own test images: the network's, PCA's.
        each: the name of another class -> the area between it alone and the usual one.
    """

    name: str
    k: int
    network: Roc
    pca: Roc
    errors: tuple[float, float]
    each: dict[str, float]


@dataclass(frozen=True)
class Anomalies:
    """What was found.

    Args:
        found: class by class.
        curves: the curve of each class.
        pictures: of the class that is told best and of the one told worst: usual images and odd ones.
    """

    found: list[OneClass]
    curves: Path
    pictures: Path

    def rows(self) -> list[dict[str, Any]]:
        """A row a class, then the means."""
        rows = [
            {
                "usual class": each.name,
                "area, network": each.network.area,
                "area, network ±": each.network.half,
                f"area, PCA of {each.k}": each.pca.area,
                f"area, PCA of {each.k} ±": each.pca.half,
                "error, network": each.errors[0],
                "error, PCA": each.errors[1],
                "hardest to tell": min(each.each, key=each.each.__getitem__),
                "its area": min(each.each.values()),
            }
            for each in self.found
        ]
        kept = [key for key in rows[0] if key.startswith(("area", "error")) and "±" not in key]
        means = {key: float(np.mean([row[key] for row in rows])) for key in kept}
        return [*rows, {key: means.get(key) for key in rows[0]} | {"usual class": "mean"}]

    def parts(self, page: Path) -> list[str]:
        """What stands on a page."""
        k = self.found[0].k
        return [
            "An autoencoder that learned one class alone reconstructs images of that class well and others badly. Its "
            "error, the mean squared difference between an image and its reconstruction, so tells what is odd. Each "
            "class in turn is the usual one; all test images are scored, those of the other classes are the odd ones. "
            "*Area* is the area under the ROC curve: the chance that an odd image scores higher than a usual one; 0.5 "
            "is guessing, 1 is perfect. ± is half of its 95 % interval (Hanley and McNeil). *Error* is that of the "
            f"usual class's own test images. Beside the network, PCA of equally many numbers, {k}, fitted to the same "
            "images.",
            rows_table(self.rows()),
            shown(self.curves, page, "ROC curve of the network for each usual class, with its area"),
            shown(
                self.pictures,
                page,
                "The usual class that is told best, and the one told worst, five images of each kind. Usual: of the "
                "class, of middle error; worst: of the class, of the highest error; missed: of other classes, of the "
                "lowest error; odd: of other classes, of middle error",
            ),
        ]


def anomalies(study: Study, recipe: str, changes: list[str], classes: list[int] | None = None) -> Anomalies:
    """Train once for each class, on it alone, and score all test images by the error of their reconstruction.

        score = mean over pixels of (x - f(x))²        x as it lies: no noise is put on it

    Args:
        study: where the runs lie.
        recipe: of a network with a code, on images of one size with labels.
        changes: lines of it to change.
        classes: those that are the usual one in turn; None: all.

    Raises:
        InputError: the data have no classes, or not these; the network has no code.
    """
    chosen = Recipe.load(recipe, [*changes, "data.only=0"])  # data without classes have no such option
    if not hasattr(chosen.network(), "encode"):
        raise InputError(
            f"The network of {chosen.name} has no code, so it may pass on what it never learned."
        )
    wanted = classes or _classes(chosen, study)
    lines = {label: [*changes, f"data.only={label}"] for label in wanted}
    runs = {label: study.run(recipe, each) for label, each in lines.items()}
    seen = [_Seen.of(label, run, study) for label, run in runs.items()]
    found = [each.found for each in seen]
    curves, pictures = (study.folder / f"{chosen.name}-anomalies{end}.png" for end in ("", "-pictures"))
    _draw_curves(found, curves)
    by_area = sorted(seen, key=lambda each: -each.found.network.area)
    _draw([by_area[0], by_area[-1]], pictures)
    return Anomalies(found, curves, pictures)


def _draw_curves(found: list[OneClass], path: Path) -> None:
    lines = {
        f"{each.name}: {each.network.area:.3f}": (each.network.false, each.network.true) for each in found
    }
    lines_png(lines, path, x="usual images taken for odd", y="odd images found", diagonal=True)


def _name(recipe: Recipe, label: int) -> str:
    """A class in words, where the data set has them."""
    names: Sequence[str] = getattr(recipe.source(), "classes", ())
    return names[label] if label < len(names) else f"class {label}"


def _classes(recipe: Recipe, study: Study) -> list[int]:
    """All that are tested, also where the recipe learns from one alone."""
    labels = recipe.data(study.roots).test.labels
    assert labels is not None  # `data.only` was accepted, so the data have classes
    return [int(label) for label in np.unique(labels)]


@dataclass(frozen=True)
class _Seen:
    """One class, with the images that its picture takes.

    Args:
        found: the numbers.
        images: usual and odd ones.
        told: what the network makes of them.
    """

    found: OneClass
    images: Array
    told: Array

    @classmethod
    def of(cls, label: int, run: Run, study: Study) -> "_Seen":
        recipe = run.recipe()
        data = recipe.data(study.roots)
        test, clean = data.test, _floats(data.test)
        told = _told(lambda images: denoiser(run)(images, 0.0), clean)
        k = Coder(run.path).encode(clean[:1]).shape[1]
        linear = _told(Pca.fit(data.train, k), clean)
        assert test.labels is not None
        odd = test.labels != label
        scores, others = mse(told, clean), mse(linear, clean)
        found = OneClass(
            _name(recipe, label),
            k,
            Roc.of(scores, odd),
            Roc.of(others, odd),
            (float(scores[~odd].mean()), float(others[~odd].mean())),
            {
                _name(recipe, int(other)): _area(scores, test.labels, label, other)
                for other in np.unique(test.labels[odd])
            },
        )
        shown = _shown(scores, odd)
        return cls(found, clean[shown], told[shown])


def _floats(images: Images) -> Array:
    return images.stack().astype(np.float32) / np.float32(images.white)


def _told(network: Callable[[Array], Array], images: Array) -> Array:
    parts = range(0, len(images), AT_ONCE)
    return np.concatenate([network(images[start : start + AT_ONCE]) for start in parts])


def _area(scores: Scores, labels: NDArray, usual: int, other: int) -> float:
    """Between two classes alone."""
    both = np.isin(labels, (usual, other))
    return Roc.of(scores[both], labels[both] == other).area


def _shown(scores: Scores, odd: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Usual images, some of middle error and the worst; odd ones, those missed first, then some of middle error."""
    usual, strange = (np.flatnonzero(kind)[np.argsort(scores[kind], kind="stable")] for kind in (~odd, odd))
    middle = [rows[max(0, (len(rows) - PICTURES) // 2) :][:PICTURES] for rows in (usual, strange)]
    return np.concatenate([middle[0], usual[::-1][:PICTURES], strange[:PICTURES], middle[1]])


def _draw(seen: list[_Seen], path: Path) -> None:
    """Images, what the network makes of them, and what is left."""
    rows: list[list[Array]] = []
    labels: list[str] = []
    for each in seen:
        rows += [list(each.images), list(each.told), list(np.abs(each.images - each.told))]
        labels += [f"usual: {each.found.name}", "reconstructed", "difference"]
    heads = [kind for kind in KINDS for _ in range(PICTURES)] if len(rows[0]) == 4 * PICTURES else []
    strip(rows, path, labels=labels, heads=heads, scale=max(1, 56 // seen[0].images.shape[-1]))
