"""The share of complaints in a brand's own stream, estimated from scores alone.

A fixed threshold must choose between streams that are mostly complaints (airlines) and streams that are mostly talk
(a telecom company). Expectation maximisation over the classifier's probabilities estimates the share of complaints
without a label or a word, and Bayes' rule adapts each probability to it. Source: Saerens, Latinne, Decaestecker:
Adjusting the Outputs of a Classifier to New a Priori Probabilities, Neural Computation 14 (2002).
"""

from collections.abc import Mapping

# The share at which the unadapted probabilities are right, found with `make evaluate`.
_LEARNED_SHARE = 0.42
# The share that is assumed before a stream is known: posts to brands complain more often than not.
UNKNOWN_SHARE = 0.47
BINS = 20
_ROUNDS, _CLOSE = 200, 1e-5
_LEAST, _MOST = 0.05, 0.95
# Fewer posts than this leave the assumed share as it is; then it gives way step by step.
_ENOUGH = 200


def adapted(probability: float, share: float) -> float:
    """The probability of a complaint in a stream with this share of complaints."""
    yes = probability * share / _LEARNED_SHARE
    no = (1 - probability) * (1 - share) / (1 - _LEARNED_SHARE)
    return yes / (yes + no)


def bin_of(probability: float) -> int:
    """The histogram bin of an unadapted probability."""
    return min(int(probability * BINS), BINS - 1)


def estimated_share(counts: Mapping[int, int]) -> float:
    """The share of complaints behind a histogram of unadapted probabilities, counts by bin."""
    total = sum(counts.values())
    if not total:
        return UNKNOWN_SHARE
    share = _LEARNED_SHARE
    for _ in range(_ROUNDS):
        expected = sum(count * adapted((place + 0.5) / BINS, share) for place, count in counts.items())
        before, share = share, expected / total
        if abs(share - before) < _CLOSE:
            break
    share = (share * total + UNKNOWN_SHARE * _ENOUGH) / (total + _ENOUGH)
    return max(_LEAST, min(share, _MOST))
