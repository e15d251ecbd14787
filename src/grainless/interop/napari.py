"""A widget for napari, the viewer of microscopists: it denoises the layer that is chosen.

napari finds it by the manifest `napari.yaml` beside this file and makes its form from the function's arguments.
Neither napari nor Qt is imported here.

Source: napari, "Plugin manifest" and "Contributions: widgets", npe2 schema 0.2.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from grainless.denoising.arrays import denoise

if TYPE_CHECKING:
    import napari


def denoise_layer(
    layer: "napari.layers.Image", model: str = "auto", strength: float = 1.0
) -> "napari.types.LayerDataTuple":
    """A new layer beside the one chosen, denoised plane by plane.

    Args:
        layer: (..., h, w), or (..., h, w, 3) where it is RGB; integers, or floats of 0..1.
        model: "auto", a shipped model's name, an ONNX file or a run's folder.
        strength: 0 leaves the layer, 1 is what the model says.

    Returns:
        Pixels of the same shape and type, what napari shows them with, and the kind of layer.

    Raises:
        InputError: the layer is no image that Grainless takes, or there is no such model.
    """
    pixels = np.asarray(layer.data)
    sides = 3 if layer.rgb else 2
    planes = pixels.reshape(-1, *pixels.shape[-sides:])
    cleaned = np.stack([denoise(plane, model=model, strength=strength) for plane in planes])
    shown: dict[str, Any] = {"name": f"{layer.name} (denoised)", "rgb": layer.rgb, "scale": layer.scale}
    return cleaned.reshape(pixels.shape), shown, "image"
