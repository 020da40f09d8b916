"""Strikes: rule, evidence, two people and an end; one or two angry posts never reach a measure."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentiondesk.domain.cases.fold import SILENCED
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import PostId, StaffId, UserId
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.strikes.record import (
    CustomerRecord,
    Evidence,
    Measure,
    NoEvidence,
    NoReason,
    NothingThere,
    SamePerson,
    StrikeRule,
    StrikeRules,
    StrikesRefuse,
    TooFewStrikes,
    UnknownRule,
    ask_for_measure,
    confirm_measure,
    confirm_strike,
    digest,
    revoke,
    strike,
    withdraw_strike,
)
from mentiondesk.values import replace
from tests.support.builders import NOON, a_story, at, said

ANA, MO = StaffId("ana"), StaffId("mo")
RULES = StrikeRules((StrikeRule("slur", "Insults somebody for who they are."),))
NOBODY = CustomerRecord(UserId("7"))
DAY = timedelta(days=1)


def evidence(number: int) -> Evidence:
    return Evidence(PostId(str(number)), digest(f"angry {number}"))


def struck(*posts: int, record: CustomerRecord = NOBODY) -> CustomerRecord:
    """A record with a confirmed strike for each post."""
    for post in posts:
        record = strike(record, "slur", [evidence(post)], ANA, f"s{post}", NOON, RULES)
        record = confirm_strike(record, f"s{post}", MO, NOON)
    return record


def measured() -> CustomerRecord:
    asked = ask_for_measure(struck(1, 2, 3), Measure.ANSWER_NO_MORE, ANA, "m", NOON, RULES)
    return confirm_measure(asked, "m", MO, NOON, RULES)


def test_the_page_counts_down_to_three() -> None:
    assert [struck(*range(count)).left(RULES, NOON) for count in range(5)] == [3, 2, 1, 0, 0]


def test_two_strikes_are_too_few_whatever_the_settings_say() -> None:
    with pytest.raises(TooFewStrikes) as refused:
        ask_for_measure(struck(1, 2), Measure.MUTE, ANA, "m", NOON, StrikeRules(RULES.rules, least=1))
    assert refused.value.left == 1


def test_every_measure_names_rule_evidence_two_people_and_an_end() -> None:
    record = measured()
    (measure,) = record.in_force(NOON)
    assert (measure.by, measure.confirmed_by, measure.until) == (ANA, MO, NOON + RULES.lasts)
    found = [one for one in record.strikes if one.strike_id in measure.strikes]
    assert len(found) == 3
    assert all(one.rule == "slur" and one.posts and one.confirmed_by == MO for one in found)


def test_a_measure_ends_by_itself_and_can_be_revoked_with_a_reason() -> None:
    record = measured()
    assert record.silenced(NOON + RULES.lasts - DAY)
    assert not record.silenced(NOON + RULES.lasts)
    with pytest.raises(NoReason):
        revoke(record, "m", ANA, "  ", NOON)
    revoked = revoke(record, "m", ANA, "They apologised", NOON)
    assert not revoked.silenced(NOON)
    assert revoked.measures[0].reason == "They apologised"


def test_a_strike_expires_and_can_be_withdrawn() -> None:
    record = struck(1, 2, 3)
    assert record.left(RULES, NOON + RULES.window) == 3
    assert withdraw_strike(record, "s1", ANA, "A joke", NOON, RULES).left(RULES, NOON) == 1


def test_nobody_confirms_what_they_asked_for() -> None:
    asked = strike(NOBODY, "slur", [evidence(1)], ANA, "s", NOON, RULES)
    with pytest.raises(SamePerson):
        confirm_strike(asked, "s", ANA, NOON)
    pending = ask_for_measure(struck(1, 2, 3), Measure.BLOCK, ANA, "m", NOON, RULES)
    with pytest.raises(SamePerson):
        confirm_measure(pending, "m", ANA, NOON, RULES)
    assert pending.in_force(NOON) == ()


def test_a_measure_whose_strikes_ended_is_not_confirmed() -> None:
    asked = ask_for_measure(struck(1, 2, 3), Measure.MUTE, ANA, "m", NOON, RULES)
    with pytest.raises(NothingThere):
        confirm_measure(withdraw_strike(asked, "s1", ANA, "A joke", NOON, RULES), "m", MO, NOON, RULES)
    soon = StrikeRules(RULES.rules, window=DAY)
    with pytest.raises(TooFewStrikes):
        confirm_measure(replace(asked, strikes=asked.strikes[:2]), "m", MO, NOON, soon)


def test_a_measure_falls_when_too_few_of_its_strikes_are_left() -> None:
    fallen = withdraw_strike(measured(), "s1", MO, "It was a joke", NOON + DAY, RULES)
    assert fallen.in_force(NOON + DAY) == ()
    assert (fallen.measures[0].revoked_by, fallen.measures[0].reason) == (MO, "It was a joke")
    more = confirm_strike(strike(struck(1, 2, 3), "slur", [evidence(4)], ANA, "s4", NOON, RULES), "s4", MO, NOON)
    asked = ask_for_measure(more, Measure.MUTE, ANA, "m", NOON, RULES)
    stands = withdraw_strike(confirm_measure(asked, "m", MO, NOON, RULES), "s1", ANA, "A joke", NOON, RULES)
    assert len(stands.in_force(NOON)) == 1, "three are left"


def test_a_second_press_asks_for_one_measure() -> None:
    asked = ask_for_measure(struck(1, 2, 3), Measure.MUTE, ANA, "m", NOON, RULES)
    assert ask_for_measure(asked, Measure.MUTE, ANA, "m", NOON, RULES) == asked


def test_unknown_rules_and_used_evidence_are_refused() -> None:
    with pytest.raises(UnknownRule):
        strike(NOBODY, "rude", [evidence(1)], ANA, "s", NOON, RULES)
    with pytest.raises(NoEvidence):
        strike(struck(1), "slur", [evidence(1)], ANA, "t", NOON, RULES)
    with pytest.raises(NothingThere):
        confirm_strike(NOBODY, "s", MO, NOON)


Step = Callable[[CustomerRecord, int], CustomerRecord]
STAFF = st.sampled_from([ANA, MO, StaffId("bo")])


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """Any act by anybody, on posts of which there are two only."""
    by, number, minute = draw(STAFF), draw(st.integers(0, 5)), draw(st.integers(0, 500))
    posts = [evidence(one) for one in draw(st.lists(st.integers(1, 2), max_size=3))]
    now, measure = at(minute), draw(st.sampled_from(Measure))
    acts: list[Step] = [
        lambda record, place: strike(record, "slur", posts, by, f"s{place}", now, RULES),
        lambda record, _: confirm_strike(record, f"s{number}", by, now),
        lambda record, _: withdraw_strike(record, f"s{number}", by, "because", now, RULES),
        lambda record, place: ask_for_measure(record, measure, by, f"m{place}", now, RULES),
        lambda record, _: confirm_measure(record, f"m{number}", by, now, RULES),
    ]
    return draw(st.sampled_from(acts))


@given(st.lists(steps(), max_size=40))
def test_two_angry_posts_never_reach_a_measure(found: list[Step]) -> None:
    record = NOBODY
    for place, step in enumerate(found):
        try:
            record = step(record, place % 6)
        except StrikesRefuse:
            continue
    assert record.measures == ()


def test_a_silenced_customer_s_post_starts_no_timer_unless_it_is_about_danger() -> None:
    quiet = a_story(said(0, silenced=True))
    assert (quiet.state, quiet.reason, quiet.waiting) == (State.DISMISSED, SILENCED, False)
    assert a_story(said(0, silenced=True, urgency=Urgency.CRITICAL)).waiting
