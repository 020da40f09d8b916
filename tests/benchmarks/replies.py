"""Replies: CPU time of the checks, and the time from the end of undo to the post on X, on the local desk.

The local desk is the template's stack on moto, at the pace of life: the timer of replies has its real delays, and each
reply is pressed, relayed, sent and posted over HTTP.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from threading import Event

from infra.local.desk import LocalDesk, VirtualClock
from infra.local.x_standin import StandInX, User
from infra.settings_file import load_settings
from mentiondesk.domain.ids import CaseId, UserId
from mentiondesk.domain.replies.checks.check import check
from mentiondesk.domain.replies.checks.context import RecentReply
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.values import replace
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


def _sent(settings: SettingsFile, customers: int, send: Callable[[LocalDesk, Sequence[CaseId]], None]) -> list[float]:
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
        desk.colleague("ana")
        cases = [case_id for post_id in asked if (case_id := desk.case_of(post_id))]
        with _living(desk):
            send(desk, cases)
        waits = _waits(desk)
        assert len(waits) == customers, "each reply is on X"
        return waits


def _one_by_one(desk: LocalDesk, cases: Sequence[CaseId]) -> None:
    """Each reply is pressed when the one before it is on X."""
    for number, case_id in enumerate(cases):
        _answer(desk, case_id, number)
        _until_on_x(desk, number + 1)


def _at_once(desk: LocalDesk, cases: Sequence[CaseId]) -> None:
    """All replies are pressed at once, as fast as the desk takes them, while those before them go out."""
    with ThreadPoolExecutor(len(cases)) as people:
        for pressed in [people.submit(_answer, desk, case_id, number) for number, case_id in enumerate(cases)]:
            pressed.result()
    _until_on_x(desk, len(cases))


@contextmanager
def _living(desk: LocalDesk) -> Iterator[None]:
    """Inside, the desk's clock goes on as this machine's does, as when somebody tries the desk."""
    over = Event()

    def live() -> None:
        while not over.wait(_STEP):
            desk.lives()

    with ThreadPoolExecutor(1) as lives:
        living = lives.submit(live)
        try:
            yield
        finally:
            over.set()
        living.result()


def _until_on_x(desk: LocalDesk, replies: int) -> None:
    """Waits until so many replies are on X; those that never come are missed by who counts."""
    over = time.monotonic() + _MOST_SECONDS
    while len(desk.x.sent) < replies and time.monotonic() < over:
        time.sleep(_STEP)


def _waits(desk: LocalDesk) -> list[float]:
    """Seconds from the end of undo to the post on X, of each reply, by the desk's own clock."""
    on_x = {post.id: post.at for post in desk.x.sent}
    return [(on_x[reply.post_id] - reply.send_at).total_seconds() for reply in desk.replies() if reply.post_id]


def _answer(desk: LocalDesk, case_id: CaseId, number: int) -> None:
    desk.colleague("ana").answer(
        case_id, f"Sorry! Parcel {number} of yours is at depot {number * 7}, and comes on day {number}."
    )
