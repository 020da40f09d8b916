"""Waits without an answer for 72 hours become facts, at a cost that no backlog raises."""

from datetime import timedelta

from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.figures.facts import WaitEnd, WaitFact, ignored_waits
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.usecases.reports.note_ignored import NoteIgnored
from tests.support.builders import NOON, a_story, answered, at, said, settings

HOUR = 60


def test_an_ignored_wait_is_noted_once_and_a_late_answer_changes_nothing() -> None:
    table = MemoryTable()
    cases, facts = Cases(table, lambda: timedelta(days=30)), Facts(table)
    note = NoteIgnored(cases, facts)
    case = cases.save(case_change(None, a_story(said(0)), said(0)))
    assert note(at(71 * HOUR)) == 0
    assert note(at(72 * HOUR)) == 1
    (noted,) = facts.between(NOON, at(100 * HOUR))
    late = answered(90 * HOUR)
    cases.save(case_change(case, apply(case, late, settings().policy), late))
    note(at(91 * HOUR))
    assert list(facts.between(NOON, at(100 * HOUR))) == [noted]
    assert isinstance(noted, WaitFact)
    assert (noted.end, noted.recorded_at) == (WaitEnd.IGNORED, at(72 * HOUR))


def test_an_old_backlog_is_not_read_again() -> None:
    table = MemoryTable()
    cases, facts = Cases(table, lambda: timedelta(days=30)), Facts(table)
    cases.save(case_change(None, a_story(said(0)), said(0)))
    assert list(facts.late_since(at(200 * HOUR), at(300 * HOUR))) == []


def test_a_private_conversation_that_nobody_closed_is_noted_after_72_hours_too() -> None:
    sent = said(20, Kind.CHATTER, words="sent it")
    case = a_story(said(0), answered(10, "Please send us a DM."), sent)
    assert case.timer is not None
    assert case.timer.clock is Clock.PRIVATE
    assert ignored_waits(case, at(20 + 72 * HOUR - 1)) == ()
    (noted,) = ignored_waits(case, at(20 + 72 * HOUR))
    assert (noted.clock, noted.end) == (Clock.PRIVATE, WaitEnd.IGNORED)


def test_late_by_more_than_a_day_is_stuck() -> None:
    table = MemoryTable()
    cases = Cases(table, lambda: timedelta(days=30))
    cases.save(case_change(None, a_story(said(0)), said(0)))
    queue = CountedQueue(table)
    day = 24 * HOUR
    assert [queue.now(at(HOUR + minute), 7).stuck for minute in (-1, 1, day - 1, day + 1)] == [0, 0, 0, 1]
