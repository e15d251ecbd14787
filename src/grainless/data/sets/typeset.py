"""Pages of text set in code: words, headings, tables, ruled lines, drawings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
from numpy.typing import NDArray

FINER = 3
"""Pages are drawn so many times larger, so that at edges pixels are grey by how much of them is ink, as in print."""

COMMON, ONSETS, CORES, ENDS = (
    text.split(" ")
    for text in (
        "the of and to in is a that it for was on are as with be at by not this from or have an they which one",
        "b c d f g h l m n p r s t v w st tr pl ch sh th qu br gr k j fr sp y z",
        "a e i o u ea ou ai ie oo e a i o",
        "n r s t l d m ng nt st ck x p th ly ss        ",  # many syllables end in nothing
    )
)

Chance = np.random.Generator


def page(fonts: Sequence[Path], chance: Chance, *, height: int, width: int) -> NDArray[np.uint8]:
    """A page, (1, h, w), black ink on white, or grey ink now and then.

    Args:
        fonts: files of typefaces; each page takes two.
        chance: where text, sizes and places come from.
        height: in pixels.
        width: in pixels.
    """
    sheet = PIL.Image.new("L", (FINER * width, FINER * height), 255)
    pen = PIL.ImageDraw.Draw(sheet)
    ink = 0 if chance.random() < 0.8 else int(chance.integers(0, 140))
    size = float(np.exp(chance.uniform(np.log(9), np.log(40))))
    faces = [_face(fonts, size * scale, chance) for scale in (1.0, chance.uniform(1, 2))]
    kinds = chance.choice(["text", "text", "text", "table", "lines", "drawing"], 6)
    top = int(FINER * chance.uniform(-10, 20))
    for kind in kinds:
        if top > FINER * height:
            break
        top = PARTS[kind](pen, top, faces, ink, chance)
    if chance.random() < 0.4:
        sheet = sheet.rotate(chance.normal(0, 1.5), PIL.Image.Resampling.BILINEAR, fillcolor=255)
    return np.asarray(sheet.reduce(FINER))[None]


def font_files(folder: Path) -> list[Path]:
    """The files of typefaces in a folder and those inside it that hold the Latin letters and are no symbols."""
    files = sorted(path for ending in ("ttf", "otf") for path in folder.rglob(f"*.{ending}"))
    return [path for path in files if _writes(path)]


def sentence(chance: Chance, words: int) -> str:
    """Words without meaning, with capitals, figures and points, as text in a Latin script looks."""
    written = [_word(chance) for _ in range(words)]
    return " ".join(written).capitalize() if chance.random() < 0.9 else " ".join(written).upper()


def _word(chance: Chance) -> str:
    kind = chance.random()
    if kind < 0.35:
        return str(chance.choice(COMMON))
    if kind < 0.42:
        return f"{chance.integers(0, 3000)}"
    syllables = (
        str(chance.choice(ONSETS)) + str(chance.choice(CORES)) + str(chance.choice(ENDS))
        for _ in range(chance.integers(1, 5))
    )
    word = "".join(syllables)
    word = word.capitalize() if chance.random() < 0.1 else word
    return word + str(chance.choice([",", ".", ";", ":", " -", "!", "?", ")", "%"])) if kind > 0.85 else word


def _face(fonts: Sequence[Path], size: float, chance: Chance) -> PIL.ImageFont.FreeTypeFont:
    return PIL.ImageFont.truetype(fonts[int(chance.integers(len(fonts)))], FINER * size)


def _text(pen: PIL.ImageDraw.ImageDraw, top: int, faces: list, ink: int, chance: Chance) -> int:
    """A paragraph, with a heading now and then."""
    face, heading = faces
    left, spacing = int(FINER * chance.uniform(-20, 30)), chance.uniform(0.95, 1.5)
    if chance.random() < 0.3:
        top = _row(pen, left, top, heading, ink, chance, 4, spacing)
    for row in range(chance.integers(2, 12)):
        top = _row(pen, left + (row == 0) * int(FINER * 20), top, face, ink, chance, 40, spacing)
    return top + int(FINER * chance.uniform(0, 20))


def _row(
    pen: PIL.ImageDraw.ImageDraw,
    left: int,
    top: int,
    face: PIL.ImageFont.FreeTypeFont,
    ink: int,
    chance: Chance,
    words: int,
    spacing: float,
) -> int:
    fit = max(1, min(words, int(2.2 * pen.im.size[0] / (5 * face.size) + 2)))
    line = sentence(chance, fit)
    if chance.random() < 0.02:  # white on black
        pen.rectangle([left, top, pen.im.size[0] // 2, top + int(1.2 * face.size)], fill=ink)
        pen.text((left, top), line[:20], 255, face)
    else:
        pen.text((left, top), line, ink, face)
        if chance.random() < 0.04:
            under = top + int(1.1 * face.size)
            pen.line([left, under, left + 20 * face.size, under], ink, _stroke(chance))
    return top + int(spacing * 1.15 * face.size)


def _table(pen: PIL.ImageDraw.ImageDraw, top: int, faces: list, ink: int, chance: Chance) -> int:
    """Rows and columns of words or figures between lines."""
    face, stroke = faces[0], _stroke(chance)
    left, cell = int(FINER * chance.uniform(5, 30)), int(face.size * chance.uniform(3, 8))
    rows, columns, tall = int(chance.integers(2, 6)), int(chance.integers(2, 6)), int(face.size * 1.5)
    for row in range(rows + 1):
        pen.line([left, top + row * tall, left + columns * cell, top + row * tall], ink, stroke)
    for column in range(columns + 1):
        pen.line([left + column * cell, top, left + column * cell, top + rows * tall], ink, stroke)
    for row in range(rows):
        for column in range(columns):
            place = (left + column * cell + stroke + 6, top + row * tall + stroke)
            pen.text(place, _word(chance)[:5], ink, face)
    return top + rows * tall + int(FINER * 12)


def _lines(pen: PIL.ImageDraw.ImageDraw, top: int, faces: list, ink: int, chance: Chance) -> int:
    """Ruled lines of a form, words at their beginning."""
    face, stroke = faces[0], _stroke(chance)
    for _ in range(chance.integers(2, 6)):
        pen.text((FINER * 10, top), _word(chance), ink, face)
        under = top + int(1.2 * face.size)
        pen.line([int(FINER * 10 + 5 * face.size), under, pen.im.size[0] - FINER * 20, under], ink, stroke)
        top += int(1.6 * face.size)
    return top + int(FINER * 8)


def _drawing(pen: PIL.ImageDraw.ImageDraw, top: int, faces: list, ink: int, chance: Chance) -> int:
    """Circles, boxes, strokes by hand, bars in grey."""
    tall = FINER * int(chance.integers(40, 120))
    for _ in range(chance.integers(2, 7)):
        x, y = chance.uniform(0, pen.im.size[0] * 0.9), top + chance.uniform(0, tall * 0.7)
        box = [x, y, x + FINER * chance.uniform(8, 90), y + FINER * chance.uniform(8, 60)]
        kind, stroke = chance.integers(4), _stroke(chance)
        if kind == 0:
            pen.ellipse(box, outline=ink, width=stroke)
        elif kind == 1:
            grey = None if chance.random() < 0.6 else int(chance.integers(0, 200))
            pen.rectangle(box, outline=ink, width=stroke, fill=grey)
        else:
            steps = chance.normal(0, FINER * 9, (int(chance.integers(2, 12)), 2))
            points = np.array([x, y]) + np.cumsum(steps, axis=0)
            pen.line([tuple(point) for point in points], ink, stroke, joint="curve")
    return top + tall


PARTS = {"text": _text, "table": _table, "lines": _lines, "drawing": _drawing}


def _stroke(chance: Chance) -> int:
    """The width of a line, in the finer pixels."""
    return int(chance.integers(2, 4 * FINER))


def _writes(path: Path) -> bool:
    """Whether the typeface has letters of its own for these, and no two alike."""
    try:
        face = PIL.ImageFont.truetype(path, 24)
        shapes = [bytes(face.getmask(letter)) for letter in "aegnortWQ17,\uffff"]
    except OSError:
        return False
    return len(set(shapes)) == len(shapes)
