"""Recipes as files: those shipped and a person's own. No torch, so that a wrong name is told at once."""

from importlib.resources import files
from pathlib import Path

from grainless.errors import InputError, unknown
from grainless.model.zoo import RECIPE


def shipped() -> dict[str, str]:
    """The recipes inside the package: name -> text."""
    room = files("grainless") / "recipes"
    found = [file for file in room.iterdir() if file.name.endswith(".toml")]
    return {
        file.name.removesuffix(".toml"): file.read_text("utf-8")
        for file in sorted(found, key=lambda f: f.name)
    }


def found(source: str | Path) -> tuple[str, str]:
    """The name and the text of a shipped recipe, by its name, or of a TOML file.

    Raises:
        InputError: there is no such recipe, or it is no text.
    """
    path = Path(source)
    if path.suffix == ".toml":
        is_run = path.name == RECIPE  # a run's is called as its folder
        return path.resolve().parent.name if is_run else path.stem, text_of(path)
    recipes = shipped()
    if str(source) not in recipes:
        raise InputError(unknown("recipe", str(source), recipes) + " A file of your own ends in .toml.")
    return path.name, recipes[str(source)]


def text_of(path: Path) -> str:
    """What stands in a recipe's file.

    Raises:
        InputError: it cannot be read, or is no text.
    """
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no text in UTF-8, so no recipe.") from error
