"""A shipped model trained on with a person's own images: a recipe is made by looking at them. One question a file."""
