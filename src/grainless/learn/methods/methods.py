"""Methods of learning: what the network is shown, and what it is asked for.

To add one: a class that makes a `Pair` from a `Scene`, and its line in `METHODS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol, runtime_checkable

from annotated_types import Ge, Gt

from grainless.errors import InputError
from grainless.learn.batches.draw import TorchDraw
from grainless.learn.fitting.crew import Crew
from grainless.learn.methods.alone import BlindSpots, Neighbours, Recorrupted
from grainless.learn.methods.apart import Apart
from grainless.learn.methods.calibrated import Calibrated
from grainless.learn.methods.critic import Critic
from grainless.learn.methods.losses import Loss
from grainless.learn.methods.pairs import Pair, Scene
from grainless.learn.methods.risk import Sure
from grainless.learn.networks.network import Network
from grainless.noise import Chain, Noise
from grainless.noise.bias import bias


class Method(Protocol):
    """A method of learning.

    `needs_clean` says that what the data hold is clean: else noisy images alone teach it. Of these a class may have
    `takes_shared`, which says that neighbouring pixels may share the noise; any may have `takes_planes`, which says
    that planes around those that are wanted may be shown.
    """

    @property
    def needs_clean(self) -> bool: ...

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair: ...


@runtime_checkable
class WithRisk(Protocol):
    """A method that is learned by more than a distance to what is wanted."""

    def risk(self, loss: Loss) -> Loss:
        """What is made small in the place of a loss.

        Raises:
            InputError: nothing can stand for that loss.
        """


@runtime_checkable
class Exported(Protocol):
    """A method whose network denoises in another way than it learned."""

    def exported(self, network: Network) -> Network:
        """What denoises: the network with all that stands around it then."""


def taught(method: Method, loss: Loss) -> Loss:
    """What a training by a method makes small.

    Raises:
        InputError: the method goes with another loss.
    """
    return method.risk(loss) if isinstance(method, WithRisk) else loss


@dataclass(frozen=True)
class Supervised:
    """Show a noisy image, ask for the clean one. Without noise in the recipe: a plain autoencoder.

    Source: Vincent, Larochelle, Bengio, Manzagol, "Extracting and composing robust features with denoising
    autoencoders", ICML 2008.
    """

    needs_clean: ClassVar[bool] = True

    noise: Chain

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair:
        return Pair(*self.noise.pair(scene.clean, scene.clean, draw))


@dataclass(frozen=True)
class Given:
    """Show the noisy image that the data give, ask for its clean partner. A recipe's noise comes on top."""

    needs_clean: ClassVar[bool] = True
    takes_planes: ClassVar[bool] = True

    noise: Chain

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair:
        if scene.noisy is None:
            raise InputError(
                'learn.name is "given", but the data hold clean images alone; take "supervised".'
            )
        return Pair(*self.noise.pair(scene.noisy, scene.clean, draw))


@dataclass(frozen=True)
class Noise2Noise:
    """Show a noisy image, ask for another noisy one of the same scene. The noise must keep the mean.

    Raises:
        InputError: it does not (measured), there is none, or a part of it changes the clean side, too.

    Source: Lehtinen et al., "Noise2Noise: learning image restoration without clean data", ICML 2018,
    arXiv:1803.04189.
    """

    needs_clean: ClassVar[bool] = True

    noise: Chain

    def __post_init__(self) -> None:
        if fault := _fault(self.noise):
            raise InputError(f'learn.name is "noise2noise", and {fault}; or take "supervised".')

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair:
        return Pair(self.noise(scene.clean, draw), self.noise(scene.clean, draw))


@dataclass(frozen=True)
class Adversarial:
    """A denoising GAN: supervised, and a critic, a second network, learns to tell what comes out from clean images.

    To deceive it is part of the loss (`fitting.critic` has the formula). Images become crisper, and more of their
    detail is invented. Where the data have noise of their own, that is shown, as by "given".

    The best epoch is chosen by the loss alone, as for the other methods: the critic's opinion changes as it learns, so
    that of two epochs cannot be compared.

    Args:
        share: how much the critic's opinion weighs; at 0 there is none: "supervised", bit for bit.
        width: feature maps of the critic.
        rate: its learning rate.

    Sources: Goodfellow et al., "Generative adversarial nets", NeurIPS 2014, arXiv:1406.2661; Mao et al., "Least
    squares generative adversarial networks", ICCV 2017, arXiv:1611.04076; Isola, Zhu, Zhou, Efros, "Image-to-image
    translation with conditional adversarial networks", CVPR 2017, arXiv:1611.07004.
    """

    needs_clean: ClassVar[bool] = True

    noise: Chain
    share: Annotated[float, Ge(0)] = 1.0
    width: Annotated[int, Ge(1)] = 16
    rate: Annotated[float, Gt(0)] = 2e-4

    def __call__(self, scene: Scene, draw: TorchDraw) -> Pair:
        start = scene.clean if scene.noisy is None else scene.noisy
        return Pair(*self.noise.pair(start, scene.clean, draw))


def critic_of(method: Method, channels: int, seed: int, crew: Crew) -> Critic | None:
    """The network that learns beside, where the method has one that counts."""
    if not isinstance(method, Adversarial) or not method.share:
        return None
    options = {"share": method.share, "rate": method.rate}
    return Critic(channels, width=method.width, seed=seed, crew=crew, **options)


def _fault(noise: Chain) -> str | None:
    """Why two draws of this noise are no two views of one scene."""
    if not noise.parts:
        return "there is no noise: both images are the same one; set noise.name"
    for part in noise.parts:
        if not isinstance(part, Noise):
            return f"{part} changes the clean side too, another way in each of the two; leave it out"
    if moves := bias(noise):
        return (
            f"{noise} {moves}, which would be learned: its expectation must be the clean image; take a noise that "
            "keeps the mean, such as gaussian or poisson, not clipped"
        )
    return None


METHODS: dict[str, Callable[..., Method]] = {
    "supervised": Supervised,
    "given": Given,
    "noise2noise": Noise2Noise,
    "blind-spots": BlindSpots,
    "apart": Apart,
    "neighbours": Neighbours,
    "recorrupted": Recorrupted,
    "sure": Sure,
    "calibrated": Calibrated,
    "adversarial": Adversarial,
}
