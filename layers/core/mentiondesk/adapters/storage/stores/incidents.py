"""Incidents with their updates, the posts in them, and the record of what was done."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.stores import escalations, timelines, upgrades
from mentiondesk.adapters.storage.stores.facts import fact_parts
from mentiondesk.adapters.storage.table import (
    Absent,
    Conflict,
    Delete,
    Equals,
    Exists,
    Put,
    Query,
    Refused,
    Table,
    Write,
)
from mentiondesk.adapters.storage.table import Update as TableUpdate
from mentiondesk.domain.ids import IncidentId, PostId
from mentiondesk.domain.incidents.changes import IncidentChange
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, Update
from mentiondesk.domain.timeline import IncidentEntry
from mentiondesk.ports.incidents import IncidentChanged
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.values import replace


class Incidents:
    """IncidentStore on the table. `keep`: how long an incident stays after it was created.

    An incident in the form before there were escalations is written in the new form when it is read.
    """

    def __init__(self, table: Table, keep: Callable[[], timedelta]) -> None:
        self._table = table
        self._keep = keep

    def add(self, change: IncidentChange) -> bool:
        incident, parts = change.after, self._parts(change)
        parts["listed"] = Put(Item(keys.incident_listed(incident), None, self._expires(incident)))
        if incident.open:
            parts["open"] = Put(Item(keys.incident_open(incident.incident_id)))
        try:
            self._table.transact(parts)
        except Refused as refused:
            if "incident" in refused.found:
                return False
            raise
        return True

    def get(self, incident_id: IncidentId) -> Incident | None:
        return self._incident(self._table.get(keys.incident(incident_id)))

    def save(self, change: IncidentChange) -> Incident:
        incident, parts = change.after, self._parts(change)
        if not incident.open:
            parts["open"] = Delete(keys.incident_open(incident.incident_id))
        elif change.before is not None and not change.before.open:
            parts["open"] = Put(Item(keys.incident_open(incident.incident_id)))
        try:
            escalations.transact(self._table, parts)
        except Refused as refused:
            if "entry" in refused.found:
                raise AlreadyDone from refused
            raise IncidentChanged(self._incident(refused.found["incident"])) from refused
        except Conflict as conflict:
            raise IncidentChanged(self.get(incident.incident_id)) from conflict
        return _next(change)

    def open(self) -> list[Incident]:
        rows = self._table.query(Query(keys.OPEN_INCIDENTS))
        found = self._all(IncidentId(row.key.sk) for row in rows)
        return sorted((one for one in found if one.open), key=lambda one: one.order)

    def recent(self, since: datetime) -> list[Incident]:
        rows = self._table.query(Query(keys.ALL_INCIDENTS, first=keys.stamp(since)))
        found = self._all(IncidentId(row.key.sk.partition("#")[2]) for row in rows)
        return sorted(found, key=lambda one: one.order, reverse=True)

    def updates(self, incident_id: IncidentId) -> list[Update]:
        return [item.read(Update) for item in self._table.query(_part(incident_id, keys.UPDATE))]

    def record(self, incident_id: IncidentId) -> list[IncidentEntry]:
        return timelines.record(self._table, incident_id)

    def holds(self, incident_id: IncidentId, entry_id: str) -> bool:
        return timelines.holds(self._table, incident_id, entry_id)

    def join(self, incident_id: IncidentId, posts: Iterable[LinkedPost], by_hand: bool = False) -> tuple[int, int]:
        # The same post and the same person make the same item: putting them again changes nothing.
        incident = self.get(incident_id)
        expires = self._expires(incident) if incident else {}
        marks = {row.key for row in self._table.query(_part(incident_id, keys.LEFT_OUT))}
        items: dict[str, Item] = {}
        for post in posts:
            if (mark := keys.left_out(incident_id, post.post_id)) in marks:
                if not by_hand:
                    continue
                self._table.delete(mark)
            person, place = keys.person(incident_id, post.author_id), keys.joined(incident_id, post.post_id)
            items[person.sk] = Item(person, None, expires)
            items[place.sk] = Item(place, post, expires)
        self._table.put_many(items.values())
        return self._counts(incident_id)

    def take_out(self, incident_id: IncidentId, post_id: PostId) -> tuple[int, int]:
        incident, joined = self.get(incident_id), self.joined(incident_id)
        expires = self._expires(incident) if incident else {}
        post = next((one for one in joined if one.post_id == post_id), None)
        mark = Item(keys.left_out(incident_id, post_id), post, expires)
        # The mark of a post that was taken out before holds its words.
        with suppress(Refused):
            self._table.put(mark, None if post else Absent())
        self._table.delete(keys.joined(incident_id, post_id))
        # A press that was cut short has left the mark alone to tell whose post it was.
        authors = {one.author_id for one in (*joined, *self.taken_out(incident_id)) if one.post_id == post_id}
        still = {one.author_id for one in joined if one.post_id != post_id}
        for author in authors - still:
            self._table.delete(keys.person(incident_id, author))
        return self._counts(incident_id)

    def taken_out(self, incident_id: IncidentId) -> list[LinkedPost]:
        rows = self._table.query(_part(incident_id, keys.LEFT_OUT))
        # A post that was in no incident when a person left it out is only named.
        return [row.read(LinkedPost) for row in rows if row.get("post_id") is not None]

    def _counts(self, incident_id: IncidentId) -> tuple[int, int]:
        """The numbers of posts and of people in an incident."""
        people, joined = _part(incident_id, keys.PERSON), _part(incident_id, keys.JOINED)
        return self._table.count(joined), self._table.count(people)

    def forget(self, incident_id: IncidentId, post_id: PostId) -> None:
        try:
            self._table.update(TableUpdate(keys.joined(incident_id, post_id), {"words": ""}, Exists()))
        except Refused:
            return

    def joined(self, incident_id: IncidentId) -> list[LinkedPost]:
        return [item.read(LinkedPost) for item in self._table.query(_part(incident_id, keys.JOINED))]

    def _incident(self, item: Item | None) -> Incident | None:
        """The incident in an item; one of the old form is upgraded first."""
        if item is None:
            return None
        return (
            upgrades.upgraded_incident(self._table, item, self._item) if upgrades.is_old(item) else item.read(Incident)
        )

    def _parts(self, change: IncidentChange) -> dict[str, Write]:
        """The incident with the next version, if it still is as it was before, and what goes with it."""
        unchanged = Equals("version", change.before.version) if change.before else Absent()
        incident, expires = _next(change), self._expires(change.after)
        parts: dict[str, Write] = {"incident": Put(self._item(incident), unchanged)}
        if change.update is not None:
            parts["update"] = Put(Item(keys.update(change.update), change.update, expires))
        if change.entry is not None:
            ends = keys.expiry(change.entry.at + self._keep())
            parts["entry"] = timelines.put_entry(incident.incident_id, change.entry, ends)
        ends = keys.expiry(incident.created_at + self._keep())
        parts |= escalations.escalation_part(incident, change.escalation, ends)
        parts |= escalations.message_parts(change.messages, ends, incident.critical)
        return parts | fact_parts(self._table, change.facts)

    def _item(self, incident: Incident) -> Item:
        return Item(keys.incident(incident.incident_id), incident, self._expires(incident))

    def _expires(self, incident: Incident) -> dict[str, Value]:
        return {keys.EXPIRES: keys.expiry(incident.created_at + self._keep())}

    def _all(self, ids: Iterable[IncidentId]) -> Iterator[Incident]:
        found = map(self._incident, self._table.get_many(map(keys.incident, ids)))
        return (one for one in found if one is not None)


def _next(change: IncidentChange) -> Incident:
    """The incident after a change, with the version that follows the stored one."""
    return replace(change.after, version=change.before.version + 1 if change.before else 1)


def _part(incident_id: IncidentId, prefix: str) -> Query:
    return Query(keys.incident(incident_id).pk, prefix=prefix)
