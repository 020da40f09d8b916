"""Cases, their timelines and their customers in the table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.dynamo_events import events_of, put_event, refused
from mentiondesk.adapters.storage.items import fact, plain, values
from mentiondesk.domain.cases.case import Case, Entry, State
from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import CaseId
from mentiondesk.ports.cases import AlreadyDone, CaseChanged, Classified

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


class DynamoCases:
    """CaseStore on DynamoDB. `keep`: how long a case stays, after its last change, before TTL removes it."""

    def __init__(self, db: "DynamoDBClient", table: str, keep: Callable[[], timedelta]) -> None:
        self._db = db
        self._table = table
        self._keep = keep

    def get(self, case_id: CaseId) -> Case | None:
        found = self._db.get_item(TableName=self._table, Key=values(keys.case(case_id)), ConsistentRead=True)
        return fact(Case, found["Item"]) if "Item" in found else None

    def timeline(self, case_id: CaseId) -> list[Entry]:
        pages = self._db.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#pk = :pk AND begins_with(#sk, :timeline)",
            ExpressionAttributeNames={"#pk": keys.PK, "#sk": keys.SK},
            ExpressionAttributeValues=values({":pk": keys.case(case_id)[keys.PK], ":timeline": keys.TIMELINE}),
            ConsistentRead=True,
        )
        return [fact(Entry, item) for page in pages for item in page["Items"]]

    def commit(self, change: Classified) -> bool:
        writes = [self._tag(change)]
        if change.after is not None:
            writes += [self._put_case(change.after, change.before), self._put_entry(change)]
        if change.tags is not None:
            writes.append(self._count(change))
        if change.signal is not None:
            from mentiondesk.adapters.storage.dynamo_signals import signal_item  # noqa: PLC0415 - whoever only reads cases has none

            writes.append({"Put": {"TableName": self._table, "Item": values(signal_item(change.signal))}})
        elif change.tags is not None and change.post.edits:
            # What it said before the edit may have been a complaint.
            key = keys.signal(change.post.created_at, change.post.post_id)
            writes.append({"Delete": {"TableName": self._table, "Key": values(key)}})
        try:
            self._db.transact_write_items(TransactItems=writes)
        except self._db.exceptions.TransactionCanceledException as cancelled:
            return self._explain(change, cancelled)
        return True

    def save(self, case: Case, event: Event | None = None) -> Case:
        writes = [self._put_case(case, case)]
        if event is not None:
            writes.append(put_event(self._table, case.case_id, event, self._keep()))
        try:
            self._db.transact_write_items(TransactItems=writes)
        except self._db.exceptions.TransactionCanceledException as cancelled:
            if refused(cancelled, 1):
                raise AlreadyDone from None
            if refused(cancelled, 0):
                raise CaseChanged(self.get(case.case_id)) from None
            raise
        return replace(case, version=case.version + 1)

    def events(self, case_id: CaseId) -> list[Event]:
        return events_of(self._db, self._table, case_id)

    def _explain(self, change: Classified, cancelled: ClientError) -> bool:
        """False when the post was classified before; CaseChanged when another writer was first."""
        reasons: list[Mapping[str, Any]] = cancelled.response.get("CancellationReasons", [])  # type: ignore[assignment]
        codes = [reason.get("Code") for reason in reasons]
        if codes[0] == "ConditionalCheckFailed":
            return False
        if len(codes) > 1 and codes[1] == "ConditionalCheckFailed":
            found = reasons[1].get("Item")
            raise CaseChanged(fact(Case, found) if found else None) from cancelled
        if "TransactionConflict" in codes:
            raise CaseChanged(self.get(change.after.case_id) if change.after else None) from cancelled
        raise cancelled

    def _tag(self, change: Classified) -> "TransactWriteItemTypeDef":
        this_text_not_tagged_yet = "attribute_exists(#pk) AND attribute_not_exists(#tagged_at) AND #edits = :edits"
        told: dict[str, object] = {"tagged_at": keys.stamp(change.at)}
        if change.tags is not None:
            told |= {"tags": plain(change.tags), "kind": str(change.tags.kind)}
        if change.after is not None:
            told["case_id"] = change.after.case_id
        return {
            "Update": {
                "TableName": self._table,
                "Key": values(keys.post(change.post.post_id)),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in told),
                "ConditionExpression": this_text_not_tagged_yet,
                "ExpressionAttributeNames": {"#pk": keys.PK, "#edits": "edits", **{f"#{name}": name for name in told}},
                "ExpressionAttributeValues": values(
                    {":edits": change.post.edits, **{f":{name}": value for name, value in told.items()}}
                ),
            }
        }

    def _put_case(self, case: Case, before: Case | None) -> "TransactWriteItemTypeDef":
        """The case with the next version, if it still is what it was worked out from."""
        is_new, is_unchanged = "attribute_not_exists(#pk)", "#version = :version"
        version = before.version if before else 0
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": values(self._case_item(replace(case, version=version + 1))),
            "ConditionExpression": is_unchanged if before else is_new,
            "ExpressionAttributeNames": {"#version": "version"} if before else {"#pk": keys.PK},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if before:
            put["ExpressionAttributeValues"] = values({":version": version})
        return {"Put": put}  # type: ignore[typeddict-item]

    def _case_item(self, case: Case) -> dict[str, Any]:
        item = plain(case) | keys.case(case.case_id)
        changed_at = max(case.opened_at, case.last_post[0] if case.last_post else case.opened_at)
        item[keys.EXPIRES] = int((changed_at + self._keep()).timestamp())
        number = keys.shard(case.case_id)
        if case.due_at is not None:
            item |= {keys.DUE_SHARD: keys.due_shard(number), keys.DUE_AT: keys.stamp(case.due_at)}
        if case.state is State.OPEN and case.wait is not None:
            item |= {keys.QUEUE: keys.queue(case.state, number), keys.ANSWER_BY: keys.stamp(case.wait.answer_by)}
        return item

    def _put_entry(self, change: Classified) -> "TransactWriteItemTypeDef":
        assert change.after is not None, "only a case has a timeline"
        assert change.entry is not None, "a case has an entry for each post"
        entry = change.entry
        item = plain(entry) | keys.timeline(change.after.case_id, entry.at, entry.post_id)
        item[keys.EXPIRES] = int((entry.at + self._keep()).timestamp())
        return {"Put": {"TableName": self._table, "Item": values(item)}}

    def _count(self, change: Classified) -> "TransactWriteItemTypeDef":
        """The customer's counts: posts, and posts of each kind. New text moves a post to its new kind."""
        assert change.tags is not None, "customers' posts have tags"
        added: dict[str, int] = {"posts": 0 if change.post.case_id else 1}
        added[change.tags.kind] = added.get(change.tags.kind, 0) + 1
        if change.post.kind is not None:
            added[change.post.kind] = added.get(change.post.kind, 0) - 1
        expires = int((change.post.created_at + self._keep()).timestamp())
        return {
            "Update": {
                "TableName": self._table,
                "Key": values(keys.customer(change.post.author_id)),
                "UpdateExpression": "SET #expires = :expires, #first = if_not_exists(#first, :at), #latest = :at ADD "
                + ", ".join(f"#{name} :{name}" for name in added),
                "ExpressionAttributeNames": {
                    "#expires": keys.EXPIRES,
                    "#first": "first_post_at",
                    "#latest": "latest_post_at",
                    **{f"#{name}": name for name in added},
                },
                "ExpressionAttributeValues": values(
                    {
                        ":expires": expires,
                        ":at": keys.stamp(change.post.created_at),
                        **{f":{name}": count for name, count in added.items()},
                    }
                ),
            }
        }
