"""Batching: the notices that go out as one message."""

from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice, Notice
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.usecases.alerts.batching import batches, piles
from tests.support.builders import NOON, a_case, an_alert

CASE, PART = a_case(), a_case(incident_id=IncidentId("i"))
INCIDENT = Incident(IncidentId("i"), Status.CANDIDATE, "Down", NOON, NOON)
FIRST, SECOND = (CaseNotice(CASE, an_alert(stage)) for stage in ("half_time", "breach"))
ABOUT_INCIDENT = IncidentNotice(INCIDENT, an_alert("noticed", subject_id=INCIDENT.incident_id))


def test_a_pile_is_of_one_person_one_channel_and_one_incident() -> None:
    to_ana, to_bob = an_alert(staff_id="ana"), an_alert(staff_id="bob")
    by_text = an_alert(staff_id="ana", channel=Channel.TEXT)
    found = piles([(CASE, to_ana), (CASE, to_bob), (PART, to_ana), (CASE, by_text), (CASE, to_ana)])
    assert [(pile.staff_id, pile.channel, pile.incident_id, len(pile.alerts)) for pile in found] == [
        ("ana", Channel.EMAIL, None, 2),
        ("bob", Channel.EMAIL, None, 1),
        ("ana", Channel.EMAIL, "i", 1),
        ("ana", Channel.TEXT, None, 1),
    ]


def test_an_incident_is_in_a_pile_with_its_cases_and_a_message_of_its_own() -> None:
    (pile,) = piles([(PART, an_alert()), (INCIDENT, an_alert())])
    assert len(pile.alerts) == 2
    mixed: list[Notice] = [FIRST, ABOUT_INCIDENT, SECOND]
    assert list(batches(mixed, together=True)) == [(ABOUT_INCIDENT,), (FIRST, SECOND)]


def test_cases_apart_are_a_message_each() -> None:
    assert list(batches([FIRST, SECOND], together=False)) == [(FIRST,), (SECOND,)]


def test_nothing_is_no_message() -> None:
    assert list(batches([], together=True)) == list(batches([], together=False)) == []
