"""Incidents, their updates and the posts in them, in the table."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.batches import get_all, put_all
from mentiondesk.adapters.storage.dynamo_events import events_of, put_event, refused
from mentiondesk.adapters.storage.items import fact, plain, python, values
from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, Update
from mentiondesk.ports.cases import AlreadyDone
from mentiondesk.ports.incidents import IncidentChanged

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_CACHED = timedelta(minutes=1)


class DynamoIncidents:
    """IncidentStore on DynamoDB. `keep`: how long an incident stays after it was created."""

    def __init__(self, db: "DynamoDBClient", table: str, keep: Callable[[], timedelta]) -> None:
        self._db = db
        self._table = table
        self._keep = keep

    def add(self, incident: Incident, update: Update | None = None, event: Event | None = None) -> bool:
        listed = keys.incident_listed(incident) | {keys.EXPIRES: self._expires(incident)}
        writes = [self._put(incident, None), *self._said(incident, update, event), self._plain_put(listed)]
        if incident.open:
            writes.append(self._plain_put(dict(keys.incident_open(incident.incident_id))))
        try:
            self._db.transact_write_items(TransactItems=writes)
        except self._db.exceptions.TransactionCanceledException as cancelled:
            if refused(cancelled, 0):
                return False
            raise
        return True

    def get(self, incident_id: IncidentId) -> Incident | None:
        found = self._db.get_item(TableName=self._table, Key=values(keys.incident(incident_id)), ConsistentRead=True)
        return fact(Incident, found["Item"]) if "Item" in found else None

    def save(self, incident: Incident, update: Update | None = None, event: Event | None = None) -> Incident:
        said = self._said(incident, update, event)
        writes = [self._put(incident, incident), *said]
        if not incident.open:
            key = values(keys.incident_open(incident.incident_id))
            writes.append({"Delete": {"TableName": self._table, "Key": key}})
        try:
            self._db.transact_write_items(TransactItems=writes)
        except self._db.exceptions.TransactionCanceledException as cancelled:
            if event is not None and refused(cancelled, len(said)):
                raise AlreadyDone from None
            if refused(cancelled, 0):
                raise IncidentChanged(self.get(incident.incident_id)) from None
            raise
        return replace(incident, version=incident.version + 1)

    def open(self) -> list[Incident]:
        ids = [IncidentId(row[keys.SK]) for row in self._rows("#pk = :pk", {":pk": keys.OPEN_INCIDENTS})]
        return sorted((one for one in self._all(ids) if one.open), key=_created)

    def recent(self, since: datetime) -> list[Incident]:
        rows = self._rows("#pk = :pk AND #sk >= :since", {":pk": keys.ALL_INCIDENTS, ":since": keys.stamp(since)})
        ids = [IncidentId(str(row[keys.SK]).partition("#")[2]) for row in rows]
        return sorted(self._all(ids), key=_created, reverse=True)

    def updates(self, incident_id: IncidentId) -> list[Update]:
        return [fact(Update, values(row)) for row in self._part(incident_id, keys.UPDATE)]

    def events(self, incident_id: IncidentId) -> list[Event]:
        return events_of(self._db, self._table, incident_id)

    def join(self, incident_id: IncidentId, posts: Iterable[LinkedPost]) -> tuple[int, int]:
        # The same post and the same person make the same item: putting them again changes nothing.
        incident = self.get(incident_id)
        expires = {keys.EXPIRES: self._expires(incident)} if incident else {}
        items: dict[tuple[str, ...], dict[str, Any]] = {}
        for post in posts:
            person = keys.person(incident_id, post.author_id)
            place = keys.joined(incident_id, post.post_id)
            items[tuple(person.values())] = person | expires
            items[tuple(place.values())] = plain(post) | place | expires
        put_all(self._db, self._table, items.values())
        return self._count(incident_id, keys.JOINED), self._count(incident_id, keys.PERSON)

    def joined(self, incident_id: IncidentId) -> list[LinkedPost]:
        return [fact(LinkedPost, values(row)) for row in self._part(incident_id, keys.JOINED)]

    def _put(self, incident: Incident, before: Incident | None) -> "TransactWriteItemTypeDef":
        """The incident with its next version, if it still is what it was worked out from."""
        is_new, is_unchanged = "attribute_not_exists(#pk)", "#version = :version"
        version = before.version if before else 0
        item = plain(replace(incident, version=version + 1)) | keys.incident(incident.incident_id)
        item[keys.EXPIRES] = self._expires(incident)
        if incident.due_at is not None:
            shard = keys.due_shard(keys.shard(incident.incident_id))
            item |= {keys.DUE_SHARD: shard, keys.DUE_AT: keys.stamp(incident.due_at)}
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": values(item),
            "ConditionExpression": is_unchanged if before else is_new,
            "ExpressionAttributeNames": {"#version": "version"} if before else {"#pk": keys.PK},
        }
        if before:
            put["ExpressionAttributeValues"] = values({":version": version})
        return {"Put": put}  # type: ignore[typeddict-item]

    def _said(self, incident: Incident, update: Update | None, event: Event | None) -> "list[TransactWriteItemTypeDef]":
        """The public word and the line in the record that go with a change; the line last."""
        said: list[TransactWriteItemTypeDef] = []
        if update is not None:
            said.append(self._plain_put(plain(update) | keys.update(update) | {keys.EXPIRES: self._expires(incident)}))
        if event is not None:
            said.append(put_event(self._table, incident.incident_id, event, self._keep()))
        return said

    def _plain_put(self, item: dict[str, Any]) -> "TransactWriteItemTypeDef":
        return {"Put": {"TableName": self._table, "Item": values(item)}}

    def _expires(self, incident: Incident) -> int:
        return int((incident.created_at + self._keep()).timestamp())

    def _part(self, incident_id: IncidentId, prefix: str) -> Iterator[dict[str, Any]]:
        pk = keys.incident(incident_id)[keys.PK]
        return self._rows("#pk = :pk AND begins_with(#sk, :part)", {":pk": pk, ":part": prefix})

    def _count(self, incident_id: IncidentId, prefix: str) -> int:
        given = {":pk": keys.incident(incident_id)[keys.PK], ":part": prefix}
        pages = self._pages("#pk = :pk AND begins_with(#sk, :part)", given, Select="COUNT")
        return sum(page["Count"] for page in pages)

    def _rows(self, condition: str, given: dict[str, str]) -> Iterator[dict[str, Any]]:
        return (python(item) for page in self._pages(condition, given) for item in page["Items"])

    def _pages(self, condition: str, given: dict[str, str], **more: Any) -> Iterator[dict[str, Any]]:
        pages: Any = self._db.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeNames={"#pk": keys.PK} | ({"#sk": keys.SK} if "#sk" in condition else {}),
            ExpressionAttributeValues=values(given),
            ConsistentRead=True,
            **more,
        )
        return iter(pages)

    def _all(self, ids: Iterable[IncidentId]) -> Iterator[Incident]:
        found = get_all(self._db, self._table, (keys.incident(one) for one in ids))
        return (fact(Incident, item) for item in found)


class OpenIncidents:
    """The incidents that go on, at most a minute old; call it to get them."""

    def __init__(self, incidents: DynamoIncidents) -> None:
        self._incidents = incidents
        self._cached: list[Incident] = []
        self._read_at: datetime | None = None

    def __call__(self, now: datetime) -> list[Incident]:
        if self._read_at is None or now - self._read_at >= _CACHED:
            self._cached, self._read_at = self._incidents.open(), now
        return self._cached


def _created(incident: Incident) -> tuple[datetime, str]:
    return incident.created_at, incident.incident_id
