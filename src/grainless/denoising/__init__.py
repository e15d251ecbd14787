"""Choose a model by its card, denoise, check what was taken, write."""
