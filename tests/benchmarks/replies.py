"""Replies: CPU time of the checks, and the time from the end of undo to the post on X, on the local desk.

The local desk is the template's stack on moto, at the pace of life: the outbox's queue has its real delays, and each
reply is pressed, relayed, sent and posted over HTTP.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from infra.local.desk import LocalDesk, VirtualClock
from infra.local.x_standin import StandInX, User
from infra.settings_file import load_settings
from mentiondesk.domain.ids import UserId
from mentiondesk.domain.replies.checks.check import check
from mentiondesk.domain.replies.checks.context import RecentReply
from mentiondesk.settings.schema import SettingsFile
from tests.benchmarks.figures import Figure
from tests.evaluation.replies import context_of, written_replies

_RECENT = 100
_ROUNDS = 5
_CUSTOMERS = 12
# Short, so that the measurement is: what comes after it does not depend on it.
_UNDO = timedelta(seconds=2)
_BEGINS = datetime(2026, 3, 10, 10, tzinfo=UTC)
_STEP = 0.02
_MOST_SECONDS = 60.0


def measure() -> Iterator[Figure]:
    took = list(_checks())
    told = f"p50 / p95: {median(took):.2f} / {quantiles(took, n=20)[-1]:.2f} ms with {_RECENT} others to compare"
    yield Figure("replies: checks, CPU p95", round(quantiles(took, n=20)[-1], 2), "ms", 2, timed=True, why=told)
    settings = load_settings(Path("infra/settings.example.yaml"))
    undo = settings.replies.undo.model_copy(update={"public": _UNDO})
    waits = _sent(settings.model_copy(update={"replies": settings.replies.model_copy(update={"undo": undo})}))
    p95 = quantiles(waits, n=20)[-1]
    told = f"p50 / p95 of {len(waits)} replies: {median(waits):.1f} / {p95:.1f} s"
    yield Figure("replies: end of undo to X, p95", round(p95, 1), "s", 3, timed=True, why=told)


def _checks() -> Iterator[float]:
    """Milliseconds of CPU for each of many replies, one after the other, compared with the hundred before it."""
    invented = list(written_replies())
    sent: deque[RecentReply] = deque(maxlen=_RECENT)
    for number in range(_RECENT + _ROUNDS * len(invented)):
        reply = invented[number % len(invented)]
        # A number makes each text another one, as replies are.
        known, text = context_of(reply), f"{reply['text']} {number}"
        context = replace(known, recent=tuple(sent))
        began = time.process_time()
        check(text, context)
        if number >= _RECENT:
            yield (time.process_time() - began) * 1000
        sent.append(RecentReply(text, known.now, UserId(str(number))))


def _sent(settings: SettingsFile) -> list[float]:
    """Seconds from the end of undo to the post, of one reply after the other."""
    clock = VirtualClock(_BEGINS)
    brand = User(settings.brand.user_id, settings.brand.handle, settings.brand.name)
    x = StandInX(brand, clock.now)
    asked = [
        x.post(author_id=str(3000 + number), at=_BEGINS, text=f"@{brand.username} where is parcel {number} of mine?")
        for number in range(_CUSTOMERS)
    ]
    with LocalDesk(x, clock, settings) as desk:
        desk.run(_BEGINS + timedelta(minutes=2))
        return [_wait(desk, number, post_id) for number, post_id in enumerate(asked)]


def _wait(desk: LocalDesk, number: int, post_id: str) -> float:
    """Presses "Send", and lets the desk's clock go on as this machine's does until the reply is on X."""
    case_id = desk.case_of(post_id)
    assert case_id is not None, "the post was read"
    words = f"Sorry! Parcel {number} of yours is at depot {number * 7}, and comes on day {number}."
    began = before = time.monotonic()
    desk.colleague("ana").answer(case_id, words)
    due = time.monotonic() + _UNDO.total_seconds()
    while not any(post.reply_to == post_id for post in desk.x.sent):
        now = time.monotonic()
        if now - began > _MOST_SECONDS:
            return _MOST_SECONDS
        desk.goes_on(timedelta(seconds=now - before))
        before = now
        time.sleep(_STEP)
    return max(time.monotonic() - due, 0.0)
