"""Put a finished run into the package as a shipped model, and write its page.

    python docs/models/ship.py runs/models/grey
    python docs/models/ship.py grey grey.safetensors    # weights that went on from the shipped ones: longer.toml
    python docs/models/ship.py --retell grey            # no training: the limits of told.py into card and page anew

The run's recipe gives the name. The model is judged on its test set; the scores, what it learned from and its limits go
into the card inside the ONNX file. Prints the line for SHIPPED in zoo.py.
"""

import hashlib
import re
import sys
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from safetensors.torch import load_file
from told import DIGITS, MODELS, TEST

from grainless import __version__
from grainless.data.find import DataRoots
from grainless.evaluation.benchmark.sets import image_set
from grainless.evaluation.evaluate import Task
from grainless.evaluation.figures.curves import curve_png
from grainless.learn.export import export
from grainless.learn.recipe import Recipe
from grainless.learn.run import Run
from grainless.learn.score import learned_from
from grainless.model.card import KEY, Card
from grainless.model.denoiser import load
from grainless.model.zoo import PRETRAINED
from grainless.noise import noise_from

PAGES = Path(__file__).parent
LONGER = tomllib.loads((PAGES / "longer.toml").read_text("utf-8"))


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
    return _kept(run.model_file, run, {"learned from": MODELS[run.facts()["name"]].data})


def ship_longer(name: str, weights: Path) -> Card:
    """Write weights that were trained on from those of the shipped model into its place."""
    longer, card = LONGER[name], load(PRETRAINED / f"{name}.onnx").card
    network = Recipe.load(name).network()
    network.load_state_dict(load_file(weights))
    about = {**card.about, "trained on": longer["how"]}
    about.pop("validation loss", None)  # of photographs that were trained on since
    about["epochs"] = about["recipe"]["train"]["epochs"] + longer["epochs"]
    about["images shown"] = 16_000 * about["recipe"]["train"]["epochs"] + longer["images"]
    about["versions"] = about["versions"] | {"grainless": __version__, "torch": torch.__version__}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        export(network, path, replace(card, about=about), _noisy(card.channels))
        return _kept(
            path,
            None,
            {"learned from": longer.get("data", MODELS[name].data)},
        )


def retell(name: str) -> Card:
    """Write the limits that told.py tells into the card of a shipped model; its weights stay."""
    path = PRETRAINED / f"{name}.onnx"
    model, card = onnx.load(path), load(path).card
    card = replace(card, about=card.about | {"limits": MODELS[name].limits})
    onnx.helper.set_model_props(model, {KEY: card.to_json()})
    onnx.save(model, path)
    return card


def _noisy(channels: int) -> torch.Tensor:
    """An image of the test set with noise, on which file and network are compared."""
    task = Task(image_set(TEST[channels], DataRoots()).images, noise_from("gaussian:sigma=25/255"))
    return torch.from_numpy(task.pair(0)[0][None])


def _kept(file: Path, run: Run | None, about: dict[str, Any]) -> Card:
    model = halved(onnx.load(file))
    card = load(file).card
    told = MODELS[card.name]
    path = PRETRAINED / f"{card.name}.onnx"
    onnx.save(model, path)
    learned = learned_from(run.recipe().noise()) if run else card.learned
    card = replace(
        card,
        bytes_a_pixel=load(path).bytes_a_pixel,
        learned=({told.scene: None} if told.scene else {}) | learned,
        about=card.about | {"terms": told.terms, "limits": told.limits} | told.judge(path, run) | about,
    )
    onnx.helper.set_model_props(model, {KEY: card.to_json()})
    onnx.save(model, path)
    return card


def page(run: Run, card: Card) -> str:
    """The model's page: its card, its training's log and curve."""
    about: dict[str, Any] = card.about
    history = [epoch for epoch in run.facts()["history"] if epoch["number"]]
    every = 5 if len(history) > 15 else 1
    shown = [epoch for epoch in history if epoch["number"] % every == 0 or epoch["number"] == 1]
    log = [
        f"| {epoch['number']} | {epoch['loss']:.6f} | {epoch['validation']:.6f} | {epoch['rate']:.2g} | "
        f"{epoch['seconds']:.0f} |"
        for epoch in shown
    ]
    hours = sum(epoch["seconds"] for epoch in history) / 3600
    looks = "the whole image" if card.reach is None else f"{card.reach} pixels"
    return "\n".join(
        [
            f"# The model {card.name}",
            "",
            *(f"- **{name}**: {about[name]}" for name in ("learned from", "terms", "limits")),
            f"- **network**: U-Net, {about['parameters']:,} parameters, {about['MACs a pixel']:,} MACs "
            f"a pixel, reach {looks}, sides padded to multiples of {card.multiple}; {card.bytes_a_pixel:.0f} bytes of "
            "memory a pixel",
            f"- **training**: {about['epochs']} epochs, {about['images shown']:,} crops, {hours:.1f} hours on "
            "one core of a machine that did other things, too; the recipe is "
            f"[{card.name}.toml](../../src/grainless/recipes/{card.name}.toml)",
            "",
            *tables(about),
            f"![Losses by epoch]({card.name}.png)",
            "",
            MODELS[card.name].losses,
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


def longer_page(card: Card, text: str) -> str:
    """The page as it stands, with the longer training, its scores and what it learned from."""
    about = card.about
    text = re.sub(r"- \*\*trained on\*\*.*\n", "", text)
    text = re.sub(r"(- \*\*training\*\*.*\n)", rf"\1- **trained on**: {about['trained on']}\n", text)
    text = re.sub(r"(- \*\*learned from\*\*: ).*", rf"\g<1>{about['learned from']}", text)
    for name, value in about["PSNR in dB"].items():
        text = re.sub(rf"\| {name} \| .*", f"| {name} | {value:.2f} |", text)
    first = about["recipe"]["train"]["epochs"]
    return text.replace("Losses are mean", f"Losses of the first {first} epochs are mean")


def main(arguments: list[str]) -> str:
    if arguments[0] == "--retell":
        card = retell(arguments[1])
        file = PAGES / f"{card.name}.md"
        text = re.sub(
            r"(- \*\*limits\*\*: ).*", rf"\g<1>{card.about['limits']}", file.read_text("utf-8"), count=1
        )
    elif len(arguments) == 2:
        card = ship_longer(arguments[0], Path(arguments[1]))
        file = PAGES / f"{card.name}.md"
        text = longer_page(card, file.read_text("utf-8"))
    else:
        run = Run.open(Path(arguments[0]))
        card = ship(run)
        curve_png(run.facts()["history"], PAGES / f"{card.name}.png")
        file, text = PAGES / f"{card.name}.md", page(run, card)
    file.write_text(text, encoding="utf-8")
    return card.name


def tables(about: dict[str, Any]) -> list[str]:
    """What was judged, a column for each score that there is."""
    scores = {name: about[name] for name in DIGITS if name in about}
    rows = [
        f"| {judged} | {' | '.join(f'{score[judged]:.{DIGITS[name]}f}' for name, score in scores.items())} |"
        for judged in next(iter(scores.values()))
    ]
    return [f"| set | {' | '.join(scores)} |", f"|---|{'---|' * len(scores)}", *rows, ""]


if __name__ == "__main__":
    its = main(sys.argv[1:])
    digest = hashlib.sha256((PRETRAINED / f"{its}.onnx").read_bytes()).hexdigest()
    print(f'"{its}": Shipped("{its}.onnx", "{digest}"),')
