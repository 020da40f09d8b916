"""Figures: answered within, ignored, breaches, warned before."""

from datetime import timedelta

import pytest

from mentiondesk.domain.figures.answers import (
    Group,
    Question,
    ignored,
    of_group,
    share_answered_within,
)
from mentiondesk.domain.figures.deadlines import Deadline, breaches, breaches_warned_before, late_without_alerts
from tests.support.builders import NOON, at

HOUR = timedelta(hours=1)
LATER = NOON + timedelta(days=30)


def asked(answered: float | None = None, closed: float | None = None, group: Group = Group.CUSTOMERS) -> Question:
    """A question of noon; the other times are in minutes after noon."""
    return Question(group, NOON, None if answered is None else at(answered), None if closed is None else at(closed))


# --- answered within


def test_the_share_is_of_all_questions_that_are_decided() -> None:
    questions = [asked(10), asked(60), asked(61), asked()]
    assert share_answered_within(questions, HOUR, LATER) == 0.5


def test_the_last_moment_of_the_span_is_in_time() -> None:
    assert share_answered_within([asked(60)], HOUR, LATER) == 1
    late = Question(Group.CUSTOMERS, NOON, at(60) + timedelta(microseconds=1))
    assert share_answered_within([late], HOUR, LATER) == 0


def test_a_question_that_can_still_be_answered_in_time_does_not_count_yet() -> None:
    assert share_answered_within([asked(10), asked()], HOUR, at(59)) == 1
    assert share_answered_within([asked(10), asked()], HOUR, at(60)) == 0.5


def test_a_case_that_was_closed_without_an_answer_counts_at_once() -> None:
    assert share_answered_within([asked(closed=5)], HOUR, at(6)) == 0


def test_without_questions_there_is_no_share() -> None:
    assert share_answered_within([], HOUR, LATER) is None
    assert share_answered_within([asked()], HOUR, at(1)) is None


# --- ignored

THREE_DAYS = 72 * 60


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (asked(), 1),
        (asked(10), 0),
        (asked(THREE_DAYS), 0),
        (asked(THREE_DAYS + 1), 1),
        (asked(closed=30), 1),
        (asked(10, closed=30), 0),
    ],
    ids=["no answer", "answered", "just in time", "too late", "closed without an answer", "answered and closed"],
)
def test_ignored_is_without_an_answer_for_three_days_or_when_closed(question: Question, expected: int) -> None:
    assert ignored([question], LATER) == expected


def test_an_open_question_is_ignored_only_after_three_days() -> None:
    assert ignored([asked()], at(THREE_DAYS - 1)) == 0
    assert ignored([asked()], at(THREE_DAYS)) == 1
    assert ignored([asked(closed=30)], at(31)) == 1


def test_groups_are_counted_apart() -> None:
    questions = [asked(), asked(group=Group.ABUSE), asked(group=Group.PUBLIC_INCIDENT), asked(group=Group.UNSURE)]
    assert [len(list(of_group(questions, group))) for group in Group] == [1, 1, 1, 1]
    assert ignored(of_group(questions, Group.CUSTOMERS), LATER) == 1


# --- deadlines


def test_a_deadline_is_late_after_its_moment_and_not_at_it() -> None:
    assert not Deadline(at(60)).late(at(60))
    assert Deadline(at(60)).late(at(61))
    assert not Deadline(at(60), ended_at=at(60)).late(LATER)
    assert Deadline(at(60), ended_at=at(61)).late(LATER)


def test_breaches_are_late_deadlines_with_alerts() -> None:
    found = [Deadline(at(60)), Deadline(at(60), at(30)), Deadline(at(60), at(90)), Deadline(at(60), alerted=False)]
    assert breaches(found, at(120)) == 2
    assert late_without_alerts(found, at(120)) == 1
    assert breaches(found, at(59)) == 1


@pytest.mark.parametrize(("warned", "expected"), [(None, 0), (30, 1), (60, 1), (61, 0)])
def test_a_breach_was_warned_of_by_its_deadline(warned: float | None, expected: int) -> None:
    deadline = Deadline(at(60), warned_at=None if warned is None else at(warned))
    assert breaches_warned_before([deadline], at(120)) == expected


def test_only_breaches_can_be_warned_before() -> None:
    answered = Deadline(at(60), ended_at=at(50), warned_at=at(30))
    quiet = Deadline(at(60), alerted=False, warned_at=at(30))
    assert breaches_warned_before([answered, quiet], at(120)) == 0
