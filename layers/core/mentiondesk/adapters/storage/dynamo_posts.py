"""Posts in the table."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import fact, plain, python, values
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.post import Added, Post, Unreadable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# An item may hold 400 KB; a person needs less to see what is wrong.
_MOST_RAW = 20_000
_MOST_RECENT = 5000
_ASIDE_KEPT = timedelta(days=30)


class DynamoPosts:
    """PostStore on DynamoDB. `keep`: how long a post stays before TTL removes it."""

    def __init__(self, db: "DynamoDBClient", table: str, keep: Callable[[], timedelta]) -> None:
        self._db = db
        self._table = table
        self._keep = keep
        # Reads overlap, so most posts of a page were read by this very function minutes ago: their edits and the day.
        self._recent: OrderedDict[PostId, tuple[int, date]] = OrderedDict()

    def add(self, post: Post) -> Added:
        edits, read_on = self._recent.get(post.post_id, (-1, date.min))
        if post.edits <= edits and read_on >= _day(post):
            return Added.KNOWN
        added = self._add(post)
        self._recent[post.post_id] = max(edits, post.edits), _day(post)
        self._recent.move_to_end(post.post_id)
        if len(self._recent) > _MOST_RECENT:
            self._recent.popitem(last=False)
        return added

    def _add(self, post: Post) -> Added:
        assert post.seen_at is not None, "the reader says when it saw a post"
        not_stored_yet = "attribute_not_exists(#pk)"
        item = plain(post) | keys.post(post.post_id)
        item |= {"read_on": f"{_day(post)}", keys.EXPIRES: int((post.seen_at + self._keep()).timestamp())}
        try:
            self._db.put_item(
                TableName=self._table,
                Item=values(item),
                ConditionExpression=not_stored_yet,
                ExpressionAttributeNames={"#pk": keys.PK},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._db.exceptions.ConditionalCheckFailedException as refused:
            stored = python(refused.response["Item"])  # type: ignore[typeddict-item]
            if post.edits > stored["edits"] and self._renew(post):
                return Added.EDITED
            first_today = stored["read_on"] < f"{_day(post)}" and self._read_again(post)
            return Added.KNOWN_EARLIER_DAY if first_today else Added.KNOWN
        return Added.NEW

    def _renew(self, post: Post) -> bool:
        """The newer text in place of the stored one, which has to be classified again."""
        stored_text_is_older = "#edits < :edits"
        try:
            self._db.update_item(
                TableName=self._table,
                Key=values(keys.post(post.post_id)),
                UpdateExpression="SET #text = :text, #version_id = :version_id, #edits = :edits, "
                "#language = :language, #media = :media, #read_on = :read_on REMOVE #tagged_at",
                ConditionExpression=stored_text_is_older,
                ExpressionAttributeNames={
                    f"#{name}": name
                    for name in ("text", "version_id", "edits", "language", "media", "read_on", "tagged_at")
                },
                ExpressionAttributeValues=values(
                    {
                        ":text": post.text,
                        ":version_id": post.version_id,
                        ":edits": post.edits,
                        ":language": post.language,
                        ":media": post.media,
                        ":read_on": f"{_day(post)}",
                    }
                ),
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _read_again(self, post: Post) -> bool:
        """Notes that a stored post was read on this UTC day; False when that was known."""
        not_read_today_yet = "#read_on < :read_on"
        try:
            self._db.update_item(
                TableName=self._table,
                Key=values(keys.post(post.post_id)),
                UpdateExpression="SET #read_on = :read_on",
                ConditionExpression=not_read_today_yet,
                ExpressionAttributeNames={"#read_on": "read_on"},
                ExpressionAttributeValues=values({":read_on": f"{_day(post)}"}),
            )
        except self._db.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def get(self, post_id: PostId) -> Post | None:
        found = self._db.get_item(TableName=self._table, Key=values(keys.post(post_id)), ConsistentRead=True)
        return fact(Post, found["Item"]) if "Item" in found else None

    def set_aside(self, unreadable: Unreadable, now: datetime) -> None:
        # The same bytes read again are the same item.
        digest = hashlib.sha256(unreadable.raw.encode()).hexdigest()[:32]
        item = keys.set_aside(now, digest) | {
            "raw": unreadable.raw[:_MOST_RAW],
            "reason": unreadable.reason,
            keys.EXPIRES: int((now + _ASIDE_KEPT).timestamp()),
        }
        self._db.put_item(TableName=self._table, Item=values(item))


def _day(post: Post) -> date:
    """The UTC day on which a post was read."""
    assert post.seen_at is not None, "the reader says when it saw a post"
    return post.seen_at.date()


def post_from_image(image: Mapping[str, Any]) -> Post:
    """The post in a stream record's new image."""
    return fact(Post, image)
