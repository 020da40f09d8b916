"""What is due, leases and the alert ledger in the table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.batches import put_all
from mentiondesk.adapters.storage.items import fact, plain, python, values
from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.alerts.limits import TextLimit, may_text
from mentiondesk.domain.alerts.plan import Subject
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import StaffId, SubjectId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.ports.alerts import Lease

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 5


class DynamoAlerts:
    """AlertStore on DynamoDB.

    A lease moves a matter's place in the due index into the future, as a queue hides a message: whoever
    dies holding it loses it, and the matter is due again.
    """

    def __init__(self, db: "DynamoDBClient", table: str, keep: Callable[[], timedelta]) -> None:
        self._db = db
        self._table = table
        self._keep = keep

    def due(self, now: datetime, limit: int) -> Sequence[SubjectId]:
        found = [
            (row[keys.DUE_AT], keys.matter_in(str(row[keys.PK])))
            for number in range(keys.SHARDS)
            for row in self._due_in_shard(number, now, limit)
        ]
        return [matter_id for _, matter_id in sorted(found)[:limit]]

    def _due_in_shard(self, number: int, now: datetime, limit: int) -> list[dict[str, Any]]:
        found = self._db.query(
            TableName=self._table,
            IndexName=keys.DUE_INDEX,
            KeyConditionExpression="#shard = :shard AND #due_at <= :now",
            ExpressionAttributeNames={"#shard": keys.DUE_SHARD, "#due_at": keys.DUE_AT},
            ExpressionAttributeValues=values({":shard": keys.due_shard(number), ":now": keys.stamp(now)}),
            Limit=limit,
        )
        return [python(item) for item in found["Items"]]

    def lease(self, matter_id: SubjectId, now: datetime, until: datetime) -> Lease | None:
        still_due = "#due_at <= :now"
        try:
            found = self._db.update_item(
                TableName=self._table,
                Key=values(keys.matter(matter_id)),
                UpdateExpression="SET #due_at = :until ADD #version :one",
                ConditionExpression=still_due,
                ExpressionAttributeNames={"#due_at": keys.DUE_AT, "#version": "version"},
                ExpressionAttributeValues=values({":now": keys.stamp(now), ":until": keys.stamp(until), ":one": 1}),
                ReturnValues="ALL_NEW",
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return None
        item = found["Attributes"]
        matter = fact(Case, item) if keys.is_case(matter_id) else fact(Incident, item)
        return Lease(matter, until, tuple(self._ledger(matter)))

    def _ledger(self, matter: Subject) -> Iterator[Record]:
        if matter.wait is None:
            return
        prefix = keys.alerts_of(matter.matter_id, matter.wait.since)
        pages = self._db.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#pk = :pk AND begins_with(#sk, :wait)",
            ExpressionAttributeNames={"#pk": keys.PK, "#sk": keys.SK},
            ExpressionAttributeValues=values({":pk": prefix[keys.PK], ":wait": prefix[keys.SK]}),
            ConsistentRead=True,
        )
        for page in pages:
            yield from (fact(Record, item) for item in page["Items"])

    def record(self, records: Iterable[Record]) -> None:
        # The latest outcome of an alert is its item; a batch may name an item only once.
        items = {tuple(keys.alert(record.alert).values()): self._record_item(record) for record in records}
        put_all(self._db, self._table, items.values())

    def _record_item(self, record: Record) -> dict[str, Any]:
        return plain(record) | keys.alert(record.alert) | {keys.EXPIRES: int((record.at + self._keep()).timestamp())}

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        lease_is_ours = "#due_at = :leased_until"
        sets: dict[str, object] = {"attempts": attempts}
        if alerted_until is not None:
            sets["alerted_until"] = keys.stamp(alerted_until)
        if next_at is not None:
            sets[keys.DUE_AT] = keys.stamp(next_at)
        removes = "" if next_at is not None else " REMOVE #due_at, #due_shard"
        names = {f"#{name}": name for name in (*sets, keys.DUE_AT, "version")}
        try:
            self._db.update_item(
                TableName=self._table,
                Key=values(keys.matter(lease.matter.matter_id)),
                UpdateExpression="SET "
                + ", ".join(f"#{name} = :{name}" for name in sets)
                + removes
                + " ADD #version :one",
                ConditionExpression=lease_is_ours,
                ExpressionAttributeNames=names if next_at is not None else names | {"#due_shard": keys.DUE_SHARD},
                ExpressionAttributeValues=values(
                    {
                        ":one": 1,
                        ":leased_until": keys.stamp(lease.until),
                        **{f":{name}": value for name, value in sets.items()},
                    }
                ),
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            # It has moved on (an answer, a new wait): what was written there holds.
            return

    def take_text_slot(self, staff_id: StaffId, now: datetime, limits: Sequence[TextLimit]) -> bool:
        not_counted_meanwhile = "attribute_not_exists(#pk) OR #version = :version"
        key = values(keys.texts(staff_id))
        longest = max(limit.span for limit in limits)
        for _ in range(_TRIES):
            stored = python(self._db.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {}))
            sent = [at for text in stored.get("sent", []) if (at := datetime.fromisoformat(text)) > now - longest]
            if not may_text(sent, now, limits):
                return False
            version = int(stored.get("version", 0))
            item = keys.texts(staff_id) | {
                "sent": [keys.stamp(at) for at in (*sent, now)],
                "version": version + 1,
                keys.EXPIRES: int((now + longest).timestamp()),
            }
            try:
                self._db.put_item(
                    TableName=self._table,
                    Item=values(item),
                    ConditionExpression=not_counted_meanwhile,
                    ExpressionAttributeNames={"#pk": keys.PK, "#version": "version"},
                    ExpressionAttributeValues=values({":version": version}),
                )
            except self._db.exceptions.ConditionalCheckFailedException:
                continue
            return True
        return False
