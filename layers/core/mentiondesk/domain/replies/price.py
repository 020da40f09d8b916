"""X's price of a reply."""

from datetime import date
from decimal import Decimal

from mentiondesk.domain.replies.links import links_in
from mentiondesk.values import Frozen


class Prices(Frozen):
    """X's prices in dollars from a day on: a reply to somebody who mentioned the brand, any other, one with a link."""

    since: date
    summoned: Decimal
    plain: Decimal
    with_link: Decimal


# docs.x.com/x-api/getting-started/pricing, prices of 2026-04-20.
X_PRICES = (Prices(date(2026, 4, 20), Decimal("0.010"), Decimal("0.015"), Decimal("0.200")),)


def price_of(prices: tuple[Prices, ...], text: str, day: date, *, summoned: bool) -> Decimal:
    """The price of posting the text on that day, by the latest prices then known.

    Before all of them the earliest hold.
    """
    known = [one for one in prices if one.since <= day] or [min(prices, key=lambda one: one.since)]
    latest = max(known, key=lambda one: one.since)
    if links_in(text):
        return latest.with_link
    return latest.summoned if summoned else latest.plain
