"""The Dockerfile and the workflow name what is there: neither can be run where the tests run."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from grainless.cli.main import app
from grainless.server.app import create_app

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
ADDRESSES = set(create_app().openapi()["paths"])


def entry():
    """What the container runs."""
    return re.findall(r'"([^"]*)"', DOCKERFILE.rpartition("ENTRYPOINT")[2])


def test_what_is_copied_is_there_and_is_sent_to_the_builder():
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[0] == "!"]
    copied = [
        name for line in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.M) for name in line.split()
    ]
    assert copied
    assert set(copied) <= set(sent)
    assert all((ROOT / name).exists() for name in copied)


def test_what_the_package_is_built_from_is_copied():
    """Files that pyproject.toml names are needed by `pip install .`."""
    named = set(re.findall(r'"(README\.md|LICENSE)"', (ROOT / "pyproject.toml").read_text("utf-8")))
    assert named == {"README.md", "LICENSE"}
    assert all(name in DOCKERFILE for name in named)


def test_the_container_starts_with_options_that_there_are():
    _, command, *options = entry()
    help_text = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    assert command == "serve"
    assert all(each in help_text for each in options if each.startswith("--"))


def test_the_addresses_that_are_asked_are_there():
    asked = re.findall(r"localhost:8000(/api/\w+)", DOCKERFILE + str(STEPS))
    assert {"/api/health", "/api/denoise"} <= set(asked) <= ADDRESSES


@pytest.mark.parametrize("line", [step["run"] for step in STEPS if "run" in step])
def test_a_step_of_the_workflow_names_what_is_there(line):
    words = shlex.split(line)
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text("utf-8"), re.M)
    for word in words:
        if word.removeprefix("@").startswith(("docs/", "requirements")):
            assert (ROOT / word.removeprefix("@")).exists()
    assert words[0] in {"make", "docker", "curl", "pip", "grainless"}
