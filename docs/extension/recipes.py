"""The shipped recipes as Markdown."""

from grainless.learn.recipe_files import shipped


def page() -> str:
    """A section for each recipe, with the whole of its file."""
    return "\n\n".join(f"## `{name}`\n\n```toml\n{text}```" for name, text in shipped().items())
