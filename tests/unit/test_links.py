"""Links that act: their content, their signature, and the rights of the person who comes by one."""

import string
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.adapters.tokens.links import NoLinkKeys, SignedLinks
from mentiondesk.domain.access.actions import (
    BITS,
    CASE_ACTIONS,
    DESK_ACTIONS,
    INCIDENT_ACTIONS,
    PAGE_ACTIONS,
    REPLY_ACTIONS,
    Action,
    from_bits,
    to_bits,
)
from mentiondesk.domain.access.actor import Door, NotAllowed
from mentiondesk.domain.access.links import Link, LinkExpired, LinkForged, NoLongerStaff
from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.domain.ids import CaseId, IncidentId, StaffId, SubjectId
from mentiondesk.presentation.staff_messages.gsm7 import segments, to_gsm7
from tests.support.builders import CASE_ID, NOON, a_staff, at

ANA, BOB = StaffId("ana"), StaffId("bob")
KEY = "a made-up key of many characters"
# As long as API Gateway's own addresses are.
URL = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"


def links(*keys: str, url: str = URL) -> SignedLinks:
    return SignedLinks(lambda _unknown: keys or (KEY,), url)


def a_link(**overrides: Any) -> Link:
    facts: dict[str, Any] = {
        "staff_id": ANA,
        "subject_id": CaseId.parse("1800000000000000001#2000000001"),
        "actions": CASE_ACTIONS,
        "until": at(60),
    }
    return Link(**{**facts, **overrides})


INCIDENT_ID = IncidentId("20260617-outage-1")


# --- what a link holds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject_id",
    [
        CaseId.parse("1800000000000000001#2000000001"),
        CaseId.parse("9223372036854775807#9223372036854775807"),
        CaseId.parse("7#7"),
        CaseId.parse("0123#9"),
        CaseId.parse("not-a-number#9"),
        IncidentId("2026-06-17-website-app-1"),
    ],
)
def test_a_link_says_what_it_was_made_for(subject_id: SubjectId) -> None:
    for actions in (frozenset({Action.SNOOZE}), CASE_ACTIONS, INCIDENT_ACTIONS, frozenset(BITS)):
        link = a_link(subject_id=subject_id, actions=actions, staff_id=StaffId("maria-2"))
        assert links().read(links().token(link)) == link


def test_a_link_s_time_is_kept_to_the_minute_and_never_cut_short() -> None:
    read = links().read(links().token(a_link(until=at(60) + timedelta(seconds=1))))
    assert read.until == at(61)


def test_a_link_fits_into_a_text_with_room_for_words() -> None:
    address = links()(StaffId("m" * 30), CaseId.parse("1999999999999999999#1999999999999999999"), NOON)
    assert address is not None
    assert to_gsm7(address) == address
    assert segments(address) == 1
    usual = links()(ANA, CASE_ID, NOON)
    assert usual is not None
    assert len(usual) <= 120


def test_the_link_to_a_case_holds_every_action_on_it_and_lasts_some_days() -> None:
    address = links()(ANA, CASE_ID, NOON)
    assert address is not None
    assert address.startswith(f"{URL}/act/")
    read = links().read(address.rpartition("/")[2])
    assert (read.staff_id, read.subject_id, read.actions) == (ANA, CASE_ID, CASE_ACTIONS)
    assert timedelta(days=1) < read.until - NOON < timedelta(days=10)


def test_the_link_to_an_incident_holds_every_action_on_it() -> None:
    address = links(url=f"{URL}/")(ANA, INCIDENT_ID, NOON)
    assert address is not None
    assert address.startswith(f"{URL}/act/")
    read = links().read(address.rpartition("/")[2])
    assert (read.subject_id, read.actions) == (INCIDENT_ID, INCIDENT_ACTIONS)


def test_where_no_link_can_be_made_there_is_none_and_nothing_breaks() -> None:
    def no_keys(_unknown: bool) -> tuple[str, ...]:
        raise NoLinkKeys

    assert SignedLinks(no_keys, URL)(ANA, CASE_ID, NOON) is None
    assert links(url="")(ANA, CASE_ID, NOON) is None


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
    actor = a_link().actor(roster, at(59))
    assert (actor.by, actor.rights, actor.door) == (ANA, CASE_ACTIONS, Door.LINK)
    with pytest.raises(LinkExpired):
        a_link().actor(roster, at(60))
    with pytest.raises(NoLongerStaff):
        a_link().actor(Roster((a_staff("bob"),)), at(59))


def test_who_comes_by_a_link_may_do_only_what_it_was_made_for() -> None:
    roster = Roster((a_staff("ana"),))
    a_link().actor(roster, NOON).must_be_allowed(Action.CLAIM)
    with pytest.raises(NotAllowed):
        a_link().actor(roster, NOON).must_be_allowed(Action.PUBLISH)
    with pytest.raises(NotAllowed):
        a_link(actions=frozenset({Action.SNOOZE})).actor(roster, NOON).must_be_allowed(Action.CLAIM)


def test_the_bits_of_actions_are_those_of_links_that_are_in_mails_already() -> None:
    assert {
        Action.CLAIM: 1,
        Action.ANSWERED: 2,
        Action.NO_ANSWER: 4,
        Action.SNOOZE: 8,
        Action.RELEASE: 16,
        Action.PUBLISH: 32,
        Action.DISMISS: 64,
        Action.UPDATE: 128,
        Action.RESOLVE: 256,
        Action.APPROVE: 512,
    }.items() <= BITS.items()


def test_every_action_has_a_bit_of_its_own_that_fits_a_link() -> None:
    assert set(BITS) == set(Action) - DESK_ACTIONS - REPLY_ACTIONS - PAGE_ACTIONS
    assert len(set(BITS.values())) == len(BITS)
    assert all(bit.bit_count() == 1 and bit < 1 << 22 for bit in BITS.values())
    assert from_bits(to_bits(BITS)) == frozenset(BITS)
    assert from_bits(1 << 22) == frozenset()


def test_every_action_is_about_cases_or_about_incidents() -> None:
    assert set(Action) == CASE_ACTIONS | INCIDENT_ACTIONS | DESK_ACTIONS | REPLY_ACTIONS | PAGE_ACTIONS
    assert not CASE_ACTIONS & INCIDENT_ACTIONS


def test_a_link_of_the_version_before_is_read() -> None:
    """Both were made by commit 0f5e723, with the key of these tests."""
    case = links().read("AB8BxRwsABj64naTtAABAAAAAHc1lAFhbmE.lmTH9OG0NNKy__c4W-dhuQ")
    later = {Action.RESOLVE_CASE, Action.REOPEN_CASE, Action.CORRECT, Action.UNDO, Action.OPEN_INCIDENT}
    assert case == a_link(actions=CASE_ACTIONS - later)
    incident = links().read("A-ABxRwsETIwMjYwNjE3LW91dGFnZS0xYW5h.Ge8r69mpua4nHOSf1_eIyQ")
    known = {Action.PUBLISH, Action.DISMISS, Action.UPDATE, Action.RESOLVE, Action.APPROVE}
    assert incident == a_link(subject_id=INCIDENT_ID, actions=frozenset(known))


def test_times_are_in_utc() -> None:
    assert links().read(links().token(a_link())).until.tzinfo is UTC
