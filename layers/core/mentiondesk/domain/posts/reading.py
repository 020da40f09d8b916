"""Rules for reading posts from X, and for asking a second classifier about them."""

from datetime import timedelta

from mentiondesk.values import Frozen


class ReadingRules(Frozen):
    """Rules for reading posts from X.

    `mentions` and `search` switch those sources on. Reads overlap by `overlap`, and the first one reaches back
    `first_look`. Every `sweep_every` the last `sweep_reach` is read again for posts that X delivered late.
    `monthly_reads` caps the posts read in a calendar month, since X bills each.
    """

    mentions: bool
    search: bool
    overlap: timedelta
    first_look: timedelta
    sweep_every: timedelta
    sweep_reach: timedelta
    monthly_reads: int


class SecondOpinionRules(Frozen):
    """Limits of the second classifier: posts with a confidence `below` are sent to it, at most `a_day` of them."""

    below: float
    a_day: int
