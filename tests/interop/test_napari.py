"""The widget for napari, without napari and without a screen."""

import pkgutil
import tomllib
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

import grainless
from grainless.errors import InputError
from grainless.interop.napari import denoise_layer


def layer(pixels, *, rgb=False):
    return SimpleNamespace(data=pixels, rgb=rgb, name="cells", scale=(1,) * (pixels.ndim - rgb))


def noisy(*shape):
    chance = np.random.default_rng(0)
    return np.clip(chance.normal(120, 25, shape), 0, 255).astype(np.uint8)


def test_napari_finds_the_widget():
    """npe2, which reads manifests, takes this one; it is not here since its plugin for pytest warns of itself."""
    manifest = yaml.safe_load((files("grainless.interop") / "napari.yaml").read_text())
    (widget,), (command,) = (manifest["contributions"][part] for part in ("widgets", "commands"))
    assert widget == {"command": command["id"], "display_name": "Denoise a layer", "autogenerate": True}
    assert command["id"].startswith(manifest["name"] + ".")
    assert pkgutil.resolve_name(command["python_name"]) is denoise_layer


def test_the_package_names_its_manifest():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    module, file = project["entry-points"]["napari.manifest"]["grainless"].split(":")
    assert (files(module) / file).is_file()


@pytest.mark.parametrize(("shape", "rgb"), [((96, 128), False), ((96, 128, 3), True)], ids=["grey", "rgb"])
def test_a_layer_is_denoised_as_an_array_is(shape, rgb):
    pixels = noisy(*shape)
    cleaned, shown, kind = denoise_layer(layer(pixels, rgb=rgb), model="color")
    np.testing.assert_array_equal(cleaned, grainless.denoise(pixels, model="color"))
    assert (kind, shown["name"], shown["rgb"], cleaned.dtype) == ("image", "cells (denoised)", rgb, np.uint8)


def test_a_stack_is_denoised_plane_by_plane():
    stack = noisy(2, 2, 96, 128)
    cleaned, shown, _ = denoise_layer(layer(stack), model="grey")
    assert cleaned.shape == stack.shape
    np.testing.assert_array_equal(cleaned[1, 0], grainless.denoise(stack[1, 0], model="grey"))
    assert len(shown["scale"]) == 4


def test_strength_0_leaves_the_layer():
    pixels = noisy(96, 128)
    np.testing.assert_array_equal(denoise_layer(layer(pixels), strength=0.0)[0], pixels)


def test_a_wrong_model_is_told():
    with pytest.raises(InputError, match=r'No model is called "gray"'):
        denoise_layer(layer(noisy(96, 128)), model="gray")
