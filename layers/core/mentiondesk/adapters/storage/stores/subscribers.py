"""Subscribers to the status page. Their addresses stay in the table."""

from contextlib import suppress
from datetime import datetime, timedelta
from secrets import token_hex

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Absent, AtMost, Or, Query, Refused, Table
from mentiondesk.domain.status.subscribers import INCIDENT, Subscriber, SubscriberId, subscriber_id, unsalted_id

# A question that is not confirmed by then is forgotten.
_ASKED_FOR = timedelta(days=7)
# Subscribers to one incident alone are forgotten after so long.
_ONE_INCIDENT_FOR = timedelta(days=90)
_SALT = "salt"


class Subscribers:
    """SubscriberStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._salt = ""

    def id_of(self, address: str) -> SubscriberId:
        self._salt = self._salt or self._stored_salt()
        return subscriber_id(address, self._salt)

    def find(self, address: str) -> Subscriber | None:
        return self.get(self.id_of(address)) or self.get(unsalted_id(address))

    def count(self) -> int:
        return self._table.count(Query(keys.subscriber(SubscriberId("")).pk))

    def ask(self, subscriber: Subscriber, unless_since: datetime) -> bool:
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
        ends = {keys.EXPIRES: keys.expiry(_last(subscriber))} if _passing(subscriber) else {}
        self._table.put(Item(keys.subscriber(subscriber.subscriber_id), subscriber, ends))
        self._table.delete(keys.asked(subscriber.subscriber_id))

    def get(self, subscriber_id: SubscriberId) -> Subscriber | None:
        return self._read(keys.subscriber(subscriber_id))

    def remove(self, subscriber_id: SubscriberId) -> None:
        for key in (keys.asked(subscriber_id), keys.subscriber(subscriber_id)):
            self._table.delete(key)

    def forget(self, address: str) -> SubscriberId:
        who = self.id_of(address)
        for one in (who, unsalted_id(address)):
            self.remove(one)
        return who

    def page(self, after: SubscriberId | None, limit: int) -> list[Subscriber]:
        begins = keys.subscriber(after or SubscriberId(""))
        found = self._table.query(Query(begins.pk, after=begins.attributes if after else None, limit=limit))
        return [item.read(Subscriber) for item in found]

    def _stored_salt(self) -> str:
        """The salt, which is made where there is none; of two that are made at once, the first stays."""
        found = self._table.get(keys.salt())
        if found is None:
            with suppress(Refused):
                self._table.put(Item(keys.salt(), None, {_SALT: token_hex(16)}), Absent())
            found = self._table.get(keys.salt())
        assert found is not None, "it was just written"
        return str(found.get(_SALT))

    def _read(self, key: keys.Key) -> Subscriber | None:
        found = self._table.get(key)
        return found.read(Subscriber) if found else None


def _passing(subscriber: Subscriber) -> bool:
    """True for a subscription to incidents alone, which come to an end."""
    return bool(subscriber.about) and all(one.startswith(INCIDENT) for one in subscriber.about)


def _last(subscriber: Subscriber) -> datetime:
    return (subscriber.confirmed_at or subscriber.asked_at) + _ONE_INCIDENT_FOR
