"""The benchmark: the right images, the field's noise, honest rows, a page that keeps what it held."""

import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import tiny
from command import grainless
from PIL import Image
from small_data import different, images, mnist

from grainless.data.find import DataRoots
from grainless.data.images import Images
from grainless.denoising.process import process
from grainless.errors import InputError, RunError
from grainless.evaluation.auto import Auto
from grainless.evaluation.baselines import BASELINES
from grainless.evaluation.benchmark import page, plan, section
from grainless.evaluation.benchmark.cost import cost, sample
from grainless.evaluation.benchmark.plan import OFF_RANGE, SIGMAS, Plan, Stored
from grainless.evaluation.benchmark.plot import dots, plot
from grainless.evaluation.benchmark.published import PUBLISHED, STORED
from grainless.evaluation.benchmark.real import REAL, Real
from grainless.evaluation.benchmark.section import made, measured, noise_hash
from grainless.evaluation.benchmark.sets import SETS, image_set
from grainless.evaluation.benchmark.tables import COSTS as COST_COLUMNS
from grainless.evaluation.benchmark.tables import SIZES, counted, published, tables
from grainless.evaluation.denoisers import model
from grainless.evaluation.evaluate import Task, evaluate
from grainless.evaluation.protocols import FieldDraw
from grainless.image.arrays import image_of
from grainless.model.card import Card
from grainless.model.zoo import SHIPPED
from grainless.noise import noise_from

COSTS = {"seconds a megapixel": 0.125, "cores": 2.0, "peak MB": 12.0}
ABOUT = {"parameters": 25_000, "MACs a pixel": 57_000}


@pytest.fixture(autouse=True)
def _none_shipped(monkeypatch):
    """Only the models that a test names."""
    monkeypatch.setattr(plan, "UNASKED", ())


@pytest.fixture
def roots(tmp_path):
    """Set12 as it could be, small, and its colours as a folder."""
    names = [f"{number:02}.png" for number in range(1, 13)]
    images(tmp_path / "data" / "set12", *names, size=(16, 20), channels=1)
    images(tmp_path / "data" / "colours", *names[:3], size=(16, 20))
    return DataRoots(tmp_path / "data")


@pytest.fixture
def half(tmp_path):
    return str(tiny.times(tmp_path / "half.onnx", Card("half", channels=1, about=ABOUT), 0.5))


@pytest.fixture
def colour(tmp_path):
    return str(tiny.times(tmp_path / "colour.onnx", Card("colour", channels=3), 0.5))


@pytest.fixture
def costs(monkeypatch):
    """What was asked for its costs; nothing is measured."""
    asked = []
    monkeypatch.setattr(section, "cost", lambda kind, name, noisy, sigma: asked.append((kind, name)) or COSTS)
    return asked


def quick(roots, *names, data="set12", **options):
    return {"made": made(["benchmark"]), **measured(image_set(data, roots), Plan(names, **options))}


# Which images


def test_a_known_set_is_found_whole_by_its_name_also_in_a_folder_test(roots, tmp_path):
    assert (len(image_set("set12", roots).images), image_set("set12", roots).images.channels) == (12, 1)
    (tmp_path / "data" / "test").mkdir()
    (tmp_path / "data" / "set12").rename(tmp_path / "data" / "test" / "set12")
    assert image_set("set12", roots).of == 12


def test_all_images_of_a_folder_are_judged_and_nothing_is_there_to_search_settings_on(roots):
    every = image_set("folder:path=colours", roots)
    assert (every.of, every.images.channels, every.train, every.title) == (3, 3, None, "colours")
    assert image_set("folder:path=colours,grey=true", roots).images.channels == 1


def test_of_a_data_set_the_test_part_is_judged(tmp_path):
    mnist(tmp_path / "mnist")
    read = image_set("mnist:validation=5", DataRoots(tmp_path))
    assert (read.of, len(read.train), read.title) == (6, 15, "mnist:validation=5 test")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("set21", r'No data set is called "set21" \(did you mean "set12"\?\)\. There are: .*bsd68'),
        ("set12:path=x", r'No data set is called "set12"'),
        (
            "bsd68",
            r"BSD68 is not there: put its 68 images \(github.com/cszn/DnCNN, .*\) into .*data/bsd68 or",
        ),
        ("cbsd68", r"cbsd68 holds 1 image, and CBSD68 has 68"),
        ("folder:path=empty", r"There are no images in .*empty"),
        ("folder:paht=x", r'no option of data set folder is called "paht"'),
    ],
)
def test_images_that_are_not_there_are_told(roots, tmp_path, data, told, monkeypatch):
    monkeypatch.delenv("GRAINLESS_DATA", raising=False)
    (tmp_path / "data" / "empty").mkdir()
    images(tmp_path / "data" / "cbsd68", "1.png")
    with pytest.raises(InputError, match=told):
        image_set(data, roots)


# The numbers of a set


def test_noise_is_the_fields_and_its_hash_can_be_had_without_us():
    clean = different(2, 3, 9, 11)
    by_hand = b""
    for image in clean:
        drawn = np.random.RandomState(0).standard_normal((9, 11, 3)).transpose(2, 0, 1)
        by_hand += (image.astype(np.float32) / np.float32(255) + 25 / 255 * drawn).astype("<f4").tobytes()
    task = Task(Images.of(clean), noise_from("gaussian:sigma=25/255"), 0, "field")
    assert noise_hash(task) == hashlib.sha256(by_hand).hexdigest()


def test_scores_are_those_of_an_evaluation(roots, half, costs):
    facts = quick(roots, half, "median:side=5", noises=("gaussian:sigma=0.2",), seed=3)
    rows = evaluate(
        {"half.onnx": model(half), "median:side=5": BASELINES["median"](side=5)},
        image_set("set12", roots).images,
        noise_from("gaussian:sigma=0.2"),
        data_name="",
        seed=3,
        protocol="field",
    )
    (task,) = facts["tasks"]
    assert list(task["scores"]) == ["noisy", "half.onnx", "median:side=5"]
    for row in rows:
        assert task["scores"][row.denoiser]["ssim"] == row.scores["ssim"].plain()
    assert facts["denoisers"]["half.onnx"] == {"kind": "model", "asked as": half} | ABOUT | COSTS
    assert costs == [("model", half), ("baseline", "median:side=5")]
    assert json.loads(json.dumps(facts)) == facts


def test_unasked_there_are_the_fields_sigmas_and_what_is_off_range_for_models_alone(roots, half, costs):
    facts = quick(roots, half, "median", limit=3)
    assert (facts["images"], facts["of"]) == (3, 12)
    assert [task["noise"] for task in facts["tasks"]] == list(SIGMAS)
    assert [task["noise"] for task in facts["off range"]] == list(OFF_RANGE)
    assert {tuple(task["scores"]) for task in facts["off range"]} == {("noisy", "half.onnx")}
    assert quick(roots, "median", limit=3)["off range"] == []
    assert quick(roots, half, "median", data="folder:path=colours,grey=true")["off range"] == []


def test_a_baseline_has_its_swept_setting_at_each_sigma(roots, costs, monkeypatch):
    table = {1: {15: {"side": 3}, 50: {"side": 7}}}
    monkeypatch.setattr(BASELINES["median"], "swept", table)
    facts = quick(roots, "median", "median:side=7", noises=("gaussian:sigma=60/255",))
    scores = facts["tasks"][0]["scores"]
    assert scores["median"] == scores["median:side=7"]
    assert costs == [("baseline", "median:side=7")] * 2


def test_where_there_are_training_images_settings_are_searched_on_them(tmp_path, costs, monkeypatch):
    mnist(tmp_path / "mnist")
    monkeypatch.setattr(
        section,
        "best_setting",
        lambda name, train, noise, *, seed: BASELINES[name](side=len(train) - 8),
    )
    data = "mnist:validation=5"
    facts = quick(DataRoots(tmp_path), "median", data=data, noises=("gaussian:sigma=0.5,clip=true",))
    assert facts["searched"]
    assert costs == [("baseline", "median:side=7")]


def test_what_was_stored_in_8_bits_is_clipped_and_rounded():
    clean = different(1, 1, 20, 20) / np.float32(255)
    stored = Stored(noise_from("gaussian:sigma=0.3"))
    seen = stored(clean, FieldDraw(np.random.RandomState(0)))
    assert np.isin(np.round(seen * 255, 9), np.arange(256)).all()
    noisy = noise_from("gaussian:sigma=0.3")(clean, FieldDraw(np.random.RandomState(0)))
    np.testing.assert_allclose(seen, noisy.clip(0, 1), atol=0.5001 / 255)
    assert str(stored) == "gaussian:sigma=0.3 in 8 bits"


def test_models_stand_on_the_sets_of_their_colours_and_rows_have_names_of_their_own(half, colour, tmp_path):
    (tmp_path / "other").mkdir()
    twin = str(tiny.times(tmp_path / "other" / "half.onnx", Card("half", channels=1), 0.5))
    asked = Plan([half, colour, twin])
    assert asked.models_for(1) == {half: half, twin: twin}
    assert asked.models_for(3) == {"colour.onnx": colour}
    assert (asked.left_out(1), asked.left_out(3)) == ([colour], [half, twin])


def test_unasked_sets_of_white_noise_leave_out_models_that_did_not_learn_it(half, tmp_path, monkeypatch):
    white = str(tiny.times(tmp_path / "white.onnx", Card("white", 1, learned={"white": (0.0, 0.2)}), 0.5))
    monkeypatch.setattr(plan, "UNASKED", ("auto", half, white))
    assert (
        list(Plan().models_for(1, "bsd68"))
        == list(Plan(["nlm"]).models_for(1, "bsd68"))
        == ["auto", "white.onnx"]
    )
    assert list(Plan().models_for(1, "documents")) == ["auto", "half.onnx", "white.onnx"]
    assert list(Plan([half]).models_for(1, "bsd68")) == ["half.onnx"]


def test_without_names_there_is_what_comes_with_grainless(monkeypatch):
    monkeypatch.undo()
    assert Plan().models == ["auto", *sorted(SHIPPED)]
    assert Plan().baselines == ["median", "bilateral", "nlm", "wavelet", "tv"]
    assert Plan(["runs/a"]).models == ["runs/a"]
    assert Plan(["bm3d"]).baselines == ["bm3d"]


@pytest.mark.parametrize(
    ("names", "options", "told"),
    [
        (["mediann"], {}, r'No model is called "mediann".* \(did you mean "median"\?\)'),
        (["median:sid=3"], {}, 'no option of baseline median is called "sid"'),
        (["median"], {"noises": ["gausian"]}, 'No noise is called "gausian"'),
        (["median"], {"protocol": "felid"}, r'No protocol is called "felid" \(did you mean "field"\?\)'),
    ],
)
def test_what_cannot_be_is_told_before_long_work(names, options, told):
    with pytest.raises(InputError, match=told):
        Plan(names, **options).check()


# Real pairs


@pytest.fixture
def four(tmp_path, monkeypatch):
    """Real pairs as they could be, four small ones; the first by name may be used for choosing."""
    monkeypatch.setitem(
        REAL,
        "polyu",
        Real("PolyU", ("x", "deep/x"), "noisy", "clean", 3, 4, "somewhere", "A note.", choosing=1),
    )
    names = [f"{letter}.png" for letter in "bdac"]
    images(tmp_path / "data" / "deep" / "x" / "noisy", *names, size=(16, 20), seed=1)
    images(tmp_path / "data" / "deep" / "x" / "clean", *names, size=(16, 20), seed=2)
    return DataRoots(tmp_path / "data")


def pixels(roots, side, name):
    return np.asarray(Image.open(roots.data_dir / "deep" / "x" / side / f"{name}.png"), float)


def test_real_pairs_are_scored_as_their_files_hold_them(four, colour, costs):
    facts = quick(four, colour, "median:side=3", data="polyu")
    assert (facts["protocol"], facts["off range"]) == ("real", [])
    whole, apart = facts["tasks"]
    assert (whole["noise"], apart["noise"]) == ("all 4 pairs", "3 apart")
    errors = [((pixels(four, "noisy", name) - pixels(four, "clean", name)) ** 2).mean() for name in "abcd"]
    by_hand = 10 * np.log10(255**2 / np.array(errors))
    assert whole["scores"]["noisy"]["psnr"]["mean"] == pytest.approx(by_hand.mean(), rel=1e-6)
    assert apart["scores"]["noisy"]["psnr"]["mean"] == pytest.approx(by_hand[1:].mean(), rel=1e-6)
    halved = np.rint(pixels(four, "noisy", "a") / 2)
    assert not np.array_equal(halved, pixels(four, "noisy", "a") / 2)  # so that rounding to bytes is seen
    errors = [
        ((np.rint(pixels(four, "noisy", name) / 255 * 0.5 * 255) - pixels(four, "clean", name)) ** 2).mean()
        for name in "abcd"
    ]
    assert whole["scores"]["colour.onnx"]["rmse"]["mean"] == pytest.approx(
        np.sqrt(errors).mean() / 255, rel=1e-3
    )


def test_settings_are_searched_on_the_pairs_that_are_not_reported_apart(four, costs, monkeypatch):
    searched = []

    def best(name, train, noise, *, seed):
        searched.append((len(train), train.noisy is not None, str(noise)))
        return BASELINES[name](side=3)

    monkeypatch.setattr(section, "best_setting", best)
    facts = quick(four, "median", data="polyu")
    assert set(searched) == {(1, True, "none")}
    assert "best for the pairs that are not reported apart" in " ".join(tables(facts)[0].notes)


def test_published_rows_of_real_pairs_stand_under_all_and_say_that_crops_differ(four, colour, costs):
    psnr, other, _ = tables(quick(four, colour, "median:side=3", data="polyu"))
    rows = {row[0]: row for row in psnr.rows}
    assert rows["TWSC"][1:4] == ("published", "38.60", "–")
    assert psnr.head[2:4] == ("all 4 pairs, dB", "3 apart, dB")
    assert "A note." in psnr.notes
    assert "their crops or pairs differ from these" in psnr.notes[-1]
    assert other.head[1:5] == ("all 4 pairs, SSIM", "3 apart, SSIM", "all 4 pairs, RMSE", "3 apart, RMSE")


def test_pairs_none_of_which_stand_apart_have_published_rows_too(four, colour, costs, monkeypatch):
    monkeypatch.setitem(REAL, "polyu", replace(REAL["polyu"], choosing=0))
    facts = quick(four, colour, "median", data="polyu")
    assert not facts["searched"]
    shown, other, _ = tables(facts)
    assert shown.title == "PolyU: PSNR, 4 images"
    assert shown.head[:3] == ("", "from", "all 4 pairs, dB")
    assert "TWSC" in [row[0] for row in shown.rows]
    assert other.head[1:3] == ("all 4 pairs, SSIM", "all 4 pairs, RMSE")


def test_pairs_reported_apart_can_be_named(four):
    real = replace(REAL["polyu"], unseen=("d", "a"))
    assert real.apart(["a", "b", "c", "d"]).tolist() == [0, 3]


def test_real_pairs_that_are_not_there_or_not_all_are_told(four, tmp_path):
    with pytest.raises(InputError, match=r"PolyU is not there: put its pairs \(somewhere\) into .*/x"):
        image_set("polyu", DataRoots(tmp_path))
    for side in ("noisy", "clean"):
        (tmp_path / "data" / "deep" / "x" / side / "a.png").unlink()
    with pytest.raises(InputError, match=r"holds 3 pairs, and here it has 4"):
        image_set("polyu", four)


def test_the_real_sets_say_which_pairs_stand_apart():
    names = [f"{number:02}" for number in range(35)]
    assert REAL["polyu"].apart(names).tolist() == list(range(15, 35))
    assert len(REAL["documents"].unseen) == 12


def test_real_pictures_come_first_on_the_page(four, roots, half, costs, tmp_path):
    path = tmp_path / "marks.md"
    page.keep(quick(roots, half, "median"), path)
    page.keep(quick(four, "median:side=3", data="polyu"), path)
    page.write(path)
    text = path.read_text("utf-8")
    assert text.index("## PolyU") < text.index("## Set12")


# Auto


def test_auto_does_what_denoise_does_and_counts_what_it_chose():
    clean = np.kron(different(2, 3, 8, 8), np.ones((1, 1, 16, 16))) / 255
    noisy = clean + np.random.default_rng(0).normal(0, 0.1, clean.shape)
    shown = np.concatenate([np.full((1, 3, 128, 128), 0.5), noisy]).astype(np.float32)
    auto = Auto()
    denoised = auto(shown, 0.1)
    done = [process(image_of(each, channel_axis=0)) for each in shown]
    assert auto.chosen == Counter(outcome.model or "left as it was" for _, outcome in done)
    assert auto.chosen["left as it was"] == 1
    np.testing.assert_array_equal(denoised, [image.pixels for image, _ in done])
    assert isinstance(model("auto"), Auto)


def test_what_auto_chose_stands_under_the_table(roots, costs, monkeypatch):
    facts = quick(roots, "auto", "median:side=3", noises=SIGMAS)
    assert [task["chosen"]["auto"].keys() <= {"grey", "left as it was"} for task in facts["tasks"]] == [
        True
    ] * 3
    assert all(sum(task["chosen"]["auto"].values()) == 12 for task in facts["tasks"])
    assert re.search(r"auto chose at σ 15: (grey|left as it was) \d+", " ".join(tables(facts)[0].notes))
    assert costs[0] == ("model", "auto")


# What it costs


def test_costs_are_measured_in_a_process_of_its_own(half):
    noisy = np.full((1, 1, 300, 400), 0.5, np.float32)
    measured_there = cost("model", half, noisy, 0.1)
    assert measured_there.keys() == COSTS.keys()
    assert all(value > 0 for value in measured_there.values())
    with pytest.raises(RunError, match=r"The cost of nowhere could not be measured: .*No model is called"):
        cost("model", "nowhere", noisy, 0.1)


HUNGRY = """
import numpy as np
from grainless.evaluation.benchmark import cost

cost._imported = lambda kind: lambda name: lambda noisy, sigma: np.ones(100_000_000, np.uint8)
print(cost.measure("model", "", np.zeros((2, 1, 10, 10), np.float32), 0.1)["peak MB"])
"""


def test_memory_is_what_the_denoiser_takes():
    """In a process of its own, as costs are: this one may hold memory that was freed, and had its peak before."""
    done = subprocess.run([sys.executable, "-c", HUNGRY], capture_output=True, text=True, check=True)
    assert done.stdout == "None\n" or 60 < float(done.stdout) < 140


@pytest.mark.parametrize(
    ("size", "shape"),
    [((28, 28), (26, 1, 28, 28)), ((70, 90), (1, 1, 144, 144)), ((200, 90), (1, 1, 144, 144))],
)
def test_the_sample_is_many_small_images_or_one_large(size, shape):
    task = Task(Images.of(different(2, 1, *size)), noise_from("none"))
    shown = sample(task, 144)
    assert shown.shape == shape
    assert shown.dtype == np.float32
    np.testing.assert_array_equal(shown[0, :, :28, :28], task.pair(0)[0][:, :28, :28])


# What others published


def test_published_rows_are_those_of_the_papers():
    assert PUBLISHED["DnCNN-B"].psnr == {"bsd68": {15: 31.61, 25: 29.16, 50: 26.23}}
    assert PUBLISHED["BM3D"].psnr["bsd68"] == {15: 31.08, 25: 28.57, 50: 25.60}
    assert PUBLISHED["CBM3D"].psnr["cbsd68"] == {15: 33.52, 25: 30.71, 50: 27.38}
    assert {data for each in PUBLISHED.values() for data in each.psnr} == {*SETS, "polyu", "lol"}
    assert {*SETS, *REAL}.issuperset(data for each in PUBLISHED.values() for data in each.psnr)
    assert PUBLISHED["TWSC"].psnr == {"polyu": {STORED: 38.60}}
    for each in PUBLISHED.values():
        assert re.search(r"(19|20)\d\d", each.source)
        for scores in each.psnr.values():
            assert sorted(scores.values(), reverse=True) == [scores[sigma] for sigma in sorted(scores)]


def test_published_rows_stand_beside_whole_sets_by_their_protocol(roots, costs):
    whole = quick(roots, "median", noises=SIGMAS)
    assert "BM3D" in published(whole)
    table = tables(whole)[0]
    rows = {row[0]: row for row in table.rows}
    assert rows["BM3D"][1:5] == ("published", "32.37", "29.97", "26.72")
    assert rows["N3Net †"][2] == "–"
    assert rows["median"][1] == "run here"
    assert table.rows[0][0] == "SCUNet"
    assert "Published rows were not run here" in table.notes[-1]
    for other in (quick(roots, "median", limit=3), quick(roots, "median", protocol="float")):
        assert published(other) == {}


# What is told


def test_tables_tell_every_number_once(roots, half, costs):
    psnr, ssim, paired, off = tables(quick(roots, half, "median"))
    assert psnr.title == "Set12: PSNR, 12 images"
    assert psnr.head == ("", "from", "σ 15, dB", "σ 25, dB", "σ 50, dB", "MAC a pixel", "parameters")
    ours = next(row for row in psnr.rows if row[0] == "half.onnx")
    assert ours[-2:] == ("57 k", "25 k")
    assert re.fullmatch(r"\d+\.\d\d ± \d\.\d\d", ours[2])
    assert "numpy's RandomState is seeded anew for each image" in " ".join(psnr.notes)
    assert ssim.rows[1][-3:] == ("0.25", "2.0", "12")
    assert ssim.rows[0][-3:] == ("–",) * 3
    assert paired.head == ("", "σ 15", "σ 25", "σ 50")
    assert [row[1] for row in paired.rows].count("best") == 1
    assert re.fullmatch(r"-\d+\.\d\d ± \d\.\d\d", next(row[1] for row in paired.rows if row[1] != "best"))
    assert off.head == ("", "noisy", "half.onnx")
    assert [row[0] for row in off.rows][:3] == ["σ 5", "σ 25", "σ 70"]
    assert re.fullmatch(r"\d+\.\d\d \([+-]\d+\.\d\d\)", off.rows[0][2])


def test_a_single_noise_is_one_table_of_all_scores(roots, half, costs):
    table, _ = tables(quick(roots, half, "median", noises=("gaussian:sigma=0.5,clip=true",), limit=2))
    assert table.title == "Set12: noise gaussian:sigma=0.5,clip=true, the first 2 of 12 images"
    head = ("", "PSNR, dB", "SSIM", "MSE", "MAE", "BCE", *SIZES, *COST_COLUMNS)
    assert table.head == head
    assert table.rows[1][6:] == ("57 k", "25 k", "0.25", "2.0", "12")
    assert "±" not in table.rows[0][1]  # two images are too few for an interval


def test_what_is_infinite_has_no_mean(roots, costs):
    facts = quick(roots, "median", noises=("none",))
    assert tables(json.loads(json.dumps(facts)))[0].rows[0][1] == "–"


@pytest.mark.parametrize(
    ("number", "told"), [(999, "999"), (1000, "1 k"), (57_345, "57.3 k"), (1e9, "1000 M")]
)
def test_large_numbers_have_three_digits(number, told):
    assert counted(number) == told


def test_a_page_keeps_what_other_calls_put_there(roots, half, costs, tmp_path):
    path = tmp_path / "docs" / "marks.md"
    page.keep(quick(roots, half, "median", data="folder:path=colours,grey=true"), path)
    page.keep(quick(roots, half, "median"), path)
    page.write(path)
    text = path.read_text("utf-8")
    assert text.index("## Set12") < text.index("## colours") < text.index("## Sources of published rows")
    assert "![PSNR on Set12 at sigma 25" in text
    assert "(marks/cost.png)" in text
    assert "[folder-path-colours-grey-true.json](marks/folder-path-colours-grey-true.json)" in text
    assert "`grainless benchmark`" in text
    assert text.count(quick(roots, half, "median")["tasks"][0]["sha256"]) == 1
    assert re.search(r"\*`grainless benchmark`, \d{4}-\d\d-\d\d, Grainless \S+, on .*\d+ cores.*\*", text)
    page.keep(quick(roots, half, "median", limit=3), path)
    page.write(path)
    again = path.read_text("utf-8")
    assert "the first 3 of 12 images" in again
    assert "Sources of published rows" not in again
    assert again.count("\n## colours") == 1


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 0}', "{}"])
def test_a_file_that_is_none_of_ours_is_told(tmp_path, content):
    (tmp_path / "marks").mkdir()
    (tmp_path / "marks" / "x.json").write_text(content)
    with pytest.raises(InputError, match=r"x\.json is no benchmark of this version: move it away, or run"):
        page.write(tmp_path / "marks.md")


def drawn(**scores):
    """A section with models of these scores."""
    found = {name: {"psnr": {"mean": mean}} for name, mean in scores.items()}
    return {
        "data": "bsd68",
        "title": "BSD68",
        "protocol": "field",
        "images": 68,
        "of": 68,
        "tasks": [{"noise": "gaussian:sigma=25/255", "scores": found}],
        "denoisers": {name: {"kind": "model", "MACs a pixel": 57e3} for name in scores},
    }


def test_the_plot_has_a_dot_for_each_with_both_numbers(tmp_path):
    shown = {dot.name: dot for dot in dots(drawn(grey=29.1))}
    assert set(shown) == {"grey", "DnCNN-S", "DnCNN-B", "IRCNN", "FFDNet", "DRUNet"}
    assert (shown["grey"].ours, shown["grey"].macs, shown["grey"].psnr) == (True, 57e3, 29.1)
    assert (shown["FFDNet"].ours, shown["FFDNet"].macs, shown["FFDNet"].psnr) == (False, 121e3, 29.19)
    plot(drawn(grey=29.1), tmp_path / "cost.png")
    plot(drawn(grey=29.1, other=29.2), tmp_path / "two.png")
    with Image.open(tmp_path / "cost.png") as first, Image.open(tmp_path / "two.png") as second:
        assert first.width > 800
        assert first.tobytes() != second.tobytes()


def test_nothing_is_plotted_of_other_noises_or_of_half_a_set(roots, half, costs):
    assert dots(drawn() | {"tasks": []}) == []
    assert not any(dot.ours for dot in dots(drawn()))
    assert [dot.name for dot in dots(drawn(grey=29.1) | {"images": 3})] == ["grey"]


# The command


def test_the_command_prints_tables_and_writes_the_page(roots, half, colour, tmp_path):
    command = (
        "benchmark",
        half,
        colour,
        "median",
        "--data",
        "set12",
        "--data-dir",
        roots.data_dir,
        "--quick",
    )
    done = grainless(*command, "--out", "marks.md", "--noise", "gaussian:sigma=25/255", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Set12: noise gaussian:sigma=25/255, the first 3 of 12 images" in done.stdout
    assert "colour.onnx is not made for Set12's 1 channel" in done.stderr
    text = (tmp_path / "marks.md").read_text("utf-8")
    assert "## Set12" in text
    assert "--out marks.md" in text
    facts = json.loads((tmp_path / "marks" / "set12.json").read_text("utf-8"))
    assert facts["denoisers"]["half.onnx"]["seconds a megapixel"] > 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--quick", "--limit", "2"), "--quick and --limit exclude each other"),
        (("medain",), 'No model is called "medain"'),
        (("median", "--data", "set21"), 'No data set is called "set21"'),
    ],
)
def test_what_is_wrong_is_one_line(arguments, told, tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    status, _, said = call("benchmark", *arguments)
    assert (status, said.count("\n")) == (2, 1)
    assert told in said


@pytest.mark.parametrize(("card", "older"), [(0.0, False), (0.1, True)])
def test_a_table_that_is_older_than_a_models_weights_says_so(
    roots, half, costs, tmp_path, monkeypatch, card, older
):
    told = quick(roots, half, "median", noises=("gaussian:sigma=25/255",))
    score = told["tasks"][0]["scores"]["half.onnx"]["psnr"]["mean"] + card
    about = {"PSNR in dB": {"Set12, sigma 25": score}}
    monkeypatch.setattr(page, "cards", lambda: {"half.onnx": Card("half", 1, about=about)})
    page.keep(told, tmp_path / "page.md")
    page.write(tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text()
    assert (f"half.onnx has {score:.2f} dB on Set12, sigma 25. Run the command below again." in text) is older
