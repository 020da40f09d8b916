"""Improbability of a count under the baseline."""

from math import exp, lgamma, log, log1p, log10, sqrt

# Stands for chances too small for a float.
_LARGEST = 300.0
# Terms of the tail below this fraction of the sum do not change the result.
_NEGLIGIBLE = 1e-9
_MOST_SUMMED = 10_000


def surprise(count: int, mean: float, trust: float) -> float:
    """Minus the decimal logarithm of the chance of `count` or more reporters where `mean` are expected.

    The count is negative binomial: a Poisson count whose mean is itself known only from `trust` events, so that the
    mean is Gamma distributed with shape `trust`. Returns 0 up to the mean, and 300 where the chance is too
    small for a float.
    """
    if count <= mean:
        return 0.0
    failure = mean / (trust + mean)
    if failure <= 0.0:
        return _LARGEST
    log_first = lgamma(count + trust) - lgamma(trust) - lgamma(count + 1)
    log_first = log_first - trust * log1p(mean / trust) + count * log(failure)
    term = total = exp(log_first)
    if term <= 0.0:
        return _LARGEST
    further = count
    while term > total * _NEGLIGIBLE and further < count + _MOST_SUMMED:
        term *= (further + trust) / (further + 1) * failure
        total += term
        further += 1
    return max(-log10(min(total, 1.0)), 0.0)


def severity(excess: float) -> int:
    """A surprise as a level from 1 to 10: a surprise of 4 is 3, one of 40 is 9."""
    return min(max(round(1.5 * sqrt(excess)), 1), 10)
