"""Models on the Hugging Face Hub: to it, and from it. They alone use the network, when a person asks for it.

A repository holds `model.onnx`, with the card inside, and `README.md`, the Hub's page of it, written from that card.

Source: huggingface_hub's guides "Upload files to the Hub", "Download files from the Hub" and "Model Cards".
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import huggingface_hub as hub
from httpx2 import HTTPError
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, RepositoryNotFoundError

from grainless.disk.places import check_free
from grainless.disk.whole import whole
from grainless.errors import InputError, RunError
from grainless.model import zoo
from grainless.model.card import Card

MODEL, PAGE = "model.onnx", "README.md"


def push(model: str | Path, repository: str, *, private: bool = False, api: hub.HfApi | None = None) -> str:
    """Put a model into a repository of yours, which is made if it is not there.

    Args:
        model: a shipped model's name, an ONNX file, a run's folder or a run's name.
        repository: "person/name".
        private: nobody else sees a new repository.
        api: the Hub's; None: as the person has logged in (`hf auth login`, or the variable HF_TOKEN).

    Returns:
        The address of the repository.

    Raises:
        InputError: there is no such model, or the Hub takes no such name.
        RunError: the Hub is out of reach, or refused.
    """
    file = zoo.find(model)
    page = page_of(zoo.card_of(file), repository)
    api = api or hub.HfApi()
    with _told(repository), tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(file, Path(folder) / MODEL)
        (Path(folder) / PAGE).write_text(page, "utf-8")
        address = api.create_repo(repository, private=private, exist_ok=True)
        api.upload_folder(repo_id=repository, folder_path=folder, commit_message="A model of Grainless")
    return str(address)


def pull(repository: str, out: Path, *, revision: str | None = None, overwrite: bool = False) -> Path:
    """Fetch the model of a repository.

    Args:
        repository: "person/name".
        out: the ONNX file to write.
        revision: a branch, tag or commit; None: the newest.
        overwrite: replace a file that stands there.

    Returns:
        `out`; `grainless denoise --model` takes it.

    Raises:
        InputError: a file stands there, the Hub has no such repository, or what it holds is no model of Grainless.
        RunError: the Hub is out of reach, or the file could not be written.
    """
    check_free(out, overwrite=overwrite)
    with _told(repository), tempfile.TemporaryDirectory() as folder:
        fetched = Path(hub.hf_hub_download(repository, MODEL, revision=revision, local_dir=folder))
        zoo.card_of(fetched)
        with whole(out) as lent:
            shutil.copyfile(fetched, lent)
    return out


def page_of(card: Card, repository: str) -> str:
    """The Hub's page of a model, Markdown below a YAML head, from what its card says."""
    head = hub.ModelCardData(
        license="apache-2.0",
        library_name="grainless",
        pipeline_tag="image-to-image",
        tags=["image-denoising", "onnx", *sorted(card.learned)],
    ).to_yaml()
    facts = [f"- **{name}**: {_words(fact)}" for name, fact in card.about.items()]
    return "\n".join(
        [
            "---",
            head.strip(),
            "---",
            "",
            f"# {card.name}",
            "",
            f"A model of Grainless, which removes noise from images: {card.summary}.",
            "",
            "```sh",
            "pip install 'grainless[hub]'",
            f"grainless pull {repository} -o {card.name}.onnx",
            f"grainless denoise noisy.png --model {card.name}.onnx",
            "```",
            "",
            _shapes(card),
            "",
            *facts,
            "",
        ]
    )


def _words(fact: object) -> str:
    if isinstance(fact, dict):
        return "; ".join(f"{name}: {_words(value)}" for name, value in fact.items())
    if isinstance(fact, list | tuple):
        return ", ".join(map(_words, fact))
    return f"{fact:.4g}" if isinstance(fact, float) else str(fact)


@contextmanager
def _told(repository: str) -> Iterator[None]:
    """What the Hub's library raises, in a line. Its errors are of several families, OSError among them."""
    try:
        yield
    except HFValidationError as error:
        raise InputError(f'"{repository}" is no repository\'s name; the Hub takes person/name.') from error
    except RepositoryNotFoundError as error:
        raise InputError(
            f"The Hub has no repository {repository}, or does not show it to you; log in with: hf auth login"
        ) from error
    except (
        HfHubHTTPError,
        HTTPError,
        hub.errors.EntryNotFoundError,
        hub.errors.LocalTokenNotFoundError,
    ) as error:
        reason = " ".join(str(error).split())
        raise RunError(f"The Hub did not give or take {repository}: {reason}") from error


def _shapes(card: Card) -> str:
    """What goes in and comes out."""
    sides = f"0 = black, 1 = full scale; sides are multiples of {card.multiple}."
    output = f"(images, {card.channels}, height, width)"
    if not card.neighbours:
        return f"Input and output are float32 {output}, {sides}"
    given = f"(images, {card.planes * card.channels}, height, width)"
    return f"Input is float32 {given}: {card.planes} planes of a stack; output, {output}, the middle one; {sides}"
