"""What takes long to import."""

HEAVY = {"torch", "scipy", "matplotlib", "skimage", "sklearn", "pydantic", "pooch", "onnx"}
