"""Cursors and counts of reads in the table."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import fact, plain, python, values
from mentiondesk.domain.posts.cursor import Cursor
from mentiondesk.domain.posts.post import Source

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_COUNTS_KEPT = timedelta(days=400)


class DynamoCursors:
    """CursorStore on DynamoDB."""

    def __init__(self, db: "DynamoDBClient", table: str) -> None:
        self._db = db
        self._table = table

    def load(self) -> dict[Source, Cursor]:
        found = self._db.query(
            TableName=self._table,
            KeyConditionExpression="#pk = :pk",
            ExpressionAttributeNames={"#pk": keys.PK},
            ExpressionAttributeValues=values({":pk": keys.cursor(Source.OWN)[keys.PK]}),
            ConsistentRead=True,
        )
        cursors = [fact(Cursor, item) for item in found["Items"]]
        return {cursor.source: cursor for cursor in cursors}

    def save(self, cursor: Cursor) -> bool:
        not_moved_since = "attribute_not_exists(#pk) OR #version = :version"
        item = plain(cursor) | keys.cursor(cursor.source) | {"version": cursor.version + 1}
        try:
            self._db.put_item(
                TableName=self._table,
                Item=values(item),
                ConditionExpression=not_moved_since,
                ExpressionAttributeNames={"#pk": keys.PK, "#version": "version"},
                ExpressionAttributeValues=values({":version": cursor.version}),
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def reads_in_month(self, month: str) -> int:
        found = self._db.query(
            TableName=self._table,
            KeyConditionExpression="#pk = :pk",
            ExpressionAttributeNames={"#pk": keys.PK},
            ExpressionAttributeValues=values({":pk": f"{keys.READS}{month}"}),
        )
        days = [python(item) for item in found["Items"]]
        return int(sum(day.get(source, 0) for day in days for source in Source))

    def count_reads(self, now: datetime, source: Source, posts: int) -> None:
        self._db.update_item(
            TableName=self._table,
            Key=values(keys.reads(now)),
            UpdateExpression="SET #expires = :expires ADD #source :posts",
            ExpressionAttributeNames={"#expires": keys.EXPIRES, "#source": str(source)},
            ExpressionAttributeValues=values({":expires": int((now + _COUNTS_KEPT).timestamp()), ":posts": posts}),
        )
