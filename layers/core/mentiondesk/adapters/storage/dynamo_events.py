"""What staff did to a case or an incident, in the table; written together with the change itself."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import fact, plain, values
from mentiondesk.domain.events import Event
from mentiondesk.domain.ids import SubjectId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# A transaction that met another one on the same item: what it assumed may no longer hold.
_LOST_THE_RACE = ("ConditionalCheckFailed", "TransactionConflict")


def put_event(table: str, matter_id: SubjectId, event: Event, keep: timedelta) -> "TransactWriteItemTypeDef":
    """The write of one line in the record, refused when it is there already."""
    not_done_yet = "attribute_not_exists(#pk)"
    item = plain(event) | keys.event(matter_id, event.event_id)
    item[keys.EXPIRES] = int((event.at + keep).timestamp())
    return {
        "Put": {
            "TableName": table,
            "Item": values(item),
            "ConditionExpression": not_done_yet,
            "ExpressionAttributeNames": {"#pk": keys.PK},
        }
    }


def refused(cancelled: ClientError, place: int) -> bool:
    """Whether this write of a cancelled transaction found its condition false, or another transaction there."""
    reasons: list[dict[str, Any]] = cancelled.response.get("CancellationReasons", [])  # type: ignore[assignment]
    return len(reasons) > place and reasons[place].get("Code") in _LOST_THE_RACE


def events_of(db: "DynamoDBClient", table: str, matter_id: SubjectId) -> list[Event]:
    """What was done to a case or an incident, oldest first."""
    prefix = keys.event(matter_id, "")
    pages = db.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="#pk = :pk AND begins_with(#sk, :event)",
        ExpressionAttributeNames={"#pk": keys.PK, "#sk": keys.SK},
        ExpressionAttributeValues=values({":pk": prefix[keys.PK], ":event": prefix[keys.SK]}),
        ConsistentRead=True,
    )
    # What the desk did by itself names nobody, and what is None is not in the table.
    nobody = values({"by": None})
    return [fact(Event, nobody | item) for page in pages for item in page["Items"]]
