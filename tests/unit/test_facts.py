"""Facts of waits: one a wait, whatever order posts come in, and no text in them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import Claim, Dismiss
from mentiondesk.domain.cases.fold import apply, fold, steps
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.figures.facts import (
    CaseFact,
    SecondAnswer,
    WaitEnd,
    WaitFact,
    corrections,
    facts_of,
    ignored_waits,
)
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.timeline import BrandPosted, CaseEntry, Claimed, CustomerPosted, Dismissed, Undone, forgotten
from mentiondesk.values import replace
from tests.support.builders import NOON, a_story, answered, at, commanded, said, settings

POLICY = settings().policy
DAY = 24 * 60


def corrected(
    case_id: CaseId, old: Sequence[CaseEntry], new: Sequence[CaseEntry], entry: CaseEntry
) -> tuple[WaitFact, ...]:
    return corrections(list(steps(case_id, old, POLICY)), list(steps(case_id, new, POLICY)), entry)


def told(*entries: CaseEntry) -> list[CaseFact]:
    """The facts of entries that come in their order."""
    found: list[CaseFact] = []
    before: Case | None = None
    for entry in entries:
        after = a_story(entry) if before is None else apply(before, entry, POLICY)
        found += facts_of(before, after, entry)
        before = after
    return found


def waits(facts: Sequence[CaseFact]) -> list[tuple[Clock, WaitEnd]]:
    return [(fact.clock, fact.end) for fact in facts if isinstance(fact, WaitFact)]


def test_first_and_next_waits_are_facts_of_their_own() -> None:
    story = told(said(0), answered(20), said(30), answered(45))
    assert waits(story) == [(Clock.FIRST_REPLY, WaitEnd.ANSWERED), (Clock.NEXT_REPLY, WaitEnd.ANSWERED)]
    first = story[0]
    assert isinstance(first, WaitFact)
    assert (first.since, first.ended_at) == (at(0), at(20))


def test_a_wait_begins_with_the_first_of_several_posts() -> None:
    """A tighter timer takes the place of the first one, and the customer has waited since the first post."""
    (fact,) = told(said(0), said(30, urgency=Urgency.HIGH), answered(50))
    assert isinstance(fact, WaitFact)
    assert fact.since == at(0)


def test_the_person_who_ends_a_wait_is_known() -> None:
    case = a_story(said(0))
    claim = commanded(case, Claim(), 5).entry
    assert isinstance(claim, Claimed)
    owned = apply(case, claim, POLICY)
    (fact,) = facts_of(owned, apply(owned, answered(10), POLICY), answered(10))
    assert fact.by == claim.by is not None


def test_closed_without_an_answer_is_an_end_of_its_own() -> None:
    case = a_story(said(0))
    change = commanded(case, Dismiss("spam"), 5)
    assert waits(change.facts) == [(Clock.FIRST_REPLY, WaitEnd.DISMISSED)]


def test_a_late_answer_is_an_ignored_wait() -> None:
    (fact,) = told(said(0), answered(4 * DAY))
    assert isinstance(fact, WaitFact)
    assert (fact.end, fact.ended_at, fact.recorded_at) == (WaitEnd.IGNORED, None, at(3 * DAY))
    assert ignored_waits(a_story(said(0)), at(3 * DAY)) == (replace(fact, by=None, alerts=True),)
    assert ignored_waits(a_story(said(0)), at(3 * DAY - 1)) == ()


def test_undoing_withdraws_the_fact() -> None:
    case = a_story(said(0))
    entry = commanded(case, Dismiss("spam"), 5).entry
    assert isinstance(entry, Dismissed)
    undone = Undone(entry_id="undo", at=at(7), by=entry.by, after=entry.after, number=2, undoes=entry.entry_id)
    (fact,) = corrected(case.case_id, [said(0), entry], [said(0), entry, undone], undone)
    assert (fact.end, fact.again) == (WaitEnd.WITHDRAWN, True)


def test_a_deleted_answer_leaves_its_fact_and_begins_a_wait_of_its_own() -> None:
    asked, reply = said(0), answered(10)
    gone = forgotten(reply, at(60))
    assert corrected(a_story(asked).case_id, [asked, reply], [asked, gone], gone) == ()
    again = fold(a_story(asked).case_id, [asked, gone], POLICY)
    assert [timer.began for timer in again.timers if timer.running] == [at(60)]


def test_an_answer_seen_late_corrects_the_fact() -> None:
    asked, late, reply = said(0), answered(5), answered(10)
    (fact,) = corrected(a_story(asked).case_id, [asked, reply], [asked, late, reply], late)
    assert (fact.ended_at, fact.again) == (at(5), True)


def test_two_answers_to_one_post() -> None:
    def second(*replies: CaseEntry) -> int:
        return sum(isinstance(fact, SecondAnswer) for fact in told(said(0), *replies))

    assert second(answered(10, "Sorry! ^AB"), answered(11, "We look into it. ^CD")) == 1
    assert second(answered(10, "Sorry! ^AB"), answered(15, "One more thing. ^AB")) == 0
    assert second(answered(10, "1/2 Sorry"), answered(10.5, "2/2 We look into it")) == 0
    assert second(answered(10), answered(15)) == 1
    assert second(answered(10), said(12), answered(15)) == 0
    assert second(answered(10), answered(200)) == 0


entries = st.lists(
    st.tuples(st.booleans(), st.integers(0, 6 * 60), st.sampled_from([Kind.COMPLAINT, Kind.QUESTION, Kind.CHATTER])),
    min_size=1,
    max_size=7,
    unique_by=lambda one: one[1],
)


def story(found: Sequence[tuple[bool, int, Kind]]) -> list[CaseEntry]:
    posts = sorted(found, key=lambda one: one[1])
    return [
        said(minute, kind) if mine or place == 0 else answered(minute)
        for place, (mine, minute, kind) in enumerate(posts)
    ]


@given(entries)
def test_folding_again_writes_no_second_fact(found: Sequence[tuple[bool, int, Kind]]) -> None:
    timeline = story(found)
    case_id = a_story(timeline[0]).case_id
    for entry in timeline:
        assert corrected(case_id, timeline, timeline, entry) == ()


@given(entries, st.data())
def test_a_late_post_leaves_the_waits_that_its_order_would_have_left(
    found: Sequence[tuple[bool, int, Kind]], data: st.DataObject
) -> None:
    """The facts of the timeline without the post, put right by the corrections, are those of the whole timeline."""
    timeline = story(found)
    late = data.draw(st.sampled_from(timeline[1:] or timeline))
    others = [one for one in timeline if one is not late] or timeline
    case_id = a_story(timeline[0]).case_id

    def ends(facts: Sequence[CaseFact]) -> dict[object, datetime | None]:
        return {
            one.wait: one.ended_at for one in facts if isinstance(one, WaitFact) and one.end is not WaitEnd.WITHDRAWN
        }

    whole, known = ends(told(*timeline)), ends(told(*others))
    for one in corrected(case_id, others, timeline, late):
        if one.end is WaitEnd.WITHDRAWN:
            del known[one.wait]
        else:
            known[one.wait] = one.ended_at
    assert whole.items() <= known.items()


@given(entries)
def test_facts_hold_no_words(found: Sequence[tuple[bool, int, Kind]]) -> None:
    secret = "wormwood"
    timeline = [
        replace(one, words=f"{secret} {one.words}")
        for one in story(found)
        if isinstance(one, CustomerPosted | BrandPosted)
    ]
    assert secret not in repr(told(*timeline))


def test_a_fact_is_written_once_with_the_first_alert() -> None:
    table = MemoryTable()
    cases, facts = Cases(table, lambda: timedelta(days=30)), Facts(table)
    case = a_story(said(0))
    cases.save(case_change(None, case, said(0)))
    stored = cases.get(case.case_id)
    assert stored is not None
    cases.save(case_change(stored, apply(stored, answered(10), POLICY), answered(10)))
    (fact,) = facts.between(NOON, at(DAY))
    assert isinstance(fact, WaitFact)
    facts.add(replace(fact, kind=Kind.PRAISE))
    assert list(facts.between(NOON, at(DAY))) == [fact]
    assert list(facts.between(at(11), at(DAY))) == []
