"""What the published systems suggest, on digits: what is printed, what stands on pages, what is refused."""

import json
import re

import pytest
from trainings import TINY

SMALL = TINY.replace("epochs = 2", "epochs = 1").replace("validation = 100", "validation = 1500")


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def printed(call):
    def typed(*arguments):
        status, out, err = call(*arguments)
        assert status == 0, err
        return out

    return typed


def rows(text):
    (study,) = json.loads(text)["studies"]
    return study["rows"]


def page(path):
    """A page that a command wrote: its pictures are there, and it names its command."""
    text = path.read_text("utf-8")
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", text)
    assert pictures
    assert all((path.parent / picture).is_file() for picture in pictures)
    assert re.search(r"\*Written by `grainless .* --page .*`, on .*PyTorch .*\*\n$", text)
    return text


def test_anomalies(printed, recipe, tmp_path):
    changes = ["--set", "noise=none", "--set", "data.validation=100"]
    command = ("anomalies", recipe, "--class", "0", "--class", "1", *changes, "--page", tmp_path / "a.md")
    zero, one, mean = rows(printed(*command, "--json"))
    assert [row["usual class"] for row in (zero, one, mean)] == ["0", "1", "mean"]
    assert all(0 <= row["area, network"] <= 1 for row in (zero, one))
    assert mean["area, PCA of 8"] == pytest.approx((zero["area, PCA of 8"] + one["area, PCA of 8"]) / 2)
    assert zero["area, PCA of 8"] > 0.9  # zeros are round
    assert zero["hardest to tell"] in set("123456789")
    assert "| usual class | area, network |" in page(tmp_path / "a.md")


def test_starts(printed, recipe, finished, tmp_path):
    command = ("starts", recipe, "--start", finished.path, "--page", tmp_path / "s.md")
    scratch, started = rows(printed(*command, "--json"))
    assert [scratch["start"], started["start"]] == ["from scratch", "from tiny"]
    assert started["test PSNR (dB)"] > scratch["test PSNR (dB)"]
    assert scratch["validation loss, epoch 1"] > started["validation loss, epoch 1"]
    assert "from tiny" in page(tmp_path / "s.md")


def test_adversarial(printed, recipe, tmp_path):
    recipe.write_text(SMALL.replace("[learn]", '[learn]\nname = "adversarial"\nwidth = 2'))
    command = ("adversarial", recipe, "--share", "0.5", "--page", tmp_path / "adversarial.md")
    clean, noisy, plain, critic = rows(printed(*command, "--json"))
    assert [row["images"] for row in (clean, noisy, plain, critic)] == [
        "clean",
        "noisy",
        "no critic",
        "share 0.5",
    ]
    assert clean["sharpness"] == pytest.approx(1)
    assert clean["Fréchet"] == pytest.approx(0, abs=1e-3)
    assert clean["PSNR"] is None  # without end
    assert noisy["sharpness"] > 1 > plain["sharpness"]
    assert plain["PSNR"] != critic["PSNR"]
    text = page(tmp_path / "adversarial.md")
    assert "no critic: epoch 1 kept" in text
    assert "inf" in text


def test_classifiers(printed, recipe, tmp_path):
    changes = ["--set", "data.validation=100"]
    command = ("classifiers", recipe, *changes, "--seeds", "2", "--page", tmp_path / "classifiers.md")
    lessons = rows(printed(*command, "--json"))
    assert [row["taught on"] for row in lessons] == ["clean", "noisy", "denoised", "jointly"]
    clean, _, denoised, jointly = lessons
    assert clean["clean"] > 0.6
    assert clean["PSNR of denoised"] == denoised["PSNR of denoised"] != jointly["PSNR of denoised"]
    assert all(row["noisy ±"] >= 0 for row in lessons)
    text = page(tmp_path / "classifiers.md")
    assert "means over 2 seeds" in text
    again = rows(printed(*command, "--json"))  # from what is kept
    assert again == lessons


def test_encode(printed, finished, tmp_path):
    out = printed("encode", finished.path, "digits", "-o", tmp_path / "c.csv", "--map", tmp_path / "m.png")
    assert out.splitlines() == [f"{tmp_path / 'c.csv'}: 359 codes of 8 numbers", str(tmp_path / "m.png")]
    assert (tmp_path / "c.csv").read_text().startswith("name,label,code_0,")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["anomalies", "c-best"], "The network of c-best has no code"),
        (["anomalies", "few-correlated"], 'no option of data set photos is called "only"'),
        (["anomalies", "SMALL", "--class", "12"], "only is 12, and digits has no such images"),
        (["starts", "SMALL", "--start", "color", "--set", "train.start=grey"], "starts from grey already"),
        (["starts", "SMALL", "--start", "color"], "not one of its weights fits this network"),
        (["adversarial", "SMALL"], 'small learns by the method "supervised", which has no critic'),
        (["adversarial", "adversarial-fashion", "--share", "much"], "learn"),
        (["classifiers", "few-correlated"], "The images have no labels, so there is nothing to classify"),
        (["encode", "nowhere", "digits"], "nowhere is no run's folder"),
        (["encode", "nowhere", "digits", "-o", "codes.txt"], "codes.txt has no ending"),
        (["encode", "nowhere", "digits", "--map", "map.jpg"], "map.jpg has no ending"),
    ],
)
def test_what_cannot_be_is_one_line(call, recipe, arguments, message):
    arguments = [recipe if word == "SMALL" else word for word in arguments]
    status, _, err = call(*arguments)
    assert status == 2
    assert message in err.strip().splitlines()[-1]
