"""Subscribers, and how far each update has come on its way to them, in the table. Addresses stay in it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import fact, plain, values
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.status.broadcast import Broadcast
from mentiondesk.domain.status.subscribers import Subscriber, SubscriberId
from mentiondesk.ports.status import LeaseLost

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Who has not confirmed by then is forgotten.
_ASKED_FOR = timedelta(days=7)


class DynamoSubscribers:
    """SubscriberStore on DynamoDB."""

    def __init__(self, db: "DynamoDBClient", table: str) -> None:
        self._db = db
        self._table = table

    def ask(self, subscriber: Subscriber, unless_since: datetime) -> bool:
        if self.get(subscriber.subscriber_id) is not None:
            return False
        not_asked_lately = "attribute_not_exists(#pk) OR #asked_at <= :since"
        item = plain(subscriber) | keys.asked(subscriber.subscriber_id)
        item["asked_at"] = keys.stamp(subscriber.asked_at)
        item[keys.EXPIRES] = int((subscriber.asked_at + _ASKED_FOR).timestamp())
        try:
            self._db.put_item(
                TableName=self._table,
                Item=values(item),
                ConditionExpression=not_asked_lately,
                ExpressionAttributeNames={"#pk": keys.PK, "#asked_at": "asked_at"},
                ExpressionAttributeValues=values({":since": keys.stamp(unless_since)}),
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def asked(self, subscriber_id: SubscriberId) -> Subscriber | None:
        return self._read(keys.asked(subscriber_id))

    def confirm(self, subscriber: Subscriber) -> None:
        self._db.put_item(
            TableName=self._table, Item=values(plain(subscriber) | keys.subscriber(subscriber.subscriber_id))
        )

    def get(self, subscriber_id: SubscriberId) -> Subscriber | None:
        return self._read(keys.subscriber(subscriber_id))

    def remove(self, subscriber_id: SubscriberId) -> None:
        for key in (keys.asked(subscriber_id), keys.subscriber(subscriber_id)):
            self._db.delete_item(TableName=self._table, Key=values(key))

    def page(self, after: SubscriberId | None, limit: int) -> list[Subscriber]:
        first = keys.subscriber(after or SubscriberId(""))
        found = self._db.query(
            TableName=self._table,
            KeyConditionExpression="#pk = :pk AND #sk > :after" if after else "#pk = :pk",
            ExpressionAttributeNames={"#pk": keys.PK} | ({"#sk": keys.SK} if after else {}),
            ExpressionAttributeValues=values({":pk": first[keys.PK]} | ({":after": after} if after else {})),
            Limit=limit,
            ConsistentRead=True,
        )
        return [fact(Subscriber, item) for item in found["Items"]]

    def _read(self, key: keys.Key) -> Subscriber | None:
        found = self._db.get_item(TableName=self._table, Key=values(key), ConsistentRead=True)
        return fact(Subscriber, found["Item"]) if "Item" in found else None


class DynamoTellings:
    """BroadcastStore on DynamoDB. `keep`: how long it is known that an update has been told."""

    def __init__(self, db: "DynamoDBClient", table: str, keep: Callable[[], timedelta]) -> None:
        self._db = db
        self._table = table
        self._keep = keep

    def lease(self, incident_id: IncidentId, update_id: str, now: datetime, until: datetime) -> Broadcast | None:
        not_done_and_nobody_has_it = "attribute_not_exists(#done) AND (attribute_not_exists(#until) OR #until <= :now)"
        try:
            found = self._db.update_item(
                TableName=self._table,
                Key=values(keys.telling(incident_id, update_id)),
                UpdateExpression="SET #until = :until, #incident = :incident, #update = :update, #expires = :expires",
                ConditionExpression=not_done_and_nobody_has_it,
                ExpressionAttributeNames={
                    "#done": "done",
                    "#until": "until",
                    "#incident": "incident_id",
                    "#update": "update_id",
                    "#expires": keys.EXPIRES,
                },
                ExpressionAttributeValues=values(
                    {
                        ":now": keys.stamp(now),
                        ":until": keys.stamp(until),
                        ":incident": incident_id,
                        ":update": update_id,
                        ":expires": int((now + self._keep()).timestamp()),
                    }
                ),
                ReturnValues="ALL_NEW",
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return None
        return fact(Broadcast, found["Attributes"])

    def reach(self, telling: Broadcast, subscriber_id: SubscriberId) -> Broadcast:
        self._change(telling, "SET #reached = :reached", {"#reached": "reached"}, {":reached": subscriber_id})
        return replace(telling, reached=subscriber_id)

    def release(self, telling: Broadcast, done: bool) -> None:
        ends = "REMOVE #until" + (" SET #done = :done" if done else "")
        try:
            self._change(telling, ends, {"#done": "done"} if done else {}, {":done": True} if done else {})
        except LeaseLost:
            # Another run has gone on from where we got to.
            return

    def _change(self, telling: Broadcast, change: str, names: dict[str, str], given: dict[str, Any]) -> None:
        lease_is_ours = "#until = :until"
        try:
            self._db.update_item(
                TableName=self._table,
                Key=values(keys.telling(telling.incident_id, telling.update_id)),
                UpdateExpression=change,
                ConditionExpression=lease_is_ours,
                ExpressionAttributeNames={"#until": "until"} | names,
                ExpressionAttributeValues=values({":until": keys.stamp(telling.until)} | given),
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            raise LeaseLost from None
