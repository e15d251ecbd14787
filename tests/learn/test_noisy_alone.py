"""Noisy images alone: what noise is found, what learns from it, what is refused."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import PIL.Image
import pytest
from small_shipped import soft
from trainings import Notes

from grainless.cli.commands.training import _tell
from grainless.data.find import DataRoots
from grainless.data.halves import halves
from grainless.data.images import Images
from grainless.data.sets.denoised import Denoised
from grainless.denoising.look import inspect
from grainless.errors import InputError
from grainless.evaluation.reports.html import note
from grainless.evaluation.score import Score
from grainless.learn import page
from grainless.learn.finetune.noisy_only import alone
from grainless.learn.finetune.noisy_only.alone import noisy_images
from grainless.learn.finetune.noisy_only.choice import chosen
from grainless.learn.finetune.noisy_only.found import GROWING, SHARED, WHITE, Found, found
from grainless.learn.finetune.noisy_only.teacher import Teacher
from grainless.learn.finetune.plan import plan
from grainless.learn.gained import PLAIN, TOO_SHORT, after, better_start, gained
from grainless.learn.methods.calibrated import Calibrated
from grainless.learn.run import Run
from grainless.learn.score import KEEP, SAYS_LESS, _gain, judges
from grainless.learn.summary import of_run
from grainless.learn.training import train
from grainless.noise import noise_from


def test_noisy_images_alone_become_a_recipe_and_a_run_judged_by_halves(small, quick, tmp_path, capsys):
    folder = soft(tmp_path / "frames", 9, side=128, sigma=0.1)
    out = tmp_path / "runs" / "frames"
    changes = ["learn.name=neighbours", "train.epochs=2", "train.steps=2", "train.rate=1e-3"]
    told: list[str] = []
    planned = plan(out, noisy=folder, changes=changes, tell=told.append)
    assert told == [
        f"Looking at the noise of 9 of 9 images in {folder} ...",
        "Trying what it begins with, and how long a step takes ...",
    ]
    options = planned.recipe.options
    assert (options["learn.name"], options["learn.loss"]) == ("neighbours", "mse")
    assert planned.remarks[0].startswith("noisy 9 grey images of 128 x 128: 7 to learn from")
    assert re.match(
        r"The noise is white, about [23]\d\.\d/255 of the brightest\. Learned by neighbours: neighbouring",
        planned.remarks[3],
    )
    assert planned.remarks[4].startswith("There are no clean images: scores compare a denoised half")
    assert "a gain of a tenth or two can be a loss by clean images" in planned.remarks[4]
    run = train(planned.recipe, out, data=planned.data, callback=Notes())
    facts = run.facts()
    assert 10 < facts["noisy"]["test"]["psnr"] < 22  # of two halves that each have noise of 0.1
    assert [other["name"] for other in facts["others"]] == ["plain", "auto"]
    seen = facts["others"][1]["gain_where_learned"]
    assert seen["low"] < seen["mean"] < seen["high"]  # one image alone, held out, tells no interval
    assert facts["against"] == "noisy halves"
    assert SAYS_LESS["noisy halves"] in run.report_file.read_text("utf-8")
    _tell(run, json=False)
    told = " ".join(capsys.readouterr().out.split())
    assert "; they are too few to tell whether that is chance. On the images that it learned from" in told
    assert (of_run(run)["better_start"] == "auto") == (seen["high"] < 0)
    assert (TOO_SHORT.format("4 steps", PLAIN) in told) == (seen["high"] >= 0)
    assert "validation auto" in told
    assert SAYS_LESS["noisy halves"] in told


def gain(low, high, name="grey"):
    return {"name": name, "gain": {"mean": (low + high) / 2, "low": low, "high": high}}


def test_a_gain_that_chance_may_be_is_called_no_difference():
    told = [told for each in ((-0.1, 0.3), (0.1, 0.3), (-0.3, -0.1)) for told in gained([gain(*each)])]
    assert told == [
        "On the test images +0.10 dB over grey, which it began with: no difference that can be told (-0.10 to +0.30, "
        "95 %).",
        "On the test images +0.20 dB over grey, which it began with (+0.10 to +0.30, 95 %).",
        "On the test images -0.20 dB over grey, which it began with (-0.30 to -0.10, 95 %).",
    ]


def test_the_gain_is_told_over_the_better_of_start_and_plain_denoise():
    others = [gain(0.1, 0.3), gain(-0.3, -0.1, "auto")]
    assert [*gained(others)] == [
        "On the test images -0.20 dB over plain `grainless denoise` (-0.30 to -0.10, 95 %)."
    ]
    assert better_start(others) == "auto"
    assert better_start([gain(-0.5, -0.4), gain(-0.3, -0.1, "auto")]) == "grey"


def test_where_few_are_held_out_plain_denoise_is_kept_by_images_that_were_learned_from():
    few = {"mean": -0.05, "low": None, "high": None}
    other = {"name": "auto", "gain": few}
    assert better_start([other]) is None
    seen = other | {"gain_where_learned": gain(-0.46, -0.02)["gain"]}
    assert better_start([seen]) == "auto"
    assert [*gained([seen])] == [
        "On the test images -0.05 dB over plain `grainless denoise`; they are too few to tell whether that is chance.",
        "On the images that it learned from -0.24 dB over plain `grainless denoise` (-0.46 to -0.02, 95 %).",
    ]
    assert [*after({"better_start": "auto"})] == [
        "Plain `grainless denoise` is better, beyond chance: keep plain `grainless denoise`, and leave this model."
    ]


@pytest.mark.parametrize(
    ("images", "ranges", "told"),
    [(32, (-0.1, 0.1), True), (32, (0.1, 0.2), False), (800, (-0.1, 0.1), False)],
    ids=["few", "better", "many"],
)
def test_after_few_steps_plain_denoise_is_what_to_take(images, ranges, told):
    known = {
        "better_start": None,
        "others": [gain(*ranges, "auto")],
        "hyperparameters": {"train.batch": 8},
        "history": [{"images": images}],
    }
    words = (
        "4 steps teach next to nothing, and no gain over plain `grainless denoise` was found: take that, or "
    )
    assert [*after(known)] == [f"{words}give more --minutes."] * told


@pytest.mark.parametrize(
    ("low", "high", "better"),
    [(-0.15, -0.04, "grey"), (-0.1, 0.3, None), (0.1, 0.3, None), (None, None, None)],
)
def test_a_start_that_is_better_beyond_chance_is_named(finished, monkeypatch, capsys, low, high, better):
    other = {"name": "grey", "gain": {"mean": -0.1, "low": low, "high": high}}
    facts = finished.facts() | {"others": [other | {"scores": finished.facts()["scores"]}]}
    monkeypatch.setattr(Run, "facts", lambda run: facts)
    assert of_run(finished)["better_start"] == better
    _tell(finished, json=False)
    told = capsys.readouterr().out
    assert ("keep grey, and leave this model.\n" in told) == (better is not None)
    assert [*map(str, page._words(of_run(finished)))] == [str(note(KEEP.format(better)))] * (
        better is not None
    )


def test_the_gain_over_the_start_is_that_of_pairs():
    rows = [
        SimpleNamespace(denoiser=name, scores={"psnr": Score(np.array(values))})
        for name, values in {
            "noisy": [0.0] * 3,
            "denoised": [11.0, 21.0, 31.5],
            "grey": [10.0, 20.0, 30.0],
        }.items()
    ]
    assert _gain(rows, "grey").values.tolist() == [1, 1, 1.5]


def even(folder):
    """Clean images with flat parts."""
    for path in soft(folder, 9, side=128).glob("*.png"):
        PIL.Image.open(path).resize((256, 256)).point(lambda value: value // 64 * 64).save(path)
    return folder


def blurred(folder):
    """Noise that went through a change of size."""
    for path in soft(folder, 9, side=256, sigma=0.2).glob("*.png"):
        image = PIL.Image.open(path)
        image.resize((128, 128), PIL.Image.Resampling.BILINEAR).resize((256, 256)).save(path)
    return folder


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        (even, "have hardly any noise: there is nothing to learn from it"),
        (
            lambda path: soft(path, 9, side=36, sigma=0.1),
            "are too small to tell their noise: 100 x 100 pixels",
        ),
        (
            blurred,
            r"has neighbours alike \(correlation 0\.\d\d\) in .*model photo .*--noisy ONE --clean OTHER \(docs/noisy",
        ),
    ],
    ids=["clean", "small", "correlated"],
)
def test_noisy_images_that_teach_nothing_are_refused(small, tmp_path, folder, words):
    with pytest.raises(InputError, match=words):
        plan(tmp_path / "out", noisy=folder(tmp_path / "images"))


def cells(folder):
    """Discs of several brightnesses under few photons."""
    folder.mkdir()
    rows, columns = np.mgrid[:160, :160]
    for number in range(4):
        chance, clean = np.random.default_rng(number), np.full((160, 160), 0.15)
        for bright in (0.3, 0.5, 0.7, 0.9):
            top, left = chance.integers(30, 130, 2)
            clean[(rows - top) ** 2 + (columns - left) ** 2 < 40**2] = bright
        counted = chance.poisson(20 * clean) / 20
        PIL.Image.fromarray(np.round(255 * np.clip(counted, 0, 2) / 2).astype(np.uint8)).save(
            folder / f"{number}.png"
        )
    return folder


def test_white_noise_as_strong_as_it_was_found_is_put_on_what_its_model_makes(small, tmp_path, monkeypatch):
    monkeypatch.setattr(alone, "LOOKED_AT", 2)
    waits: list[str] = []
    own, told = noisy_images(soft(tmp_path / "frames", 5, side=128, sigma=0.1), tell=waits.append)
    assert waits[0].startswith("Looking at the noise of 2 of 5 images in ")
    assert waits[1:] == ["Measuring their noise by what the model plain makes of them ..."]
    assert (own.method, own.start) == ("calibrated", "plain")
    assert (own.data["name"], own.data["by"], own.data["adapt"]) == ("denoised", "plain", False)
    (noise,) = noise_from(own.options["measured"][0]).parts
    assert noise.sigma == pytest.approx((0.1, 0.1), rel=0.15)
    assert noise.clip
    assert told.endswith(
        "Learned by calibrated: what the model plain makes of them teaches, under noise as measured."
    )


@pytest.mark.parametrize(("strongest", "mixed"), [(0.3, True), (0.15, False)])
def test_weak_noise_among_strong_is_told_to_be_trained_apart(small, tmp_path, strongest, mixed):
    folder = soft(tmp_path / "frames", 3, side=128, sigma=0.08)
    for path in soft(tmp_path / "strong", 3, side=128, sigma=strongest).glob("*.png"):
        path.rename(folder / f"strong-{path.name}")
    _, told = noisy_images(folder, "neighbours")
    assert told.endswith("Train them apart, in a folder of their own.") == mixed


def test_growing_noise_is_measured_and_put_on_results_again(small, quick, tmp_path, monkeypatch):
    monkeypatch.setattr(alone, "LOOKED_AT", 2)
    monkeypatch.setattr(
        Teacher, "noises", lambda teacher, samples: ["measured:sigma=0.05..0.15"] * len(samples)
    )
    folder = cells(tmp_path / "cells")
    out = tmp_path / "runs" / "cells"
    planned = plan(out, noisy=folder, changes=["train.epochs=2", "train.steps=2", "train.rate=1e-3"])
    tables = planned.recipe.tables
    assert tables["learn"]["name"] == "calibrated"
    assert (tables["data"]["name"], tables["data"]["by"], tables["data"]["adapt"]) == (
        "denoised",
        "plain",
        True,
    )
    assert len(tables["learn"]["measured"]) == 2
    assert planned.remarks[3] == (
        "The noise grows with brightness in 2 of 2 images looked at. Learned by calibrated: what --adapt makes of "
        "them teaches, under noise as measured."
    )
    facts = train(planned.recipe, out, data=planned.data, callback=Notes()).facts()
    assert 10 < facts["noisy"]["test"]["psnr"] < 25  # of two halves that each have noise: not of results
    again = planned.recipe.data(DataRoots())
    assert (again.train[0] == planned.data.train[0]).all()


def test_the_images_tell_together_what_the_teacher_is_shown(small):
    noisy = [0.5 + 0.1 * np.random.default_rng(n).normal(size=(1, 64, 64)).astype(np.float32) for n in (1, 2)]
    reports = [inspect(each, channel_axis=0) for each in noisy]
    settled = Teacher("plain", adapt=True).settled(noisy, reports)
    assert settled.options == {"by": "plain", "adapt": True, "squares": 1}  # too few pixels for more
    assert Teacher("plain", adapt=False).settled(noisy, reports).options == {"by": "plain", "adapt": False}


def test_noise_is_measured_by_what_the_teacher_takes(small):
    sample = 0.5 + 0.1 * np.random.default_rng(1).normal(size=(1, 64, 64)).astype(np.float32)
    (noise,) = Teacher("plain", adapt=False).noises([sample])
    assert noise_from(noise).parts[0].white > 0.4
    assert Teacher("auto", adapt=True).noises([sample[:, :20, :20]]) == []  # too small: left as it is


def of_kind(kind, *, steady=True):
    return Found(kind, "The noise is such", 0.1, steady)


@pytest.mark.parametrize(
    ("kind", "wanted", "taken"),
    [
        (WHITE, None, "calibrated"),
        (WHITE, "neighbours", "neighbours"),
        (GROWING, None, "calibrated"),
        (WHITE, "sure", "sure"),
        (GROWING, "blind-spots", "blind-spots"),
        (SHARED, None, "calibrated"),
    ],
)
def test_the_noise_chooses_unless_a_person_does(kind, wanted, taken, tmp_path):
    assert chosen(tmp_path, of_kind(kind), wanted) == taken


def test_white_noise_stronger_than_any_model_learned_is_taught_by_none(tmp_path):
    assert chosen(tmp_path, replace(of_kind(WHITE), sigma=0.6)) == "neighbours"


@pytest.mark.parametrize(
    ("noise", "wanted", "words"),
    [
        (
            of_kind(SHARED),
            None,
            "such in the images in .*, as cameras, .*: of grey images nothing that .*model photo",
        ),
        (
            of_kind(SHARED),
            "neighbours",
            "such .*: neighbours would learn it, and keep it; apart, calibrated would not. Take",
        ),
        (
            of_kind(GROWING),
            "sure",
            '"sure", for white noise of one strength. The noise is such: take "neighbours"',
        ),
        (of_kind(WHITE, steady=False), "recorrupted", '"recorrupted", for white noise of one strength'),
        (
            of_kind(WHITE),
            "supervised",
            '"supervised", and there are noisy images alone; .*: blind-spots, apart, ',
        ),
        (
            of_kind(WHITE),
            "neighbors",
            r'method of learning is called "neighbors" \(did you mean "neighbours"\?\)',
        ),
    ],
)
def test_what_cannot_learn_is_refused(noise, wanted, words, tmp_path):
    with pytest.raises(InputError, match=words):
        chosen(tmp_path, noise, wanted, grey=True)


def test_shared_noise_is_judged_by_denoised_images_under_it():
    clean = Images.of([np.full((1, 64, 64), 30_000, np.uint16)] * 2, names=["a", "b"])
    told = {"white": "measured:sigma=0.1", "shared": "measured:sigma=0.1,soft=1..0.5"}
    method = {kind: Calibrated(noise_from("none"), [text]) for kind, text in told.items()}
    assert (method["white"].shared, method["shared"].shared) == (False, True)
    judged = judges(method["shared"], clean)
    off = judged.noisy.floats(1) - judged.floats(1)
    assert off.std() == pytest.approx(0.1, rel=0.1)
    assert np.mean(off[..., 1:] * off[..., :-1]) / 0.01 == pytest.approx(
        2 / 3, abs=0.1
    )  # (1 + 1) / 2 / (1 + 1/2)
    assert (judges(method["shared"], clean).noisy[0] == judged.noisy[0]).all()
    assert judges(method["white"], clean)[0].shape == (1, 32, 32)


def test_the_sigma_of_files_is_told_to_a_method_that_asks_for_it(small, tmp_path):
    own, told = noisy_images(soft(tmp_path / "frames", 5, side=128, sigma=0.1), "sure")
    assert own.options["sigma"] == pytest.approx(0.1, rel=0.1)
    assert told.endswith("Learned by sure: as you say.")


def test_what_a_model_leaves_as_it_is_teaches_nothing(small, tmp_path):
    folder = soft(tmp_path / "clean", 4)
    with pytest.raises(
        InputError, match=r"clean that were looked at are left as they are: .*name a model with data\.by"
    ):
        Denoised(path=folder, grey=True).read(DataRoots())


def test_of_many_images_some_are_denoised(small, tmp_path):
    data = Denoised(path=soft(tmp_path / "w", 9), by="plain", most=3, grey=True).read(DataRoots())
    assert (len(data.train), len(data.validation)) == (3, 1)
    assert data.train.white == 65_535
    assert data.train.noisy.white == 255


def test_halves_of_pairs_are_of_the_noisy_ones():
    clean, noisy = (Images.of([np.full((1, 4, 4), value, np.uint8)]) for value in (1, 2))
    assert halves(replace(clean, noisy=noisy))[0].max() == 2


def test_halves_are_neighbours():
    halved = halves(Images.of([np.arange(35, dtype=np.uint16).reshape(1, 5, 7)], names=["a"]))
    assert halved.noisy[0].tolist() == [[[0, 2, 4], [14, 16, 18]]]
    assert halved[0].tolist() == [[[1, 3, 5], [15, 17, 19]]]
    assert halved.names == ("a",)


def seen(alike, flat, white, *, correlated=False, grows=False, noisy=True):
    """A report of which these are known."""
    return SimpleNamespace(
        correlation=alike,
        flat_sigma=flat,
        white_sigma=white,
        correlated=correlated,
        curve="line" if grows else None,
        noisy=noisy,
        removed="some",
    )


@pytest.mark.parametrize(
    ("reports", "kind"),
    [
        ([seen(0.0, 0.1, 0.1)] * 9, WHITE),
        ([seen(0.5, 0.1, 0.0)] * 9, SHARED),
        ([seen(0.7, 0.005, 0.0, correlated=True)] * 9, SHARED),  # as PolyU
        ([seen(0.0, 0.0, 0.0, correlated=True)] * 9, SHARED),
        (
            [seen(0.01, 0.03, 0.08, correlated=True)] * 5 + [seen(0.01, 0.03, 0.08, grows=True)] * 4,
            GROWING,
        ),
    ],
    ids=["white", "flat", "camera", "hidden", "confocal"],
)
def test_most_images_tell_the_kind_of_noise(reports, kind, tmp_path):
    assert found(tmp_path, reports).kind == kind


def test_texture_of_clean_images_is_no_noise_to_learn(tmp_path):
    clean, noisy = seen(0.5, 0.03, 0.0, noisy=False), seen(0.5, 0.03, 0.0, correlated=True)
    with pytest.raises(InputError, match="have hardly any noise: there is nothing to learn from it"):
        found(tmp_path, [clean] * 7 + [noisy] * 2)
    assert found(tmp_path, [clean] * 5 + [noisy] * 4).kind == SHARED
    assert (
        found(tmp_path, [SimpleNamespace(**{**vars(clean), "removed": None})] * 9).kind == SHARED
    )  # nobody looked closely
