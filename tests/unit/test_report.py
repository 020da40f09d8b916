"""Figures from facts: shares, percentiles without averages, corrections that leave past weeks alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.figures.answers import Group
from mentiondesk.domain.figures.facts import IncidentFact, ReplyFact, ReviewFact, SecondAnswer, WaitEnd, WaitFact
from mentiondesk.domain.figures.report import BINS, Now, report_of
from mentiondesk.domain.figures.targets import Targets
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, PostId, StaffId, UserId
from mentiondesk.domain.posts.tags import Kind, Urgency
from tests.support.builders import at, minutes

ANA, BEN = StaffId("ana"), StaffId("ben")
DAY = 24 * 60


def case_id(number: int) -> CaseId:
    return CaseId(ConversationId(str(number)), UserId("7"))


def a_wait(number: int, took: float | None, begins: float = 0, **other: Any) -> WaitFact:
    """A wait that began so many minutes after noon; without `took`, nobody answered."""
    since = at(begins)
    ended = since + minutes(took) if took is not None else None
    facts: dict[str, Any] = {
        "clock": Clock.FIRST_REPLY,
        "answer_by": since + minutes(60),
        "recorded_at": ended or since + minutes(3 * DAY),
        "end": WaitEnd.ANSWERED if ended else WaitEnd.IGNORED,
        "kind": Kind.COMPLAINT,
        "urgency": Urgency.NORMAL,
        "ended_at": ended,
    }
    return WaitFact(case_id=case_id(number), since=since, **{**facts, **other})


def test_shares_are_of_all_who_needed_an_answer() -> None:
    first = report_of([a_wait(1, 20), a_wait(2, 50), a_wait(3, 300), a_wait(4, None)], "UTC").first
    assert (first.waits, first.answered, first.ignored) == (4, 3, 1)
    assert [first.share_within(span) for span in ("30m", "1h", "24h")] == [0.25, 0.5, 0.75]


def test_a_percentile_that_nobody_reached_has_no_time() -> None:
    first = report_of([a_wait(1, 20), a_wait(2, 50), a_wait(3, 300), a_wait(4, None)], "UTC").first
    assert [first.percentile(share) for share in (0.5, 0.75, 0.9)] == [minutes(50), minutes(300), None]


def test_resolved_without_an_answer_is_ignored_and_dismissed_is_counted_apart() -> None:
    closed = [a_wait(1, 5, end=WaitEnd.RESOLVED), a_wait(2, 5, end=WaitEnd.DISMISSED), a_wait(3, 5)]
    report = report_of(closed, "UTC")
    assert (report.first.waits, report.first.answered, report.first.ignored, report.dismissed) == (2, 1, 1, 1)


def test_what_is_not_comparable_is_counted_apart() -> None:
    apart = [
        a_wait(1, 5, clock=Clock.UNSURE),
        a_wait(2, 5, kind=Kind.ABUSE),
        a_wait(3, 0, end=WaitEnd.INCIDENT),
        a_wait(4, 5, kind=Kind.PRAISE),
    ]
    report = report_of(apart, "UTC")
    assert report.first.waits == 0
    assert report.apart == {Group.UNSURE: 1, Group.ABUSE: 1, Group.PUBLIC_INCIDENT: 1}


def test_first_and_next_waits_stand_apart() -> None:
    report = report_of([a_wait(1, 20), a_wait(1, 90, begins=60, clock=Clock.NEXT_REPLY)], "UTC")
    assert (report.first.waits, report.next.waits) == (1, 1)
    assert report.next.share_within("1h") == 0


def test_late_and_warned_count_where_alerts_are_asked_for() -> None:
    late = [
        a_wait(1, 70, warned_at=at(30)),
        a_wait(2, 70, warned_at=at(65)),
        a_wait(3, 70, alerts=False),
        a_wait(4, 50, warned_at=at(30)),
    ]
    first = report_of(late, "UTC").first
    assert (first.late, first.warned) == (2, 1)


def test_people_stand_by_name_and_never_by_result() -> None:
    answers = [a_wait(1, 500, by=ANA), a_wait(2, 5, by=BEN), a_wait(3, 5, by=BEN), a_wait(4, None, by=BEN)]
    assert [(who, one.waits) for who, one in report_of(answers, "UTC").by_person] == [(ANA, 1), (BEN, 2)]


def test_hours_are_those_of_the_desk_s_zone() -> None:
    report = report_of([a_wait(1, 20), a_wait(2, 90)], "America/New_York")
    ((hour, counts),) = report.by_hour.items()
    there = at(0).astimezone(__import__("zoneinfo").ZoneInfo("America/New_York"))
    assert (hour, counts) == ((there.weekday(), there.hour), (2, 1))


def test_a_correction_takes_the_place_of_the_fact_in_the_same_span() -> None:
    wrong, right = a_wait(1, 300), a_wait(1, 20, recorded_at=at(301), again=True)
    report = report_of([wrong, right], "UTC")
    assert (report.first.share_within("30m"), report.corrected) == (1.0, 0)


def test_a_correction_of_an_earlier_span_is_told_and_changes_no_share() -> None:
    report = report_of([a_wait(1, 20, recorded_at=at(301), again=True), a_wait(2, 90)], "UTC")
    assert (report.first.waits, report.corrected) == (1, 1)


def test_a_withdrawn_wait_is_no_wait() -> None:
    gone = a_wait(1, None, recorded_at=at(9), end=WaitEnd.WITHDRAWN, again=True)
    assert report_of([a_wait(1, 5, end=WaitEnd.DISMISSED), gone], "UTC").dismissed == 0


def test_incidents_second_answers_replies_and_reviews() -> None:
    solved = IncidentFact(IncidentId("i"), at(90), at(0), at(5), at(15), at(90), 12)
    held = ReplyFact("r", case_id(1), at(9), ANA, ("money",), True, at(1), at(9), PostId("7"))
    marks = [ReviewFact("r", BEN, at(9), (True, True, False, True, True)), ReviewFact("s", BEN, at(9), (True,) * 5)]
    report = report_of([solved, SecondAnswer(case_id(1), at(3)), held, *marks], "UTC")
    assert (report.incidents, report.second_answers) == ((solved,), 1)
    assert (report.replies.sent, report.replies.checks) == (1, {"money": (1, 1)})
    assert report.replies.approvals is not None
    assert report.replies.approvals.percentile(0.5) == minutes(8)
    assert (report.reviewed.replies, report.reviewed.yes) == (2, (2, 2, 1, 2, 2))


def test_a_check_that_fired_is_told_apart_from_one_that_was_released() -> None:
    warned = ReplyFact("a", case_id(1), at(1), ANA, ("money", "shouting"))
    released = ReplyFact("b", case_id(1), at(2), ANA, ("money",), True, at(1), at(2), PostId("8"))
    assert report_of([warned, released], "UTC").replies.checks == {"money": (2, 1), "shouting": (1, 0)}


def test_private_conversations_that_nobody_closed_and_follow_ups_are_counted() -> None:
    private, follow_up = Clock.PRIVATE, Clock.FOLLOW_UP
    found = [
        a_wait(1, 30, clock=private, end=WaitEnd.SOLVED),
        a_wait(2, None, clock=private),
        a_wait(3, 30, clock=follow_up),
        a_wait(4, 30, clock=follow_up, end=WaitEnd.DECLINED),
    ]
    report = report_of(found, "UTC")
    assert report.private is not None
    assert (report.private.waits, report.private.ignored, report.private.answered) == (2, 1, 1)
    assert (report.follow_ups.asked, report.follow_ups.declined) == (1, 1)
    assert report.follow_up is not None
    assert report.follow_up.waits == 1, "nobody waits for what a person decided against"


@pytest.mark.parametrize(
    ("figure", "share", "met"),
    [
        ("within_1h", 0.75, True),
        ("within_1h", 0.74, False),
        ("within_30m", 1.0, None),
        ("ignored", 0.03, True),
        ("ignored", 0.04, False),
        ("warned", 0.5, None),
    ],
)
def test_a_target_is_reached_or_missed(figure: str, share: float, met: bool | None) -> None:
    assert Targets(within_1h=75, ignored=3).met(figure, share) is met


def test_days_to_clear_is_the_queue_at_this_week_s_pace() -> None:
    assert Now(30, 5, None, pace=70).days_to_clear == 3
    assert Now(30, 5, None, pace=0).days_to_clear is None


spans = st.lists(st.one_of(st.none(), st.floats(0, 3 * DAY)), min_size=1, max_size=40)


@given(spans)
def test_the_parts_add_up(found: list[float | None]) -> None:
    waits = [a_wait(number, took) for number, took in enumerate(found)]
    first = report_of(waits, "UTC").first
    assert first.answered + first.ignored == first.waits == len(found)
    assert sum(first.histogram) == first.answered
    assert len(first.histogram) == len(BINS) + 1
    assert first.within["30m"] <= first.within["1h"] <= first.within["24h"] <= first.answered
    found_at = [first.percentile(share) for share in (0.5, 0.75, 0.9)]
    known = [timedelta.max if one is None else one for one in found_at]
    assert known == sorted(known)


@given(spans, st.randoms())
def test_the_order_of_facts_does_not_matter(found: list[float | None], random: Any) -> None:
    waits = [a_wait(number, took) for number, took in enumerate(found)]
    mixed = random.sample(waits, len(waits))
    assert report_of(waits, "UTC") == report_of(mixed, "UTC")


@pytest.mark.parametrize(("zone", "hours"), [("UTC", 168), ("Europe/London", 167)])
def test_a_week_goes_from_monday_to_monday_there(zone: str, hours: int) -> None:
    """British clocks went forward on 29 March 2026."""
    week = Week.of(datetime(2026, 3, 25, 12, tzinfo=UTC), zone)
    assert (week.name, week.last - week.first) == ("2026-W13", timedelta(hours=hours))
    assert Week.parse("2026-W13", zone) == week
    assert [one.name for one in week.before()] == ["2026-W09", "2026-W10", "2026-W11", "2026-W12"]


@pytest.mark.parametrize("text", ["2026", "W13", "2026-W99", "../etc", ""])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever fromisoformat says
        Week.parse(text, "UTC")
