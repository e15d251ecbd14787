import re
from dataclasses import replace
from itertools import product

import pytest
from at_once import finished_at_once
from small_data import cifar, images, mnist
from trainings import Notes

from grainless.data.find import DataRoots
from grainless.errors import InputError
from grainless.evaluation.reports.markdown import table
from grainless.learn.recipe import Recipe
from grainless.learn.reproduce import SYSTEMS, put, reproduce
from grainless.learn.reproduce.scores import with_excess
from grainless.learn.reproduce.section import Figure, Section
from grainless.learn.reproduce.systems.c import alike, cure
from grainless.learn.reproduce.systems.c import system as c
from grainless.learn.reproduce.systems.d.claims import said
from grainless.learn.studies import study as studies
from grainless.learn.studies.page import machine
from grainless.learn.studies.study import Study


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path / "study", DataRoots(), Notes())


def section(letter, value):
    return Section(letter, "a system", [Figure("BCE", "0.1", value)], ["words"])


def test_sections_stand_in_order_and_only_the_new_one_changes(study, tmp_path, monkeypatch):
    values = {"A": "0.2", "B": "0.3"}
    for letter in ("A", "B"):
        monkeypatch.setitem(
            SYSTEMS, letter, lambda study, pictures, effort, letter=letter: section(letter, values[letter])
        )
    page = tmp_path / "reproductions.md"
    reproduce(["B"], study, page, "quick")
    first = page.read_text()
    assert first.startswith("# Reproductions")
    assert "`grainless reproduce B --quick`" in first
    reproduce(["A"], study, page, "standard")
    both = page.read_text()
    assert both.index("## A. a system") < both.index("## B. a system")
    assert "| BCE | 0.1 | 0.3 |" in both
    values["B"] = "0.4"
    reproduce(["B"], study, page, "standard")
    assert page.read_text() == both.replace("0.3", "0.4").replace("reproduce B --quick", "reproduce B")


def test_without_training_a_section_says_what_is_missing_or_stays_as_it_is(study, tmp_path, monkeypatch):
    page = tmp_path / "reproductions.md"
    monkeypatch.setitem(SYSTEMS, "A", lambda study, pictures, effort: section("A", "0.2"))
    reproduce(["A"], study, page, "quick")
    known = page.read_text()
    idle = replace(study, finished_only=True)

    def needs(study, pictures, effort):
        made = section("B", "0.3")
        made.part(lambda: study.run("e-mnist-plain").path.name, "a map")
        made.rows(lambda: [Figure("another", "", study.run("e-mnist-plain").path.name)], "plain")
        made.part(lambda: "a part without runs", "nothing")
        return made

    monkeypatch.setitem(SYSTEMS, "B", needs)
    assert reproduce(["B"], idle, page, "quick") == []
    text = page.read_text()
    assert "*a map: not run at this length (`grainless train e-mnist-plain`).*\n" in text
    assert "| plain |  | not run at this length |  |  | `grainless train e-mnist-plain` |" in text
    assert "a part without runs" in text
    assert "another" not in text
    monkeypatch.setitem(SYSTEMS, "A", lambda study, pictures, effort: study.run("e-mnist-plain"))
    assert reproduce(["A"], idle, page, "quick") == ["A needs `grainless train e-mnist-plain`"]
    assert known.split("## A")[1].strip() in page.read_text()
    assert not study.folder.exists()


def test_what_was_not_made_again_stays_with_its_day_until_it_is(study, tmp_path, monkeypatch):
    page, idle = tmp_path / "reproductions.md", replace(study, finished_only=True)
    page.write_text(
        "# Reproductions\n\n## A. a system\n\n|  | reported | how |\n| --- | --- | --- |\n| BCE | 0.1 | five |\n"
        "\n![old](reproductions/a.png)\n\n*old*\n\n![gone](reproductions/b.png)\n\n*gone*\n\n"
        "### The rest\n\nWords.\n\n"
        "*`grainless reproduce A`, on a machine, 2026-11-21.*\n"
    )

    def lacks(study, pictures, effort):
        made = section("A", "0.2")
        made.parts = ["![new](reproductions/b.png)\n\n*new*"]
        made.rows(lambda: [Figure("long", "", study.run("e-mnist-plain").path.name)], "long")
        return made

    monkeypatch.setitem(SYSTEMS, "A", lacks)
    reproduce(["A"], idle, page, "quick")
    first = page.read_text()
    new, _, old = first.partition("### Earlier runs\n\n")
    assert "| long |  | not run at this length |" in new
    assert old.startswith("Of 2026-11-21, by `grainless reproduce A`, on a machine; not made again since.")
    assert "| 2026-11-21: BCE | 0.1 | five |" in old
    assert "#### The rest" in old
    assert "![old](reproductions/a.png)\n\n*old*" in old
    assert "gone" not in old  # its file is another now
    reproduce(["A"], idle, page, "quick")
    assert page.read_text() == first
    monkeypatch.setitem(SYSTEMS, "A", lambda study, pictures, effort: section("A", "0.2"))
    reproduce(["A"], idle, page, "quick")
    assert "2026-11-21" not in page.read_text()


def test_what_is_made_again_each_time_is_not_kept(study, tmp_path, monkeypatch):
    page, idle = tmp_path / "reproductions.md", replace(study, finished_only=True)

    def lacks(study, pictures, effort):
        made = section("A", "0.2")
        made.part(lambda: study.run("e-mnist-plain").path.name, "a map")
        return made

    monkeypatch.setitem(SYSTEMS, "A", lacks)
    for _ in range(2):
        reproduce(["A"], idle, page, "quick")
    assert "### Earlier runs" not in page.read_text()


def test_a_page_put_twice_is_the_same():
    page = put(put("intro", "C", "## C. c"), "A", "## A. a")
    assert put(page, "C", "## C. c") == page


def test_no_such_system(study, tmp_path):
    with pytest.raises(
        InputError,
        match=r'No system is called "F"\. There are: A, B, C, C-alike, C-ladder, D, E, Half, Noise\.',
    ):
        reproduce(["A", "F"], study, tmp_path / "page.md", "quick")
    assert not (tmp_path / "page.md").exists()


def test_tables_keep_their_columns():
    assert table(("a", "b"), [("x|y", "z")]).splitlines()[-1] == "| x\\|y | z |"


def test_the_excess_is_over_the_entropy_of_the_targets():
    assert with_excess(0.1, 0.0581) == "0.1000 (0.0419 above the floor)"


def test_the_machine_is_told():
    assert re.search(r"\d+ cores.*, PyTorch \d", machine())


@pytest.fixture(scope="session")
def few(tmp_path_factory):
    """A few images of each data set: systems are run whole on them, without any training."""
    folder = tmp_path_factory.mktemp("few")
    for name in ("mnist", "fashion-mnist"):
        mnist(folder / name, train=580, test=20, packed=False)
    cifar(folder / "cifar-10-batches-bin", each=110)
    for part, count, side in product(("train", "eval"), (20,), ("low", "high")):
        images(folder / "lowlight" / part / side, *(f"{each}.png" for each in range(count)), size=(32, 32))
    return folder


@pytest.fixture
def at_once(few, tmp_path, monkeypatch):
    """A study whose runs are finished as soon as they are asked for."""
    monkeypatch.setenv("GRAINLESS_DATA", str(few))
    monkeypatch.setenv("GRAINLESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(studies, "train", finished_at_once)
    return Study(tmp_path / "study", DataRoots(), Notes())


FEW = ["data.limit=100", "data.validation=50"]


def test_what_is_finished_of_the_four_is_compared_and_the_rest_is_named(at_once, tmp_path, monkeypatch):
    monkeypatch.setattr(c, "SPLIT", "5,000 held out")
    lengths = Recipe.load

    def small(recipe, changes=()):
        return lengths(recipe, [*FEW, *changes])

    monkeypatch.setattr(studies.Recipe, "load", small)
    at_once.run("c-stacked", ["data.name=mnist"])
    at_once.run("c-pooled", ["data.name=mnist"])
    page = tmp_path / "page.md"
    reproduce(["C"], replace(at_once, finished_only=True), page, "standard")
    text = page.read_text()
    assert "; 5,000 held out |" in text
    assert "**c-stacked** (c-stacked 20.00 dB, c-pooled 20.00 dB); the report selected the coded one" in text
    assert (
        "*Not in it, since not run at this length: `grainless train c-coded --set data.name=mnist`.*" in text
    )
    assert "*The selection on fashion-mnist: not run at this length" in text
    assert (tmp_path / "page" / "c-comparison-mnist.png").stat().st_size > 1000


def test_those_with_all_their_seeds_are_compared_alike_and_the_rest_is_named(at_once, tmp_path):
    lines = ["data.name=mnist", *alike.CHANGES["quick"], alike.ONE_NOISE]
    for seed in (7, 8):
        at_once.run("c-pooled", [*lines, f"seed={seed}"])
    page = tmp_path / "page.md"
    reproduce(["C-alike"], replace(at_once, finished_only=True), page, "quick")
    text = page.read_text()
    assert "| c-pooled | mnist | 28,353 | 20.00 ± 0.00 dB | 20.00, 20.00 |" in text
    assert "*Not in it, since not run at this length: `grainless train c-coded --set data.name=mnist" in text
    assert "*The four on fashion-mnist: not run at this length" in text


def test_of_what_was_asked_for_in_half_and_computed_in_full_a_sentence_says_why():
    def row(recipe, arithmetic):
        return (recipe, "mnist", "9", "20 dB", "20", arithmetic, "its command")

    assert alike.told_of([row("one", "bfloat16"), row("two", "bfloat16")]) == []
    assert alike.told_of([row("one", "full precision"), row("two", "bfloat16")]) == [alike.OLDER]
    (told,) = alike.told_of([row("one", "bfloat16 and full precision"), row("two", "full precision")])
    assert told == f"{alike.OLDER} Of one some seeds are older, and the row mixes both."


def test_the_claim_of_codes_is_told_of_whom_it_holds():
    few = ("2", "0.04", "0.04", "25%", "10%", "2%")
    assert "of the noise is so of both here; that the longest passes half of it or more, of PCA, not of" in (
        said([few, ("512", "0.02", "0.00", "37%", "68%", "1%")])
    )
    assert (
        "of the noise is so of PCA, not of the network here; that the longest passes half of it or more, "
        in (said([few, ("512", "0.02", "0.00", "20%", "30%", "1%")]))
    )


def test_the_head_names_earlier_runs_only_where_the_page_has_them():
    assert "Earlier runs" not in put("", "A", "## A. a")
    head, _, rest = put("", "A", "## A. a\n\n### Earlier runs\n\nOf").partition("## A. a")
    assert '"Earlier runs"' in head
    assert "### Earlier runs" not in head
    assert "### Earlier runs" in rest


@pytest.mark.parametrize("letter", SYSTEMS)
def test_every_system_runs_whole(letter, at_once, tmp_path, monkeypatch):
    monkeypatch.setattr(
        cure, "INCLUDED", ("median",)
    )  # the search for the others' best settings takes seconds
    page = tmp_path / "reproductions.md"
    reproduce([letter], at_once, page, "quick")
    text = page.read_text()
    assert f"## {letter}. " in text
    assert "not run" not in text
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
    assert pictures or letter in {"C-alike", "Half"}  # which are tables
    assert all((tmp_path / picture).stat().st_size > 1000 for picture in pictures)
