"""A taught classifier, and the denoiser that learned along: kept in a file, so that none is taught twice."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from grainless.data.images import Images
from grainless.disk.whole import whole
from grainless.learn.classifier.lessons import LESSONS, Given
from grainless.learn.classifier.network import Classifier
from grainless.learn.classifier.teach import new_classifier, teach
from grainless.learn.networks.network import Network
from grainless.learn.run import Run


@dataclass(frozen=True)
class Taught:
    """What a lesson left.

    Args:
        classifier: evaluating.
        denoiser: the run's, or what the lesson made of it; evaluating.
    """

    classifier: Classifier
    denoiser: Network


def taught(run: Run, train: Images, lesson: str, path: Path, *, epochs: int, seed: int) -> Taught:
    """The classifier that a lesson teaches with a run's denoiser; from its file where that is there.

    Args:
        run: finished; its recipe's noise and loss are the lesson's.
        train: clean images with labels.
        lesson: a name in `LESSONS`.
        path: of the file.
        epochs: of teaching.
        seed: of the first weights, the order and the noise.

    Raises:
        InputError: the images cannot be classified.
    """
    recipe = run.recipe()
    denoiser = recipe.network()
    denoiser.load_state_dict(run.weights())
    denoiser.eval()
    classifier = new_classifier(train, seed)
    parts: dict[str, nn.Module] = {"classifier": classifier, "denoiser": denoiser}
    if path.is_file():
        _give(parts, load_file(path))
    else:
        given = Given(recipe.method(), denoiser, recipe.loss())
        teach(classifier, LESSONS[lesson](given), train, epochs=epochs, seed=seed)
        _keep(parts, path)
    return Taught(classifier.eval(), denoiser.eval())


def _keep(parts: dict[str, nn.Module], path: Path) -> None:
    tensors = {
        f"{part}.{name}": value.detach().contiguous()
        for part, network in parts.items()
        for name, value in network.state_dict().items()
    }
    with whole(path) as lent:
        save_file(tensors, lent)


def _give(parts: dict[str, nn.Module], tensors: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for part, network in parts.items():
            network.load_state_dict(
                {
                    name.removeprefix(f"{part}."): value
                    for name, value in tensors.items()
                    if name.startswith(f"{part}.")
                }
            )
