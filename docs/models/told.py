"""What a shipped model's card and page tell that nothing can count, and how each is judged."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from grainless.data.find import DataRoots
from grainless.evaluation.benchmark.sets import image_set
from grainless.evaluation.denoisers import blind
from grainless.evaluation.evaluate import evaluate
from grainless.learn.run import Run
from grainless.model.denoiser import load
from grainless.noise import noise_from

BSD = (
    "416 of the 500 photographs of BSDS500 (Arbelaez, Maire, Fowlkes, Malik, IEEE TPAMI 33(5), 2011), none of the 68 "
    "of BSD68; they are light JPEGs"
)
TERMS = "The weights: Apache-2.0, like Grainless."
BSD_TERMS = f"{TERMS} The photographs are not in here; Berkeley's page offered them for non-commercial research and education."
TEST = {1: "bsd68", 3: "cbsd68"}  # channels -> the set that the field judges by

Scores = dict[str, dict[str, float]]
"""Unit or metric -> what was judged -> mean."""
DIGITS = {"PSNR in dB": 2, "SSIM": 3, "RMSE of 0..1": 4}


def on_white_noise(model: Path, _run: Run | None = None) -> Scores:
    """PSNR by sigma, by the field's protocol."""
    denoiser = load(model)
    found = image_set(TEST[denoiser.card.channels], DataRoots())
    means = {}
    for sigma in (15, 25, 50):
        noise = noise_from(f"gaussian:sigma={sigma}/255")
        _, row = evaluate(
            {"model": blind(denoiser)}, found.images, noise, data_name=found.title, protocol="field"
        )
        means[f"{found.title}, sigma {sigma}"] = round(row.scores["psnr"].mean, 2)
    return {"PSNR in dB": means}


def on_photographs(model: Path, run: Run) -> Scores:
    """PSNR on PolyU's pairs, all of them and those that nothing was chosen by, and on white noise."""
    polyu = image_set("polyu", DataRoots())
    noisy, row = evaluate({"model": blind(load(model))}, polyu.images, data_name=polyu.title, protocol="real")
    apart = list(polyu.apart)
    means = {
        f"{polyu.title}, {len(polyu.images)} noisy photographs as they are": noisy.scores["psnr"].mean,
        f"{polyu.title}, denoised": row.scores["psnr"].mean,
        f"{polyu.title}, denoised, the {len(apart)} that nothing was chosen by": float(
            row.scores["psnr"].values[apart].mean()
        ),
    }
    white = on_white_noise(model, run)["PSNR in dB"]
    return {"PSNR in dB": {name: round(mean, 2) for name, mean in means.items()} | white}


def on_pairs(model: Path, run: Run) -> Scores:
    """PSNR, SSIM and the root of the mean squared error on the pairs that the recipe names for the test, means over
    images of what is clamped and rounded to 8 bits; first of the noisy images as they are.
    """
    data = run.recipe().data(DataRoots())
    rows = evaluate({"model": blind(load(model))}, data.test, data_name=data.name, protocol="field")
    names = (f"the {len(data.test)} noisy images as they are", "denoised")
    found: Scores = {score: {} for score in DIGITS}
    for name, row in zip(names, rows, strict=True):
        roots = np.sqrt(row.scores["mse"].values)
        for score, mean in zip(
            DIGITS, (row.scores["psnr"].mean, row.scores["ssim"].mean, roots.mean()), strict=True
        ):
            found[score][name] = round(float(mean), DIGITS[score])
    return found


@dataclass(frozen=True)
class Told:
    """What a model's card and page tell, and nothing can count.

    Args:
        limits: where it does less, or harm.
        losses: what the losses of its training are.
        data: what it learned from.
        terms: of the weights and the data.
        scene: the kind of image that it is for alone, as cards name it; None: for all.
        judge: gives its scores.
    """

    limits: str
    losses: str
    data: str = BSD
    terms: str = BSD_TERMS
    scene: str | None = None
    judge: Callable[[Path, Run], Scores] = field(default=on_white_noise)


WHITE = Told(
    limits="White Gaussian noise of the range that sigma names. Beyond it, and on noise that is correlated (JPEG, "
    "demosaicing), impulsive (salt and pepper) or grows with brightness, it does less: docs/benchmarks.md tells.",
    losses="Losses are mean squared errors, the training's of noise from sigma 0 to 55 in bfloat16, the "
    "validation's of eight held-out photographs.",
)
LINES = (
    " Thin lines of full colour, as in drawings and maps, turn pale: a line one pixel wide keeps a third of its colour, "
    "one of two pixels two thirds (docs/harm.md)."
)
MODELS = {
    "grey": WHITE,
    "color": replace(WHITE, limits=WHITE.limits + LINES),
    "photo": Told(
        data=f"{BSD}; half of them under a camera's noise made in code, the others under noise of unknown make, film "
        "grain, white noise or none, resized and saved as JPEG; no noisy photograph was ever shown",
        limits="Texture as fine and as weak as the noise goes with it: plush, felt, sand, fine fabric become smooth, the "
        "grain of leather is left in some places and gone in others. All 35 photographs of PolyU gained, 0.1 dB (plush) to 5 "
        "dB. Coarse grain on the wood of two pictures of a Canon 600D stays in "
        "part, and so does some in deep shadows; flat walls keep faint patches of the noise's colour; single bright pixels "
        "of a hot sensor stay. Light joints between tiles of like colour fade. Strong JPEG is helped least. "
        "White noise is better left to color or grey, salt and pepper to a median." + LINES,
        losses="Losses are mean absolute differences, the training's in bfloat16, the validation's of eight held-out "
        "photographs. The first 14 epochs ran as of 28, the last 7 as of 21: the rate fell faster from there on.",
        judge=on_photographs,
    ),
    "document": Told(
        data="300 pages set in code in about 100 typefaces, under dirt made in code (the noise `paper`, JPEG), and 21 of "
        'the 80 scanned pairs of "Denoising Dirty Documents" (Kaggle; after the NoisyOffice database of Castro-Bleda, '
        "España-Boquera, Pastor-Pellicer, Zamora-Martínez, The Computer Journal 63(11), 2020). Judged on 12 others, whose "
        "typefaces and sheets of paper it never saw",
        terms=f"{TERMS} The pairs are not in here; where they were found, terms are not stated.",
        limits="Pages of dark ink on light paper. It makes paper white and ink black: photographs and pale tints on a "
        "page are lost, coloured pages are cleaned colour by colour. Not for photographs. Spots as dark and as sharp "
        "as ink may stay. A page that was clean is changed, too: to about 34 dB of what it was.",
        losses="Losses are mean squared errors; the training's in bfloat16, the validation's of three scanned pages and "
        "one set in code, some under more dirt. Before it came 12 epochs of the recipe document-typeset, 28,800 crops.",
        scene="document",
        judge=on_pairs,
    ),
    "lowlight": Told(
        data=f"{BSD}, darkened in code (the noise `darken`); then 18 pairs of LOL (Wei, Wang, Yang, Liu, BMVC 2018), of "
        "scenes that its eval15 does not show",
        terms=f"{BSD_TERMS} LOL's pairs are not in here; where they were found, terms are not stated.",
        limits="Dark photographs, as a file of 8 bits holds them. It always brightens, to what photographers commonly "
        "want: for images that are dark on purpose, take a smaller strength. It looks at the whole image, so it is "
        "not tiled: a photograph takes memory as its page tells. Grain stays in the darkest walls; how bright an image "
        "becomes is guessed, and for some unlike those it learned from by a factor of one and a half.",
        losses="Losses are mean absolute differences; the training's in bfloat16, the validation's of two held-out "
        "pairs. Before it came 6 epochs of the recipe lowlight-darkened, 1,200 crops.",
        scene="dark",
        judge=on_pairs,
    ),
}
