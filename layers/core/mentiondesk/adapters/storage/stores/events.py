"""Events out: their log, and for each endpoint a queue of its own, which is a partition of the due index."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from mentiondesk.adapters.events import event_in, event_text
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.table import Absent, AtMost, Conflict, Put, Query, Refused, Table, Update, Write
from mentiondesk.domain.events.delivery import Delivery, EndpointState
from mentiondesk.domain.events.event import EVENTS_LAST, Event
from mentiondesk.ports.events import LeasedDelivery

_EVENT, _CASE, _UNTIL = "event", "case_id", "until"


class Events:
    """EventStore on the table. A lease moves a delivery's place in its queue into the future, as SQS does."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, event: Event, endpoint_ids: Sequence[str], now: datetime) -> bool:
        parts: dict[str, Write] = {"event": Put(_event_item(event, now), Absent())}
        for endpoint_id in endpoint_ids:
            parts[f"to {endpoint_id}"] = Put(_delivery_item(Delivery(event.event_id, endpoint_id), now, now))
        try:
            self._table.transact(parts)
        except Refused:
            return False
        return True

    def get(self, event_id: str) -> Event | None:
        found = self._table.get(keys.event(event_id))
        return event_in(found.get(_EVENT)) if found else None

    def between(self, first: datetime, last: datetime) -> Iterator[Event]:
        day = first
        while keys.events(day) <= keys.events(last):
            rows = self._table.query(Query(keys.events(day), keys.DUE, first=first, last=last))
            found = (self.get(row.key.pk.removeprefix(keys.event("").pk)) for row in list(rows))
            yield from (event for event in found if event is not None)
            day += timedelta(days=1)

    def deliveries(self, event_id: str) -> Sequence[Delivery]:
        part = keys.delivery(event_id)
        return [row.read(Delivery) for row in self._table.query(Query(part.pk, prefix=part.sk))]

    def deliver_again(self, event_id: str, endpoint_id: str, now: datetime) -> None:
        self._table.put(_delivery_item(Delivery(event_id, endpoint_id), now, now))

    def due(self, endpoint_id: str, now: datetime, limit: int) -> Sequence[str]:
        rows = self._table.query(Query(keys.deliveries(endpoint_id), keys.DUE, last=now, limit=limit))
        return [row.key.pk.removeprefix(keys.event("").pk) for row in rows]

    def lease(self, event_id: str, endpoint_id: str, now: datetime, until: datetime) -> LeasedDelivery | None:
        key = keys.delivery(event_id, endpoint_id)
        try:
            leased = self._table.update(Update(key, {keys.DUE_AT: until}, AtMost(keys.DUE_AT, now)))
        except (Refused, Conflict):
            # Another run has it, or just had.
            return None
        event = self.get(event_id)
        if event is None:
            # It was erased with the person whom it was about.
            self._table.delete(key)
            return None
        return LeasedDelivery(event, leased.read(Delivery))

    def save(self, delivery: Delivery) -> None:
        assert delivery.tried_at is not None, "it was tried"
        self._table.put(_delivery_item(delivery, delivery.due_at, delivery.tried_at))

    def states(self) -> Sequence[EndpointState]:
        rows = self._table.query(Query(keys.ENDPOINTS))
        return [row.read(EndpointState) for row in rows if row.key != keys.looked_until()]

    def save_state(self, state: EndpointState) -> None:
        key = keys.endpoint(state.endpoint_id)
        if state.failing_since is None:
            self._table.delete(key)
        else:
            self._table.put(Item(key, state))

    def looked_until(self) -> datetime | None:
        found = self._table.get(keys.looked_until())
        return found.value(_UNTIL, datetime) if found else None

    def look_until(self, moment: datetime) -> None:
        self._table.put(Item(keys.looked_until(), None, {_UNTIL: moment}))


def _event_item(event: Event, now: datetime) -> Item:
    place = {keys.DUE_SHARD: keys.events(event.at), keys.DUE_AT: event.at}
    about: dict[str, Value] = {_EVENT: event_text(event), _CASE: str(event.case_id) if event.case_id else None}
    return Item(keys.event(event.event_id), None, {**about, **place, keys.EXPIRES: keys.expiry(now + EVENTS_LAST)})


def _delivery_item(delivery: Delivery, due_at: datetime | None, now: datetime) -> Item:
    beside: dict[str, Value] = {keys.EXPIRES: keys.expiry(now + EVENTS_LAST)}
    if due_at is not None:
        beside |= {keys.DUE_SHARD: keys.deliveries(delivery.endpoint_id), keys.DUE_AT: due_at}
    return Item(keys.delivery(delivery.event_id, delivery.endpoint_id), delivery, beside)
