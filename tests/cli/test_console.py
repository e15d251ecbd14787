"""The terminal: tables that keep their cells whole, numbers that line up, JSON that programs can read."""

import io
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.console import Console

from grainless.cli import console
from grainless.evaluation.evaluate import Row
from grainless.evaluation.score import Score
from grainless.plain import plain


def lines(capsys):
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def row(denoiser, speed=0.5, **scores):
    values = {name: Score(np.array(each, dtype=float)) for name, each in scores.items()}
    return Row(denoiser, "photos test", "gaussian:sigma=25/255", "float", 0.1, values, speed)


def test_where_there_is_no_terminal_nothing_is_wrapped(capsys):
    long = " ".join(["word"] * 60)
    console.table("t" * 200, ("name", "what it is"), [("a", long), ("b", "short")])
    assert lines(capsys)[0] == "t" * 200
    console.table("", ("name", "what it is"), [("a", long)])
    assert f"a      {long}" in lines(capsys)


def test_no_line_is_as_long_as_the_longest_where_there_is_no_terminal(capsys):
    console.facts("run", {"name": "a", "data": "b" * 1000})
    assert capsys.readouterr().out.splitlines()[1] == "name   a"


def test_numbers_stand_to_the_right_with_the_same_decimals(capsys):
    console.table(
        "T", ("name", "count", "mean"), [("a", 1234, 25.3), ("bcd", 5, 8.123456), ("e", None, -0.5)]
    )
    assert lines(capsys) == [
        "T",
        "name   count    mean",
        "─" * 20,
        "a      1,234   25.30",
        "bcd        5    8.12",
        "e          -   -0.50",
        "",
    ]


def test_cells_that_are_no_numbers_stand_to_the_left(capsys):
    console.table("T", ("a", "b"), [(1, "x"), (22, "yy"), ("three", True)])
    assert lines(capsys)[3:6] == ["1       x", "22      yy", "three   yes"]


def test_markup_is_printed_as_it_is(capsys):
    console.table("[bold]", ("", ""), [("[red]", "[/]")])
    console.say("runs/[x]")
    assert lines(capsys) == ["[bold]", "[red]   [/]", "", "runs/[x]"]


def test_facts_are_a_table_for_each_mapping(capsys):
    console.facts(
        "run",
        {"name": "a", "sizes": [28, 28], "none": [], "loss": {"best": 0.5}, "empty": {}, "rows": [{"x": 1}]},
    )
    assert lines(capsys) == [
        "run",
        "name    a",
        "sizes   28, 28",
        "none    none",
        "",
        "loss",
        "best   0.5",
        "",
        "rows",
        "x",
        "─",
        "1",
        "",
    ]


def test_facts_keep_the_digits_of_each(capsys):
    console.facts("noise", {"peak": 100.0, "read": 0.0002, "seed": 7})
    assert lines(capsys)[1:4] == ["peak      100", "read   0.0002", "seed        7"]


def test_scores_show_what_is_asked_for_with_half_the_interval(capsys):
    rows = [
        row("noisy", psnr=[20.0, 21.0, 22.0], mse=[0.01, 0.02, 0.03]),
        row("model", 1.25, psnr=[30.0] * 3, mse=[0.001] * 3),
    ]
    console.scores(rows, ["psnr"], "Protocol float.")
    told = lines(capsys)
    half = 4.303 / math.sqrt(3)  # Student's t for three images, times the standard error
    assert told[0] == "photos test, noise gaussian:sigma=25/255"
    assert told[1].split() == ["PSNR", "PSNR", "to", "best", "s/megapixel"]
    assert told[3].split() == ["noisy", "21.00", "±", f"{half:.2f}", "-9.00", "±", f"{half:.2f}", "0.500"]
    assert told[4].split() == ["model", "30.00", "±", "0.00", "best", "1.250"]
    assert len(told[3]) == len(told[4])
    assert told[-1].startswith("Means over 3 images, ± half the 95 % interval. To best: ")
    assert told[-1].endswith(" Protocol float.")


def test_one_image_and_perfect_images_have_no_interval(capsys):
    console.scores([row("noisy", psnr=[20.0]), row("same", psnr=[math.inf])], ["psnr"], "")
    told = lines(capsys)
    assert told[3].split() == ["noisy", "20.00", "-", "0.5000"]
    assert told[4].split() == ["same", "inf", "best", "0.5000"]
    assert told[-1].startswith("Means over 1 image: too few for an interval, which takes 3. To best: ")


def test_names_of_facts_are_shown_as_words_and_those_below_them_as_they_are(capsys):
    console.facts("run", {"best_epoch": 2, "hyperparameters": {"train.fixed_noise": True}})
    told = [line.split() for line in lines(capsys)]
    assert ["best", "epoch", "2"] in told
    assert ["train.fixed_noise", "yes"] in told


REACHED = {
    "name": "tiny",
    "best_epoch": 2,
    "epochs": 5,
    "scores": {"validation": {"psnr": 30.0, "bce": 0.1}, "test": {"psnr": 9.0, "bce": 0.2}},
    "noisy": {"validation": {"psnr": 10.0, "bce": 0.5}, "test": {"psnr": 8.0, "bce": 0.6}},
}


def test_scores_reached_stand_beside_those_of_the_noisy_images(capsys):
    console.scores_reached(REACHED, ["psnr", "bce"])
    told = [line.split() for line in lines(capsys)]
    assert told[0] == ["tiny:", "epoch", "2", "of", "5"]
    assert told[1] == ["images", "PSNR", "BCE"]
    assert told[3:7] == [
        ["validation", "noisy", "10.00", "0.5000"],
        ["validation", "denoised", "30.00", "0.1000"],
        ["test", "noisy", "8.00", "0.6000"],
        ["test", "denoised", "9.00", "0.2000"],
    ]


def test_where_nothing_was_put_on_the_images_they_are_the_input(capsys):
    clean = {"psnr": math.inf, "bce": 0.05}
    console.scores_reached(REACHED | {"noisy": {"validation": clean, "test": clean}}, ["psnr", "bce"])
    told = lines(capsys)
    assert ["test", "input", "inf", "0.0500"] in [line.split() for line in told]
    assert not any("noisy" in line for line in told)


def test_what_a_run_began_with_stands_between(capsys):
    before = {"name": "grey", "scores": {"validation": {"psnr": 20.0}, "test": {"psnr": 8.5}}}
    console.scores_reached(REACHED | {"others": [before]}, ["psnr"])
    told = [line.split()[:3] for line in lines(capsys)]
    assert told[6:9] == [["test", "noisy", "8.00"], ["test", "grey", "8.50"], ["test", "denoised", "9.00"]]


def test_a_run_that_was_not_judged_says_so(capsys):
    console.scores_reached(REACHED | {"scores": {}, "noisy": {}}, ["psnr"])
    assert lines(capsys) == [
        "tiny: epoch 2 of 5, not judged yet: the training was stopped. Go on with it by --resume."
    ]


values = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=10,
)


@given(values)
def test_json_reads_back_to_what_was_written(value):
    assert json.loads(json.dumps(plain(value))) == value


def test_json_is_alone_and_knows_no_infinity(capsys):
    console.as_json({"a": (math.inf, -math.inf, math.nan, 1.5), 7: {"b": True}})
    assert json.loads(capsys.readouterr().out) == {"a": [None, None, None, 1.5], "7": {"b": True}}


def test_progress_is_silent_without_a_terminal(capsys):
    with console.progress("evaluating") as move:
        move(3, 10)
        move(7, 10)
    assert capsys.readouterr() == ("", "")


NUMBERS = ["1,234", "-0.5", "1e-07", "12.3 ± 0.1", "inf", "-"]
WORDS = ["28, 28", "a1", "", "1-2", "8 x 8"]


def test_in_a_terminal_progress_is_a_bar_on_stderr(monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr(console, "err", Console(file=written, force_terminal=True, width=90))
    with console.progress("evaluating") as move:
        move(3, 10)
        move(7, 10)
    assert "evaluating" in written.getvalue()
    assert "10/10" in written.getvalue()


@pytest.mark.parametrize("cell", NUMBERS + WORDS)
def test_what_counts_as_a_number(cell):
    assert bool(console.NUMBER.fullmatch(cell)) == (cell in NUMBERS)
