"""Parses X's JSON into posts, with the field names of Tweets as well as those of Posts."""

import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from sys import intern
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from mentiondesk.domain.ids import ConversationId, PostId, UserId, time_of
from mentiondesk.domain.posts.page import Page, Shown
from mentiondesk.domain.posts.post import Post, Source, Unreadable
from mentiondesk.ports.x import XUnavailable
from mentiondesk.values import Frozen

# Fields to request. Expansions are left out, since X charges for every author they add.
FIELDS = (
    "attachments",
    "author_id",
    "conversation_id",
    "created_at",
    "edit_history_tweet_ids",
    "in_reply_to_user_id",
    "lang",
    "note_tweet",
    "referenced_tweets",
)

# X's longest posts have 25,000 characters, and no item of the table may have more than 400 KB.
_MOST_TEXT = 50_000
# Longest language tag (RFC 5646, section 4.4.1).
_MOST_LANGUAGE = 35
_FIRST_YEAR, _LAST_YEAR = 2006, 2500
# Far longer than X lets anybody edit a post.
_EDITABLE = timedelta(days=1)


def _mended(value: Any) -> Any:
    """Replaces halves of surrogate pairs, which no store accepts."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _plausible(moment: datetime) -> datetime:
    """In UTC, and within the years in which X can have posts and times can be added up."""
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError("no time at which X had posts")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Text = Annotated[str, BeforeValidator(_mended)]
Moment = Annotated[datetime, AfterValidator(_plausible)]
_ID = re.compile(r"[0-9]{1,20}")


# Ways in which tools write that a field is not there.
_ABSENT_WORDS = frozenset(("", "nan", "null", "none", "n/a"))


def _absent(value: Any) -> bool:
    """True for each way to write that there is nothing: null, NaN, an empty text, list or object."""
    if isinstance(value, str):
        return len(value) <= 4 and value.strip().lower() in _ABSENT_WORDS
    return value is None or value in ([], {}) or (isinstance(value, float) and math.isnan(value))


def _whole(value: Any) -> Any:
    """An id that a table kept as a number with a fraction, as the digits that it has left."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else value


Id = Annotated[str, BeforeValidator(_whole), Field(pattern=f"^{_ID.pattern}$")]


class _Raw(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_absent(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        return {name: value for name, value in raw.items() if name == "text" or not _absent(value)}


def _present(values: Any) -> Any:
    """The entries of a list that are there; a single one may stand without its list."""
    if isinstance(values, dict):
        return [values]
    return [one for one in values if not _absent(one)] if isinstance(values, list) else values


class _Reference(_Raw):
    type: str
    id: Id


class _Note(_Raw):
    text: Text | None = None


class _RawPost(_Raw):
    id: Id
    text: Text
    author_id: Id
    created_at: Moment
    conversation_id: Id | None = None
    history: list[Id] | None = Field(
        default=None, validation_alias=AliasChoices("edit_history_tweet_ids", "edit_history_post_ids")
    )
    references: Annotated[list[_Reference], BeforeValidator(_present)] = Field(
        default=[], validation_alias=AliasChoices("referenced_tweets", "referenced_posts")
    )
    note: _Note | None = Field(default=None, validation_alias=AliasChoices("note_tweet", "note_post"))
    in_reply_to_user_id: Id | None = None
    lang: Text = "und"
    attachments: dict[str, Any] | None = None


class Repost(Frozen):
    """A repost, which is counted as read and dropped."""

    post_id: PostId


def read_post(raw: object, source: Source, own: frozenset[UserId]) -> Post | Repost | Unreadable:
    """A post as X describes it, read in `source`. A post by one of the accounts in `own` is an own one anywhere."""
    try:
        found = _RawPost.model_validate(raw)
    except ValidationError as invalid:
        wrong = sorted({".".join(map(str, error["loc"])) or "post" for error in invalid.errors()})
        return Unreadable(_as_json(raw), f"cannot read {', '.join(wrong)}")
    references = {reference.type: PostId(reference.id) for reference in found.references}
    if "retweeted" in references or "reposted" in references:
        return Repost(PostId(found.id))
    history = found.history or [found.id]
    # Equal ids share one string, since a long replay holds millions of them.
    first = PostId(found.id if found.id == history[0] else history[0])
    by_brand = found.author_id in own
    return Post(
        post_id=first,
        version_id=PostId(found.id),
        author_id=UserId(found.author_id),
        text=_unescaped(found.note.text if found.note and found.note.text else found.text)[:_MOST_TEXT],
        created_at=_first_made(found.created_at, history),
        conversation_id=_conversation(found.conversation_id, history, first),
        source=Source.OWN if by_brand else source,
        own=by_brand,
        edits=len(history) - 1,
        replied_to=references.get("replied_to"),
        reply_to_user=UserId(found.in_reply_to_user_id) if found.in_reply_to_user_id else None,
        quoted=references.get("quoted"),
        language=intern(found.lang[:_MOST_LANGUAGE]),
        media=bool(found.attachments),
    )


def _conversation(named: str | None, history: list[str], first: PostId) -> ConversationId:
    """The conversation that is named; one that an edited post began has the id of its first version."""
    return ConversationId(first if named is None or named in history else named)


def _first_made(created_at: datetime, history: list[str]) -> datetime:
    """The time of the first version, since the customer has waited from then on; an edit is a new post to X.

    Ids that are numbers of another kind hold no time.
    """
    if len(history) == 1:
        return created_at
    first = time_of(history[0])
    return first if timedelta(0) <= created_at - first < _EDITABLE else created_at


def read_page(body: object, source: Source, own: frozenset[UserId]) -> Page:
    """A page of X's answer. Raises XUnavailable if it is none.

    Posts that X names in `errors` (deleted, withheld, protected) are not in `data` and need nothing more.
    """
    if not isinstance(body, dict) or not isinstance(body.get("data", []), list) or not {"data", "meta"} & body.keys():
        raise XUnavailable("the body is no page of posts")
    raws: list[object] = body.get("data", [])
    meta = body.get("meta")
    if not isinstance(meta, dict):
        meta = {}
    if meta.get("result_count") and not raws:
        raise XUnavailable("the page tells of posts and holds none")
    read = [read_post(raw, source, own) for raw in raws]
    ids = [int(raw["id"]) for raw in raws if isinstance(raw, dict) and _ID.fullmatch(str(raw.get("id", "")))]
    return Page(
        posts=tuple(one for one in read if isinstance(one, Post)),
        unreadable=tuple(one for one in read if isinstance(one, Unreadable)),
        newest=PostId(str(max(ids))) if ids else None,
        oldest=PostId(str(min(ids))) if ids else None,
        next_token=str(meta["next_token"]) if meta.get("next_token") else None,
        read=len(raws),
        unknown_shape=sum(not _known_shape(raw) for raw in raws),
    )


# The types of problems with which X names posts that nobody else can see either.
_GONE = ("resource-not-found", "resource-unavailable", "not-authorized-for-resource")


def read_shown(body: object, ids: Sequence[PostId], own: frozenset[UserId]) -> Shown:
    """X's answer to a look-up of these ids. Raises XUnavailable if it is none."""
    if not isinstance(body, dict) or not {"data", "errors"} & body.keys():
        raise XUnavailable("the body is no answer to a look-up")
    read = [read_post(raw, Source.MENTIONS, own) for raw in _objects(body.get("data"))]
    named = {
        str(error.get("resource_id") or error.get("value"))
        for error in _objects(body.get("errors"))
        if str(error.get("type", "")).endswith(_GONE) and error.get("resource_type") in ("tweet", "post")
    }
    found = tuple(one for one in read if isinstance(one, Post))
    return Shown(found, frozenset(one for one in ids if one in named))


def _objects(found: object) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _known_shape(raw: object) -> bool:
    return isinstance(raw, dict) and ("edit_history_tweet_ids" in raw or "edit_history_post_ids" in raw)


def _unescaped(text: str) -> str:
    """Undoes X's escapes, which are these three. Its entity offsets, which count escaped characters, are not used."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _as_json(raw: object) -> str:
    return json.dumps(raw, default=str)
