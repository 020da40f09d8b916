"""Finds a reply that may be on X among the brand's own posts."""

import re
from collections.abc import Iterable

from mentiondesk.domain.ids import PostId
from mentiondesk.domain.replies.reply import Reply
from mentiondesk.domain.text import clean, spoken
from mentiondesk.ports.replies import OwnPost

# X puts its own short link in place of each address.
_ADDRESS = re.compile(r"https?://\S+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


def found_in(reply: Reply, own: Iterable[OwnPost], taken: Iterable[PostId]) -> OwnPost | None:
    """The own post that the reply is: the same words to the same post, and no other reply's; the first of several."""
    others = frozenset(taken)
    same = [one for one in own if one.post_id not in others and _same(reply, one)]
    return min(same, key=lambda one: int(one.post_id), default=None)


def _same(reply: Reply, post: OwnPost) -> bool:
    return post.replied_to == reply.to and _words(post.text) == _words(reply.post)


def _words(text: str) -> str:
    return _ADDRESS.sub("*", spoken(clean(text))).casefold().strip()
