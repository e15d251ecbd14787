"""What files can hold, as Markdown."""

from extension.tables import table
from grainless.image.codecs import READ, WRITTEN


def page() -> str:
    """The formats that are written, with what each holds; what is read alone stands below."""
    marks = {True: "yes", False: ""}
    rows = [
        (
            name,
            " ".join(f"`{ending}`" for ending in written.endings),
            ", ".join(map(str, written.depths)),
            "grey" if written.channels == (1,) else "grey, colour",
            *(marks[each] for each in (written.alpha, written.several, written.icc, written.exif)),
        )
        for name, written in WRITTEN.items()
    ]
    head = ("format", "endings", "bits", "colours", "alpha", "pages", "profile", "EXIF")
    return table(head, rows) + f"\n\nRead are: {', '.join(READ)}, by their content, whatever their ending."
