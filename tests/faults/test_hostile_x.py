"""X fails in every way it is known to, for one call, ten minutes and two hours. Afterwards nothing is missing."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import get_args

from infra.local.x_standin import Fault, Request
from infra.local.x_standin.faults import Distortion, Disturbance, Refusal
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.domain.posts.cursor import next_month
from mentiondesk.domain.posts.post import Source
from tests.support.builders import NOON
from tests.support.faults import FETCH, MINUTE, FaultyDesk
from tests.support.faults_check import Allowance, Ending, held, violations
from tests.support.faults_crash import ending
from tests.support.faults_fork import side_by_side
from tests.support.faults_story import Story

STORY = Story(brief=True)
BEGINS = NOON + 4 * MINUTE
ONE_CALL = timedelta(0)
SPANS = {"one call": ONE_CALL, "ten minutes": 10 * MINUTE, "two hours": timedelta(hours=2)}
# Only what posts to X can meet it.
_WRITING = "post_then_cut"
KINDS = [kind for kinds in (Refusal, Disturbance, Distortion) for kind in get_args(kinds) if kind != _WRITING]
SOME = (("unauthorized", "one call"), ("hang", "ten minutes"), ("repeated_next_token", "one call"))
# The pause after each refusal, and its reach: all sources or the refused one.
_HOUR, _QUARTER, _DAY = timedelta(hours=1), timedelta(minutes=15), timedelta(days=1)
REST = {
    "client_forbidden": _HOUR,
    "missing_scope": _HOUR,
    "credits_spent": _HOUR,
    "limit_window": _QUARTER,
    "limit_bare": _QUARTER,
    "limit_day": _DAY,
}
_FOR_ALL = {"unauthorized", "credits_spent", "limit_month"}
# Posts are stored with what X left of them: half characters are mended, an edit cannot be told from a new post,
# and the brand's second post knows no customer while the first one is unreadable.
_SPOILS = {"lone_surrogate", "unknown_shape", "half_broken_posts"}
_SPOILT = ("is stored with an old text", "is stored and was never delivered")


def troubled(kind: str, span: timedelta, oracle: Ending) -> list[str]:
    """The story with X failing from its fourth minute on; what does not hold in the end."""
    with STORY.desk() as desk:
        desk.run(minute for minute in STORY.minutes() if minute < BEGINS)
        desk.x.faults.add(
            Fault(kind, calls=1) if span == ONE_CALL else Fault(kind, until=BEGINS + span)  # type: ignore[arg-type]
        )
        _suffer(desk, BEGINS + span)
        renewed_at = _recover(desk, kind)
        found = violations(desk, Allowance(set_aside=20 if kind == "half_broken_posts" else 0))
        if kind in _SPOILS:
            found = [one for one in found if not one.endswith(_SPOILT)]
        else:
            found += oracle.differences(Ending.of(desk), alerts=False)
        return [*found, *_misbehaviour(desk.x.requests, renewed_at)]


def _suffer(desk: FaultyDesk, until: datetime) -> None:
    """Every minute the schedules come; after a while only the one that reads X has anything to do."""
    at = BEGINS
    while at <= until:
        if at < BEGINS + 12 * MINUTE:
            desk.run([at])
        else:
            desk.run_only(FETCH, at)
        at += MINUTE


def _cursors(desk: FaultyDesk) -> Cursors:
    return Cursors(DynamoTable(desk.cloud.client("dynamodb"), desk.table))


def _recover(desk: FaultyDesk, kind: str) -> datetime:
    """X answers again, a person has done their part, and an hour goes by."""
    renewed_at = desk.clock.now()
    desk.renew_credentials()
    cursors = _cursors(desk).load()
    ends = [cursor.not_before for cursor in cursors.values() if cursor.not_before and kind != "unauthorized"]
    at = max([desk.clock.now(), *ends])
    desk.run(at + step * MINUTE for step in (1, 2, 3, 6, *range(8, 70, 6)))
    return renewed_at


def _misbehaviour(requests: list[Request], renewed_at: datetime) -> Iterator[str]:
    """Tight loops, and calls before X's time."""
    tries = Counter((r.at, r.endpoint, tuple(sorted(r.query.items()))) for r in requests)
    if max(tries.values()) > 3:
        yield f"one page was tried {max(tries.values())} times in a minute"
    busiest = max(Counter(r.at for r in requests).values())
    if busiest > 30:
        yield f"{busiest} calls in a minute"
    for number, refused in enumerate(requests):
        until = _rests_until(refused, renewed_at)
        for later in requests[number + 1 :]:
            if later.at < until and (refused.fault in _FOR_ALL or later.endpoint == refused.endpoint):
                yield f"{later.endpoint} was called at {later.at}, before {until}: {refused.fault}"
                return


def _rests_until(refused: Request, renewed_at: datetime) -> datetime:
    """New credentials are tried at once."""
    if refused.fault == "unauthorized":
        return max(refused.at, renewed_at)
    end = next_month(refused.at) if refused.fault == "limit_month" else refused.at + REST.get(refused.fault, ONE_CALL)
    return end if refused.at > renewed_at else min(end, max(renewed_at, refused.at))


def test_when_x_fails_nothing_is_lost_and_x_is_left_in_peace(thorough: bool, tell: Callable[[object], None]) -> None:
    oracle = ending(STORY)
    cases = [(kind, span) for kind in KINDS for span in SPANS] if thorough else SOME
    found = side_by_side({f"{kind} for {span}": partial(troubled, kind, SPANS[span], oracle) for kind, span in cases})
    tell(f"{len(cases)} failures of X, {len(found)} violations")
    assert found == []


def test_the_month_s_budget_is_not_passed() -> None:
    """With room for one page left, one page is read and no second one; next month reading goes on."""
    with Story(brief=True).desk() as desk:
        used = desk.settings.reading.monthly_reads - 100
        _cursors(desk).count_reads(NOON - _DAY, Source.OWN, used)
        desk.run([NOON + MINUTE, NOON + 2 * MINUTE, NOON + 3 * MINUTE])
        assert 0 < held(desk).reads - used <= 100
        calls = _reading(desk)
        desk.run([NOON + 4 * MINUTE])
        assert _reading(desk) == calls
        assert held(desk).reads <= desk.settings.reading.monthly_reads
        desk.run_only(FETCH, next_month(NOON))
        assert _reading(desk) > calls


def _reading(desk: FaultyDesk) -> int:
    """The requests for new posts; a look at posts that are known costs next to nothing."""
    return sum(request.endpoint != "lookup" for request in desk.x.requests)
