import numpy as np
import pytest

from grainless.errors import InputError
from grainless.evaluation.roc import Roc

ODD = np.array([False, False, False, True, True])


def test_what_is_told_apart_has_an_area_of_1_and_what_is_told_wrong_of_0():
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    assert Roc.of(scores, ODD).area == 1
    assert Roc.of(scores, ODD).half == 0
    assert Roc.of(-scores, ODD).area == 0


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    scores = np.array([1.0, 3.0, 5.0, 4.0, 2.0])  # 4 > 1, 3; 2 > 1: three of six pairs
    assert Roc.of(scores, ODD).area == pytest.approx(3 / 6)


def test_a_score_that_is_the_same_for_all_is_guessing():
    roc = Roc.of(np.ones(5), ODD)
    assert roc.area == 0.5
    assert list(roc.false) == list(roc.true) == [0, 1]


def test_the_interval_covers_the_true_area_nineteen_times_in_twenty():
    chance, covered = np.random.default_rng(0), 0
    true = 0.7602499  # of N(1, 1) against N(0, 1): the normal distribution at 1 / sqrt(2)
    odd = np.arange(120) < 60
    for _ in range(200):
        roc = Roc.of(chance.normal(odd.astype(float), 1), odd)
        covered += abs(roc.area - true) < roc.half
    assert 0.90 < covered / 200 < 0.99


@pytest.mark.parametrize("odd", [ODD | True, ODD & False])
def test_one_kind_alone_is_told(odd):
    with pytest.raises(InputError, match="nothing to tell apart: the test images are all of one kind"):
        Roc.of(np.arange(5.0), odd)
