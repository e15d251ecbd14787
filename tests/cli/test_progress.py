"""Looking on: a moving bar in a terminal, plain lines elsewhere."""

import io
import re

import pytest
import torch
from rich.console import Console
from trainings import trained

from grainless.cli import progress
from grainless.cli.progress import TerminalProgress
from grainless.data.images import Images
from grainless.learn.fitting.epoch import Epoch

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def seen(monkeypatch):
    """Puts a terminal, or none, in the place of stderr; gives what was written there."""

    def watched(path, *changes, terminal, width=120, **options):
        written = io.StringIO()
        monkeypatch.setattr(progress, "err", Console(file=written, force_terminal=terminal, width=width))
        with TerminalProgress() as callback:
            trained(path, *changes, callback=callback, **options)
        return written.getvalue()

    return watched


def test_without_a_terminal_there_is_one_plain_line_an_epoch(seen, tmp_path):
    first, *epochs = seen(tmp_path / "run", terminal=False).splitlines()
    assert first == "tiny: 1,096 parameters, 1,657 images of digits, at most 2 epochs"
    assert len(epochs) == 2
    for number, line in enumerate(epochs, start=1):
        assert re.fullmatch(
            rf"epoch {number}/2  loss 0\.0?[1-9]\d{{3}}  validation 0\.0?[1-9]\d{{3}}  best  [\d,]+ images/s",
            line,
        )


def test_weights_that_a_start_lacks_are_named(seen, finished, tmp_path):
    start = f"train.start={finished.path}"
    _, told, *_ = seen(tmp_path / "wider", start, "network.code=9", terminal=False, width=1000).splitlines()
    assert told == (
        f"{finished.path} has no weights that fit for: encoder.1.weight, encoder.1.bias, decoder.0.weight"
    )
    assert "no weights" not in seen(tmp_path / "same", start, terminal=False)


def test_in_a_terminal_there_is_a_bar_besides_which_goes_at_the_end(seen, tmp_path):
    written = seen(tmp_path / "run", terminal=True)
    assert "\x1b[" in written
    plain = ANSI.sub("", written)
    assert "training" in plain
    assert "judging" in plain
    assert "images/s  left" in plain
    assert plain.count("epoch 1/2") == plain.count("epoch 2/2") == 1
    assert written.endswith("\x1b[2K") or written.rstrip().endswith("h")  # the bar's line is wiped


def test_going_on_says_how_far_it_was_and_its_speed_is_of_today(seen, copied, monkeypatch):
    speeds = []
    step = TerminalProgress.on_step

    def look(self, done, steps, loss):
        step(self, done, steps, loss)
        speeds.append((self._bar.tasks[0].completed, self._bar.tasks[0].total))

    monkeypatch.setattr(TerminalProgress, "on_step", look)
    text = copied.recipe_file.read_text().replace("epochs = 2", "epochs = 3")
    copied.recipe_file.write_text(text)
    written = seen(copied.path, "train.epochs=3", terminal=False, resume=True)
    assert written.splitlines()[0].endswith("at most 3 epochs, 2 of them done")
    assert speeds == [(2 * 26 + 16, 3 * 26), (3 * 26, 3 * 26)]


class Fits:
    network = torch.nn.Linear(2, 3)
    epochs, batch, reached, done, remarks = 9, 1, 0, False, ()


class Few:
    train, trained_on, name = Images.of([]), 0, "digits"


class Named:
    name = "x[y]"


def test_an_accelerator_is_named(monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr(progress, "err", Console(file=written, width=120))
    monkeypatch.setattr(Fits, "network", torch.nn.Linear(2, 3, device="meta"))
    TerminalProgress().on_start(Named, Few, Fits)
    assert written.getvalue() == "x[y]: 9 parameters, 0 images of digits, at most 9 epochs, on meta\n"


def test_an_epoch_that_is_not_the_best_does_not_say_so(monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr(progress, "err", Console(file=written, width=120))
    callback = TerminalProgress()
    callback.on_start(Named, Few, Fits)
    callback.on_epoch(Epoch(3, 0.25, 0.00061234, 1e-3, 2.0, 5000, best=False))
    callback.on_epoch(Epoch(0, None, 0.25, 0.0, 0.0, 0, best=True))
    assert written.getvalue().splitlines()[2] == "as it begins           validation 0.2500"
    assert (
        written.getvalue().splitlines()[1]
        == "epoch 3/9  loss 0.2500  validation 0.0006123        2,500 images/s"
    )


@pytest.mark.parametrize(("timed", "told"), [(0.1, True), (0.9, False), (None, False)])
def test_minutes_that_will_be_overrun_are_told_once(monkeypatch, timed, told):
    written = io.StringIO()
    monkeypatch.setattr(progress, "err", Console(file=written, width=120))
    callback = TerminalProgress()
    callback.timed = timed
    callback.on_start(Named, Few, Fits)
    for number in (1, 2):
        callback.on_epoch(Epoch(number, 0.25, 0.25, 1e-3, 5.0, 5 * Fits.batch, best=False))
    words = (
        "A step takes 1 s, and took 0.1 s when it was timed: --minutes will be overrun by about 40 seconds."
    )
    assert written.getvalue().replace("\n", " ").count(words) == told
