"""Due cases, leases and the alert ledger in the table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from mentiondesk.adapters import keys
from mentiondesk.adapters.items import fact, plain, python, values
from mentiondesk.domain.alerts import Record, TextLimit, may_text
from mentiondesk.domain.cases import Case
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.ports import Lease

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

_BATCH_WRITE = 25
_TRIES = 5


class TableBusy(RuntimeError):
    """The table took too many tries; the run fails and what it leased falls due again."""


class DynamoAlerts:
    """AlertStore on DynamoDB.

    A lease moves a case's place in the due index into the future, as a queue hides a message: whoever
    dies holding it loses it, and the case is due again.
    """

    def __init__(self, db: "DynamoDBClient", table: str, keep: Callable[[], timedelta]) -> None:
        self._db = db
        self._table = table
        self._keep = keep

    def due(self, now: datetime, limit: int) -> Sequence[CaseId]:
        found = [
            (row[keys.DUE_AT], str(row[keys.PK]).removeprefix(keys.CASE_PREFIX))
            for number in range(keys.SHARDS)
            for row in self._due_in_shard(number, now, limit)
        ]
        return [CaseId(case_id) for _, case_id in sorted(found)[:limit]]

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

    def lease(self, case_id: CaseId, now: datetime, until: datetime) -> Lease | None:
        still_due = "#due_at <= :now"
        try:
            found = self._db.update_item(
                TableName=self._table,
                Key=values(keys.case(case_id)),
                UpdateExpression="SET #due_at = :until ADD #version :one",
                ConditionExpression=still_due,
                ExpressionAttributeNames={"#due_at": keys.DUE_AT, "#version": "version"},
                ExpressionAttributeValues=values({":now": keys.stamp(now), ":until": keys.stamp(until), ":one": 1}),
                ReturnValues="ALL_NEW",
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return None
        case = fact(Case, found["Attributes"])
        return Lease(case, until, tuple(self._ledger(case)))

    def _ledger(self, case: Case) -> Iterator[Record]:
        if case.wait is None:
            return
        prefix = keys.alerts_of(case.case_id, case.wait.since)
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
        writes: Iterator[WriteRequestTypeDef] = ({"PutRequest": {"Item": values(item)}} for item in items.values())
        while batch := list(islice(writes, _BATCH_WRITE)):
            self._write(batch)

    def _write(self, batch: "list[WriteRequestTypeDef]") -> None:
        for _ in range(_TRIES):
            answer = self._db.batch_write_item(RequestItems={self._table: batch})
            batch = list(answer.get("UnprocessedItems", {}).get(self._table, []))  # type: ignore[arg-type]
            if not batch:
                return
        raise TableBusy(f"{len(batch)} records of alerts were not taken")

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
                Key=values(keys.case(lease.case.case_id)),
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
            # The case has moved on (an answer, a new wait): what was written there holds.
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
