"""Drafts of posts on X, and how far the hosted status page has been told, in the table."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import fact, plain, values
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.status.hosted import HostedSync

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDrafts:
    """DraftStore on DynamoDB. `keep`: how long a draft stays after it was written."""

    def __init__(self, db: "DynamoDBClient", table: str, keep: Callable[[], timedelta]) -> None:
        self._db = db
        self._table = table
        self._keep = keep

    def add(self, draft: Draft) -> bool:
        none_yet = "attribute_not_exists(#pk)"
        item = plain(draft) | keys.draft(draft.incident_id, draft.occasion)
        item[keys.EXPIRES] = int((draft.drafted_at + self._keep()).timestamp())
        try:
            self._db.put_item(
                TableName=self._table,
                Item=values(item),
                ConditionExpression=none_yet,
                ExpressionAttributeNames={"#pk": keys.PK},
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def get(self, incident_id: IncidentId, occasion: Occasion) -> Draft | None:
        key = values(keys.draft(incident_id, occasion))
        found = self._db.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return fact(Draft, found["Item"]) if "Item" in found else None

    def of(self, incident_id: IncidentId) -> list[Draft]:
        prefix = keys.draft(incident_id)
        found = self._db.query(
            TableName=self._table,
            KeyConditionExpression="#pk = :pk AND begins_with(#sk, :draft)",
            ExpressionAttributeNames={"#pk": keys.PK, "#sk": keys.SK},
            ExpressionAttributeValues=values({":pk": prefix[keys.PK], ":draft": prefix[keys.SK]}),
            ConsistentRead=True,
        )
        return [fact(Draft, item) for item in found["Items"]]

    def approve(self, incident_id: IncidentId, occasion: Occasion, by: StaffId, at: datetime) -> Draft | None:
        nobody_yet = "attribute_exists(#pk) AND attribute_not_exists(#by)"
        try:
            found = self._db.update_item(
                TableName=self._table,
                Key=values(keys.draft(incident_id, occasion)),
                UpdateExpression="SET #by = :by, #at = :at",
                ConditionExpression=nobody_yet,
                ExpressionAttributeNames={"#pk": keys.PK, "#by": "approved_by", "#at": "approved_at"},
                ExpressionAttributeValues=values({":by": by, ":at": keys.stamp(at)}),
                ReturnValues="ALL_NEW",
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return self.get(incident_id, occasion)
        return fact(Draft, found["Attributes"])


class DynamoPushed:
    """HostedSyncStore on DynamoDB. `keep`: how long it is known after the page was told last."""

    def __init__(self, db: "DynamoDBClient", table: str, keep: Callable[[], timedelta]) -> None:
        self._db = db
        self._table = table
        self._keep = keep

    def get(self, incident_id: IncidentId) -> HostedSync | None:
        key = values(keys.pushed(incident_id))
        found = self._db.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return fact(HostedSync, found["Item"]) if "hosted_id" in found.get("Item", ()) else None

    def lease(self, incident_id: IncidentId, now: datetime, until: datetime) -> bool:
        nobody_has_it = "attribute_not_exists(#until) OR #until <= :now"
        try:
            self._db.update_item(
                TableName=self._table,
                Key=values(keys.pushed(incident_id)),
                UpdateExpression="SET #until = :until, #expires = :expires",
                ConditionExpression=nobody_has_it,
                ExpressionAttributeNames={"#until": "leased_until", "#expires": keys.EXPIRES},
                ExpressionAttributeValues=values(
                    {
                        ":now": keys.stamp(now),
                        ":until": keys.stamp(until),
                        ":expires": int((now + self._keep()).timestamp()),
                    }
                ),
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def save(self, pushed: HostedSync) -> None:
        item = plain(pushed) | keys.pushed(pushed.incident_id)
        item[keys.EXPIRES] = int((pushed.at + self._keep()).timestamp())
        self._db.put_item(TableName=self._table, Item=values(item))
