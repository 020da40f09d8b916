"""The people alerts go to, and the channels that reach them."""

import pytest

from mentiondesk.domain.alerts.roster import CHANNELS, Audience, Channel, Roster, Staff, fallback
from mentiondesk.domain.ids import StaffId
from mentiondesk.values import replace
from tests.support.builders import NOON, a_staff

EMAIL, TEXT, ROOM = Channel.EMAIL, Channel.TEXT, Channel.ROOM
ANA = a_staff("ana")
LEA = a_staff("lea", always_on_duty=False, roles=frozenset({Audience.LEAD}))
MAX = a_staff("max", always_on_duty=False, roles=frozenset({Audience.MANAGER}))


def with_addresses(**addresses: str) -> Staff:
    return replace(ANA, addresses={Channel(name): address for name, address in addresses.items()})


@pytest.mark.parametrize("channel", Channel)
def test_a_message_tries_its_own_channel_first_and_every_other_once(channel: Channel) -> None:
    assert channel.order[0] is channel
    assert sorted(channel.order) == sorted(Channel)


def test_what_should_ring_a_phone_rings_it_on_another_channel_before_it_is_a_mail() -> None:
    """A room that rings stands for a second ringing channel."""
    made_up = {EMAIL: CHANNELS[EMAIL], TEXT: CHANNELS[TEXT], ROOM: replace(CHANNELS[ROOM], rings=True)}
    assert fallback(TEXT, made_up) == [TEXT, ROOM, EMAIL]
    assert fallback(ROOM, made_up) == [ROOM, TEXT, EMAIL]
    assert fallback(EMAIL, made_up) == [EMAIL, TEXT, ROOM]


def test_every_channel_has_its_traits() -> None:
    assert list(CHANNELS) == list(Channel)
    assert len({traits.plural for traits in CHANNELS.values()}) == len(CHANNELS)


def test_a_person_is_reached_only_where_they_have_an_address() -> None:
    assert ANA.ways(TEXT) == [(TEXT, "+447700900123"), (EMAIL, "ana@example.com")]
    assert with_addresses(email="ana@example.com").ways(TEXT) == [(EMAIL, "ana@example.com")]


def test_an_alert_moves_to_a_channel_the_person_has() -> None:
    assert ANA.reachable(TEXT) is TEXT
    assert with_addresses(email="ana@example.com").reachable(TEXT) is EMAIL
    assert with_addresses(text="+447700900123").reachable(EMAIL) is TEXT


def test_the_calm_channel_of_a_person_with_only_a_phone_is_none() -> None:
    assert ANA.calm_channel is EMAIL
    assert with_addresses(text="+447700900123").calm_channel is None


@pytest.mark.parametrize(
    ("audience", "owner", "expected"),
    [
        (Audience.DUTY, None, ["ana"]),
        (Audience.DUTY, "max", ["max", "ana"]),
        (Audience.DUTY, "gone", ["ana"]),
        (Audience.LEAD, "max", ["lea"]),
        (Audience.MANAGER, "lea", ["max"]),
    ],
)
def test_the_people_in_an_audience(audience: Audience, owner: str | None, expected: list[str]) -> None:
    found = Roster((ANA, LEA, MAX)).audience(audience, NOON, StaffId(owner) if owner else None)
    assert [one.staff_id for one in found] == expected


@pytest.mark.parametrize("audience", [Audience.DUTY, Audience.MANAGER])
def test_leads_stand_in_for_an_audience_without_people(audience: Audience) -> None:
    assert [one.staff_id for one in Roster((LEA,)).audience(audience, NOON)] == ["lea"]
