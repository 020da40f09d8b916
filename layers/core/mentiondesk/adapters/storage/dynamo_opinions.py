"""The count of second opinions in the table."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import values
from mentiondesk.ports.triage import ClassifierUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT = timedelta(days=40)


class DynamoOpinions:
    """ClassifierBudget on DynamoDB."""

    def __init__(self, db: "DynamoDBClient", table: str) -> None:
        self._db = db
        self._table = table

    def take(self, now: datetime, a_day: int) -> bool:
        if a_day < 1:
            return False
        try:
            self._db.update_item(
                TableName=self._table,
                Key=values(keys.opinions(now)),
                UpdateExpression="SET #expires = :expires ADD #asked :one",
                ConditionExpression="attribute_not_exists(#asked) OR #asked < :a_day",
                ExpressionAttributeNames={"#expires": keys.EXPIRES, "#asked": "asked"},
                ExpressionAttributeValues=values(
                    {":expires": int((now + _KEPT).timestamp()), ":one": 1, ":a_day": a_day}
                ),
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return False
        except (BotoCoreError, ClientError) as failed:
            raise ClassifierUnavailable("the table does not count it") from failed
        return True
