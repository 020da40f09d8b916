"""VADER, a lexicon of sentiment, on the same posts: what triage must beat, and how long it may take."""

from collections.abc import Callable, Sequence
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

# "typical threshold values" in VADER's own README.
_NEGATIVE = -0.05


def vader() -> Callable[[str], float]:
    """A function that gives VADER's compound score, -1 to 1."""
    analyzer: Any = SentimentIntensityAnalyzer()
    return lambda text: float(analyzer.polarity_scores(text)["compound"])


def says_complaint(compounds: Sequence[float]) -> list[bool]:
    return [compound <= _NEGATIVE for compound in compounds]
