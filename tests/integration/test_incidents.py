"""Incidents in the stores, and what staff are told of them."""

import re
from datetime import timedelta

import pytest

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.commands import Dismiss
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.ids import ComponentId, IncidentId, PostId, StaffId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, LinkedPost, Sample, Status, Update
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.timeline import Published
from mentiondesk.ports.alerts import DueItem
from mentiondesk.ports.cases import CaseChanged
from mentiondesk.ports.incidents import IncidentChanged
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.triage import triage
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.values import replace
from tests.integration.conftest import Desk
from tests.integration.test_notify import Office
from tests.support.builders import a_post, at, commanded, settings, tags

ID = IncidentId("checkout-1")
SAMPLES = tuple(
    Sample(PostId(str(900 + n)), UserId(str(70 + n)), at(n), f"checkout throws an error {n} <b>") for n in range(3)
)


def an_incident(incident_id: str = ID, minute: float = 5, **facts: object) -> Incident:
    """A candidate that five people made, before anybody was told."""
    made = Incident(
        IncidentId(incident_id),
        Status.CANDIDATE,
        "Checkout: throws an error",
        created_at=at(minute),
        started_at=at(0),
        impact=Impact.MAJOR,
        topic="website_app",
        affected=(Affected(ComponentId("shop"), Health.PARTIAL_OUTAGE),),
        terms=("checkout", "error"),
        people=5,
        posts=6,
        severity=4,
        samples=SAMPLES,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def an_update(minute: float, status: Status = Status.INVESTIGATING, body: str = "We are looking into it.") -> Update:
    return Update(ID, at(minute), status, body, (Affected(ComponentId("shop"), Health.MAJOR_OUTAGE),), StaffId("ana"))


def an_entry(entry_id: str = "2026-03-02T12:00:00.000000Z-a1", minute: float = 6) -> Published:
    return Published(entry_id=entry_id, at=at(minute), by=StaffId("ana"), title="as it was")


def joined(number: int, author: int) -> LinkedPost:
    return LinkedPost(PostId(str(number)), UserId(str(author)), at(number), "Wörter 🧵")


# --- the store --------------------------------------------------------------------------------------------


def test_an_incident_is_added_once(desk: Desk) -> None:
    assert desk.incidents.add(incident_change(None, an_incident()))
    assert not desk.incidents.add(incident_change(None, an_incident(title="another"), an_entry(), an_update(6)))
    assert desk.incidents.get(ID) == an_incident(version=1)
    assert (desk.incidents.updates(ID), desk.incidents.record(ID)) == ([], [])
    assert desk.incidents.get(IncidentId("none")) is None


def test_what_changes_goes_in_together_or_not_at_all(desk: Desk) -> None:
    desk.incidents.add(incident_change(None, an_incident()))
    first = desk.incidents.get(ID)
    assert first is not None
    published = desk.incidents.save(incident_change(first, first.moved(an_update(6)), an_entry(), an_update(6)))
    assert (published.version, published.status, published.published_at) == (2, Status.INVESTIGATING, at(6))
    assert desk.incidents.get(ID) == published
    with pytest.raises(IncidentChanged) as changed:
        desk.incidents.save(incident_change(first, first.dismissed("none", at(7)), an_entry("later", 7), an_update(7)))
    assert changed.value.current == published
    with pytest.raises(AlreadyDone):
        desk.incidents.save(incident_change(published, published.moved(an_update(8)), an_entry(), an_update(8)))
    assert desk.incidents.get(ID) == published
    assert desk.incidents.updates(ID) == [an_update(6)]
    assert desk.incidents.record(ID) == [an_entry()]
    assert [desk.incidents.holds(ID, entry_id) for entry_id in (an_entry().entry_id, "later")] == [True, False]


def test_an_incident_may_begin_in_public(desk: Desk) -> None:
    maintenance = an_incident(status=Status.SCHEDULED, scheduled_for=at(60), scheduled_until=at(90))
    word = an_update(5, Status.SCHEDULED)
    assert desk.incidents.add(incident_change(None, maintenance, an_entry(), word))
    assert (desk.incidents.updates(ID), desk.incidents.record(ID)) == ([word], [an_entry()])


def test_updates_and_events_come_in_order(desk: Desk) -> None:
    desk.incidents.add(incident_change(None, an_incident()))
    found = desk.incidents.get(ID)
    for number, minute in enumerate((6, 7.25, 70)):
        assert found is not None
        entry, update = an_entry(f"e{number}", minute), an_update(minute)
        found = desk.incidents.save(incident_change(found, found.moved(update), entry, update))
    assert [update.at for update in desk.incidents.updates(ID)] == [at(6), at(7.25), at(70)]
    assert [entry.entry_id for entry in desk.incidents.record(ID)] == ["e0", "e1", "e2"]


def test_those_that_go_on_and_all_since(desk: Desk) -> None:
    for number, minute in enumerate((5, 3, 9)):
        desk.incidents.add(incident_change(None, an_incident(f"i{number}", minute)))
    ended = desk.incidents.get(IncidentId("i1"))
    assert ended is not None
    desk.incidents.save(incident_change(ended, ended.faded(at(200))))
    assert [one.incident_id for one in desk.incidents.open()] == ["i0", "i2"]
    assert [one.incident_id for one in desk.incidents.recent(at(3))] == ["i2", "i0", "i1"]
    assert [one.incident_id for one in desk.incidents.recent(at(4))] == ["i2", "i0"]


def test_a_post_joins_once_however_often_it_is_put(desk: Desk) -> None:
    desk.incidents.add(incident_change(None, an_incident()))
    assert desk.incidents.join(ID, [joined(3, 71), joined(1, 71), joined(20, 72)]) == (3, 2)
    assert desk.incidents.join(ID, [joined(3, 71), joined(4, 73)]) == (4, 3)
    assert desk.incidents.joined(ID) == [joined(1, 71), joined(3, 71), joined(4, 73), joined(20, 72)]
    assert desk.incidents.join(ID, []) == (4, 3)


def test_many_posts_join_at_once(desk: Desk) -> None:
    desk.incidents.add(incident_change(None, an_incident()))
    assert desk.incidents.join(ID, [joined(n, n % 7) for n in range(100)]) == (100, 7)


# --- what staff are told ----------------------------------------------------------------------------------


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk)


def noticed(office: Office, minute: float = 5) -> Incident:
    """A candidate that staff are to be told of at once."""
    incident = an_incident().timed(Clock.CONFIRM, timedelta(minutes=30), at(minute))
    assert office.desk.incidents.add(incident_change(None, incident))
    return incident


def test_staff_are_told_once_that_something_is_noticed(office: Office) -> None:
    noticed(office)
    assert office.run(4).subjects == 0
    assert office.run(5).sent == 2
    assert office.got() == [("ana", "text"), ("lea", "email")]
    for minute in (6, 34):
        assert office.run(minute).sent == 0


def test_staff_are_told_again_of_what_nobody_confirms(office: Office) -> None:
    """When the time is over, and once more after as long again, then to the manager too."""
    noticed(office)
    told = office.over(500)
    tell = [("ana", "text"), ("lea", "email")]
    assert told == {5: tell, 35: tell, 65: [*tell, ("max", "email")]}
    assert "Still not confirmed, 1 h after it was noticed" in office.mail.latest.text


def test_two_notifiers_tell_of_an_incident_once(office: Office) -> None:
    noticed(office)
    office.run(5)
    assert office.run(5).subjects == 0


def test_a_crash_repeats_the_notice_rather_than_losing_it(office: Office) -> None:
    noticed(office)
    lease = office.desk.alerts.lease(DueItem(ID, "noticed"), at(5), at(7))
    assert lease is not None
    assert isinstance(lease.subject, Incident)
    assert office.run(6).sent == 0
    assert office.run(7).sent == 2


def test_whoever_confirms_meanwhile_is_not_told_to_confirm(office: Office) -> None:
    noticed(office)
    lease = office.desk.alerts.lease(DueItem(ID, "noticed"), at(5), at(7))
    assert lease is not None
    assert isinstance(lease.subject, Incident)
    subject = lease.subject
    office.desk.incidents.save(incident_change(subject, subject.moved(an_update(6)), update=an_update(6)))
    office.desk.alerts.done(lease, at(5), at(9), 0)
    assert office.run(20).sent == 0
    found = office.desk.incidents.get(ID)
    assert found is not None
    assert not found.waiting


def test_the_solved_list_names_each_customer_once(office: Office) -> None:
    noticed(office)
    office.run(5)
    office.desk.incidents.join(ID, [joined(1, 71), joined(3, 71), joined(4, 73)])
    found = office.desk.incidents.get(ID)
    assert found is not None
    word = an_update(90, Status.INVESTIGATING)
    public = office.desk.incidents.save(incident_change(found, found.moved(word), update=word))
    word = an_update(100, Status.RESOLVED, "It works again.")
    solved = public.moved(word).timed(Clock.GO_BACK, timedelta(hours=24), at(100))
    office.desk.incidents.save(incident_change(public, solved, update=word))
    office.mail.taken.clear()
    assert office.run(100).sent == 2
    address, mail = office.mail.taken[0]
    assert address == "lea@example.com"
    assert re.findall(r"x\.com/i/status/(\d+)", mail.text) == ["3", "4"]


# --- what staff do to a case ------------------------------------------------------------------------------


def test_what_staff_did_is_kept_with_the_case_and_once(office: Office) -> None:
    case = office.opens()
    change = commanded(case, Dismiss("a joke"), 10)
    closed = office.desk.cases.save(change)
    assert office.desk.cases.timeline(case.case_id)[-1] == change.entry
    with pytest.raises(AlreadyDone):
        office.desk.cases.save(replace(change, before=closed))
    with pytest.raises(AlreadyDone):
        office.desk.cases.save(change)
    with pytest.raises(CaseChanged) as changed:
        office.desk.cases.save(commanded(case, Dismiss("stale"), 11))
    assert changed.value.current == office.desk.cases.get(case.case_id) == closed
    assert office.desk.cases.holds(case.case_id, change.entry.entry_id)
    assert not office.desk.cases.holds(case.case_id, commanded(case, Dismiss("stale"), 11).entry.entry_id)


# --- complaints about an incident that is known -----------------------------------------------------------


def classified(desk: Desk, said: str, urgency: Urgency = Urgency.HIGH, most: str = "normal") -> Case:
    """A complaint comes in while the incidents that the desk holds are known."""
    found = settings(incidents={"urgency": most})
    post = a_post(said, created_at=at(20))
    desk.posts.add(post)
    classify = ClassifyMention(
        desk.posts,
        desk.cases,
        lambda post: tags(Kind.COMPLAINT, urgency=urgency, said=triage(post).said),
        lambda: found,
        lambda _: desk.incidents.open(),
    )
    change = classify(post, at(20))
    assert change is not None
    assert change.case is not None
    case = desk.cases.get(change.case.after.case_id)
    assert case is not None
    return case


def public(desk: Desk, *terms: str) -> None:
    assert desk.incidents.add(incident_change(None, an_incident(status=Status.INVESTIGATING, terms=terms)))


def test_a_complaint_about_a_public_incident_becomes_part_of_it(desk: Desk) -> None:
    public(desk, "teapot")
    case = classified(desk, "the teapot lid came off again")
    assert (case.incident_id, case.urgency) == (ID, Urgency.NORMAL)


def test_another_complaint_does_not(desk: Desk) -> None:
    public(desk, "teapot")
    case = classified(desk, "the courier left my parcel in the rain")
    assert (case.incident_id, case.urgency) == (None, Urgency.HIGH)


def test_nor_while_it_is_a_candidate(desk: Desk) -> None:
    desk.incidents.add(incident_change(None, an_incident(terms=("teapot",))))
    assert classified(desk, "the teapot lid came off again").incident_id is None


@pytest.mark.parametrize(
    ("urgency", "most", "expected"),
    [
        (Urgency.CRITICAL, "low", Urgency.CRITICAL),
        (Urgency.LOW, "normal", Urgency.LOW),
        (Urgency.HIGH, "high", Urgency.HIGH),
    ],
)
def test_settings_say_how_urgent_it_is_at_most(desk: Desk, urgency: Urgency, most: str, expected: Urgency) -> None:
    public(desk, "teapot")
    assert classified(desk, "the teapot lid came off again", urgency, most).urgency == expected


def test_a_complaint_edited_into_something_else_leaves_none(desk: Desk) -> None:
    post = a_post("@shop the teapot lid came off", created_at=at(20))
    edit = replace(post, text="@shop lovely teapot, thank you", edits=1, version_id=PostId(f"{int(post.post_id) + 1}"))
    left = []
    for text in (post, edit):
        desk.posts.add(text)
        (stored,) = desk.unclassified()
        kind = Kind.PRAISE if text is edit else Kind.COMPLAINT
        judged = tags(kind, confidence=0.9, said=triage(stored).said)
        assert ClassifyMention(desk.posts, desk.cases, lambda _, judged=judged: judged, settings)(stored, at(21))
        left.append(len(desk.signals.window(at(0), at(60), 10)))
    assert left == [1, 0]


def test_each_complaint_leaves_a_signal(desk: Desk) -> None:
    classified(desk, "the teapot lid came off again")
    (signal,) = desk.signals.window(at(0), at(60), 10)
    assert (signal.at, signal.case_id is None) == (at(20), False)
    assert "teapot" in signal.terms
