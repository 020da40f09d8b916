"""The forms in which archives and tools keep posts, each translated into the form of X's API v2."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Raw = dict[str, Any]
# Stands for the author in X's archive, whose posts are all by its owner and do not say so.
OWNER = "owner"
# Times as X wrote them until API v2.
_OLD_TIME = "%a %b %d %H:%M:%S %z %Y"


@dataclass(frozen=True)
class Shape:
    """A form of posts: its name for people, the keys by which it is known, and the translation into v2's form."""

    name: str
    known_by: Callable[[Raw], bool]
    as_v2: Callable[[Raw], Raw]


def shape_of(raw: Raw) -> Shape | None:
    """The form of a post; None for X's API v2, and for what is no post at all."""
    return next((shape for shape in _SHAPES if shape.known_by(raw)), None)


def _of_api_1(raw: Raw) -> Raw:
    """A post of X's API v1.1 or of X's archive; a post that begins with RT in the archive is a repost."""
    user = raw.get("user")
    text = raw.get("full_text") or raw.get("text")
    author = str(user.get("id_str") or user.get("id")) if isinstance(user, dict) else OWNER
    reposted = "retweeted_status" in raw or (author == OWNER and str(text).startswith("RT @"))
    return {
        "id": raw.get("id_str") or raw.get("id"),
        "text": text,
        "author_id": author,
        "created_at": _time(raw.get("created_at")),
        "lang": raw.get("lang"),
        "in_reply_to_user_id": raw.get("in_reply_to_user_id_str") or raw.get("in_reply_to_user_id"),
        "edit_history_tweet_ids": _versions(raw),
        "referenced_tweets": _references(
            replied_to=raw.get("in_reply_to_status_id_str") or raw.get("in_reply_to_status_id"),
            quoted=raw.get("quoted_status_id_str"),
            retweeted="1" if reposted else None,
        ),
    }


def _versions(raw: Raw) -> object:
    """The ids of all versions of an archived post, oldest first."""
    info = raw.get("edit_info")
    first = info.get("initial") or info.get("edit", {}).get("editControlInitial") if isinstance(info, dict) else None
    return first.get("editTweetIds") if isinstance(first, dict) else None


def _of_snscrape(raw: Raw) -> Raw:
    answered, quoted = raw.get("inReplyToUser"), raw.get("quotedTweet")
    return {
        "id": raw.get("id"),
        "text": raw.get("rawContent") or raw.get("content"),
        "author_id": _id_in(raw.get("user")),
        "created_at": raw.get("date"),
        "conversation_id": raw.get("conversationId"),
        "lang": raw.get("lang"),
        "in_reply_to_user_id": _id_in(answered),
        "referenced_tweets": _references(
            replied_to=raw.get("inReplyToTweetId"),
            quoted=_id_in(quoted),
            retweeted=_id_in(raw.get("retweetedTweet")),
        ),
    }


def _id_in(found: object) -> object:
    return found.get("id") if isinstance(found, dict) else None


def _of_twarc_csv(raw: Raw) -> Raw:
    names = ("replied_to", "quoted", "retweeted")
    return {
        **{name: raw.get(name) for name in ("id", "text", "author_id", "created_at", "conversation_id", "lang")},
        "in_reply_to_user_id": raw.get("in_reply_to_user_id"),
        "referenced_tweets": _references(**{name: raw.get(f"referenced_tweets.{name}.id") for name in names}),
    }


def _of_customer_support(raw: Raw) -> Raw:
    """A row of "Customer Support on Twitter" at Kaggle; companies stand under their handle."""
    return {
        "id": raw.get("tweet_id"),
        "text": raw.get("text"),
        "author_id": raw.get("author_id"),
        "created_at": _time(raw.get("created_at")),
        "referenced_tweets": _references(replied_to=raw.get("in_response_to_tweet_id")),
    }


def _time(written: object) -> object:
    """The time in ISO's form where it is in X's old one, else as it is."""
    try:
        return datetime.strptime(str(written), _OLD_TIME).astimezone(UTC).isoformat()
    except ValueError:
        return written


def _references(**ids: object) -> list[Raw]:
    return [{"type": kind, "id": post_id} for kind, post_id in ids.items() if post_id]


CUSTOMER_SUPPORT = Shape(
    '"Customer Support on Twitter"',
    lambda raw: "in_response_to_tweet_id" in raw and "inbound" in raw,
    _of_customer_support,
)
ARCHIVE = Shape("X's archive", lambda raw: "full_text" in raw and "user" not in raw, _of_api_1)
_SHAPES = (
    CUSTOMER_SUPPORT,
    ARCHIVE,
    Shape("X's API v1.1", lambda raw: isinstance(raw.get("user"), dict) and "created_at" in raw, _of_api_1),
    Shape("snscrape", lambda raw: "conversationId" in raw or "rawContent" in raw, _of_snscrape),
    Shape("twarc's CSV", lambda raw: any(name.startswith("referenced_tweets.") for name in raw), _of_twarc_csv),
)


class Authors:
    """Ids for authors who stand under a handle, or under nothing, in place of an id.

    `own` has the ids of the brand's accounts by their handles in small letters.
    """

    def __init__(self, own: Mapping[str, str], brand: str) -> None:
        self._own = own
        self._brand = brand

    def named(self, raw: Raw, companies: Collection[str]) -> Raw:
        """The post with ids in place of handles. The only company in a file is the brand."""
        author = raw.get("author_id")
        if not isinstance(author, str) or author.isdigit() or not author:
            return raw
        if author == OWNER or (len(companies) == 1 and author in companies):
            return {**raw, "author_id": self._brand}
        return {**raw, "author_id": self._own.get(author.lower()) or _made_up(author)}


def _made_up(handle: str) -> str:
    """An id for a handle, in the length of X's, and always the same one."""
    return str(int(hashlib.sha256(handle.lower().encode()).hexdigest()[:15], 16))
