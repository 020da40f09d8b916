"""Limits on how many texts one person gets."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mentiondesk.values import Frozen


class TextLimit(Frozen):
    """At most `most` texts to one person within `span`."""

    most: int
    span: timedelta


# The limits of GoAlert for texts to one contact (engine/message/ratelimit.go, Apache-2.0). GoAlert also spreads the
# texts evenly over each span ("Smooth: true") and sends at most one a minute; both are left out here, because the
# notifier puts the alerts of one minute into one digest. Settings can change the limits.
DEFAULT_TEXT_LIMITS = (
    TextLimit(5, timedelta(minutes=15)),
    TextLimit(11, timedelta(hours=1)),
    TextLimit(21, timedelta(hours=3)),
)


def may_text(sent: Sequence[datetime], now: datetime, limits: Sequence[TextLimit]) -> bool:
    """True when one more text to a person who got texts at `sent` keeps every limit."""
    return all(sum(at > now - limit.span for at in sent) < limit.most for limit in limits)
