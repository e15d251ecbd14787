"""What data sets of image files have in common: images of any size, all of them grey or all of them in colour."""

from typing import ClassVar


class AnySize:
    """A data set whose images differ in size; its option `grey` says in which colours they are decoded."""

    grey: bool

    size: ClassVar[None] = None

    @property
    def channels(self) -> int:
        return 1 if self.grey else 3
