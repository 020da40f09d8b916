"""Replies: CPU time of the checks, and the time from the end of undo to the post on X, on the local desk.

The local desk is the template's stack on moto, at the pace of life: the outbox's queue has its real delays, and each
reply is pressed, relayed, sent and posted over HTTP.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
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
_CUSTOMERS, _BURST = 12, 20
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
    found = settings.model_copy(update={"replies": settings.replies.model_copy(update={"undo": undo})})
    yield _figure("replies: end of undo to X, p95", _sent(found, _CUSTOMERS, _one_by_one))
    yield _figure(f"replies: {_BURST} at once, end of undo to X, p95", _sent(found, _BURST, _at_once))


def _figure(name: str, waits: Sequence[float]) -> Figure:
    p95 = quantiles(waits, n=20)[-1]
    told = f"p50 / p95 of {len(waits)} replies: {median(waits):.1f} / {p95:.1f} s"
    return Figure(name, round(p95, 1), "s", 3, timed=True, why=told)


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


def _sent(
    settings: SettingsFile, customers: int, send: Callable[[LocalDesk, Sequence[str]], list[float]]
) -> list[float]:
    """Seconds from the end of undo to the post, of each reply to so many customers."""
    clock = VirtualClock(_BEGINS)
    brand = User(settings.brand.user_id, settings.brand.handle, settings.brand.name)
    x = StandInX(brand, clock.now)
    asked = [
        x.post(author_id=str(3000 + number), at=_BEGINS, text=f"@{brand.username} where is parcel {number} of mine?")
        for number in range(customers)
    ]
    with LocalDesk(x, clock, settings) as desk:
        desk.run(_BEGINS + timedelta(minutes=2))
        return send(desk, asked)


def _one_by_one(desk: LocalDesk, asked: Sequence[str]) -> list[float]:
    """Each reply is pressed when the one before it is on X."""
    return [wait for number, post_id in enumerate(asked) for wait in _waits(desk, {post_id: number})]


def _at_once(desk: LocalDesk, asked: Sequence[str]) -> list[float]:
    """All replies are pressed one right after the other."""
    return _waits(desk, {post_id: number for number, post_id in enumerate(asked)})


def _waits(desk: LocalDesk, asked: Mapping[str, int]) -> list[float]:
    """Presses "Send" for each, and lets the desk's clock go on as this machine's does until all are on X."""
    before = time.monotonic()
    due: dict[str, float] = {}
    for post_id, number in asked.items():
        _answer(desk, post_id, number)
        due[post_id] = time.monotonic() + _UNDO.total_seconds()
    came: dict[str, float] = {}
    while len(came) < len(due) and before < max(due.values()) + _MOST_SECONDS:
        now = time.monotonic()
        desk.goes_on(timedelta(seconds=now - before))
        before = now
        on_x = {post.reply_to for post in desk.x.sent}
        came |= {post_id: time.monotonic() for post_id in due if post_id in on_x and post_id not in came}
        time.sleep(_STEP)
    return [max(came.get(post_id, at + _MOST_SECONDS) - at, 0.0) for post_id, at in due.items()]


def _answer(desk: LocalDesk, post_id: str, number: int) -> None:
    case_id = desk.case_of(post_id)
    assert case_id is not None, "the post was read"
    desk.colleague("ana").answer(
        case_id, f"Sorry! Parcel {number} of yours is at depot {number * 7}, and comes on day {number}."
    )
