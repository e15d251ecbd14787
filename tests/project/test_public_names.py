import os
import subprocess
import sys
from pathlib import Path

import pytest
from heavy import HEAVY

import grainless

CORE = {"numpy", "onnxruntime", "PIL", "tifffile", "imagecodecs"}


def loaded_by(code):
    """The packages that a fresh Python has loaded after this code."""
    code += "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_import_loads_nothing_but_itself():
    assert loaded_by("import grainless") & (HEAVY | CORE) == set()


def test_ctrl_c_is_awaited_before_anything_of_weight_is_loaded():
    """Until then it is Python's own traceback: `typing` alone takes longer than all that stands before it."""
    assert loaded_by("import grainless.__main__") - loaded_by("") <= {
        "grainless",
        "importlib",
        "warnings",
        "__future__",
    }


def test_every_public_name_needs_only_the_core():
    loaded = loaded_by("from grainless import *; import grainless; grainless.denoise")
    assert loaded & HEAVY == set()
    assert loaded >= CORE


@pytest.mark.parametrize("name", grainless.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name):
    assert getattr(grainless, name).__doc__
    assert name in dir(grainless)


def test_other_names_are_not():
    with pytest.raises(AttributeError, match="module 'grainless' has no attribute 'denoize'"):
        getattr(grainless, "denoi" + "ze")


def test_onnxruntime_leaves_nothing_in_a_persons_home(tmp_path):
    silencers = {"CI", "GITHUB_ACTIONS", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS"}
    plain = {name: value for name, value in os.environ.items() if name not in silencers}
    homes = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    code = "import grainless; grainless.Denoiser"
    subprocess.run([sys.executable, "-c", code], check=True, env=plain | homes)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("name", grainless.learn.__all__)
def test_what_learning_offers_is_there_and_says_what_it_is(name):
    assert getattr(grainless.learn, name).__doc__
    assert name in dir(grainless.learn)


def test_learning_without_torch_says_what_to_install():
    code = (
        "import sys; sys.modules['torch'] = None; import grainless\n"
        "try: grainless.learn.train\nexcept grainless.RunError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == (
        "grainless.learn.train needs the package torch, which is not installed: pip install 'grainless[learn]'\n"
    )


def test_learning_has_no_other_names():
    with pytest.raises(AttributeError, match=r"module 'grainless\.learn' has no attribute 'trian'"):
        getattr(grainless.learn, "tri" + "an")


def test_the_root_of_the_package_holds_five_modules_at_most():
    """What every room needs; all else has a room of its own."""
    root = Path(grainless.__file__).parent
    assert len([file for file in root.glob("*.py") if file.name != "__init__.py"]) <= 5


def test_no_file_has_more_than_300_lines():
    """One that has is two."""
    root = Path(grainless.__file__).parent
    long = {
        file.name: count for file in root.rglob("*.py") if (count := len(file.read_text().splitlines())) > 300
    }
    assert long == {}
