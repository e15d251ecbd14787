"""How far noisy images alone come: the same small network and number of steps, with clean targets and without.

    python -m benchmarks.noisy.only [SETTING [METHOD...]]      trains what has no row yet; each row takes minutes
    python -m benchmarks.noisy.only --table                    writes the table into docs/noisy-only.md

Rows are kept in runs/noisy-only/rows.jsonl as soon as they are there; what was stopped goes on after its last epoch.

Settings: "white": Gaussian noise of sigma 25/255 on the 432 photographs of BSD that are not in BSD68, judged on BSD68.
"photons": the same with noise of gain 1/30 and read noise 0.03. "microscopy": the five grey pairs at hand. "polyu":
PolyU's 35 JPEGs of five cameras. Noisy images are drawn once, unclipped. In the last two the networks learn from the
very noisy images that they are judged by, and never from their clean twins: that is what noisy images alone means.
Clean targets are there learned from another half: the other rows of each image of microscopes, other scenes of PolyU;
so two networks make that row.

Network and steps are the same in all rows: a U-Net of widths 16, 32, 64 that folds 2 x 2 pixels, from scratch, 2,000
steps of 8 crops, 64 x 64 pixels as the network is shown them. The best of four epochs is chosen by the method's own
loss on 4 photographs held out (there: on 8 of the noisy images themselves). Images of microscopes are shown with their
99.9 % brightest as white. PSNR in dB, mean over images, unclipped; seconds are of one core's time for training.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image as Pillow
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from benchmarks.inspection.sigma import DATA, photographs
from benchmarks.microscopes import opened, psnr, specimens
from grainless.data import DATA as DATA_SETS
from grainless.data.find import DataRoots
from grainless.data.images import Data, Images
from grainless.denoising.policy import Policy
from grainless.denoising.process import process
from grainless.image.image import Image
from grainless.learn.finetune.noisy_only.calibrate import calibrated
from grainless.learn.fitting.fit import Fit
from grainless.learn.methods.losses import LOSSES
from grainless.learn.methods.methods import METHODS, Method, WithRisk
from grainless.learn.methods.pairs import Pair, Scene
from grainless.learn.networks import NETWORKS
from grainless.model.denoiser import load
from grainless.noise import Chain, NumpyDraw, noise_from

ROWS = Path("runs/noisy-only/rows.jsonl")
PAGE, MARK = Path(__file__).parents[2] / "docs" / "noisy-only.md", "<!-- benchmarks/noisy/only.py -->"
SIGMA = 25 / 255
EPOCHS, STEPS, BATCH, SIDE, HELD, SEED = 4, 500, 8, 64, 4, 7
NOISES = 9
NONE = noise_from("none")

Floats = np.ndarray
Judge = Callable[[Callable[[Floats], Floats]], dict[str, float]]


class Lesson(NamedTuple):
    """What one network can learn from, and how it is judged; images are (c, h, w).

    Args:
        noisy: the images.
        clean: their clean partners: for the row with clean targets alone.
        again: their second shots.
        held: so many of them choose the epoch and are not learned from; 0: all do both.
        judge: PSNR by image.
    """

    noisy: list[Floats]
    clean: list[Floats]
    again: list[Floats] | None
    held: int
    judge: Judge


def on_photographs(noise: str) -> Lesson:
    """Noise on photographs, judged on BSD68."""
    clean = [_grey(path) for path in sorted((DATA.parent / "bsd432-color").glob("*.jpg"))]
    noisy, again = (
        [_noised(noise, image, seed, shot) for seed, image in enumerate(clean)] for shot in (1, 2)
    )

    def judge(denoise: Callable[[Floats], Floats]) -> dict[str, float]:
        return {
            f"{seed}": psnr(denoise(_noised(noise, image, seed, 0)), image)
            for seed, image in enumerate(photographs("bsd68"))
        }

    return Lesson(noisy, clean, again, HELD, judge)


def on_microscopes(half: int | None) -> Lesson:
    """The grey pairs; `half`: learned from this half of the rows, judged by the other."""
    grey = [each for each in specimens() if len(each.noisy) == 1]
    white = [float(np.quantile(each.noisy, 0.999)) for each in grey]
    middle = grey[0].noisy.shape[1] // 2
    halves = (slice(None, middle), slice(middle, None))
    learned = slice(None) if half is None else halves[half]
    judged = slice(None) if half is None else halves[1 - half]

    def judge(denoise: Callable[[Floats], Floats]) -> dict[str, float]:
        return {
            each.name: each.score(denoise(each.noisy / top) * top, judged)
            for each, top in zip(grey, white, strict=True)
        }

    sides = (
        [getattr(each, side)[:, learned] / top for each, top in zip(grey, white, strict=True)]
        for side in ("noisy", "clean")
    )
    return Lesson(*sides, None, 0, judge)


def on_cameras(half: int | None) -> Lesson:
    """PolyU; `half`: learned from this half of the scenes, judged by the other."""
    folder = DATA.parent / "realnoise" / "polyu"
    paths = sorted((folder / "noisy").glob("*"))
    scenes = sorted({path.stem.rsplit("_", 1)[0] for path in paths})
    pairs = {path: (opened(path), opened(folder / "clean" / path.name)) for path in paths}
    of = {path: scenes.index(path.stem.rsplit("_", 1)[0]) % 2 for path in paths}
    learned = [path for path in paths if half in {None, of[path]}]
    judged = [path for path in paths if half is None or of[path] != half]

    def judge(denoise: Callable[[Floats], Floats]) -> dict[str, float]:
        return {path.stem: psnr(denoise(pairs[path][0]), pairs[path][1]) for path in judged}

    return Lesson([pairs[path][0] for path in learned], [pairs[path][1] for path in learned], None, 0, judge)


SETTINGS: dict[str, Callable[[int | None], Lesson]] = {
    "white": lambda half: on_photographs(f"gaussian:sigma={SIGMA}"),
    "photons": lambda half: on_photographs("poisson-gaussian:peak=30,read=0.03"),
    "microscopy": on_microscopes,
    "polyu": on_cameras,
}
OWN = ("microscopy", "polyu")
"""Learned from the images judged by; clean targets from another half."""

Taught = tuple[Images, Method]


def noisy_alone(name: str, **options: Any) -> Callable[[Lesson], Taught]:
    return lambda lesson: (_images(lesson.noisy), METHODS[name](noise=NONE, **options))


def calibrated_on_results(lesson: Lesson) -> Taught:
    """Noise as measured, on what a shipped model makes of at most 48 of the noisy images."""
    noises, clean = _calibrated(lesson.noisy[-48:])
    return _images(clean), METHODS["supervised"](noise=noises)


def calibrated_on_photographs(lesson: Lesson) -> Taught:
    """The same noise on the photographs inside scikit-image."""
    noises, _ = _calibrated(lesson.noisy[-NOISES:])
    data = DATA_SETS["photos"](grey=len(lesson.noisy[0]) == 1).read(DataRoots())
    return _images([data.train.floats(row) for row in range(len(data.train))]), METHODS["supervised"](
        noise=noises
    )


def _calibrated(noisy: list[Floats]) -> tuple[Chain, list[Floats]]:
    """The noise of nine of them, each for a ninth of what is shown; and all of them denoised."""
    rows = np.unique(np.linspace(0, len(noisy) - 1, NOISES).round().astype(int))
    made = {row: calibrated(noisy[row], _by_shipped) for row in rows}
    noises = [noise for noise, _ in made.values()]
    ends = np.linspace(0, 1, len(noises) + 1).tolist()
    parts = [
        replace(noise, images=(low, high))
        for noise, low, high in zip(noises, ends[:-1], ends[1:], strict=True)
    ]
    print(f"  {parts[0]}", flush=True)
    return Chain(tuple(parts)), [
        made[row][1] if row in made else _by_shipped(each) for row, each in enumerate(noisy)
    ]


def _by_shipped(noisy: Floats) -> Floats:
    """Photographs of cameras by the model photo, grey images by --adapt, as a person would."""
    if len(noisy) == 3:
        return load("photo").run(noisy[None])[0]
    return process(Image(noisy), Policy(adapt=True))[0].pixels


TAUGHT: dict[str, Callable[[Lesson], Taught]] = {
    "clean targets": lambda lesson: (_pairs(lesson.noisy, lesson.clean), METHODS["given"](noise=NONE)),
    "noise2noise": lambda lesson: (_pairs(lesson.noisy, lesson.again or []), METHODS["given"](noise=NONE)),
    "blind-spots": noisy_alone("blind-spots"),
    "blind-spots, hidden = 1/16": noisy_alone("blind-spots", hidden=1 / 16),
    "neighbours": noisy_alone("neighbours"),
    "neighbours, undo = 1": noisy_alone("neighbours", undo=1.0),
    "recorrupted": noisy_alone("recorrupted", sigma=SIGMA),
    "sure": noisy_alone("sure", sigma=SIGMA),
    "calibrated": calibrated_on_results,
    "calibrated, on photographs": calibrated_on_photographs,
}
WHERE: dict[str, tuple[str, ...]] = {
    "noise2noise": ("white", "photons"),
    "recorrupted": ("white",),
    "sure": ("white",),
    "calibrated, on photographs": ("white", "photons"),
}
"""Method -> the settings that it is for; else all."""


class Decoded:
    """A method shown images as they were before `_images` wrote them as 16 bits."""

    def __init__(self, method: Method) -> None:
        self.method, self.needs_clean = method, method.needs_clean
        self.risk = method.risk if isinstance(method, WithRisk) else lambda loss: loss

    def __call__(self, scene: Scene, draw: Any) -> Pair:
        return self.method(Scene(*(None if side is None else 3 * side - 1 for side in scene)), draw)


def row(setting: str, name: str) -> dict[str, Any]:
    """Train and judge."""
    halves = (0, 1) if name == "clean targets" and setting in OWN else (None,)
    scores: dict[str, list[float]] = {}
    seconds, epochs = 0.0, []
    for half in halves:
        lesson = SETTINGS[setting](half)
        state = ROWS.parent / f"{setting}, {name.replace('/', ' of ')}, {half}.safetensors"
        network, best, spent = trained(lesson, name, state)
        seconds, epochs = seconds + spent, [*epochs, best]
        for image, score in lesson.judge(lambda noisy, network=network: _denoised(network, noisy)).items():
            scores.setdefault(image, []).append(score)
    images = {image: float(np.mean(each)) for image, each in scores.items()}
    return {
        "setting": setting,
        "method": name,
        "psnr": float(np.mean(list(images.values()))),
        "seconds": round(seconds),
        "best epoch": epochs,
        "images": images,
    }


def trained(lesson: Lesson, name: str, state: Path) -> tuple[torch.nn.Module, int, float]:
    """The network, its best epoch, and the processor's seconds."""
    images, method = TAUGHT[name](lesson)
    rows = np.arange(len(images))
    kept, held = (rows[: -lesson.held], rows[-lesson.held :]) if lesson.held else (rows, rows[:8])
    data = Data("", images.take(kept), images.take(held), images.take(held))
    torch.manual_seed(SEED)
    network = NETWORKS["unet"](channels=images.channels, widths=(16, 32, 64), fold=2, bias=False)
    fit = Fit(
        network,
        data,
        Decoded(method),
        LOSSES["mse"],
        seed=SEED,
        epochs=EPOCHS,
        steps=STEPS,
        batch=BATCH,
        crop=SIDE * (2 if name.startswith("neighbours") else 1),
        optimizer="muon",
        rate=1e-2,
        schedule="linear",
        ema=0.99,
        precision="full" if name == "sure" else "half",  # its differences are finer than half precision
    )
    best, before = deepcopy(network), _go_on(state, fit)
    began = time.process_time()
    for epoch in fit():
        print(f"  epoch {epoch.number}: {epoch.loss:.6f}, held out {epoch.validation:.6f}", flush=True)
        kept_best = fit.averaged.state_dict() if epoch.best else _under("best", load_file(state))
        _keep(state, fit, kept_best, before + time.process_time() - began)
    best.load_state_dict(_under("best", load_file(state)))
    return best.eval(), fit.best.number if fit.best else 0, before + time.process_time() - began


def _keep(state: Path, fit: Fit, best: Mapping[str, Tensor], seconds: float) -> None:
    """What goes on from here after a kill."""
    tensors, history = fit.state()
    named = {f"fit.{key}": value for key, value in tensors.items()} | {
        f"best.{key}": v for key, v in best.items()
    }
    plain = {key: value.contiguous().clone() for key, value in named.items()}
    written = state.with_suffix(".part")
    save_file(plain, written, {"history": history, "seconds": str(seconds)})
    written.replace(state)


def _go_on(state: Path, fit: Fit) -> float:
    """From where it was killed; the seconds spent until then."""
    if not state.is_file():
        return 0.0
    with safe_open(state, "pt") as file:
        facts = file.metadata()
    fit.restore(_under("fit", load_file(state)), facts["history"])
    return float(facts["seconds"])


def _under(name: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        key.removeprefix(f"{name}."): value for key, value in tensors.items() if key.startswith(f"{name}.")
    }


@torch.no_grad()
def _denoised(network: torch.nn.Module, noisy: Floats) -> Floats:
    height, width = noisy.shape[1:]
    beyond = (0, -width % network.multiple, 0, -height % network.multiple)
    padded = F.pad(torch.from_numpy(noisy)[None], beyond, mode="reflect")
    return network(padded)[0, :, :height, :width].numpy()


def _grey(path: Path) -> Floats:
    return np.asarray(Pillow.open(path).convert("L"), np.float32)[None] / 255


def _noised(noise: str, image: Floats, seed: int, shot: int) -> Floats:
    draw = NumpyDraw(np.random.default_rng((seed, shot)))
    return noise_from(noise)(image[None], draw)[0].astype(np.float32)


def _images(images: list[Floats]) -> Images:
    """From -1 to 2 full scales, in 16 bits: nothing that noise does is cut off."""
    return Images.of([np.rint((np.clip(each, -1, 2) + 1) / 3 * 65535).astype(np.uint16) for each in images])


def _pairs(noisy: list[Floats], wanted: list[Floats]) -> Images:
    return replace(_images(wanted), noisy=_images(noisy))


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in ROWS.read_text("utf-8").splitlines()] if ROWS.is_file() else []


def missing(wanted: list[str]) -> Iterator[tuple[str, str]]:
    known = {(each["setting"], each["method"]) for each in rows()}
    for setting in wanted[:1] or SETTINGS:
        for name in wanted[1:] or TAUGHT:
            if setting in WHERE.get(name, tuple(SETTINGS)) and (setting, name) not in known:
                yield setting, name


def table() -> str:
    """Markdown: a row for each method that has been measured, a column for each setting."""
    scores = {(each["setting"], each["method"]): each["psnr"] for each in rows()}
    known = [name for name in TAUGHT if any((setting, name) in scores for setting in SETTINGS)]
    lines = [f"| learned by | {' | '.join(SETTINGS)} |", "|---|" + "---|" * len(SETTINGS)]
    for name in known:
        cells = [scores.get((setting, name)) for setting in SETTINGS]
        lines.append(f"| {name} | {' | '.join('' if cell is None else f'{cell:.2f}' for cell in cells)} |")
    return "\n".join(lines)


def write_table() -> None:
    """Between the page's two marks."""
    before, _, rest = PAGE.read_text("utf-8").partition(MARK)
    _, _, after = rest.partition(MARK)
    PAGE.write_text(f"{before}{MARK}\n\n{table()}\n\n{MARK}{after}", "utf-8")


if __name__ == "__main__" and sys.argv[1:] == ["--table"]:
    write_table()
elif __name__ == "__main__":
    ROWS.parent.mkdir(parents=True, exist_ok=True)
    for setting, name in missing(sys.argv[1:]):
        print(f"{setting}, {name}", flush=True)
        made = row(setting, name)
        with ROWS.open("a", encoding="utf-8") as file:
            file.write(json.dumps(made) + "\n")
        print(f"  {made['psnr']:.2f} dB, {made['seconds']} s", flush=True)
