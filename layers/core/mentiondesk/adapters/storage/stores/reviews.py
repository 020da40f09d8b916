"""Reviews by the week of their replies, and once more by the author, who reads them."""

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.facts import put_fact
from mentiondesk.adapters.storage.table import Absent, Put, Query, Refused, Table, Update, Write
from mentiondesk.domain.figures.facts import ReviewFact
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.review.sample import Review
from mentiondesk.ports.storage import AlreadyDone

_SEED = "seed"


class Reviews:
    """ReviewStore on the table. `keep`: how long a review is kept."""

    def __init__(self, table: Table, keep: Callable[[], timedelta]) -> None:
        self._table = table
        self._keep = keep

    def seed(self) -> str:
        found = self._table.get(keys.review_seed())
        if found is None:
            made = {_SEED: secrets.token_hex(32)}
            found = self._table.update(Update(keys.review_seed(), {keys.SCHEMA: 1}, None, made))
        return str(found.get(_SEED))

    def of_week(self, week: str) -> Sequence[Review]:
        return [item.read(Review) for item in self._table.query(Query(keys.reviews(week)))]

    def of_author(self, author: StaffId, limit: int) -> Sequence[Review]:
        query = Query(keys.reviews_of(author), newest_first=True, limit=limit)
        return [item.read(Review) for item in self._table.query(query)]

    def save(self, week: str, review: Review) -> None:
        expires = {keys.EXPIRES: keys.expiry(review.at + self._keep())}
        fact = ReviewFact(review.reply.post_id, review.by, review.at, review.marks)
        parts: dict[str, Write] = {
            "review": Put(Item(keys.review(week, review.reply.post_id), review, expires), Absent()),
            "author": Put(Item(keys.review_of(review.reply.author, review.at, review.reply.post_id), review, expires)),
            "fact": put_fact(fact),
        }
        try:
            self._table.transact(parts)
        except Refused as refused:
            raise AlreadyDone from refused
