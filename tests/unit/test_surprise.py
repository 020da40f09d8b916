"""Surprise, compared with an exact negative binomial distribution."""

from decimal import Decimal, localcontext

import pytest

from mentiondesk.detection.surprise import severity, surprise


def exact_surprise(count: int, mean: float, trust: float) -> float:
    """Minus the decimal logarithm of the upper tail, in 400 digits: one minus the sum of every smaller count.

    A negative binomial with shape `trust` and this mean has p(0) = (trust / (trust + mean)) ** trust and
    p(k + 1) = p(k) * (k + trust) / (k + 1) * mean / (trust + mean).
    """
    with localcontext(prec=400):
        shape, expected = Decimal(trust), Decimal(mean)
        failure = expected / (shape + expected)
        probability, below = (shape / (shape + expected)) ** shape, Decimal(0)
        for smaller in range(count):
            below += probability
            probability *= (smaller + shape) / (smaller + 1) * failure
        return float(-(1 - below).log10())


@pytest.mark.parametrize("trust", [1.0, 3.7, 20.0])
@pytest.mark.parametrize("mean", [0.001, 0.31, 2.5, 40.0])
@pytest.mark.parametrize("excess", [0.6, 1, 4, 20])
def test_surprise_equals_the_exact_upper_tail(excess: float, mean: float, trust: float) -> None:
    count = int(mean + excess * max(mean, 1.0)) + 1
    expected = exact_surprise(count, mean, trust)
    assert surprise(count, mean, trust) == pytest.approx(expected, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize(("count", "mean"), [(0, 1.0), (5, 5.0), (5, 80.0)])
def test_a_count_up_to_the_mean_is_no_surprise(count: int, mean: float) -> None:
    assert surprise(count, mean, 20) == 0


@pytest.mark.parametrize(("count", "mean"), [(900, 1e-3), (5, 1e-70), (5, 0.0)])
def test_a_chance_too_small_for_a_float_has_the_largest_surprise(count: int, mean: float) -> None:
    assert surprise(count, mean, 1000) == 300


def test_a_less_certain_mean_is_less_of_a_surprise() -> None:
    assert surprise(8, 1.0, 2) < surprise(8, 1.0, 20)


def test_severity_runs_from_one_to_ten() -> None:
    levels = [severity(excess) for excess in (0, 4, 10, 40, 300)]
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (1, 10)
    assert [severity(4), severity(40)] == [3, 9]
