"""A run's report: stands alone, and says what was trained, on what, and what came out."""

import re
from dataclasses import replace

import numpy as np
import pytest

from grainless.data.find import DataRoots
from grainless.evaluation.denoisers import blind
from grainless.evaluation.evaluate import Task, evaluate
from grainless.learn import page
from grainless.learn.page import write_page
from grainless.model.denoiser import load
from grainless.noise import noise_from


@pytest.fixture(scope="module")
def html(finished):
    return finished.report_file.read_text("utf-8")


def test_the_page_says_what_was_done_and_what_came_out(html, finished):
    psnr = {name: finished.facts()[name]["test"]["psnr"] for name in ("scores", "noisy")}
    assert "<h1>tiny</h1>" in html
    assert re.search(
        r"1,096 parameters, trained on 1,657 images of digits for 2 epochs in .* the best was epoch 2", html
    )
    assert f"<dt>noisy</dt><dd>{psnr['noisy']:.2f} dB</dd>" in html
    assert f"<dt>denoised</dt><dd>{psnr['scores']:.2f} dB</dd>" in html
    headings = re.findall("<h2>(.*?)</h2>", html)
    assert headings == [
        "Pictures",
        "Scores on the test images",
        "Training",
        "Data",
        "Network",
        "Hyper-parameters",
    ]


def test_the_page_stands_alone(html):
    assert not re.search(r"(src|href)=\"(?!data:|#)", html)
    assert "<script" not in html
    assert html.count("data:image/png;base64,") >= 3 * page.SPECIMENS


def test_the_layers_the_loss_and_every_hyper_parameter_are_there(html):
    assert '<th scope="row">encoder.1</th><td>Linear</td><td>8</td><td class="number">520</td>' in html
    assert "1,096 parameters are trained" in html
    assert "<dt>train.patience</dt>" in html
    assert "gaussian:sigma=0.3,clip=true" in html
    assert "<svg" in html
    assert "Best at epoch 2" in html


@pytest.fixture
def judged(copied):
    """The run beside two baselines, the second of them the better one."""
    data, noise = copied.recipe().data(DataRoots()), noise_from("gaussian:sigma=0.3")
    denoisers = {
        "tiny": blind(load(copied.model_file)),
        "grey": lambda noisy, sigma: np.full_like(noisy, 0.5),
        "same": lambda noisy, sigma: noisy,
    }
    rows = evaluate(denoisers, data.test, noise, data_name="digits test")
    return copied, data, rows, denoisers, noise


def test_the_best_classical_denoiser_is_shown_beside_the_model(judged):
    run, _, rows, _, _ = judged
    write_page(*judged)
    html = run.report_file.read_text("utf-8")
    best = max(rows[2:], key=lambda row: row.scores["psnr"].mean)
    assert best.denoiser == "same"
    assert f"best classical: same</dt><dd>{best.scores['psnr'].mean:.2f} dB" in html
    assert "clean, noisy, tiny, same" in html


def test_pictures_show_the_test_images_with_the_noise_that_was_scored(judged):
    _, data, rows, denoisers, noise = judged
    scenes = page._scenes(data, rows, denoisers, noise, seed=0)
    assert len(scenes) == page.SPECIMENS
    noisy, clean = Task(data.test, noise).pair(3)
    assert list(scenes[3]) == ["clean", "noisy", "tiny", "same"]
    np.testing.assert_array_equal(scenes[3]["clean"], clean)
    np.testing.assert_array_equal(scenes[3]["noisy"], noisy.clip(0, 1))


def test_few_photographs_are_shown(judged, monkeypatch):
    _, data, rows, denoisers, noise = judged
    monkeypatch.setattr(page, "SMALL", 7)
    assert len(page._scenes(data, rows, denoisers, noise, 0)) == page.PHOTOGRAPHS
    few = replace(data, test=data.test.take([0, 1]))
    assert len(page._scenes(few, rows, denoisers, noise, 0)) == 2
