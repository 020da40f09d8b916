"""Eligibility: posts that X lets the brand answer through its API.

On self-serve access X takes a reply only to an author who mentions the brand's account in that very post, or quotes one
of its posts (docs.x.com/x-api/posts/manage-tweets/integrate, 2026-02-23). Nothing documents the mention that X itself
puts before an answer to the brand's post: what X refused decides.
"""

import re
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from functools import cache
from urllib.parse import quote

from mentiondesk.domain.ids import PostId, UserId
from mentiondesk.domain.letters import plain_letters
from mentiondesk.values import Frozen


class Grounds(StrEnum):
    """The grounds on which X takes a reply to a post."""

    MENTIONED = "mentioned"
    QUOTED = "quoted"
    IMPLIED = "implied"
    """The post answers one of the brand's, and names the brand nowhere in its own words."""
    NONE = "none"


class NotByApi(StrEnum):
    """The reason for which a post cannot be answered through the API."""

    NOT_MENTIONED = "not_mentioned"
    REFUSED = "refused"
    IMPLIED_REFUSED = "implied_refused"


class Experience(Frozen):
    """X's answers to replies so far: posts it refused to have answered, and its latest word on implied mentions."""

    refused: frozenset[PostId] = frozenset()
    implied_refused_at: datetime | None = None
    implied_sent_at: datetime | None = None

    @property
    def refuses_implied(self) -> bool:
        """True when X's latest word on an implied mention was a refusal."""
        if self.implied_refused_at is None:
            return False
        return self.implied_sent_at is None or self.implied_sent_at < self.implied_refused_at


class Asked(Frozen):
    """The facts of a customer's post that decide about an answer to it."""

    post_id: PostId
    text: str
    reply_to_user: UserId | None = None
    quoted: PostId | None = None


def grounds(post: Asked, handle: str, user_id: UserId, own_posts: Collection[PostId] = ()) -> Grounds:
    """The grounds on which the account may answer the post; `own_posts` are posts of the account."""
    if _mention(handle).search(plain_letters(post.text).text):
        return Grounds.MENTIONED
    if post.quoted is not None and post.quoted in own_posts:
        return Grounds.QUOTED
    return Grounds.IMPLIED if post.reply_to_user == user_id else Grounds.NONE


def certain_grounds(post: Asked, handle: str, user_id: UserId) -> Grounds | None:
    """The grounds as the post alone tells them; None for a quote, which may be of the brand's post."""
    found = grounds(post, handle, user_id)
    return None if found is not Grounds.MENTIONED and post.quoted is not None else found


def not_by_api(post_id: PostId, on: Grounds, experience: Experience) -> NotByApi | None:
    """The reason against a reply through the API; None where X should take one."""
    if post_id in experience.refused:
        return NotByApi.REFUSED
    if on is Grounds.NONE:
        return NotByApi.NOT_MENTIONED
    return NotByApi.IMPLIED_REFUSED if on is Grounds.IMPLIED and experience.refuses_implied else None


def summoned(on: Grounds) -> bool:
    """True where X counts the reply as summoned, at its lowest price."""
    return on in (Grounds.MENTIONED, Grounds.QUOTED)


def reply_intent(post_id: PostId, text: str) -> str:
    """X's own page to post the text as an answer, for a person who is signed in there as the brand."""
    return f"https://x.com/intent/post?in_reply_to={quote(post_id, safe='')}&text={quote(text, safe='')}"


@cache
def _mention(handle: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@.+-])@{re.escape(handle)}(?!\w)", re.IGNORECASE)
