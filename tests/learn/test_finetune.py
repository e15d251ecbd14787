"""A shipped model trained on with a person's own images: what is planned, what it comes to, what will not do."""

import re
from types import SimpleNamespace

import PIL.Image
import PIL.ImageDraw
import pytest
import torch
from safetensors.torch import save_file
from small_data import images
from small_shipped import soft
from trainings import Notes

from grainless.cli.commands import training as command
from grainless.data.find import DataRoots
from grainless.data.gather import gather
from grainless.errors import InputError
from grainless.learn.finetune.clean import noisy_themselves, of_two_kinds
from grainless.learn.finetune.own import HELD, clean_images, pairs
from grainless.learn.finetune.pace import FEWEST_EPOCHS, MOST_EPOCHS, TRAINING, Pace
from grainless.learn.finetune.plan import plan, run_folder
from grainless.learn.finetune.rate import RATES, tried
from grainless.learn.finetune.start import best_start
from grainless.learn.recipe import Recipe
from grainless.learn.recipe_files import shipped
from grainless.learn.training import train
from grainless.model import zoo
from grainless.noise import noise_from


def test_clean_images_become_a_recipe_and_a_run_beside_what_it_began_with(small, quick, tmp_path):
    folder = soft(tmp_path / "waves", 9)
    out = tmp_path / "runs" / "waves"
    planned = plan(
        out, images=folder, noise="gaussian:sigma=0.1", changes=["train.epochs=2", "train.steps=2"]
    )
    assert planned.remarks[0] == (
        "9 grey images of 48 x 48: 7 to learn from, 1 to choose the best weights by, 1 to judge by."
    )
    assert re.match(
        r"Starts from plain, which as it is brings .* from 19\.\d\d to 18\.\d\d dB", planned.remarks[1]
    )
    assert planned.recipe.options["train.start"] == "plain"
    assert planned.recipe.options["network.widths"] == [3, 4]
    run = train(planned.recipe, out, data=planned.data, callback=Notes())
    assert run.finished
    facts = run.facts()
    assert [other["name"] for other in facts["others"]] == ["plain", "auto"]
    assert facts["others"][0]["scores"]["test"]["psnr"] != facts["scores"]["test"]["psnr"]
    best = max(facts["others"], key=lambda other: other["scores"]["test"]["psnr"])
    assert f"<dt>before: {best['name']}</dt><dd>{best['scores']['test']['psnr']:.2f} dB</dd>" in (
        run.report_file.read_text("utf-8")
    )
    assert Recipe.load(run.recipe_file).data(DataRoots()).train.names == planned.data.train.names


def test_pairs_become_a_recipe(small, quick, tmp_path):
    noisy, clean = (
        soft(tmp_path / "set" / side, 16, 3, sigma=sigma) for side, sigma in (("n", 0.1), ("c", 0))
    )
    planned = plan(tmp_path / "out", noisy=noisy, clean=clean)
    assert planned.remarks[0].startswith("pairs of 16 colour images of 48 x 48: 12 to learn from, 2 to")
    options = planned.recipe.options
    assert (options["data.path"], options["data.noisy"], options["data.clean"]) == (
        str(tmp_path / "set"),
        "n",
        "c",
    )
    assert (options["learn.name"], options["train.start"], options["train.crop"]) == (
        "given",
        "colourful",
        48,
    )
    assert planned.recipe.noise().parts == ()


def test_two_folders_far_apart_are_pairs_too(small, quick, tmp_path):
    noisy, clean = (soft(tmp_path / path, 4, sigma=s) for path, s in (("a/b/noisy", 0.1), ("c/clean", 0)))
    planned = plan(tmp_path / "out", noisy=noisy, clean=clean)
    assert len(planned.recipe.data(DataRoots()).train) == 2


def test_the_recipe_says_what_can_be_changed_and_how_to_run_it_again(small, quick, tmp_path):
    planned = plan(tmp_path / "mine", images=soft(tmp_path / "w", 4), noise="gaussian+poisson:peak=30")
    text = planned.recipe.text
    assert text.startswith("# mine: the model plain trained on with 4 grey images of 48 x 48. Change a line")
    assert f"grainless train {tmp_path / 'mine'}/recipe.toml --out {tmp_path / 'mine'} --resume" in text
    assert re.search(r"steps = \d+ +# an epoch; 0\.1 s each where this was written", text)
    assert str(planned.recipe.noise()) == "gaussian:sigma=25/255+poisson:peak=30"
    assert planned.recipe.tables["data"]["validation"] == 1


def test_lines_of_data_that_are_changed_are_read_anew(small, quick, tmp_path):
    folder, other = soft(tmp_path / "w", 9), ["data.test=3", "data.seed=4"]
    planned = plan(tmp_path / "mine", images=folder, noise="gaussian", changes=other)
    assert len(planned.data.test) == 3
    assert planned.recipe.data(DataRoots()).test.names == planned.data.test.names


def test_images_given_as_clean_that_are_noisy_are_told_of(tmp_path):
    told = (
        r"Of 3 clean images looked at, 3 are noisy themselves: a model learns to leave that noise\. Denoise"
    )
    noisy = gather(sorted(soft(tmp_path / "noisy", 4, side=200, sigma=0.1).iterdir()), 1)
    assert re.match(told, noisy_themselves(noisy)[0])
    assert noisy_themselves(gather(sorted(soft(tmp_path / "clean", 4, side=200).iterdir()), 1)) == []


def test_pages_among_pictures_are_told_of(tmp_path):
    folder = soft(tmp_path, 4, side=200)
    waves = gather(sorted(folder.iterdir()), 1)
    assert of_two_kinds(waves) == []
    for number in range(3):
        page = PIL.Image.new("L", (200, 200), 250)
        pen = PIL.ImageDraw.Draw(page)
        for line in range(12):
            pen.text((4 + number, 16 * line), "The quick brown fox jumps over the lazy dog", fill=10)
        page.save(folder / f"page{number}.png")
    both = gather(sorted(folder.iterdir()), 1)
    assert of_two_kinds(both)[0].startswith(
        "Of 7 images looked at, 3 are pages of text and 4 are not: one model"
    )


def test_without_a_word_the_noise_is_that_of_photographs(tmp_path):
    own = clean_images(soft(tmp_path, 4), None)
    assert str(noise_from(own.noise)) == str(Recipe("photo", shipped()["photo"]).noise())


@pytest.mark.parametrize(("count", "held"), [(4, 1), (16, 2), (80, 8), (400, HELD)])
def test_of_many_images_some_are_held_out(count, held, tmp_path, monkeypatch):
    from grainless.data.checks.survey import Survey
    from grainless.learn.finetune import own as room

    monkeypatch.setattr(room, "survey", lambda folder: Survey([(40, 40)] * count, grey=True))
    assert clean_images(tmp_path, "gaussian").data["test"] == held
    monkeypatch.setattr(room, "survey", lambda folder: Survey([(4000, 3000)] * count, grey=True))
    assert clean_images(tmp_path, "gaussian").data["test"] == 1


@pytest.mark.parametrize("minutes", [0.5, 10, 600])
@pytest.mark.parametrize(("step", "validation"), [(0.15, 1.0), (2.0, 30.0), (0.001, 0.0)])
def test_steps_and_looks_take_the_time_that_was_given(minutes, step, validation):
    pace = Pace(step, validation, "full")
    epochs, steps = pace.plan(minutes)
    assert FEWEST_EPOCHS <= epochs <= MOST_EPOCHS
    if steps > 4:
        assert pace.seconds(epochs, steps) == pytest.approx(60 * minutes, rel=0.1)


def test_speed_is_measured_in_steps_that_are_thrown_away(small, tmp_path):
    planned = plan(tmp_path / "out", images=soft(tmp_path / "w", 4), noise="gaussian", minutes=0.2)
    assert planned.recipe.options["train.precision"] in {"full", "half"}
    assert planned.recipe.options["train.steps"] > 1
    assert re.fullmatch(
        r"[\d,]+ steps of [\d.e-]+ s: about \d+ seconds; looking took \d+ seconds?\.", planned.remarks[-2]
    )
    assert planned.remarks[-1].startswith("Of the learning rates 2e-3, 5e-4, 1.25e-4, tried for ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("looked", "told"),
    [
        (9, "looking took 9 seconds."),
        (60, "looking took 1 minute (together more than --minutes 0.2: the fewest steps that are trained)."),
    ],
)
def test_the_time_of_looking_counts(small, tmp_path, monkeypatch, looked, told):
    clock = SimpleNamespace(monotonic=iter([0.0, float(looked)]).__next__)
    monkeypatch.setattr("grainless.learn.finetune.plan.time", clock)
    monkeypatch.setattr("grainless.learn.finetune.plan.measured", lambda recipe, data: Pace(0.1, 0.0, "full"))
    images = soft(tmp_path / "w", 4)
    planned = plan(
        tmp_path / "out", images=images, noise="gaussian", minutes=0.2, changes=["train.rate=1e-3"]
    )
    options = planned.recipe.options
    assert options["train.epochs"] * options["train.steps"] * 0.1 / TRAINING == pytest.approx(
        max(12 - looked, 0.4 / TRAINING), rel=0.5
    )
    assert told in planned.remarks[2]


def test_steps_that_a_person_set_are_not_called_the_fewest(small, tmp_path, monkeypatch):
    monkeypatch.setattr("grainless.learn.finetune.plan.measured", lambda recipe, data: Pace(0.1, 0.0, "full"))
    changes = ["train.rate=1e-3", "train.steps=2000"]
    images = soft(tmp_path / "w", 4)
    planned = plan(tmp_path / "out", images=images, noise="gaussian", minutes=0.2, changes=changes)
    assert planned.remarks[2].endswith(" (together more than --minutes 0.2: as you set the steps).")
    assert planned.step == 0.1


def plain_data(folder, sigma):
    """Waves under noise, and a recipe that trains the model plain on with them."""
    soft(folder, 6)
    text = (
        f'[data]\nname = "folder"\npath = "{folder}"\ngrey = true\nvalidation = 2\ntest = 1\n'
        '[network]\nname = "unet"\n'
        f'widths = [3, 4]\nfold = 2\n[noise]\nname = "gaussian"\nsigma = {sigma}\n[train]\nbatch = 4\ncrop = 32\n'
        'optimizer = "muon"\nschedule = "linear"\n'
    )
    recipe = Recipe("mine", text)
    return recipe, recipe.data(DataRoots())


def test_the_rate_that_does_best_on_held_out_images_is_taken(small, tmp_path):
    recipe, data = plain_data(tmp_path / "w", 0.1)
    trial = tried(recipe.changed("train.start=bad"), data, 12)
    assert trial.losses.keys() == set(RATES)
    assert (trial.rate, trial.better) == (RATES[0], True)
    assert str(trial) == (
        "Of the learning rates 2e-3, 5e-4, 1.25e-4, tried for 12 steps each, 2e-3 does best on those to choose by."
    )


def test_where_the_start_fits_already_the_lowest_rate_is_taken(small, tmp_path):
    recipe, data = plain_data(tmp_path / "w", 1e-4)
    network = recipe.network()
    for weight in network.exit.parameters():  # it leaves images as they are: nothing is to be gained
        torch.nn.init.zeros_(weight)
    save_file(network.state_dict(), tmp_path / "model.safetensors")
    trial = tried(recipe.changed(f"train.start={tmp_path}").changed("learn.loss=l1"), data, 3)
    assert (trial.rate, trial.better) == (RATES[-1], False)
    assert str(trial).endswith("none does better than no training; 1.25e-4 is taken.")


def test_a_rate_at_which_it_diverges_is_not_taken(small, tmp_path, monkeypatch):
    monkeypatch.setattr("grainless.learn.finetune.rate.RATES", (1e25, 1e-3))
    recipe, data = plain_data(tmp_path / "w", 0.1)
    trial = tried(recipe.changed("train.start=bad"), data, 4)
    assert (trial.losses[1e25], trial.rate) == (float("inf"), 1e-3)


def test_the_loss_is_that_of_the_start_and_the_rate_is_what_was_found_unless_it_is_set(
    small, quick, tmp_path
):
    folder = soft(tmp_path / "w", 4)
    found = plan(tmp_path / "out", images=folder, noise="gaussian")
    assert (found.recipe.options["learn.loss"], found.recipe.options["train.rate"]) == ("l1", RATES[1])
    assert found.remarks[-1].startswith(
        "Of the learning rates 5e-4, tried for 196 steps each, 5e-4 does best"
    )
    told = plan(tmp_path / "out", images=folder, noise="gaussian", changes=["train.rate=0.1"])
    assert told.recipe.options["train.rate"] == 0.1
    assert not any("learning rates" in remark for remark in told.remarks)


def test_the_model_that_does_best_is_the_start_unless_one_is_named(small, tmp_path):
    data = Recipe("x", f'[data]\nname = "folder"\npath = "{soft(tmp_path, 4)}"\ngrey = true').data(
        DataRoots()
    )
    noise = noise_from("gaussian:sigma=0.1")
    assert best_start(data.validation, noise, seed=0).name == "plain"
    assert best_start(data.validation, noise, seed=0, only="bad").name == "bad"
    for name, message in (
        ("colourful", "colourful cannot be trained on with grey images"),
        ("mute", "mute cannot be trained on with grey images"),
        ("plan", r'No shipped model is called "plan" \(did you mean "plain"\?\)'),
    ):
        with pytest.raises(InputError, match=message):
            best_start(data.validation, noise, seed=0, only=name)


def test_what_will_not_do_is_one_line(tmp_path):
    grey, colour = soft(tmp_path / "grey", 4), soft(tmp_path / "colour", 4, 3)
    with pytest.raises(
        InputError, match=r"colour holds colour images and .*grey grey ones: partners are of one kind"
    ):
        pairs(colour, grey)
    with pytest.raises(InputError, match=r"not all pairs: grey/3\.png has no partner in few"):
        pairs(soft(tmp_path / "few", 3), grey)
    with pytest.raises(InputError, match=r"48 x 48 .*40 x 40|40 x 40 .*48 x 48"):
        pairs(soft(tmp_path / "other", 4, side=40), grey)
    with pytest.raises(InputError, match="--noise none: clean images teach nothing without noise"):
        clean_images(grey, "none")
    with pytest.raises(InputError, match=r'No noise is called "gausian"'):
        clean_images(grey, "gausian")
    for given in ({}, {"clean": grey}, {"images": grey, "clean": grey}):
        with pytest.raises(
            InputError, match="Name --images DIR, clean ones, or --noisy DIR; and --clean DIR, if"
        ):
            plan(tmp_path / "out", **given)
    with pytest.raises(InputError, match="--noise goes with --images: noisy images have noise of their"):
        plan(tmp_path / "out", noisy=grey, noise="gaussian")
    with pytest.raises(InputError, match=r"grey is there already; give another --out"):
        plan(grey, images=grey)


@pytest.mark.parametrize(
    ("start", "change", "told"),
    [
        ("plane", "train.epochs=2", 'No shipped model is called "plane"'),
        (None, "foo=2", 'no table is called "foo"'),
        (None, "foo.x=2", '--set foo.x=2 has a mistake: no table is called "foo"'),
        (None, "train.epoch=2", r'no option of train is called "epoch" \(did you mean "epochs"\?\)'),
        (None, "network=foo", 'No network is called "foo"'),
        (None, "learn.name=foo", 'No method of learning is called "foo"'),
        (None, "learn.loss=foo", 'No loss is called "foo"'),
    ],
)
def test_what_is_asked_is_looked_at_before_the_images(tmp_path, start, change, told):
    with pytest.raises(InputError, match=told):
        plan(tmp_path / "out", images=tmp_path / "there-is-no-such-folder", start=start, changes=[change])


def test_a_run_is_called_as_the_images_folder(tmp_path):
    assert run_folder(tmp_path / "waves", None) == zoo.RUNS / "waves"
    assert run_folder(None, tmp_path / "set" / "clean") == zoo.RUNS / "set"


def chosen(recipe=None, *, resume=False, **own):
    given = dict.fromkeys(("images", "noisy", "clean", "noise", "start")) | own
    return command._to_train(recipe, given, 10.0, [], None, resume, None)


def test_the_command_takes_a_recipe_or_images(tmp_path):
    assert chosen("demo")[0].name == "demo"
    for own, message in (
        (
            {"recipe": "demo", "images": tmp_path},
            "--images is for images of your own, and demo is a recipe: give one",
        ),
        (
            {},
            r"Name a recipe \(grainless list recipes\), or your own images: --images DIR, or --noisy DIR, with",
        ),
        (
            {"images": tmp_path / "w", "resume": True},
            r"grainless train runs/w/recipe\.toml --out runs/w --resume",
        ),
    ):
        with pytest.raises(InputError, match=message):
            chosen(**own)
    images(tmp_path / "two", "a.png", "b.png", size=(40, 40))
    with pytest.raises(InputError, match="holds 2 images, and 3 are the fewest"):
        chosen(images=tmp_path / "two")
