"""Which shipped model to train on: the one that does best on the images as it is."""

from dataclasses import dataclass
from typing import Any

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.evaluation.baselines import middles
from grainless.evaluation.denoisers import blind
from grainless.evaluation.evaluate import evaluate
from grainless.evaluation.metrics import METRICS
from grainless.model.card import Card
from grainless.model.denoiser import load
from grainless.model.zoo import SHIPPED
from grainless.model.zoo import cards as cards_of_shipped
from grainless.noise import Chain
from grainless.parts import choose

PIXELS, SIDE = 2**19, 256
"""The middles that are looked at: so many pixels in all, and so many a side at most."""


@dataclass(frozen=True)
class Start:
    """A shipped model, and how it does before any training.

    Args:
        name: the model's.
        network: its recipe's table [network].
        loss: that it was trained with: another would first undo what it knows.
        psnr: mean over the images looked at, in decibels.
        noisy: that of the noisy images.
    """

    name: str
    network: dict[str, Any]
    loss: str
    psnr: float
    noisy: float


def best_start(images: Images, noise: Chain, *, seed: int, only: str | None = None) -> Start:
    """Try the shipped models for such images.

    Args:
        images: held out, with noisy partners where they have such.
        noise: what is put on them.
        seed: of the noise.
        only: the name of the one that a person wants.

    Raises:
        InputError: no model of that name is made for images of so many channels, or none can be trained on.
    """
    if only:
        choose("shipped model", SHIPPED, only)
    cards = {name: card for name, card in cards_of_shipped().items() if only in {None, name}}
    networks = {name: _network(card) for name, card in cards.items() if card.channels == images.channels}
    if not any(networks.values()):
        kind = "grey" if images.channels == 1 else "colour"
        raise InputError(f"{only or 'No shipped model'} cannot be trained on with {kind} images.")
    rows = evaluate(
        {name: blind(load(name)) for name, network in networks.items() if network},
        middles(images, PIXELS, SIDE),
        noise,
        data_name="a look",
        seed=seed,
        metrics={"psnr": METRICS["psnr"]},
    )
    noisy, *others = ((row.denoiser, row.scores["psnr"].mean) for row in rows)
    name, psnr = max(others, key=lambda each: each[1])
    return Start(name, networks[name], _loss(cards[name]), psnr, noisy[1])


def _network(card: Card) -> dict[str, Any]:
    """The table [network] of the recipe that made a model; empty if its card does not tell."""
    return dict(card.about.get("recipe", {}).get("network", {}))


def _loss(card: Card) -> str:
    """That of the recipe that made a model; squared error, which PSNR measures, if its card does not tell."""
    return str(card.about.get("recipe", {}).get("learn", {}).get("loss", "mse"))
