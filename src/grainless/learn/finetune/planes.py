"""A person's own stacks and sequences as a recipe's tables: each plane with those before and after it."""

from collections.abc import Callable
from pathlib import Path

from grainless.data.checks.survey import survey
from grainless.errors import InputError
from grainless.learn.finetune.noisy_only.alone import CELLS, look_at
from grainless.learn.finetune.noisy_only.choice import chosen
from grainless.learn.finetune.own import Own, noise_tables

TAUGHT_BY = "stacks"
"""The recipe whose noise clean planes get where none is named."""

METHOD = "neighbours"
"""Of noisy planes alone: neighbouring pixels teach each other, the planes around them are shown."""


def clean_stacks(folder: Path, neighbours: int, noise: str | None) -> Own:
    """Clean stacks, whose planes get noise while they are learned from.

    Raises:
        InputError: the folder or the noise will not do.
    """
    return _own(folder, neighbours, "", "given", noise_tables(noise, TAUGHT_BY))


def noisy_stacks(
    folder: Path, neighbours: int, wanted: str | None, tell: Callable[[str], object] = lambda line: None
) -> tuple[Own, str]:
    """Noisy stacks alone, and in words what noise was found in them.

    Raises:
        InputError: the folder will not do, neighbouring pixels share the noise, or another method is wanted.
    """
    own = _own(folder, neighbours, "noisy ", METHOD, [])
    if wanted not in {None, METHOD}:
        raise InputError(
            f'learn.name is "{wanted}", and of noisy planes with others around them "{METHOD}" learns.'
        )
    noise = look_at(folder, 1 if own.data["grey"] else 3, stacks=True, tell=tell).noise
    chosen(folder, noise, METHOD)
    return own, f"{noise.words}. Learned by {METHOD}: of each plane neighbouring pixels teach each other."


def _own(folder: Path, neighbours: int, kind: str, method: str, noise: list[dict[str, object]]) -> Own:
    looked = survey(folder, stacks=True)
    data = {"name": "stacks", "path": str(folder.resolve()), "neighbours": neighbours, "grey": looked.grey}
    what = f"{kind}planes of stacks, each with {neighbours} before and {neighbours} after it"
    return Own(what, looked.shortest // CELLS * CELLS, data, noise, method)
