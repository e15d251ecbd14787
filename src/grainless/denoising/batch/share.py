"""Which of all files this process does, where several share them: Slurm arrays, Kubernetes' indexed jobs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from grainless.denoising.files.jobs import Job
from grainless.errors import InputError


@dataclass(frozen=True)
class Share:
    """One of `of` shares, counted from 0, as `$SLURM_ARRAY_TASK_ID` and `$JOB_COMPLETION_INDEX` count.

    Args:
        index: which.
        of: how many there are.
    """

    index: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """A share as people write it.

        Raises:
            InputError: it is none.

        >>> Share.parse("0/4")
        Share(index=0, of=4)
        """
        found = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text)
        if found is None or int(found[2]) < 1:
            raise InputError(
                f'--shard is "{text}": write which share of how many, as in 0/4; the first is 0.'
            )
        index, of = int(found[1]), int(found[2])
        if index >= of:
            raise InputError(
                f"--shard is {text}: shares are counted from 0, so the last of {of} is {of - 1}/{of}."
            )
        return cls(index, of)

    def __call__(self, jobs: Sequence[Job]) -> list[Job]:
        """Every `of`-th job by the order of names, so that neighbours, which are alike in size, are dealt out.

        Each source is in exactly one share, in whichever order it was given, also if it was named twice.
        """
        named = {each.source.absolute().as_posix(): each for each in jobs}
        return [named[name] for name in sorted(named)[self.index :: self.of]]
