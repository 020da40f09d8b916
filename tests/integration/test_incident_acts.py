"""People put incidents right: open, edit, reopen, merge, members, other times, and the list to go back to."""

from dataclasses import dataclass
from typing import Any

import pytest

from mentiondesk.domain.access.actions import CASE_ACTIONS, INCIDENT_ACTIONS, Action
from mentiondesk.domain.access.actor import Actor, Door, NotAllowed
from mentiondesk.domain.ids import CaseId, ComponentId, ConversationId, IncidentId, PostId, StaffId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.commands import (
    ApprovePost,
    ChangeMembers,
    ChooseGoBack,
    EditIncident,
    EditUpdate,
    MergeInto,
    OpenIncident,
    PostUpdate,
    Publish,
    ReopenIncident,
    Reschedule,
    ResolveIncident,
)
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import (
    Affected,
    Health,
    Impact,
    Incident,
    LinkedPost,
    NotPossible,
    PublicStays,
    Sample,
    Status,
    component_health,
)
from mentiondesk.domain.status.public_incident import public_incident
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.usecases.incidents.change_incident import ChangeIncident, IncidentView, NoSuchPost
from mentiondesk.values import replace
from tests.integration.conftest import Desk
from tests.support.builders import a_post, a_staff, at, settings
from tests.support.telling import a_candidate, a_maintenance

ANA = Actor(a_staff("ana"), CASE_ACTIONS | INCIDENT_ACTIONS, Door.LINK)
SHOP = ComponentId("shop")
INCIDENT_ID = a_candidate().incident_id


def a_member(number: int, author: int, minute: float = 0) -> LinkedPost:
    case = CaseId(ConversationId(str(number)), UserId(str(author)))
    return LinkedPost(PostId(str(number)), UserId(str(author)), at(minute), f"words of {number}", case)


MEMBERS = [a_member(901, 70), a_member(902, 71, 1), a_member(903, 70, 2)]


@dataclass
class Office:
    """A desk with one candidate of three posts by two people, and one person who acts on it."""

    desk: Desk

    def __post_init__(self) -> None:
        made = settings()
        self.change = ChangeIncident(self.desk.incidents, self.desk.drafts, lambda: made, self.desk.posts.get)
        sample = Sample(PostId("902"), UserId("71"), at(1), "words of 902")
        candidate = a_candidate(people=2, posts=3, terms=("checkout", "fail"), samples=(sample,))
        self.desk.incidents.add(incident_change(None, candidate))
        self.desk.incidents.join(INCIDENT_ID, MEMBERS)

    def press(self, command: Any, minute: float, event: str = "", incident_id: IncidentId = INCIDENT_ID) -> Incident:
        return self.change(ANA, incident_id, command, event or f"e{minute}", at(minute))

    @property
    def view(self) -> IncidentView:
        return self.change.look(ANA, INCIDENT_ID)

    def members(self, incident_id: IncidentId = INCIDENT_ID) -> list[str]:
        return [one.post_id for one in self.desk.incidents.joined(incident_id)]


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk)


def publish(office: Office, minute: float = 5) -> Incident:
    affected = (Affected(SHOP, Health.PARTIAL_OUTAGE),)
    return office.press(Publish("Online shop: checkout fails", Impact.MAJOR, "We look into it.", affected), minute)


# --- Editing ----------------------------------------------------------------------------------------------


def test_facts_are_corrected_everywhere_and_nothing_is_mailed(office: Office) -> None:
    publish(office)
    command = EditIncident("Checkout fails", Impact.CRITICAL, (Affected(SHOP, Health.MAJOR_OUTAGE),), at(-20))
    after = office.press(command, 9)
    assert (after.title, after.impact, after.started_at, after.start_known) == (
        "Checkout fails", Impact.CRITICAL, at(-20), True,
    )  # fmt: skip
    assert component_health([after]) == {SHOP: Health.MAJOR_OUTAGE}
    assert (after.status, after.edited_at, after.updated_at) == (Status.INVESTIGATING, at(9), at(5))
    assert len(office.view.updates) == 1
    assert public_incident(after, office.view.updates).updated_at == at(9)
    assert office.view.record[-1].by == StaffId("ana")


def test_a_candidate_s_start_can_be_corrected_before_it_is_public(office: Office) -> None:
    found = office.view.incident
    after = office.press(EditIncident(found.title, found.impact, found.affected, at(-1)), 3)
    assert (after.status, after.started_at, after.start_known) == (Status.CANDIDATE, at(-1), True)
    untouched = office.press(EditIncident("Another", after.impact, (), at(-1)), 4)
    assert untouched.start_known


def test_an_incident_did_not_begin_in_the_future(office: Office) -> None:
    found = office.view.incident
    assert office.press(EditIncident("T", found.impact, (), at(600)), 3).started_at == at(3)


def test_an_update_s_text_is_edited_and_marked(office: Office) -> None:
    publish(office)
    (before,) = office.view.updates
    office.press(EditUpdate(before.update_id, "We know what it is."), 8)
    (after,) = office.view.updates
    assert after == replace(before, body="We know what it is.", edited_at=at(8))
    (shown,) = public_incident(office.view.incident, office.view.updates).updates
    assert (shown.body, shown.edited_at, shown.at) == ("We know what it is.", at(8), at(5))
    with pytest.raises(NotPossible):
        office.press(EditUpdate("another", "?"), 9)


# --- Opening again, opening by hand -----------------------------------------------------------------------


def test_a_resolved_incident_goes_on_when_it_is_reopened(office: Office) -> None:
    publish(office)
    office.press(ResolveIncident("It is over."), 20)
    assert not office.desk.incidents.open()
    after = office.press(ReopenIncident("It is back."), 30)
    assert (after.status, after.ended_at) == (Status.INVESTIGATING, None)
    assert [one.incident_id for one in office.desk.incidents.open()] == [INCIDENT_ID]
    assert [one.status for one in office.view.updates][-1] is Status.INVESTIGATING
    again = office.press(ResolveIncident("Now it is."), 40)
    assert (again.status, again.gone_back_at, again.go_back_from) == (Status.RESOLVED, None, None)


@pytest.mark.parametrize("ended", ["open", "candidate"])
def test_only_what_is_resolved_is_reopened(office: Office, ended: str) -> None:
    if ended == "open":
        publish(office)
    with pytest.raises(NotPossible):
        office.press(ReopenIncident("?"), 30)


def test_an_incident_is_opened_by_hand_once(office: Office) -> None:
    command = OpenIncident("Deliveries: late", Impact.MINOR, "Vans are late.", (), at(-30))
    made = office.change.open_incident(ANA, command, "e1", at(2), (a_member(910, 80),))
    assert (made.status, made.started_at, made.start_known, made.owner) == (
        Status.INVESTIGATING, at(-30), True, StaffId("ana"),
    )  # fmt: skip
    assert (made.people, made.posts, office.members(made.incident_id)) == (1, 1, ["910"])
    assert [one.body for one in office.desk.incidents.updates(made.incident_id)] == ["Vans are late."]
    with pytest.raises(AlreadyDone):
        office.change.open_incident(ANA, command, "e1", at(3), (a_member(910, 80),))
    nobody = replace(ANA, rights=INCIDENT_ACTIONS)
    with pytest.raises(NotAllowed):
        office.change.open_incident(nobody, command, "e2", at(3))


# --- Members ----------------------------------------------------------------------------------------------


def test_a_post_is_taken_out_and_does_not_come_back_by_itself(office: Office) -> None:
    after = office.press(ChangeMembers(PostId("902"), joins=False), 6)
    assert (after.posts, after.people, after.samples) == (2, 1, ())
    assert office.members() == ["901", "903"]
    assert office.desk.incidents.join(INCIDENT_ID, MEMBERS) == (2, 1)
    after = office.press(ChangeMembers(PostId("901"), joins=False), 7)
    assert (after.posts, after.people) == (1, 1)


def test_a_post_is_put_in_by_hand(office: Office) -> None:
    post = a_post()
    office.desk.posts.add(post)
    after = office.press(ChangeMembers(post.post_id, joins=True), 6)
    assert (after.posts, after.people) == (4, 3)
    office.press(ChangeMembers(post.post_id, joins=False), 7)
    assert office.press(ChangeMembers(post.post_id, joins=True), 8).posts == 4
    with pytest.raises(NoSuchPost):
        office.press(ChangeMembers(PostId("5"), joins=True), 9)


def test_one_outage_that_was_noticed_twice_is_one_incident(office: Office) -> None:
    publish(office)
    other = a_candidate(incident_id=IncidentId("other"), title="Payments", terms=("pay", "fail"), started_at=at(-9))
    office.desk.incidents.add(incident_change(None, other))
    office.desk.incidents.join(other.incident_id, [a_member(910, 80), a_member(901, 70)])
    view = office.change.look(ANA, other.incident_id)
    assert [one.incident_id for one in view.others] == [INCIDENT_ID]
    gone = office.press(MergeInto(INCIDENT_ID), 8, incident_id=other.incident_id)
    assert (gone.status, gone.reason) == (Status.DISMISSED, "Online shop: checkout fails")
    whole = office.view.incident
    assert (whole.posts, whole.people, whole.started_at) == (4, 3, at(-9))
    assert whole.terms == ("checkout", "fail", "pay")
    with pytest.raises(AlreadyDone):
        office.press(MergeInto(INCIDENT_ID), 8, incident_id=other.incident_id)


def test_what_is_public_or_alone_is_not_merged(office: Office) -> None:
    assert Action.MERGE not in office.view.actions
    publish(office)
    assert Action.MERGE not in office.view.actions
    other = a_candidate(incident_id=IncidentId("other"))
    office.desk.incidents.add(incident_change(None, other))
    before = office.members()
    with pytest.raises(PublicStays):
        office.press(MergeInto(other.incident_id), 8)
    assert (office.members(), office.members(other.incident_id)) == (before, [])


# --- Maintenance ------------------------------------------------------------------------------------------


def planned(office: Office) -> IncidentId:
    maintenance = a_maintenance(incident_id=IncidentId("m1"))
    office.desk.incidents.add(incident_change(None, maintenance))
    return maintenance.incident_id


def test_a_maintenance_is_moved_and_cancelled(office: Office) -> None:
    move = planned(office)
    after = office.press(Reschedule(at(300), at(360), "Later than planned."), 10, incident_id=move)
    assert (after.status, after.scheduled_for, after.scheduled_until) == (Status.SCHEDULED, at(300), at(360))
    cancelled = office.press(ResolveIncident("It is not needed."), 20, incident_id=move)
    assert cancelled.status is Status.COMPLETED
    with pytest.raises(NotPossible):
        office.press(Reschedule(at(300), at(360), "?"), 30, incident_id=move)


# --- After the end ----------------------------------------------------------------------------------------


def test_a_draft_that_what_is_public_has_overtaken_is_gone(office: Office) -> None:
    publish(office)
    office.desk.drafts.add(Draft(INCIDENT_ID, Occasion.PUBLISHED, "We are working on it.", at(6)))
    assert [one.occasion for one in office.view.drafts] == [Occasion.PUBLISHED]
    office.press(ResolveIncident("It is over."), 20)
    assert not office.view.drafts
    assert Action.APPROVE not in office.view.actions
    with pytest.raises(NotPossible):
        office.press(ApprovePost(Occasion.PUBLISHED), 21)
    office.desk.drafts.add(Draft(INCIDENT_ID, Occasion.RESOLVED, "It is solved.", at(22)))
    assert [one.occasion for one in office.view.drafts] == [Occasion.RESOLVED]


def test_the_list_is_gone_through_once(office: Office) -> None:
    publish(office)
    with pytest.raises(NotPossible):
        office.press(ChooseGoBack(), 10)
    office.press(ResolveIncident("It is over."), 20)
    assert Action.GO_BACK in office.view.actions
    case = MEMBERS[0].case_id
    assert case is not None
    assert office.press(ChooseGoBack((case,)), 25).go_back_from == (case,)
    assert Action.GO_BACK not in office.view.actions
    with pytest.raises(NotPossible):
        office.press(ChooseGoBack(), 26)


@pytest.mark.parametrize("status", [Status.IDENTIFIED, Status.MONITORING])
def test_corrections_go_with_every_status(office: Office, status: Status) -> None:
    publish(office)
    office.press(PostUpdate(status, "News."), 10)
    assert {Action.EDIT, Action.EDIT_UPDATE, Action.MEMBERS} <= office.view.actions
