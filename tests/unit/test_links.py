"""Links that act: what they hold, that nobody else makes one, and what staff may do to a case."""

import string
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.adapters.tokens.links import NoLinkKeys, SignedLinks
from mentiondesk.domain.access.links import (
    CASE_ACTIONS,
    INCIDENT_ACTIONS,
    Action,
    Link,
    LinkExpired,
    LinkForged,
    NoLongerStaff,
    NotInLink,
)
from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.domain.cases.case import (
    AlreadyClaimed,
    Case,
    CaseClosed,
    CaseRefuses,
    Entry,
    NotClaimed,
    NothingToHold,
    NotWaiting,
    State,
    extend,
    is_next,
    new_case,
    retell,
)
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.ids import CaseId, IncidentId, StaffId, SubjectId
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.presentation.staff_messages.gsm7 import SEGMENT, places, to_gsm7
from tests.support.builders import (
    CONVERSATION_ID,
    CUSTOMER_ID,
    NOON,
    a_case,
    a_staff,
    a_story,
    answered,
    at,
    minutes,
    said,
    settings,
)

ANA, BOB = StaffId("ana"), StaffId("bob")
POLICY = settings().policy
KEY = "a made-up key of many characters"
# As long as API Gateway's own addresses are.
URL = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"


def links(*keys: str, url: str = URL) -> SignedLinks:
    return SignedLinks(lambda _unknown: keys or (KEY,), url)


def a_link(**overrides: Any) -> Link:
    facts: dict[str, Any] = {
        "staff_id": ANA,
        "matter_id": CaseId("1800000000000000001#2000000001"),
        "actions": CASE_ACTIONS,
        "until": at(60),
    }
    return Link(**{**facts, **overrides})


def an_incident(incident_id: str = "20260617-outage-1") -> Incident:
    return Incident(IncidentId(incident_id), Status.CANDIDATE, "Broken", NOON, NOON)


# --- what a link holds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "matter_id",
    [
        CaseId("1800000000000000001#2000000001"),
        CaseId("9223372036854775807#9223372036854775807"),
        CaseId("7#7"),
        CaseId("0123#9"),
        CaseId("not-a-number#9"),
        IncidentId("2026-06-17-website-app-1"),
    ],
)
def test_a_link_says_what_it_was_made_for(matter_id: SubjectId) -> None:
    for actions in (frozenset({Action.SNOOZE}), CASE_ACTIONS, INCIDENT_ACTIONS, frozenset(Action)):
        link = a_link(matter_id=matter_id, actions=actions, staff_id=StaffId("maria-2"))
        assert links().read(links().token(link)) == link


def test_a_link_s_time_is_kept_to_the_minute_and_never_cut_short() -> None:
    read = links().read(links().token(a_link(until=at(60) + timedelta(seconds=1))))
    assert read.until == at(61)


def test_a_link_fits_into_a_text_with_room_for_words() -> None:
    address = links()(StaffId("m" * 30), a_case(case_id=CaseId("1999999999999999999#1999999999999999999")), NOON)
    assert address is not None
    assert places(address) == len(address) == len(to_gsm7(address))
    assert places(address) <= SEGMENT
    usual = links()(ANA, a_case(), NOON)
    assert usual is not None
    assert len(usual) <= 120


def test_the_link_to_a_case_holds_every_action_on_it_and_lasts_some_days() -> None:
    address = links()(ANA, a_case(), NOON)
    assert address is not None
    assert address.startswith(f"{URL}/act/")
    read = links().read(address.rpartition("/")[2])
    assert (read.staff_id, read.matter_id, read.actions) == (ANA, a_case().case_id, CASE_ACTIONS)
    assert timedelta(days=1) < read.until - NOON < timedelta(days=10)


def test_the_link_to_an_incident_holds_every_action_on_it() -> None:
    address = links(url=f"{URL}/")(ANA, an_incident(), NOON)
    assert address is not None
    assert address.startswith(f"{URL}/act/")
    read = links().read(address.rpartition("/")[2])
    assert (read.matter_id, read.actions) == ("20260617-outage-1", INCIDENT_ACTIONS)


def test_where_no_link_can_be_made_there_is_none_and_nothing_breaks() -> None:
    def no_keys(_unknown: bool) -> tuple[str, ...]:
        raise NoLinkKeys

    assert SignedLinks(no_keys, URL)(ANA, a_case(), NOON) is None
    assert links(url="")(ANA, a_case(), NOON) is None


def test_a_mail_program_takes_no_character_from_the_end_of_a_link() -> None:
    for minute in range(200):
        assert links().token(a_link(until=at(minute)))[-1].isalnum()


# --- nobody else makes one --------------------------------------------------------------------------------


def test_whatever_is_altered_in_a_link_it_is_refused() -> None:
    token = links().token(a_link())
    for place, character in enumerate(token):
        for other in string.ascii_letters + string.digits + "-_.=":
            if other != character:
                with pytest.raises(LinkForged):
                    links().read(token[:place] + other + token[place + 1 :])


@pytest.mark.parametrize("cut", [slice(0, -1), slice(1, None), slice(0, 20), slice(0, 0)])
def test_a_link_that_was_cut_is_refused(cut: slice) -> None:
    with pytest.raises(LinkForged):
        links().read(links().token(a_link())[cut])


@profile(deadline=None, max_examples=300)
@given(st.text(max_size=120) | st.binary(max_size=60).map(lambda raw: raw.hex() + ".AAAAAAAAAAAAAAAAAAAAAA"))
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(LinkForged):
        links().read(token)


def test_a_link_made_with_another_key_is_refused() -> None:
    with pytest.raises(LinkForged):
        links("another key").read(links().token(a_link()))


def test_after_a_key_is_replaced_links_made_with_the_one_before_go_on() -> None:
    token = links("old").token(a_link())
    assert links("old", "new").read(token) == a_link()
    assert links("new").read(links("old", "new").token(a_link())) == a_link()
    with pytest.raises(LinkForged):
        links("new", "newer").read(token)


def test_when_a_signature_is_unknown_the_keys_are_read_again() -> None:
    asked: list[bool] = []

    def keys(unknown: bool) -> tuple[str, ...]:
        asked.append(unknown)
        return ("old", "new") if unknown else ("old",)

    assert SignedLinks(keys, URL).read(links("new").token(a_link())) == a_link()
    assert asked == [False, True]


def test_a_form_s_event_is_of_its_own_link_alone() -> None:
    token, other = links().token(a_link()), links().token(a_link(staff_id=BOB))
    shown = links().new_event(token, NOON)
    event_id = links().event_id(token, shown)
    assert event_id.startswith("2026-06-17T12:00:00.000000Z-")
    assert links().event_id(token, links().new_event(token, NOON)) != event_id
    wrong = [
        (other, shown),
        (token, event_id),
        (token, f"{event_id}.AAAAAAAAAAAAAAAAAAAAAA"),
        (token, token),
        (token, ""),
    ]
    for held, form in wrong:
        with pytest.raises(LinkForged):
            links().event_id(held, form)


def test_a_form_s_event_is_no_link() -> None:
    token = links().token(a_link())
    with pytest.raises(LinkForged):
        links().read(links().new_event(token, NOON))


# --- who may use it, until when, for what -----------------------------------------------------------------


def test_a_link_is_its_person_s_while_it_lasts() -> None:
    roster = Roster((a_staff("ana"), a_staff("bob")))
    assert a_link().holder(roster, at(59)).staff_id == ANA
    with pytest.raises(LinkExpired):
        a_link().holder(roster, at(60))
    with pytest.raises(NoLongerStaff):
        a_link().holder(Roster((a_staff("bob"),)), at(59))


def test_a_link_allows_only_what_it_was_made_for() -> None:
    a_link().must_allow(Action.CLAIM)
    with pytest.raises(NotInLink):
        a_link().must_allow(Action.PUBLISH)
    with pytest.raises(NotInLink):
        a_link(actions=frozenset({Action.SNOOZE})).must_allow(Action.CLAIM)


# --- what staff do to a case ------------------------------------------------------------------------------


def test_an_answer_elsewhere_stops_the_clock_and_it_is_the_customer_s_turn() -> None:
    case = a_case().answered_elsewhere(at(20))
    assert (case.state, case.waiting, case.due_at) == (State.PENDING, False, None)
    assert (case.first_answer_at, case.breaches) == (at(20), 0)
    assert a_case().answered_elsewhere(at(61)).breaches == 1


def test_after_an_answer_elsewhere_the_customer_s_next_post_starts_another_clock() -> None:
    case = extend(a_case().answered_elsewhere(at(20)), said(30), POLICY)
    assert case.wait is not None
    assert (case.state, case.wait.since, case.wait.clock) == (State.OPEN, at(30), Clock.NEXT_REPLY)


def test_anybody_may_say_that_they_answered() -> None:
    assert not a_case().claim(BOB, at(5)).answered_elsewhere(at(20)).waiting


def test_no_answer_closes_the_case_with_its_reason() -> None:
    case = a_case().needs_no_answer(ANA, "a joke", at(20))
    assert (case.state, case.reason, case.closed_at, case.waiting) == (State.DISMISSED, "a joke", at(20), False)
    with pytest.raises(AlreadyClaimed):
        a_case().claim(BOB, at(5)).needs_no_answer(ANA, "a joke", at(20))


@pytest.mark.parametrize(
    "act",
    [
        lambda case: case.answered_elsewhere(at(30)),
        lambda case: case.needs_no_answer(ANA, "a joke", at(30)),
        lambda case: case.snooze(ANA, at(45), POLICY),
    ],
)
def test_nothing_is_done_where_nobody_waits(act: Callable[[Case], Case]) -> None:
    with pytest.raises(NotWaiting):
        act(a_story(said(0), answered(10)))
    with pytest.raises(CaseClosed):
        act(a_case().close(State.RESOLVED, "done", at(10)))


@pytest.mark.parametrize(
    ("until", "then"),
    [
        pytest.param(35, 35, id="the alert at half time waits"),
        pytest.param(50, 50, id="so does the one after it"),
        pytest.param(60, 60, id="up to the deadline"),
        pytest.param(90, 60, id="at which the lead hears, whatever anybody wants"),
    ],
)
def test_snoozed_alerts_wait_and_the_clock_runs(until: float, then: float) -> None:
    case = a_case().snooze(ANA, at(until), POLICY)
    assert case.due_at == at(then)
    assert case.wait == a_case().wait
    assert case.alerted_until is None


def test_a_lead_s_alert_that_is_due_is_not_held_back() -> None:
    late = replace(a_case(), due_at=at(60), alerted_until=at(45))
    with pytest.raises(NothingToHold):
        late.snooze(ANA, at(95), POLICY)
    told = replace(late, due_at=at(90), alerted_until=at(60))
    with pytest.raises(NothingToHold):
        told.snooze(ANA, at(95), POLICY)


def test_where_no_alert_comes_before_its_end_a_snooze_means_nothing() -> None:
    with pytest.raises(NothingToHold):
        a_case().snooze(ANA, at(30), POLICY)
    with pytest.raises(NothingToHold):
        replace(a_case(), due_at=None).snooze(ANA, at(45), POLICY)


def test_where_no_lead_is_told_alerts_wait_for_the_last_of_them() -> None:
    told = [
        {"name": "half", "at": "50%", "send": [{"to": "duty", "by": "email"}]},
        {"name": "end", "at": "100%", "send": [{"to": "duty", "by": "text"}]},
    ]
    policy = settings(alerts={"stages": told}).policy
    assert a_story(said(0), policy=policy).snooze(ANA, at(600), policy).due_at == at(60)


def test_a_case_that_somebody_has_is_not_snoozed_by_others() -> None:
    with pytest.raises(AlreadyClaimed):
        a_case().claim(BOB, at(5)).snooze(ANA, at(45), POLICY)


def test_a_released_case_is_nobody_s_and_the_others_hear_what_they_missed() -> None:
    had = replace(a_case().claim(ANA, at(5)), alerted_until=at(45), due_at=at(60))
    free = had.release(ANA, at(50))
    assert (free.owner, free.claimed_at, free.due_at, free.alerted_until) == (None, None, at(50), None)
    assert free.claim(BOB, at(51)).owner == BOB


def test_a_released_case_in_which_nobody_waits_alerts_nobody() -> None:
    assert a_story(said(0), answered(10)).claim(ANA, at(5)).release(ANA, at(50)).due_at is None


def test_only_its_owner_or_a_lead_releases_a_case() -> None:
    had = a_case().claim(BOB, at(5))
    with pytest.raises(AlreadyClaimed):
        had.release(ANA, at(50))
    assert had.release(ANA, at(50), lead=True).owner is None
    with pytest.raises(NotClaimed):
        a_case().release(ANA, at(50))


_acts: list[Callable[[Case, datetime], Case]] = [
    lambda case, now: case.claim(ANA, now),
    lambda case, now: case.answered_elsewhere(now),
    lambda case, now: case.needs_no_answer(ANA, "a joke", now),
    lambda case, now: case.close(State.RESOLVED, "sent a new one", now),
    lambda case, now: case.snooze(ANA, now + minutes(30), POLICY),
    lambda case, now: case.release(ANA, now),
]
_entries = st.integers(0, 600).flatmap(
    lambda minute: st.sampled_from([said(minute), said(minute, needs_reply=False), answered(minute, "Please DM us.")])
)


@profile(derandomize=True, deadline=None, max_examples=400)
@given(
    st.lists(_entries, min_size=1, max_size=6, unique_by=lambda entry: entry.at),
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(_acts)), max_size=5),
)
def test_a_case_told_again_keeps_what_staff_did(
    entries: list[Entry], acts: list[tuple[int, Callable[[Case, datetime], Case]]]
) -> None:
    entries.sort(key=lambda entry: entry.order)
    case = new_case(CONVERSATION_ID, CUSTOMER_ID, entries[0].at)
    for number, entry in enumerate(entries, start=1):
        assert is_next(case, entry)
        case = extend(case, entry, POLICY)
        for act in [act for place, act in acts if place == number]:
            try:
                case = act(case, entry.at)
            except CaseRefuses:
                continue
    assert retell(case, entries, POLICY) == case


def test_a_post_that_staff_had_not_seen_is_not_settled_by_what_they_did() -> None:
    case = a_case().needs_no_answer(ANA, "a joke", at(20))
    # Made before the button was pressed, delivered after it.
    late = extend(case, said(15), POLICY)
    assert (late.state, late.waiting) == (State.OPEN, True)
    told = retell(late, [said(0), said(15), said(-3, needs_reply=False)], POLICY)
    assert (told.state, told.wait) == (late.state, late.wait)


def test_what_staff_settled_stays_settled_when_the_customer_goes_on() -> None:
    case = extend(a_case().needs_no_answer(ANA, "a joke", at(20)), said(100), POLICY)
    told = retell(case, [said(-5, needs_reply=False), said(0), said(100)], POLICY)
    assert told.wait is not None
    assert told.wait.since == at(100)


def test_times_are_in_utc() -> None:
    assert links().read(links().token(a_link())).until.tzinfo is UTC
