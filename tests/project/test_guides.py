"""The guides are true: their commands parse, their examples work, the files they name are there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from guide_pages import CONTRIBUTING, PAGES, README, ROOT, blocks, name_of, words
from warm import Program

from grainless.cli.commands.catalogue import LISTS
from grainless.cli.main import app
from grainless.data import DATA
from grainless.evaluation.baselines import BASELINES
from grainless.evaluation.benchmark.real import REAL
from grainless.evaluation.benchmark.sets import SETS
from grainless.learn.recipe import Recipe
from grainless.learn.recipe_files import shipped
from grainless.model import zoo
from grainless.noise import noise_from
from grainless.parts import match, spec


def commands(path):
    """The arguments of each `grainless ...` line in a guide's code blocks."""
    lines = [line for block in blocks(path) for line in block.text.replace("\\\n", " ").splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("grainless ")]


def parsed(name, *arguments):
    """What the command line makes of a command's arguments; nothing is run."""
    command = typer.main.get_command(app).commands[name]
    return command.make_context(name, list(arguments)).params


ALL = [(path, command) for path in PAGES for command in commands(path)]
IDS = [" ".join(command) for _, command in ALL]


@pytest.mark.parametrize("command", [command for _, command in ALL], ids=IDS)
def test_every_command_parses(command):
    parsed(*command)


def test_the_examples_of_every_commands_help_parse():
    """The reference shows them."""
    commands = typer.main.get_command(app).commands.values()
    wholes = [whole for each in commands for whole in (each.epilog or "").split(", or: ")]
    lines = [line.removeprefix("Example: ") for whole in wholes for line in whole.split(" && ")]
    for line in lines:
        name, *words = shlex.split(line)[1:] if line.startswith("grainless ") else ("list", "models")
        parsed(name, *words)
    assert len(lines) >= len(commands)


def test_the_test_above_notices_a_wrong_option():
    with pytest.raises(Exception, match=r"[Nn]o such option"):
        parsed("denoise", "photo.png", "-o", "clean.png", "--model", "runs/demo", "--strong", "1")


def test_the_guides_show_every_command():
    shown = {command[0] for _, command in ALL}
    assert shown == set(typer.main.get_command(app).commands)


@pytest.mark.parametrize(("guide", "command"), ALL, ids=IDS)
def test_every_name_in_a_command_is_known(guide, command):
    given = parsed(*command)
    known = shipped() if guide == README else shipped() | examples_recipes()
    recipes = [*given.get("recipes", []), *([given["recipe"]] if given.get("recipe") else [])]
    recipes = [name for name in recipes if not name.endswith(".toml")]
    assert [name for name in recipes if name not in known] == []
    for name in set(recipes) & set(shipped()):
        Recipe.load(name, given["changes"] or [])
    assert [
        name
        for name in given.get("denoisers", [])
        if not is_run(name) and name not in {*BASELINES, *zoo.SHIPPED}
    ] == []
    assert "what" not in given or is_run(given["what"]) or given["what"] in {*known, *DATA}
    assert given.get("kind", "recipes") in LISTS
    for noise in several(given.get("noise")):
        noise_from(noise)
    for data in set(several(given.get("data"))) - SETS.keys() - REAL.keys():
        match("data set", DATA, spec("data set", data))


def several(option):
    """An option's values, whether it may be given once or often."""
    return [option] if isinstance(option, str) else option or []


def is_run(name):
    """Like runs/demo: a run's folder."""
    return name.rpartition("/")[0] == str(zoo.RUNS)


def examples_recipes():
    return {Path(place).stem: text for place, text in NEW_FILES if place.endswith(".toml")}


# links and files


@pytest.mark.parametrize("guide", PAGES, ids=name_of)
def test_links_lead_somewhere(guide):
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", words(guide))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (guide.parent / link).exists()] == []


@pytest.mark.parametrize("guide", PAGES, ids=name_of)
def test_files_that_are_named_are_there(guide):
    named = set(re.findall(r"`((?:src|tests|docs|benchmarks)/[\w/.-]+)`", words(guide)))
    new = {place for place, _ in NEW_FILES}
    assert sorted(name for name in named - new if not (ROOT / name).exists()) == []


def test_benchmarks_that_are_named_are_there():
    sources = [ROOT / "Makefile", *(ROOT / "docs").rglob("*.md")]
    sources += [
        path for folder in ("benchmarks", "docs", "src", "tests") for path in (ROOT / folder).rglob("*.py")
    ]
    texts = [path.read_text("utf-8") for path in sources]
    named = {name for text in texts for name in re.findall(r"-m (benchmarks\.[a-z_.]+[a-z_])", text)}
    assert len(named) > 20
    assert sorted(name for name in named if not (ROOT / f"{name.replace('.', '/')}.py").is_file()) == []


def tree(path, root):
    """The files of the tree below a root, and those without a word about them."""
    (block,) = [block.text for block in blocks(path) if block.text.startswith(f"{root}/\n")]
    folders, files, bare = [], set(), set()
    for line in block.splitlines():
        file, *told = line.split(maxsplit=1)
        folders[(len(line) - len(line.lstrip())) // 2 :] = [file]
        if not file.endswith("/"):
            files.add("".join(folders))
            bare |= set() if told or file == "__init__.py" else {file}
    return files, bare


@pytest.mark.parametrize(("root", "kind"), [("src/grainless", "*"), ("benchmarks", "*.py")])
def test_the_tree_of_the_source_is_true(root, kind):
    files, bare = tree(ROOT / "docs/source-tree.md", root)
    there = {path for path in (ROOT / root).rglob(kind) if path.is_file()}
    there = {str(path.relative_to(ROOT)) for path in there if path.suffix not in {".pyc", ".tmp"}}
    assert sorted(files - there) == []
    assert sorted(there - files) == []
    assert bare == set()


def test_the_two_commands_stand_at_the_top():
    first = README.read_text("utf-8").splitlines()[:5]
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert [word for line in first for word in re.findall(r"make (\w+)", line)] == ["demo", "test"]
    assert {"demo", "test"} <= set(targets)


def test_the_picture_is_small_enough_for_a_page():
    assert 0 < (ROOT / "docs/demo.png").stat().st_size < 300_000


# the worked examples: what CONTRIBUTING says is done to a copy of the repository

FENCE = r":\n\n```\w+\n(.*?)^```$"
NEW_FILES = re.findall(
    r"^A new file `(\S+)`" + FENCE, CONTRIBUTING.read_text("utf-8"), re.MULTILINE | re.DOTALL
)
EDITS = re.findall(
    r"^In `(\S+)`, (above|inside) `(.+?)`" + FENCE,
    CONTRIBUTING.read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)


def edited(text, where, anchor, block):
    """The text with the block before the line that starts with the anchor, or behind it."""
    block += "\n\n" if block.startswith(("@", "class", "def")) else ""
    (line,) = re.findall(rf"^{re.escape(anchor)}\b.*\n", text, re.MULTILINE)
    return text.replace(line, block + line if where == "above" else line + block)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The repository with CONTRIBUTING's examples in it."""
    root = tmp_path_factory.mktemp("copy")
    for folder in ("src", "tests"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    for place, block in NEW_FILES:
        assert not (root / place).exists()
        (root / place).write_text(block, "utf-8")
    for place, *edit in EDITS:
        (root / place).write_text(edited((root / place).read_text("utf-8"), *edit), "utf-8")
    return root


TRIES = """
from typer.testing import CliRunner

from grainless.cli.main import app


def test_the_guides_commands_run(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    said = ""
    for command in {commands}:
        done = CliRunner().invoke(app, command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        said += done.output
    assert "banding" in said
    assert "shallow" in said
"""


def python(root, *arguments):
    """Run Python on the copy's source."""
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, check=False, cwd=root, env=environment, capture_output=True, text=True)


def test_the_guide_has_its_examples():
    assert len(NEW_FILES) == 3
    assert len(EDITS) == 7


@pytest.mark.parametrize("check", [["check"], ["format", "--check"]], ids=" ".join)
def test_the_examples_are_in_the_manner_of_the_house(copy, check):
    touched = {place for place, *_ in [*NEW_FILES, *EDITS] if place.endswith(".py")}
    done = python(copy, "ruff", *check, "--no-cache", *sorted(touched))
    assert done.returncode == 0, done.stdout


def test_the_examples_keep_the_contracts_of_their_tables_and_train(copy):
    (copy / "tests/test_tries.py").write_text(
        TRIES.replace("{commands}", repr(commands(CONTRIBUTING))), "utf-8"
    )
    rooms = ("noise/test_noise", "learn/test_networks", "learn/test_export", "test_tries")
    files = (f"tests/{name}.py" for name in rooms)
    words = "banding or shallow or has_a_case or commands_run"
    path = [str(copy / "src"), *sys.path]
    command = (*files, "-k", words, "-q", "-p", "no:cacheprovider")
    with Program("pytest:console_main", *command, path=path, folder=copy, all_of_it=True) as done:
        said = done.stderr.read()
    assert done.returncode == 0, said
    assert int(re.search(r"(\d+) passed", said)[1]) > 30
    assert (copy / "runs/try/model.onnx").is_file()
