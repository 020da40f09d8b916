"""Posts in the table."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from mentiondesk.adapters import keys
from mentiondesk.adapters.items import fact, plain, values
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts import Post, Unreadable
from mentiondesk.ports import Added

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
        # Reads overlap, so most posts of a page were stored by this very function minutes ago.
        self._recent: OrderedDict[PostId, Post] = OrderedDict()

    def add(self, post: Post) -> Added:
        assert post.seen_at is not None, "the reader says when it saw a post"
        recent = self._recent.get(post.post_id)
        if recent is not None and post.edits <= recent.edits:
            return known(recent, post.seen_at)
        added, stored = self._add(post)
        self._recent[post.post_id] = stored
        if len(self._recent) > _MOST_RECENT:
            self._recent.popitem(last=False)
        return added

    def _add(self, post: Post) -> tuple[Added, Post]:
        """What happened, and the post as it is stored now."""
        assert post.seen_at is not None, "the reader says when it saw a post"
        not_stored_yet = "attribute_not_exists(#pk)"
        item = plain(post) | keys.post(post.post_id) | {keys.EXPIRES: int((post.seen_at + self._keep()).timestamp())}
        try:
            self._db.put_item(
                TableName=self._table,
                Item=values(item),
                ConditionExpression=not_stored_yet,
                ExpressionAttributeNames={"#pk": keys.PK},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._db.exceptions.ConditionalCheckFailedException as refused:
            stored = fact(Post, refused.response["Item"])  # type: ignore[typeddict-item]
            if post.edits > stored.edits and self._renew(post):
                return Added.EDITED, replace(stored, edits=post.edits)
            return known(stored, post.seen_at), stored
        return Added.NEW, post

    def _renew(self, post: Post) -> bool:
        """The newer text in place of the stored one, which has to be classified again."""
        stored_text_is_older = "#edits < :edits"
        try:
            self._db.update_item(
                TableName=self._table,
                Key=values(keys.post(post.post_id)),
                UpdateExpression="SET #text = :text, #version_id = :version_id, #edits = :edits, "
                "#language = :language, #media = :media REMOVE #tagged_at",
                ConditionExpression=stored_text_is_older,
                ExpressionAttributeNames={
                    f"#{name}": name for name in ("text", "version_id", "edits", "language", "media", "tagged_at")
                },
                ExpressionAttributeValues=values(
                    {
                        ":text": post.text,
                        ":version_id": post.version_id,
                        ":edits": post.edits,
                        ":language": post.language,
                        ":media": post.media,
                    }
                ),
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


def known(stored: Post, now: datetime) -> Added:
    """A post that was stored before: on this UTC day or an earlier one."""
    assert stored.seen_at is not None, "the reader says when it saw a post"
    return Added.KNOWN if stored.seen_at.date() == now.date() else Added.KNOWN_EARLIER_DAY


def post_from_image(image: Mapping[str, Any]) -> Post:
    """The post in a stream record's new image."""
    return fact(Post, image)
