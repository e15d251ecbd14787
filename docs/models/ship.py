"""Put a finished run into the package as a shipped model, and write its page.

    python docs/models/ship.py runs/models/grey

The run's recipe gives the name. The model is judged by the field's protocol on its test set; the scores, what it
learned from and its limits go into the card inside the ONNX file. Prints the line for SHIPPED in zoo.py.
"""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from grainless.model.card import KEY, Card
from grainless.model.denoiser import load
from grainless.evaluation.benchmark.sets import judged
from grainless.evaluation.denoisers import blind
from grainless.evaluation.curves import curve_png
from grainless.data.find import DataRoots
from grainless.evaluation.evaluate import evaluate
from grainless.noise import noise_from
from grainless.learn.run import Run
from grainless.model.zoo import PRETRAINED

PAGES = Path(__file__).parent
TEST = {1: "bsd68", 3: "cbsd68"}  # channels -> the set that the field judges by
DATA = (
    "416 of the 500 photographs of BSDS500 (Arbelaez, Maire, Fowlkes, Malik, IEEE TPAMI 33(5), 2011), none of the 68 "
    "of BSD68; they are light JPEGs"
)
TERMS = (
    "The weights: Apache-2.0, like Grainless. The photographs are not in here; Berkeley's page offered them for "
    "non-commercial research and education."
)
LIMITS = (
    "White Gaussian noise of the range that sigma names. Beyond it, and on noise that is correlated (JPEG, "
    "demosaicing), impulsive (salt and pepper) or grows with brightness, it does less: docs/benchmarks.md tells."
)


def scores(model: Path, channels: int) -> dict[str, float]:
    """PSNR by sigma, by the field's protocol."""
    found = judged(TEST[channels], DataRoots())
    means = {}
    for sigma in (15, 25, 50):
        noise = noise_from(f"gaussian:sigma={sigma}/255")
        _, row = evaluate(
            {"model": blind(load(model))}, found.images, noise, data_name=found.title, protocol="field"
        )
        means[f"{found.title}, sigma {sigma}"] = round(row.scores["psnr"].mean, 2)
    return means


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its weights stored in 16 bits, which it widens again as it is loaded: half the file."""
    graph, casts = model.graph, []
    for weight in [each for each in graph.initializer if each.data_type == onnx.TensorProto.FLOAT]:
        values = onnx.numpy_helper.to_array(weight)
        if values.size > 100:
            graph.initializer.remove(weight)
            graph.initializer.append(
                onnx.numpy_helper.from_array(values.astype(np.float16), f"{weight.name}.half")
            )
            casts.append(
                onnx.helper.make_node(
                    "Cast", [f"{weight.name}.half"], [weight.name], to=onnx.TensorProto.FLOAT
                )
            )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def ship(run: Run) -> Card:
    """Write the run's model, with all that its card can tell, into the package."""
    model = halved(onnx.load(run.model_file))
    card = load(run.model_file).card
    path = PRETRAINED / f"{card.name}.onnx"
    onnx.save(model, path)
    card = replace(card, bytes_a_pixel=load(path).bytes_a_pixel)
    told = {"learned from": DATA, "terms": TERMS, "limits": LIMITS, "PSNR in dB": scores(path, card.channels)}
    card = replace(card, about=told | card.about)
    onnx.helper.set_model_props(model, {KEY: card.to_json()})
    onnx.save(model, path)
    return card


def page(run: Run, card: Card) -> str:
    """The model's page: its card, its training's log and curve."""
    about: dict[str, Any] = card.about
    history = run.facts()["history"]
    shown = [epoch for epoch in history if epoch["number"] % 5 == 0 or epoch["number"] == 1]
    log = [
        f"| {epoch['number']} | {epoch['loss']:.6f} | {epoch['validation']:.6f} | {epoch['rate']:.2g} | "
        f"{epoch['seconds']:.0f} |"
        for epoch in shown
    ]
    hours = sum(epoch["seconds"] for epoch in history) / 3600
    return "\n".join(
        [
            f"# The model {card.name}",
            "",
            *(f"- **{name}**: {about[name]}" for name in ("learned from", "terms", "limits")),
            f"- **network**: U-Net, {about['parameters']:,} parameters, {about['MACs a pixel']:,} MACs "
            f"a pixel, reach {card.reach} pixels, sides padded to multiples of {card.multiple}",
            f"- **training**: {about['epochs']} epochs, {about['images shown']:,} crops, {hours:.1f} hours on "
            "one core of a machine that did other things, too; the recipe is "
            f"[{card.name}.toml](../../src/grainless/recipes/{card.name}.toml)",
            "",
            "| set | PSNR in dB |",
            "|---|---|",
            *(f"| {name} | {value:.2f} |" for name, value in about["PSNR in dB"].items()),
            "",
            f"![Losses by epoch]({card.name}.png)",
            "",
            "Losses are mean squared errors, the training's of noise from sigma 0 to 55 in bfloat16, the "
            "validation's of eight held-out photographs.",
            "",
            "| epoch | loss | validation | rate | seconds |",
            "|---|---|---|---|---|",
            *log,
            "",
            f"To train on: `grainless train {card.name} --set train.start=RUN --set train.rate=3e-3`, where RUN is "
            f"the folder of a run of `grainless train {card.name}`; a run that was stopped goes on by `--resume` "
            "from its folder `resume/`.",
            "",
        ]
    )


if __name__ == "__main__":
    shipped = Run.open(Path(sys.argv[1]))
    its = ship(shipped)
    curve_png(shipped.facts()["history"], PAGES / f"{its.name}.png")
    (PAGES / f"{its.name}.md").write_text(page(shipped, its), encoding="utf-8")
    digest = hashlib.sha256((PRETRAINED / f"{its.name}.onnx").read_bytes()).hexdigest()
    print(f'"{its.name}": Shipped("{its.name}.onnx", "{digest}"),')
