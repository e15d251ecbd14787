"""The manual: its sources make a site without a warning, and show all that the code has tables of."""

import doctest
import importlib
import os
import re
import sys
import warnings

import pytest
from guide_pages import MANUAL, ROOT, blocks

DOCS = ROOT / "docs"


@pytest.fixture
def _own_paths(monkeypatch):
    """What docs/conf.py changes of this process is put back."""
    monkeypatch.setattr(sys, "path", [str(DOCS), *sys.path])
    for name in ("PATH", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.setenv(name, os.environ.get(name, ""))


@pytest.mark.usefixtures("_own_paths")
def test_the_manual_builds_without_a_warning(tmp_path, capsys):
    """A page that no table of contents reaches, a link that leads nowhere and a wrong directive are warnings."""
    from sphinx.cmd.build import build_main

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of other people's code; the manual's own are Sphinx's
        status = build_main(
            [
                "-q",
                "-W",
                "--keep-going",
                "-D",
                "nb_execution_mode=off",
                "-b",
                "dummy",
                str(DOCS),
                str(tmp_path),
            ]
        )
    assert status == 0, capsys.readouterr().err


@pytest.mark.usefixtures("_own_paths")
def test_every_table_of_the_code_is_on_a_page():
    from extension import PAGES

    kinds = [re.match(r"\{from-code\} (\S+)", block.kind) for path in MANUAL for block in blocks(path)]
    assert sorted(kind[1] for kind in kinds if kind) == sorted(PAGES)


def test_the_table_of_data_sets_has_them_all():
    from grainless.data import DATA

    rows = re.findall(r"^\| (`.*?) \|", (DOCS / "reference/data.md").read_text(), re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"`(\S+?)`", row)] == list(DATA)


@pytest.mark.usefixtures("_own_paths")
@pytest.mark.parametrize("name", ["docstring", "parts", "shell", "tables"])
def test_examples_of_what_makes_the_pages_are_true(name):
    tried = doctest.testmod(importlib.import_module(f"extension.{name}"))
    assert tried.attempted > 0
    assert tried.failed == 0


@pytest.mark.usefixtures("_own_paths")
def test_every_option_of_every_part_is_told():
    """No option without a meaning: what the docstring leaves out, nobody can guess."""
    from extension.parts import TABLES, options

    silent = {
        f"{kind} {name}: {row.split('|')[1].strip()}"
        for kind in ("noises", "data", "networks", "baselines")
        for name, part in TABLES[kind].items()
        for row in options(part).splitlines()[2:]
        if row.endswith("|  |")
    }
    assert silent == set()
