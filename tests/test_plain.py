"""What programs are told as JSON: one object's names are the same from Python, the command line and the server."""

import json
import math
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from grainless.denoising.choose import Choice
from grainless.denoising.files.inspecting import FileInspection, Inspection
from grainless.denoising.files.jobs import Job
from grainless.denoising.files.result import JobResult
from grainless.denoising.process import Outcome
from grainless.errors import InputError, RunError
from grainless.inspection import Report
from grainless.plain import kinds, names, plain


@pytest.fixture
def picture(tmp_path):
    pixels = 128 + 25 * np.random.default_rng(0).standard_normal((96, 96, 3))
    PIL.Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_what_json_cannot_hold_is_null_or_text():
    given = {7: (math.inf, -math.inf, math.nan, 1.5), "at": Path("a.png"), "why": InputError("so"), "b": True}
    assert plain(given) == {"7": [None, None, None, 1.5], "at": "a.png", "why": "so", "b": True}


def test_a_dataclass_has_its_fields_and_the_properties_that_it_names():
    @dataclass
    class Square:
        ALSO = ("area",)
        side: float

        @property
        def area(self) -> float:
            return self.side**2

    assert plain([Square(3.0)]) == [{"side": 3.0, "area": 9.0}]
    assert kinds(Square) == {"side": float, "area": float}


@pytest.mark.parametrize("kind", [Report, Choice, Outcome, Inspection])
def test_no_field_is_left_out(kind):
    assert {each.name for each in fields(kind)} <= set(names(kind))


@pytest.mark.parametrize(("error", "fault"), [(InputError("no"), "input"), (RunError("no"), "world")])
def test_an_error_says_whose_fault_it_is(error, fault):
    told = {"error": "no", "fault": fault}
    assert error.plain() == told
    for result in (
        FileInspection(Path("a"), error=error),
        JobResult(Job(Path("a"), Path("b")), "failed", error=error),
    ):
        assert result.plain().items() >= told.items()


def test_a_result_and_an_inspection_have_the_same_names_for_the_same(picture):
    told = FileInspection.of(picture).plain()
    json.dumps(told, allow_nan=False)
    assert told["source"] == str(picture)
    assert told["advice"] == {"model": "color", "why": told["advice"]["why"], "warnings": [], "adapt": False}
    assert told["report"]["sigma"] == max(told["report"]["findings"].values())
    assert (told["error"], told["fault"]) == (None, None)


def test_a_file_that_cannot_be_looked_at_says_why(tmp_path):
    told = FileInspection.of(tmp_path / "none.png").plain()
    assert (told["report"], told["advice"], told["fault"]) == (None, None, "input")
    assert "none.png" in told["error"]
