"""Subscribers to the status page. Their addresses stay in the table."""

from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, AtMost, Or, Query, Refused, Table
from mentiondesk.domain.status.subscribers import Subscriber, SubscriberId

# A question that is not confirmed by then is forgotten.
_ASKED_FOR = timedelta(days=7)


class Subscribers:
    """SubscriberStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def ask(self, subscriber: Subscriber, unless_since: datetime) -> bool:
        if self.get(subscriber.subscriber_id) is not None:
            return False
        expires = {keys.EXPIRES: keys.expiry(subscriber.asked_at + _ASKED_FOR)}
        not_asked_lately = Or((Absent(), AtMost("asked_at", unless_since)))
        try:
            self._table.put(Item(keys.asked(subscriber.subscriber_id), subscriber, expires), not_asked_lately)
        except Refused:
            return False
        return True

    def asked(self, subscriber_id: SubscriberId) -> Subscriber | None:
        return self._read(keys.asked(subscriber_id))

    def confirm(self, subscriber: Subscriber) -> None:
        self._table.put(Item(keys.subscriber(subscriber.subscriber_id), subscriber))

    def get(self, subscriber_id: SubscriberId) -> Subscriber | None:
        return self._read(keys.subscriber(subscriber_id))

    def remove(self, subscriber_id: SubscriberId) -> None:
        for key in (keys.asked(subscriber_id), keys.subscriber(subscriber_id)):
            self._table.delete(key)

    def page(self, after: SubscriberId | None, limit: int) -> list[Subscriber]:
        begins = keys.subscriber(after or SubscriberId(""))
        found = self._table.query(Query(begins.pk, after=begins.attributes if after else None, limit=limit))
        return [item.read(Subscriber) for item in found]

    def _read(self, key: keys.Key) -> Subscriber | None:
        found = self._table.get(key)
        return found.read(Subscriber) if found else None
