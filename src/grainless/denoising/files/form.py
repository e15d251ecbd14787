"""In which format a result is written, and what a person should know of that."""

from collections.abc import Iterator

from grainless.denoising.files.jobs import Job
from grainless.image.codecs import WRITTEN
from grainless.image.files import format_for, format_of


def form_of(job: Job) -> str:
    """The format of a result: its ending's, but where the source has the same ending wrongly, and would lose by it.

    A PNG called scan.jpg comes out as a PNG called scan-denoised.jpg: nobody asked for a JPEG's losses. What a person
    names otherwise, such as scan.jpeg, is what it is called.

    Raises:
        InputError: the source cannot be read, or no format has the target's ending.
    """
    named, true = format_for(job.target.suffix, job.target), format_of(job.source)
    same = job.source.suffix.lower() == job.target.suffix.lower()
    loses = WRITTEN[named].lossy and true in WRITTEN and not WRITTEN[true].lossy
    return true if same and loses and true else named


def remarks(job: Job, form: str, images: int) -> Iterator[str]:
    """What a person should know of the format of a result, a sentence each.

    Args:
        job: the files.
        form: the result's format.
        images: that it holds.
    """
    true = format_of(job.source) or form
    if form != format_for(job.target.suffix):
        yield f"It is a {form}, whatever its name says, and so is its result: a {job.target.suffix} would lose."
    if images > 1 and WRITTEN[form].animated and not WRITTEN[true].animated:
        yield f"Its {images:,} pages became the frames of an animated {form}; a TIFF would hold pages."
