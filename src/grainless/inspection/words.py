"""Noise in the words of photographers."""

from grainless.inspection.estimators.removed import Removed

STRENGTHS = {8 / 255: "strong", 4 / 255: "medium", 1.5 / 255: "light"}
"""Least sigma in full scales -> the word; below the last there is no word."""
ZONES = ("shadows", "middle tones", "lights")
EVEN = 1.6  # times: zones whose noise differs by less are not told apart
FINE, COARSE = 0.53, 0.75  # of the sigma that is left where 2 x 2 pixels are averaged: 0.5 of white noise

VISIBLE = 85
"""Of a JPEG's quality: what one of more has lost is hardly seen."""


def in_words(
    removed: Removed | None,
    blocky: bool = False,
    quality: int | None = None,
    *,
    stuck: bool = False,
    stained: bool = False,
) -> str:
    """What there is, strongest first; a JPEG's quality where it shows.

    Args:
        removed: what a denoiser took that is noise.
        blocky: the blocks of JPEG show.
        quality: of the JPEG that it was.
        stuck: pixels are stuck at black or white.
        stained: it is a page whose paper is not even.

    >>> in_words(Removed((9 / 255, 3 / 255, None), (0.0, 0.0, None), 0.01, 0.0, (0.4, 0.5), True))
    'fine grain in the shadows, strong'
    >>> in_words(None, quality=70)
    'JPEG of quality about 70'
    """
    said = []
    if removed:
        said = [
            _part(_size(removed.coarseness[0]) + " grain", removed.luma),
            "" if removed.colourless else _part("colour noise", removed.chroma),
        ]
    said += [_jpeg(blocky, quality), "stuck pixels" if stuck else "", "stained paper" if stained else ""]
    return "; ".join(each for each in said if each) or "slight"


def _part(noun: str, zones: tuple[float | None, float | None, float | None]) -> str:
    """One kind of noise, where it is strongest, and how strong."""
    told = {name: sigma for name, sigma in zip(ZONES, zones, strict=True) if sigma is not None}
    if not told:
        return ""
    worst = max(told, key=lambda name: told[name])
    strength = next((word for least, word in STRENGTHS.items() if told[worst] >= least), "")
    if not strength:
        return ""
    where = "" if told[worst] < EVEN * min(told.values()) else f" in the {worst}"
    return f"{noun}{where}, {strength}"


def _jpeg(blocky: bool, quality: int | None) -> str:
    if quality and (blocky or quality <= VISIBLE):
        return f"JPEG of quality about {quality}"
    return "blocks of JPEG" if blocky else ""


def _size(coarseness: float) -> str:
    if coarseness < FINE:
        return "fine"
    return "coarse" if coarseness > COARSE else "soft"
