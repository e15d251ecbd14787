"""A training's report over HTTP: told from its folder, anew for each request, without torch."""

import json
import os

import httpx
import pytest
from served import served
from trainings import tiny

from grainless.errors import InputError
from grainless.learn.run import Run
from grainless.server.app import create_app


def epoch(number, validation=0.5):
    told = {
        "number": number,
        "loss": 0.6,
        "validation": validation,
        "rate": 1e-3,
        "seconds": 2.0,
        "images": 100,
    }
    return told | {"best": True}


def standing(address):
    return httpx.get(f"{address}/api/run").json()


def test_a_finished_run_is_told_with_its_scores_and_its_report(finished, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where no runs of a person's own lie
    facts = finished.facts()
    with served(run=finished.path) as address:
        told = standing(address)
        report = httpx.get(f"{address}/api/run/report")
        assert httpx.get(f"{address}/api/health").json()["run"] == "tiny"
        offered = httpx.get(f"{address}/api/models").json()["models"]
    assert (told["name"], told["standing"], told["planned"], told["report"]) == ("tiny", "finished", 2, True)
    assert told["epochs"] == facts["history"]
    assert told["best"] == finished.best_epoch()
    assert told["scores"] == {"noisy": facts["noisy"]["test"], "denoised": facts["scores"]["test"]}
    assert told["recipe"] == finished.recipe_file.read_text("utf-8")
    assert report.content == finished.report_file.read_bytes()
    assert "script-src" not in report.headers["content-security-policy"]
    assert "default-src 'none'" in report.headers["content-security-policy"]
    assert [each["name"] for each in offered if each["origin"] == "run"] == ["tiny"]


def test_a_training_is_followed_epoch_by_epoch(tmp_path):
    run = Run.begin(tmp_path / "mine", tiny())
    with served(run=run.path) as address:
        told = standing(address)
        assert (told["standing"], told["epochs"], told["best"]) == ("training", [], None)
        history = [epoch(1, 0.5), epoch(2, float("nan"))]
        run.pause({}, json.dumps(history))
        told = standing(address)
        assert [each["validation"] for each in told["epochs"]] == [0.5, None]
        assert told["best"]["number"] == 1
        assert httpx.get(f"{address}/api/run/report").json()["error"].startswith("There is no report yet")
        for file in (run.resume_file, run.recipe_file):
            os.utime(file, (1e9, 1e9))
        assert standing(address)["standing"] == "silent"


def test_a_damaged_run_is_a_sentence(tmp_path):
    run = Run.begin(tmp_path / "mine", tiny())
    run.resume_file.parent.mkdir()
    run.resume_file.write_bytes(b"\xff" * 30)
    with served(run=run.path) as address:
        answer = httpx.get(f"{address}/api/run")
    assert answer.status_code == 500
    assert answer.json()["error"].startswith("The folder of the run mine cannot be read")


def test_what_is_no_run_is_told_before_it_is_served(tmp_path):
    with pytest.raises(InputError, match=r"is no run's folder: it holds no recipe\.toml.*grainless train"):
        create_app(run=tmp_path)


def test_without_a_run_there_is_none():
    with served() as address:
        assert httpx.get(f"{address}/api/run").status_code == 404
