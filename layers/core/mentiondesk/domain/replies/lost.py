"""Replies that should be over by now, and are not: what the audit looks for in the outbox."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from mentiondesk.domain.ids import ReplyId
from mentiondesk.domain.replies.reply import Reply, ReplyState
from mentiondesk.domain.timeline import BrandPosted, CaseEntry, ReplyQueued, ReplyRefused, ReplyWithdrawn

# X limits and outages pass, and a send in doubt is decided, sooner than this.
OVER_WITHIN = timedelta(hours=1)


def lost(timeline: Sequence[CaseEntry], replies: Iterable[Reply], now: datetime) -> Iterator[tuple[ReplyId, str]]:
    """The replies that a timeline speaks of and that are not in the outbox, and those that are stuck there."""
    kept = {one.reply_id: one for one in replies}
    over = {one.reply_id for one in timeline if isinstance(one, ReplyRefused | ReplyWithdrawn | BrandPosted)}
    for entry in timeline:
        if not isinstance(entry, ReplyQueued) or entry.at > now - OVER_WITHIN:
            continue
        if entry.reply_id not in kept and entry.reply_id not in over:
            yield entry.reply_id, f"the reply of {entry.at:%Y-%m-%d %H:%M} UTC is not in the outbox, nor on X"
    yield from ((one.reply_id, words) for one in kept.values() if (words := stuck(one, now)))


def stuck(reply: Reply, now: datetime) -> str:
    """The reason for which a reply should be over by now, in words; empty where it need not be."""
    if reply.in_doubt and (reply.tried_at or reply.made_at) <= now - OVER_WITHIN:
        return f"whether X took the reply of {reply.made_at:%Y-%m-%d %H:%M} UTC is unknown for an hour"
    if reply.state in (ReplyState.COOLING, ReplyState.QUEUED) and reply.send_at <= now - OVER_WITHIN:
        return f"the reply of {reply.made_at:%Y-%m-%d %H:%M} UTC waits in the outbox for an hour"
    return ""
