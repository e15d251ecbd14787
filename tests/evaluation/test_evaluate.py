"""Evaluation: protocols to the letter, scores that depend on nothing but the task, rows that are JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import t
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from grainless.data.images import Images
from grainless.errors import InputError
from grainless.evaluation import evaluate as module
from grainless.evaluation.evaluate import Task, ahead, behind, differences, evaluate
from grainless.evaluation.metrics import METRICS
from grainless.evaluation.protocols import PROTOCOLS
from grainless.evaluation.score import Score
from grainless.noise import NOISES, noise_from

GAUSSIAN = noise_from("gaussian:sigma=25/255")


def images(n=6, channels=1, height=20, width=24, seed=0):
    rng = np.random.default_rng(seed)
    return Images.of(rng.integers(0, 256, (n, channels, height, width), dtype=np.uint8))


def mixed():
    return Images.of([images(1, 3, side, 40 - side, seed=side)[0] for side in (12, 20, 28)])


def grey(noisy, sigma):
    return np.full_like(noisy, 0.5)


def values(rows):
    return {(row.denoiser, name): score.values for row in rows for name, score in row.scores.items()}


def test_the_noisy_images_come_first_and_denoisers_in_the_given_order():
    rows = evaluate({"b": grey, "a": grey}, images(), GAUSSIAN, data_name="chance")
    assert [row.denoiser for row in rows] == ["noisy", "b", "a"]
    assert {(row.data, row.noise, row.protocol) for row in rows} == {
        ("chance", "gaussian:sigma=25/255", "float")
    }
    assert list(rows[0].scores) == list(METRICS)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_field_protocol_is_the_published_codes(channels):
    """Written again here as KAIR's main_test_dncnn.py does it, in bytes and with scikit-image's scores."""
    clean = images(3, channels)
    psnrs, ssims = [], []
    for index in range(3):
        truth = clean[index].transpose(1, 2, 0)
        noisy = np.float32(truth / 255.0)
        np.random.seed(seed=0)
        noisy += np.random.normal(0, 25 / 255.0, noisy.shape)
        out = np.uint8((np.clip(noisy, 0, 1) * 255.0).round())
        psnrs.append(peak_signal_noise_ratio(truth, out, data_range=255))
        options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "channel_axis": -1}
        ssims.append(structural_similarity(truth, out, data_range=255, **options))
    row = evaluate({}, clean, GAUSSIAN, data_name="", protocol="field")[0]
    assert_allclose(row.scores["psnr"].values, psnrs, rtol=1e-12)
    assert_allclose(row.scores["ssim"].values, ssims, rtol=1e-9)


def test_the_float_protocol_clamps_and_does_not_round():
    clean = images(1)
    noisy, truth = Task(clean, GAUSSIAN).pair(0)
    assert noisy.min() < 0
    assert noisy.max() > 1
    row = evaluate({}, clean, GAUSSIAN, data_name="")[0]
    assert_allclose(row.scores["mse"].values[0], ((noisy.clip(0, 1) - truth) ** 2).mean(), rtol=1e-6)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("clean", [images(), images(channels=3), mixed()], ids=["grey", "colour", "mixed"])
def test_scores_do_not_depend_on_batches(protocol, clean, monkeypatch):
    def halve(noisy, sigma):
        return noisy / 2 + sigma

    at_once = evaluate({"half": halve}, clean, GAUSSIAN, data_name="", protocol=protocol, seed=3)
    monkeypatch.setattr(module, "BATCH_PIXELS", 1000)
    in_parts = evaluate({"half": halve}, clean, GAUSSIAN, data_name="", protocol=protocol, seed=3)
    for key, expected in values(at_once).items():
        assert_array_equal(values(in_parts)[key], expected)


def test_the_first_images_score_the_same_without_the_others():
    some, whole = (evaluate({}, part, GAUSSIAN, data_name="") for part in (images().take([0, 1]), images()))
    assert_array_equal(values(some)["noisy", "psnr"], values(whole)["noisy", "psnr"][:2])


def test_another_seed_is_another_noise_and_each_image_has_its_own():
    task, other = Task(images(), GAUSSIAN), Task(images(), GAUSSIAN, seed=1)
    assert (task.pair(0)[0] != other.pair(0)[0]).any()
    black = Task(Images.of(np.zeros((2, 1, 8, 8), np.uint8)), GAUSSIAN)
    assert (black.pair(0)[0] != black.pair(1)[0]).any()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", NOISES)
def test_every_noise_can_be_drawn_by_every_protocol(name, protocol):
    task = Task(images(channels=3), noise_from(name), protocol=protocol)
    noisy, clean = task.pair(0)
    assert noisy.shape == clean.shape == (3, 20, 24)
    assert noisy.dtype == clean.dtype == np.float32
    assert_array_equal(noisy, task.pair(0)[0])


def test_both_protocols_draw_noise_of_the_same_strength():
    sigmas = [Task(images(40, 3), GAUSSIAN, protocol=protocol).sigma for protocol in PROTOCOLS]
    assert_allclose(sigmas, 25 / 255, rtol=0.02)


def test_denoisers_are_told_the_true_strength_over_the_whole_set():
    clean = Images.of([np.zeros((1, 8, 8), np.uint8), np.full((1, 8, 16), 51, np.uint8)])
    noisy = Images.of([np.full((1, 8, 8), 51, np.uint8), np.full((1, 8, 16), 51, np.uint8)])
    told = []

    def listen(image, sigma):
        told.append(sigma)
        return image

    evaluate({"listen": listen}, replace(clean, noisy=noisy), data_name="")
    assert_allclose(told, [np.sqrt(0.2**2 / 3)] * 2, rtol=1e-6)


def test_given_pairs_are_taken_as_they_are_and_noise_comes_on_top():
    noisy = images(seed=2)
    clean = replace(images(seed=1), noisy=noisy)
    assert_array_equal(Task(clean, noise_from("none")).pair(2)[0], noisy.floats(2))
    assert_array_equal(Task(clean, GAUSSIAN).pair(2)[0], Task(noisy, GAUSSIAN).pair(2)[0])
    row = evaluate({}, clean, data_name="")[0]
    assert row.noise == "none"
    assert_allclose(row.scores["mse"].values[0], ((clean.floats(0) - noisy.floats(0)) ** 2).mean(), rtol=1e-6)


def test_progress_tells_of_every_image(monkeypatch):
    monkeypatch.setattr(module, "BATCH_PIXELS", 1000)
    done = []
    evaluate({}, images(), GAUSSIAN, data_name="", after_batch=done.append)
    assert done == [2, 2, 2]


def test_the_mean_has_students_interval():
    score = Score(np.array([1.0, 2.0, 4.0]))
    by_scipy = t.interval(0.95, df=2, loc=7 / 3, scale=np.std([1, 2, 4], ddof=1) / np.sqrt(3))
    assert score.mean == pytest.approx(7 / 3)
    assert score.interval == pytest.approx(by_scipy)


@pytest.mark.parametrize(
    "scores", [[3.0], [1.0, 2.0], [1.0, 2.0, np.inf], [1.0, np.inf, -np.inf], [1.0, 2.0, np.nan]]
)
def test_without_an_interval_there_is_none(scores):
    assert Score(np.array(scores)).interval is None


def test_rows_are_json_also_when_images_are_perfect():
    row = evaluate({}, images(3), data_name="chance")[0]
    assert row.scores["psnr"].mean == np.inf
    plain = json.loads(json.dumps(row.plain(per_image=True), allow_nan=False))
    assert plain["scores"]["psnr"] == {"mean": None, "low": None, "high": None, "values": [None] * 3}
    assert plain["scores"]["mse"] == {"mean": 0.0, "low": 0.0, "high": 0.0, "values": [0.0] * 3}
    assert "values" not in row.plain()["scores"]["mse"]
    assert [plain[key] for key in ("denoiser", "data", "noise", "protocol", "sigma")] == [
        "noisy",
        "chance",
        "none",
        "float",
        0.0,
    ]


def test_time_is_the_denoisers_alone(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    clean = Images.of(np.zeros((3, 3, 100, 100), np.uint8))
    assert evaluate({}, clean, data_name="")[0].seconds_per_megapixel == pytest.approx(1 / 0.03)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_says_what_it_is(name):
    for word in (
        f"Protocol {name}:",
        "clamped",
        "round",
        "peak",
        "crop",
        "mean",
        "told the noise's true strength",
    ):
        assert word in PROTOCOLS[name].about


def test_an_unknown_protocol_is_refused():
    with pytest.raises(InputError, match=r'No protocol is called "feild" \(did you mean "field"\?\)'):
        evaluate({}, images(), data_name="", protocol="feild")


def test_no_images_are_refused():
    with pytest.raises(InputError, match="There are no images to evaluate on"):
        evaluate({}, Images.of([]), data_name="")


def test_the_first_rows_name_is_taken():
    with pytest.raises(
        InputError, match='"noisy" is what tables call the noisy images; give that denoiser another'
    ):
        evaluate({"noisy": grey}, images(), data_name="")


def test_paired_differences_see_what_the_intervals_of_means_hide():
    rng = np.random.default_rng(7)
    hard = rng.normal(30, 5, 40)
    gain = rng.normal(0.1, 0.05, 40)
    worse, better = Score(hard), Score(hard + gain)
    assert worse.interval[1] > better.interval[0]
    low, high = better.minus(worse).interval
    expected = t.interval(0.95, 39, gain.mean(), gain.std(ddof=1) / np.sqrt(40))
    assert_allclose((low, high), expected, rtol=1e-9)
    assert low > 0
    assert_allclose(worse.minus(better).values, -gain)


def test_differences_are_to_the_denoiser_with_the_best_mean_whichever_way_is_best():
    rows = evaluate({"grey": grey, "same": lambda noisy, sigma: noisy}, images(), GAUSSIAN, data_name="")
    assert ahead(rows).denoiser == ahead(rows, "mse").denoiser == "noisy"
    for metric in ("psnr", "mse"):
        off = differences(rows, metric)
        assert off["noisy"].mean == off["same"].mean == 0
        expected = rows[1].scores[metric].values - rows[0].scores[metric].values
        assert_array_equal(off["grey"].values, expected)
    assert behind(rows)["noisy"] == "best"
    assert float(behind(rows)["grey"].split()[0]) < -10


def test_where_no_score_is_a_number_none_is_ahead():
    row = replace(
        evaluate({}, images(1), GAUSSIAN, data_name="")[0], scores={"psnr": Score(np.array([np.nan]))}
    )
    assert (ahead([row]), differences([row]), behind([row])) == (None, {}, {"noisy": "-"})


def test_the_real_protocol_takes_files_as_they_are():
    clean, noisy = images(seed=1), images(seed=2)
    row = evaluate({}, replace(clean, noisy=noisy), data_name="", protocol="real")[0]
    expected = [peak_signal_noise_ratio(clean[index], noisy[index], data_range=255) for index in range(6)]
    assert_allclose(row.scores["psnr"].values, expected, rtol=1e-6)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_said_of_sigma_is_true_of_ranges_too(protocol):
    """Told the set's RMS, a denoiser errs on every image where each has a strength of its own."""
    told = []

    def listens(noisy, sigma):
        told.append(sigma)
        return noisy

    noise = noise_from("gaussian:sigma=0..55/255")
    evaluate({"listens": listens}, images(40), noise, data_name="", protocol=protocol)
    assert len(set(told)) == 1
    assert "a hindrance where each has a strength of its own" in PROTOCOLS[protocol].about
