import pytest
from hypothesis import given
from hypothesis import strategies as some

from grainless.denoising.batch.cores import cores, share
from grainless.errors import InputError

asked = some.integers(1, 40)


@given(jobs=asked, threads=some.none() | asked, among=some.integers(1, 64))
def test_jobs_and_threads_never_oversubscribe_the_cores(jobs, threads, among):
    at_once, each = share(jobs, threads, among)
    assert 1 <= at_once <= jobs
    assert at_once * (each or among) <= among
    assert threads is None or each == min(threads, among)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ((1, None), (1, None)),
        ((2, None), (2, 4)),
        ((3, None), (3, 2)),
        ((99, None), (8, 1)),
        ((4, 4), (2, 4)),
    ],
)
def test_eight_cores_are_shared(asked, given):
    assert share(*asked, among=8) == given


@pytest.mark.parametrize("asked", [(0, None), (1, 0), (-1, 2)])
def test_nothing_is_no_number_of_jobs_or_threads(asked):
    with pytest.raises(InputError, match="at least 1 works"):
        share(*asked)


def test_there_is_a_core():
    assert cores() >= 1
    assert share() == (1, None)
