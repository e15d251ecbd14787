"""Recipes: those shipped are what was published, and every mistake of one's own is told, all at once."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from trainings import TINY, tiny

from grainless.errors import InputError
from grainless.learn.networks.layers import parameters
from grainless.learn.recipe import Recipe
from grainless.learn.recipe_files import shipped
from grainless.noise import Chain

PUBLISHED = {
    "a-mnist-coded": (843_649, 843_649),
    "b-lowlight-pooled": (30_019, 29_763),
    "c-stacked": (47_425, 47_425),
    "c-pooled": (28_353, 28_353),
    "c-coded": (178_769, None),
    "c-wide": (314_625, 314_625),
    "d-fashion-dense": (1_313_616, 1_313_616),
    "e-mnist-plain": (2_353, 2_353),
    "e-mnist-conv": (3_217, 3_217),
}
"""Total and trained parameters as the publications print them; None: they do not say."""


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_recipe_has_no_mistake_and_says_how_to_run_it(name):
    recipe = Recipe.load(name)
    assert recipe.name == name
    assert f"grainless train {name}" in recipe.text
    title = recipe.text.splitlines()[0]
    assert title.startswith("# ")
    assert title.endswith(".")


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_networks_have_the_published_parameters(name):
    total, trained = parameters(Recipe.load(name).network())
    assert total == PUBLISHED[name][0]
    assert trained == (PUBLISHED[name][1] or trained)


def test_a_file_is_called_by_its_name_and_a_runs_by_its_folder(tmp_path):
    for path, name in (("mine.toml", "mine"), ("first/recipe.toml", "first")):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(TINY)
        assert Recipe.load(tmp_path / path) == Recipe(name, TINY)


def test_parts_are_made_as_written():
    recipe = tiny(
        "train.crop=4", "train.patience=3", "noise.clip=false", "learn.name=noise2noise", "learn.loss=mse"
    )
    assert recipe.seed == 3
    assert recipe.source().test == 40
    assert str(recipe.noise()) == "gaussian:sigma=0.3"
    assert recipe.network().size == (4, 4)
    assert type(recipe.method()).__name__ == "Noise2Noise"
    assert recipe.loss().__name__ == "mse"
    assert recipe.training() == {"epochs": 2, "batch": 64, "crop": 4, "patience": 3}


def test_what_is_not_written_has_its_default():
    recipe = Recipe("short", '[data]\nname = "digits"\n[network]\nname = "dncnn"')
    recipe.check()
    assert recipe.seed == 0
    assert recipe.noise() == Chain(())
    assert type(recipe.method()).__name__ == "Supervised"
    assert recipe.loss().__name__ == "mse"
    assert recipe.training() == {}


def test_several_noises_come_one_after_the_other():
    text = TINY.replace("[noise]", "[[noise]]\nname = 'poisson'\npeak = 30\n[[noise]]")
    recipe = Recipe("two", text)
    assert str(recipe.noise()) == "poisson:peak=30+gaussian:sigma=0.3,clip=true"
    assert recipe.options["noise.0.peak"] == 30
    assert recipe.options["noise.1.name"] == "gaussian"
    with pytest.raises(
        InputError, match=r"--set noise\.sigma=1: noise holds several tables; change them in a file"
    ):
        recipe.changed("noise.sigma=1")


def test_options_are_every_line():
    assert tiny().options == {
        "seed": 3,
        "data.name": "digits",
        "data.validation": 100,
        "data.test": 40,
        "noise.name": "gaussian",
        "noise.sigma": 0.3,
        "noise.clip": True,
        "network.name": "dense",
        "network.encoder": [],
        "network.code": 8,
        "network.decoder": [],
        "learn.loss": "bce",
        "train.epochs": 2,
        "train.batch": 64,
    }


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        ("network.code=16", "network.code", 16),
        ("noise.sigma=0.25", "noise.sigma", 0.25),
        ("noise.sigma=25/255", "noise.sigma", "25/255"),
        ("noise.sigma=0..55/255", "noise.sigma", "0..55/255"),
        ("noise.clip=false", "noise.clip", False),
        ("network.encoder=[32, 16]", "network.encoder", [32, 16]),
        ("learn.loss=l1", "learn.loss", "l1"),
        ('learn.loss="l1"', "learn.loss", "l1"),
        (" train.rate = 2e-4", "train.rate", 2e-4),
        ("train.patience=5", "train.patience", 5),
        ("seed=11", "seed", 11),
    ],
)
def test_one_line_is_set_and_nothing_else(change, key, value):
    recipe = tiny(change)
    assert recipe.options == tiny().options | {key: value}
    assert recipe.text.startswith("# Digits through a code of 8 numbers.")  # comments stay


@pytest.mark.parametrize("noise", ["poisson:peak=30", "gaussian:sigma=25/255+mask:share=0.1", "none"])
def test_all_noise_is_set_at_once(noise):
    assert str(tiny(f"noise={noise}").noise()) == noise


def test_a_table_that_is_not_there_is_made():
    assert Recipe("x", "").changed("train.epochs=5").tables == {"train": {"epochs": 5}}


@settings(max_examples=20, deadline=None)
@given(some.integers(1, 99), some.sampled_from(["mse", "l1", "bce"]))
def test_changes_are_read_back_and_the_last_one_holds(code, loss):
    recipe = tiny("network.code=7", f"network.code={code}", f"learn.loss={loss}")
    assert tomllib.loads(recipe.text) == recipe.tables
    assert recipe.tables["network"]["code"] == code
    assert recipe.tables["learn"]["loss"] == loss


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("network=foo", r'^--set network=foo has a mistake: No network is called "foo"\. There are: .*unet'),
        (
            "foo=1",
            r'^--set foo=1: no table is called "foo"; there are: seed, data, noise, .*train; write table',
        ),
        ("nois=none", r'^--set nois=none: no table is called "nois" \(did you mean "noise"\?\); there'),
    ],
)
def test_what_there_is_is_told_where_a_word_alone_is_wrong(change, told):
    with pytest.raises(InputError, match=told):
        Recipe.load("demo", [change])


def test_a_network_is_set_whole_as_noise_is():
    assert tiny("network=dense:code=3").tables["network"] == {"name": "dense", "code": "3"}


@pytest.mark.parametrize("change", ["network.code", "train=16", "network.b.c=1", "", "=3"])
def test_a_change_of_another_form_is_told(change):
    with pytest.raises(
        InputError, match=r'^--set .*: write table\.key=value, such as "network\.code=16", or seed=7'
    ):
        tiny().changed(change)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["data.name=digit"], r'No data set is called "digit" \(did you mean "digits"\?\)'),
        (["data.tset=3"], r'no option of data set digits is called "tset" \(did you mean "test"\?\)'),
        (["noise.name=gausian"], r'No noise is called "gausian" \(did you mean "gaussian"\?\)'),
        (["noise.sigam=1"], r'no option of noise gaussian is called "sigam" \(did you mean "sigma"\?\)'),
        (["noise.sigma=loud"], r'option "sigma" of noise gaussian is \'loud\''),
        (["network.name=dens"], r'No network is called "dens" \(did you mean "dense"\?\)'),
        (["network.cod=1"], r'no option of network dense is called "cod" \(did you mean "code"\?\)'),
        (
            ["network.code=0"],
            r'option "code" of network dense is 0: input should be greater than or equal to 1',
        ),
        (
            ["network.code=many"],
            r"option \"code\" of network dense is 'many': input should be a valid integer",
        ),
        (["network.size=[8, 8]"], r'no option of network dense is called "size"'),
        (
            ["learn.name=supervise"],
            r'No method of learning is called "supervise" \(did you mean "supervised"\?\)',
        ),
        (["learn.los=mse"], r'no option of method of learning supervised is called "los"'),
        (["learn.loss=bc"], r'No loss is called "bc" \(did you mean "bce"\?\)'),
        (["train.epoch=1"], r'no option of train is called "epoch" \(did you mean "epochs"\?\)'),
        (["train.epochs=0"], r'option "epochs" of train is 0: input should be greater than or equal to 1'),
        (["train.epochs=[1]"], r'option "epochs" of train is \[1\]: input should be a valid integer'),
        (["train.rate=-1"], r'option "rate" of train is -1: input should be greater than 0'),
        (
            ["train.optimizer=adem"],
            r"option \"optimizer\" of train is 'adem': no optimizer is called \"adem\" \(did you mean \"adam\"\?\)",
        ),
        (["train.network=3"], r'no option of train is called "network"'),
        (["seed=-1"], r"seed is -1; it is a whole number from 0 to 2,147,483,647"),
        (["seed=2147483648"], r"seed is 2147483648; it is a whole number from 0 to"),
        (["seed=true"], r"seed is True; it is a whole number"),
        (
            ["trian.epochs=1"],
            r'no table is called "trian" \(did you mean "train"\?\); there are: seed, data, noise',
        ),
    ],
)
def test_every_mistake_is_told_with_the_nearest_word(changes, told):
    with pytest.raises(InputError, match=told) as error:
        tiny(*changes)
    assert str(error.value).startswith("tiny.toml has ")
    assert "\n" not in str(error.value)


WRONG = """\
sed = 1
[data]
name = "mnits"
[noise]
name = "gaussian"
sigam = 0.5
[network]
name = "coded"
cod = 3
[learn]
name = "supervized"
loss = "bec"
[train]
epochs = "many"
"""


def test_all_mistakes_are_told_at_once_and_each_once():
    with pytest.raises(InputError) as told:
        Recipe("wrong", WRONG).check()
    message = str(told.value)
    assert message.startswith("wrong.toml has 7 mistakes: ")
    for word in ("seed", "mnist", "sigma", "code", "supervised", "bce", "many"):
        assert message.count(word) >= 1
    for word in ('"sed"', '"mnits"', '"sigam"', '"cod"', '"supervized"', '"bec"', "'many'"):
        assert message.count(word) == 1


def test_one_mistake_is_a_mistake():
    with pytest.raises(InputError, match=r"^tiny\.toml has a mistake: [^;]*\.$"):
        tiny("train.epochs=0")


def recipe_of(network, data='name = "digits"', learn="", train=""):
    tables = {"data": data, "network": network, "learn": learn, "train": train}
    recipe = Recipe("x", "".join(f"[{name}]\n{lines}\n" for name, lines in tables.items()))
    recipe.check()
    return recipe


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            {"network": 'name = "unet"', "train": "crop = 30"},
            "takes images whose sides are multiples of 4, and these are 30 x 30; 28 x 28 would do",
        ),
        (
            {"network": 'name = "unet"\nwidths = [4, 4, 4, 4, 4]'},
            "multiples of 16, and these are 8 x 8; 16 x 16 would",
        ),
        (
            {"network": 'name = "stacked"\nwidths = [4, 4, 4, 4]'},
            "takes images of 9 x 9 pixels or more, and these are 8 x 8",
        ),
        (
            {"network": 'name = "dense"', "data": 'name = "photos"'},
            "dense takes images of one size, and these are of",
        ),
        (
            {"network": 'name = "unet"', "learn": 'loss = "bce"'},
            r'ends in a sigmoid \(unet does with output = "image"\)',
        ),
        (
            {"network": 'name = "dncnn"', "learn": 'loss = "bce"'},
            'The loss "bce" needs a network that ends in a sigmoid',
        ),
        ({"network": 'name = "unet"', "data": 'name = "csv"'}, 'data set csv needs the option "file"'),
        ({"network": "code = 3"}, "the network has no name; there are: coded, dense"),
    ],
)
def test_a_size_or_a_loss_that_the_network_cannot_take_is_told(lines, told):
    with pytest.raises(InputError, match=told):
        recipe_of(**lines)


def test_a_unet_whose_output_is_the_image_takes_bce():
    recipe_of('name = "unet"\noutput = "image"', learn='loss = "bce"')


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[data\n", r"^bad\.toml is not TOML: .*line 1"),
        ("seed = 1\nseed = 2\n", r"^bad\.toml is not TOML: .*"),
        ('network = "dense"\n[data]\nname = "digits"\n', r"network is 'dense'; it is a table, \[network\]"),
        ('[[network]]\nname = "dense"\n[data]\nname = "digits"', r"network is \[.*\]; it is a table"),
        ("", "the data set has no name; .*the network has no name"),
    ],
)
def test_a_file_of_another_form_is_told(text, told, tmp_path):
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(InputError, match=told) as error:
        Recipe.load(tmp_path / "bad.toml")
    assert "\n" not in str(error.value)


def test_what_is_no_recipe_is_told(tmp_path):
    with pytest.raises(
        InputError,
        match=r'No recipe is called "a-mnist-code" \(did you mean "a-mnist-coded"\?\).*of your own ends in \.toml',
    ):
        Recipe.load("a-mnist-code")
    with pytest.raises(InputError, match=r"none\.toml cannot be read: No such file"):
        Recipe.load(tmp_path / "none.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InputError, match=r"folder\.toml cannot be read: Is a directory"):
        Recipe.load(tmp_path / "folder.toml")
    (tmp_path / "image.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"image\.toml is no text in UTF-8"):
        Recipe.load(tmp_path / "image.toml")


@pytest.mark.parametrize("path", ["a+b", "2024/05", "scans 1/2"])
def test_a_path_is_taken_to_the_letter(path):
    recipe = Recipe("mine", '[network]\nname = "dncnn"').changed(f"data=folder:path={path}")
    recipe.check()
    assert str(recipe.source().path) == path
