"""What a small installation lacks, and how to get it."""

from grainless.errors import RunError

EXTRAS = {
    "evaluate": (
        "scipy",
        "skimage",
        "sklearn",
        "pywt",
        "matplotlib",
        "adjustText",
        "pooch",
        "array_api_compat",
        "pydantic",
    ),
    "learn": (
        "torch",
        "lightning_fabric",
        "safetensors",
        "onnx",
        "onnxscript",
        "tensorboard",
        "tomlkit",
        "optuna",
    ),
    "ray": ("ray",),
    "remote": ("fsspec", "aiohttp", "s3fs", "gcsfs"),
    "server": ("fastapi", "uvicorn", "prometheus_client"),
    "hub": ("huggingface_hub",),
}
"""What a small installation lacks: the extra -> the packages it brings."""


def lacking(error: ModuleNotFoundError) -> RunError:
    """What to install, if it is a package of an extra that is not there; anything else is a bug."""
    package = (error.name or "").partition(".")[0]
    for extra, packages in EXTRAS.items():
        if package in packages:
            return RunError(
                f"This needs the package {package}, which is not installed: pip install 'grainless[{extra}]'"
            )
    raise error
