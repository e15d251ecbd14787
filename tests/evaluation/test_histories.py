import numpy as np
from PIL import Image

from grainless.evaluation.figures.curves import COLOURS
from grainless.evaluation.figures.histories import LINES, histories_png

HISTORY = [
    {"number": number, "loss": 1 / number, "validation": 0.1 + 1 / number, "rate": 1e-3}
    for number in range(1, 6)
]


def colours(path):
    with Image.open(path) as image:
        return {tuple(colour) for colour in np.asarray(image.convert("RGB")).reshape(-1, 3)}


def rgb(colour):
    return tuple(bytes.fromhex(colour[1:]))


def test_each_training_has_its_colour_and_the_floor_its_own(tmp_path):
    path = tmp_path / "curves.png"
    histories_png({"once": HISTORY}, path, loss="BCE")
    plain = colours(path)
    assert rgb(LINES[0]) in plain
    assert rgb(LINES[1]) not in plain
    histories_png({"once": HISTORY, "anew": HISTORY}, path, loss="BCE", floor=("floor", 0.05))
    assert {rgb(LINES[0]), rgb(LINES[1]), rgb(COLOURS["faint"])} <= colours(path)


def test_the_same_trainings_are_the_same_bytes(tmp_path):
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    for path in (one, two):
        histories_png({"once": HISTORY}, path, loss="BCE", published=("reported", 0.3))
    assert one.read_bytes() == two.read_bytes()


def test_one_epoch_is_drawn_and_what_a_training_started_from_is_left_out(tmp_path):
    path, started = tmp_path / "one.png", tmp_path / "started.png"
    histories_png({"once": HISTORY[:1]}, path, loss="BCE")
    before = {"number": 0, "loss": None, "validation": 9.0, "rate": 0.0}
    histories_png({"once": [before, *HISTORY[:1]]}, started, loss="BCE")
    assert path.read_bytes() == started.read_bytes()


def test_names_of_many_trainings_stand_below_the_curves(tmp_path):
    heights = []
    for count in (2, 3):
        path = tmp_path / f"{count}.png"
        histories_png({f"training {number}": HISTORY for number in range(count)}, path, loss="BCE")
        with Image.open(path) as image:
            heights.append(image.height)
    assert heights[1] > heights[0] + 30
