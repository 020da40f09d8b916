"""Buttons behind links, in memory and on the table: each act once, whoever else is at it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count, cycle
from typing import Any

import pytest

from mentiondesk.domain.access.actions import CASE_ACTIONS, INCIDENT_ACTIONS, Action
from mentiondesk.domain.access.actor import NotAllowed
from mentiondesk.domain.access.links import Link, LinkExpired, NoLongerStaff
from mentiondesk.domain.cases.case import (
    AlreadyClaimed,
    AlreadyYours,
    Case,
    CaseClosed,
    KindUnchanged,
    NothingToUndo,
    NotWaiting,
)
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import (
    CaseCommand,
    Claim,
    Correct,
    Dismiss,
    MarkAnswered,
    Release,
    Reopen,
    Resolve,
    Snooze,
    SnoozeFor,
    Undo,
)
from mentiondesk.domain.cases.fold import apply, fold
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import CaseId, ComponentId, IncidentId, PostId, StaffId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.commands import ApprovePost, DismissIncident, PostUpdate, Publish, ResolveIncident
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import (
    Affected,
    Health,
    Impact,
    Incident,
    NotPossible,
    Sample,
    Status,
    Update,
)
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.timeline import (
    AnsweredElsewhere,
    BrandPosted,
    CaseAct,
    Claimed,
    Corrected,
    Dismissed,
    IncidentDismissed,
    IncidentResolved,
    Published,
    Snoozed,
    Undone,
    Updated,
)
from mentiondesk.ports.alerts import DueItem
from mentiondesk.ports.cases import CaseChanged, Classified
from mentiondesk.ports.incidents import DraftStore, IncidentChanged
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.usecases.cases.change_case import CaseView, ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident, IncidentView
from mentiondesk.values import replace
from tests.integration.conftest import Desk
from tests.support.builders import a_post, answered, at, said, settings, tags

ANA, MO = StaffId("ana"), StaffId("mo")
INCIDENT_ID = IncidentId("20260617-website-app-1")
SHOP, VAN = ComponentId("shop"), ComponentId("van")


def team(**overrides: Any) -> DeskSettings:
    """Ana is on duty; Mo is too, and leads."""
    return settings(**team_of(**overrides))


def team_of(**overrides: Any) -> dict[str, Any]:
    people = [
        {"id": "ana", "name": "Ana", "email": "ana@example.com", "duty": "always"},
        {"id": "mo", "name": "Mo", "email": "mo@example.com", "duty": "always", "roles": ["lead"]},
    ]
    page = {"components": [{"id": SHOP, "name": "Online shop"}, {"id": VAN, "name": "Deliveries"}]}
    return {"staff": people, "status_page": page, **overrides}


@dataclass
class Staffed:
    """A desk with two people, one waiting customer and one candidate, and the acts on them."""

    desk: Desk
    drafts: DraftStore
    settings: DeskSettings

    def press(self, link: Link, command: CaseCommand, event: str, now: datetime, cases: Any = None) -> CaseView:
        """The case as its page shows it after a button was pressed."""
        change, actor = self._change_case(cases), link.actor(self.settings.roster, now)
        case = change(actor, self._case_id(link), command, event, now)
        assert case == change.look(actor, case.case_id, now).case
        return change.view(actor, case, now)

    def look(self, link: Link, now: datetime) -> CaseView:
        return self._change_case().look(link.actor(self.settings.roster, now), self._case_id(link), now)

    def _case_id(self, link: Link) -> CaseId:
        assert isinstance(link.subject_id, CaseId)
        return link.subject_id

    def _change_case(self, cases: Any = None) -> ChangeCase:
        return ChangeCase(cases or self.desk.cases, lambda: self.settings)

    def press_incident(
        self, link: Link, command: Any, event: str, now: datetime, incidents: Any = None
    ) -> IncidentView:
        """The incident as its page shows it after a button was pressed."""
        change = ChangeIncident(
            incidents or self.desk.incidents, self.drafts, lambda: self.settings, self.desk.posts.get
        )
        assert not isinstance(link.subject_id, CaseId)
        actor = link.actor(self.settings.roster, now)
        return change.view(actor, change(actor, link.subject_id, command, event, now))

    def look_at_incident(self, link: Link, now: datetime) -> IncidentView:
        change = ChangeIncident(self.desk.incidents, self.drafts, lambda: self.settings, self.desk.posts.get)
        assert not isinstance(link.subject_id, CaseId)
        return change.look(link.actor(self.settings.roster, now), link.subject_id)

    @property
    def case(self) -> Case:
        found = self.desk.cases.get(CASE_ID)
        assert found is not None
        return found

    @property
    def incident(self) -> Incident:
        found = self.desk.incidents.get(INCIDENT_ID)
        assert found is not None
        return found

    def done(self) -> list[CaseAct]:
        """The acts in the case's timeline."""
        return [entry for entry in self.desk.cases.timeline(CASE_ID) if isinstance(entry, CaseAct)]

    def done_to_incident(self) -> list[Any]:
        return list(self.desk.incidents.record(INCIDENT_ID))


def kinds(entries: Iterable[object]) -> list[type]:
    return [type(entry) for entry in entries]


POST = a_post()
CASE_ID = CaseId(POST.conversation_id, POST.author_id)
WHOLE = DueItem(CASE_ID)


def begin(desk: Desk, words: str = "complaint at 0", candidate: Incident | None = None) -> None:
    """A customer waits since noon, and a candidate was noticed."""
    desk.posts.add(POST)
    entry = said(0, post_id=POST.post_id, words=words)
    opened = fold(CASE_ID, [entry], team().policy)
    assert desk.cases.commit(Classified(POST, POST.created_at, tags(), case_change(None, opened, entry)))
    assert desk.incidents.add(incident_change(None, candidate or a_candidate()))


@pytest.fixture
def staffed(desk: Desk) -> Staffed:
    begin(desk)
    return Staffed(desk, desk.drafts, team())


def a_candidate() -> Incident:
    sample = Sample(PostId("900"), UserId("70"), at(0), "checkout throws an error")
    made = Incident(
        INCIDENT_ID,
        Status.CANDIDATE,
        "Checkout: throws an error",
        created_at=at(5),
        started_at=at(0),
        affected=(Affected(SHOP, Health.PARTIAL_OUTAGE), Affected(VAN, Health.DEGRADED_PERFORMANCE)),
        people=5,
        posts=6,
        samples=(sample,),
    )
    return made.timed(Clock.CONFIRM, team().incidents.confirm_within, at(5))


def a_link(by: StaffId = ANA, **overrides: Any) -> Link:
    return Link(**{"staff_id": by, "subject_id": CASE_ID, "actions": CASE_ACTIONS, "until": at(600), **overrides})


def an_incident_link(by: StaffId = ANA, **overrides: Any) -> Link:
    return a_link(by, **{"subject_id": INCIDENT_ID, "actions": INCIDENT_ACTIONS, **overrides})


CLAIM = Claim()
PUBLISH = Publish("Payments fail", Impact.MAJOR, "We are on it.", (Affected(SHOP, Health.MAJOR_OUTAGE),))
ACTS: list[CaseCommand] = [CLAIM, MarkAnswered(), Dismiss("a joke"), Snooze(SnoozeFor.HOUR), Resolve("sent a new one")]


def entry(kind: Callable[..., Any], entry_id: str, minute: float, **facts: Any) -> Any:
    """An entry that Ana made."""
    return kind(entry_id=entry_id, at=at(minute), by=ANA, **facts)


def case_place(staffed: Staffed) -> tuple[datetime, int]:
    return staffed.case.last_post


def post(staffed: Staffed, answer: BrandPosted) -> None:
    """The brand posts in the case."""
    before = staffed.case
    staffed.desk.cases.save(case_change(before, apply(before, answer, staffed.settings.policy), answer))


def grow(staffed: Staffed) -> None:
    """More people meet the incident."""
    incident = staffed.incident
    staffed.desk.incidents.save(incident_change(incident, replace(incident, people=incident.people + 4)))


# --- a case -----------------------------------------------------------------------------------------------


def test_looking_changes_nothing(staffed: Staffed) -> None:
    before = staffed.case, staffed.incident
    for _ in range(3):
        view = staffed.look(a_link(), at(10))
        assert (view.actor.by, view.case) == (ANA, before[0])
        assert staffed.look_at_incident(an_incident_link(), at(10)).incident == before[1]
    assert (staffed.case, staffed.incident) == before
    assert staffed.done() == []
    assert staffed.done_to_incident() == []


def test_a_claim_is_kept_with_its_line_in_the_record(staffed: Staffed) -> None:
    view = staffed.press(a_link(), CLAIM, "e1", at(10))
    assert (view.case.owner, view.case.claimed_at) == (ANA, at(10))
    assert staffed.case == view.case
    assert staffed.done() == list(view.acts) == [entry(Claimed, "e1-claim", 10, after=case_place(staffed), number=1)]


def test_of_two_people_one_wins_and_the_other_is_told_who(staffed: Staffed) -> None:
    staffed.press(a_link(MO), CLAIM, "e1", at(10))
    with pytest.raises(AlreadyClaimed) as refused:
        staffed.press(a_link(ANA), CLAIM, "e2", at(10))
    assert refused.value.owner == MO
    assert [act.by for act in staffed.done()] == [MO]


@dataclass
class Meanwhile:
    """A store in front of which something else happens just before the first write."""

    store: Any
    happens: Callable[[], object]
    happened: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def save(self, *change: Any) -> Any:
        if not self.happened:
            self.happened = True
            self.happens()
        return self.store.save(*change)


def test_of_two_people_at_the_same_moment_one_wins(staffed: Staffed) -> None:
    def mo_claims() -> None:
        staffed.press(a_link(MO), CLAIM, "e2", at(10))

    between = Meanwhile(staffed.desk.cases, mo_claims)
    with pytest.raises(AlreadyClaimed) as refused:
        staffed.press(a_link(ANA), CLAIM, "e1", at(10), between)
    assert refused.value.owner == MO
    assert (staffed.case.owner, staffed.done()) == (MO, staffed.done()) and kinds(staffed.done()) == [Claimed]


def test_a_case_that_changed_meanwhile_is_read_again(staffed: Staffed) -> None:
    between = Meanwhile(staffed.desk.cases, lambda: staffed.press(a_link(), Snooze(SnoozeFor.HOUR), "e0", at(10)))
    staffed.press(a_link(), CLAIM, "e1", at(10), between)
    assert (staffed.case.owner, staffed.case.snoozed_until) == (ANA, at(60))
    assert kinds(staffed.done()) == [Snoozed, Claimed]
    assert [act.number for act in staffed.done()] == [1, 2]


class Restless(Meanwhile):
    """A store in front of which something else happens before each write."""

    def save(self, *change: Any) -> Any:
        self.happens()
        return self.store.save(*change)


def test_a_case_that_never_rests_is_given_up_with_nothing_done(staffed: Staffed) -> None:
    events = (f"e{number}" for number in count(2))
    restless = Restless(staffed.desk.cases, lambda: staffed.press(a_link(MO), next(turns), next(events), at(10)))
    turns: Iterator[CaseCommand] = cycle((CLAIM, Release()))
    with pytest.raises(CaseChanged):
        staffed.press(a_link(), MarkAnswered(), "e1", at(10), restless)
    assert staffed.case.waiting
    assert AnsweredElsewhere not in kinds(staffed.done())


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.action)
def test_a_button_pressed_twice_acts_once(staffed: Staffed, act: CaseCommand) -> None:
    staffed.press(a_link(), act, "e1", at(10))
    after = staffed.case
    with pytest.raises(AlreadyDone):
        staffed.press(a_link(), act, "e1", at(11))
    assert (staffed.case, len(staffed.done())) == (after, 1)


def test_a_button_pressed_twice_at_the_same_moment_acts_once(staffed: Staffed) -> None:
    act = Snooze(SnoozeFor.HOUR)
    between = Meanwhile(staffed.desk.cases, lambda: staffed.press(a_link(), act, "e1", at(10)))
    with pytest.raises(AlreadyDone):
        staffed.press(a_link(), act, "e1", at(10), between)
    assert len(staffed.done()) == 1


def test_a_press_that_only_met_another_write_on_its_way_is_tried_again(staffed: Staffed) -> None:
    def conflict() -> None:
        raise CaseChanged(staffed.case)

    between = Meanwhile(staffed.desk.cases, conflict)
    staffed.press(a_link(), CLAIM, "e1", at(10), between)
    assert (staffed.case.owner, kinds(staffed.done())) == (ANA, [Claimed])


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.action)
def test_a_press_cut_short_after_the_write_is_known_for_done(staffed: Staffed, act: CaseCommand) -> None:
    class CutShort(Meanwhile):
        def save(self, *change: Any) -> Any:
            self.store.save(*change)
            raise ConnectionError

    cut_short = CutShort(staffed.desk.cases, lambda: None)
    with pytest.raises(ConnectionError):
        staffed.press(a_link(), act, "e1", at(10), cut_short)
    after = staffed.case
    with pytest.raises(AlreadyDone):
        staffed.press(a_link(), act, "e1", at(11))
    assert (staffed.case, len(staffed.done())) == (after, 1)


def test_each_button_of_one_page_is_pressed_once(staffed: Staffed) -> None:
    staffed.press(a_link(), CLAIM, "e1", at(10))
    staffed.press(a_link(), MarkAnswered(), "e1", at(11))
    assert kinds(staffed.done()) == [Claimed, AnsweredElsewhere]


def test_who_has_a_case_already_is_told_so(staffed: Staffed) -> None:
    staffed.press(a_link(), CLAIM, "e1", at(10))
    with pytest.raises(AlreadyYours):
        staffed.press(a_link(), CLAIM, "e2", at(11))


def test_a_reason_is_kept(staffed: Staffed) -> None:
    staffed.press(a_link(), Dismiss("a joke"), "e1", at(10))
    assert (staffed.case.state, staffed.case.reason) == (State.DISMISSED, "a joke")
    assert kinds(staffed.done()) == [Dismissed]


def test_a_closed_case_stays_as_it_is(staffed: Staffed) -> None:
    staffed.press(a_link(), Resolve("sent a new one"), "e0", at(9))
    before = staffed.case
    for act in (*ACTS, Release()):
        with pytest.raises(CaseClosed):
            staffed.press(a_link(), act, "e1", at(10))
    view = staffed.look(a_link(), at(10))
    assert view.actions == {Action.REOPEN_CASE, Action.UNDO}
    assert view.snoozes == ()
    assert (staffed.case, len(staffed.done())) == (before, 1)


def test_snoozing_ends_when_the_lead_is_told_at_the_latest(staffed: Staffed) -> None:
    view = staffed.look(a_link(), at(20))
    assert view.snoozes == ((SnoozeFor.HALF_HOUR, at(50)), (SnoozeFor.HOUR, at(60)))
    after = staffed.press(a_link(), Snooze(SnoozeFor.HALF_HOUR), "e1", at(20))
    assert after.case.snoozed_until == at(50)
    assert [act.until for act in staffed.done() if isinstance(act, Snoozed)] == [at(50)]
    assert WHOLE not in staffed.desk.alerts.due(at(49), 10)
    assert WHOLE in staffed.desk.alerts.due(at(50), 10)


def test_a_lease_that_runs_does_not_undo_a_snooze(staffed: Staffed) -> None:
    lease = staffed.desk.alerts.lease(WHOLE, at(30), at(32))
    assert lease is not None
    staffed.press(a_link(), Snooze(SnoozeFor.HALF_HOUR), "e1", at(30))
    staffed.desk.alerts.done(lease, at(30), at(45), 0)
    assert WHOLE not in staffed.desk.alerts.due(at(59), 10)
    assert WHOLE in staffed.desk.alerts.due(at(60), 10)


def test_only_what_is_possible_is_offered(staffed: Staffed) -> None:
    free = {Action.CLAIM, Action.ANSWERED, Action.NO_ANSWER, Action.SNOOZE, Action.RESOLVE_CASE, Action.CORRECT}
    assert staffed.look(a_link(), at(10)).actions == free
    taken = staffed.press(a_link(), CLAIM, "e1", at(10))
    assert taken.actions == free - {Action.CLAIM} | {Action.RELEASE, Action.UNDO}
    assert staffed.look(a_link(MO), at(10)).actions == {Action.ANSWERED, Action.RELEASE}
    only = staffed.look(a_link(actions=frozenset({Action.SNOOZE})), at(10))
    assert only.actions == {Action.SNOOZE}


def test_a_lead_gives_back_what_another_has(staffed: Staffed) -> None:
    staffed.press(a_link(ANA), CLAIM, "e1", at(10))
    staffed.press(a_link(MO), Release(), "e2", at(20))
    assert staffed.case.owner is None
    assert DueItem(CASE_ID, "released") in staffed.desk.alerts.due(at(20), 10)


def test_an_answer_on_x_meanwhile_leaves_nothing_to_do(staffed: Staffed) -> None:
    post(staffed, answered(10))
    with pytest.raises(NotWaiting):
        staffed.press(a_link(), MarkAnswered(), "e1", at(12))


# --- the link ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overrides", "refusal"),
    [
        ({"until": at(10)}, LinkExpired),
        ({"by": StaffId("gone")}, NoLongerStaff),
        ({"actions": frozenset({Action.SNOOZE})}, NotAllowed),
        ({"subject_id": CaseId.parse("1#1")}, SubjectGone),
    ],
)
def test_a_link_that_does_not_hold_changes_nothing(
    staffed: Staffed, overrides: dict[str, Any], refusal: type[Exception]
) -> None:
    before = staffed.case
    with pytest.raises(refusal):
        staffed.press(a_link(**overrides), CLAIM, "e1", at(10))
    if refusal is not NotAllowed:
        with pytest.raises(refusal):
            staffed.look(a_link(**overrides), at(10))
    assert (staffed.case, staffed.done()) == (before, [])


@pytest.mark.parametrize(
    ("overrides", "refusal"),
    [
        ({"until": at(10)}, LinkExpired),
        ({"by": StaffId("gone")}, NoLongerStaff),
        ({"actions": frozenset({Action.DISMISS})}, NotAllowed),
        ({"subject_id": IncidentId("none")}, SubjectGone),
    ],
)
def test_a_link_to_an_incident_that_does_not_hold_changes_nothing(
    staffed: Staffed, overrides: dict[str, Any], refusal: type[Exception]
) -> None:
    before = staffed.incident
    with pytest.raises(refusal):
        staffed.press_incident(an_incident_link(**overrides), PUBLISH, "e1", at(10))
    assert (staffed.incident, staffed.done_to_incident()) == (before, [])


# --- an incident ------------------------------------------------------------------------------------------


def test_confirming_publishes_what_the_person_says(staffed: Staffed) -> None:
    view = staffed.press_incident(an_incident_link(), PUBLISH, "e1", at(10))
    incident = staffed.incident
    assert incident == view.incident
    assert (incident.status, incident.title, incident.impact) == (Status.INVESTIGATING, "Payments fail", Impact.MAJOR)
    assert incident.affected == (Affected(SHOP, Health.MAJOR_OUTAGE),)
    assert (incident.published_at, incident.waiting, incident.owner) == (at(10), False, ANA)
    told = Update(INCIDENT_ID, at(10), Status.INVESTIGATING, "We are on it.", PUBLISH.affected, ANA)
    assert staffed.desk.incidents.updates(INCIDENT_ID) == [told]
    assert staffed.done_to_incident() == [entry(Published, "e1-publish", 10, title="Payments fail")]
    assert view.actions == {Action.UPDATE, Action.RESOLVE, Action.EDIT, Action.EDIT_UPDATE, Action.MEMBERS}


def test_updates_and_the_end_are_told_in_order(staffed: Staffed) -> None:
    staffed.press_incident(an_incident_link(), PUBLISH, "e1", at(10))
    well = (Affected(SHOP, Health.DEGRADED_PERFORMANCE),)
    staffed.press_incident(
        an_incident_link(MO), PostUpdate(Status.MONITORING, "It should be better.", well), "e2", at(20)
    )
    view = staffed.press_incident(an_incident_link(), ResolveIncident("It is over."), "e3", at(30))
    assert [(u.status, u.by, u.at) for u in view.updates] == [
        (Status.INVESTIGATING, ANA, at(10)),
        (Status.MONITORING, MO, at(20)),
        (Status.RESOLVED, ANA, at(30)),
    ]
    assert kinds(staffed.done_to_incident()) == [Published, Updated, IncidentResolved]
    assert staffed.done_to_incident()[1].status is Status.MONITORING
    assert view.updates[-1].affected == (Affected(SHOP, Health.OPERATIONAL),)
    assert (view.incident.ended_at, view.incident.affected) == (at(30), (Affected(SHOP, Health.OPERATIONAL),))
    corrections = {Action.EDIT, Action.EDIT_UPDATE, Action.MEMBERS}
    assert view.actions == corrections | {Action.REOPEN, Action.GO_BACK}


def test_what_is_no_incident_stays_unpublished(staffed: Staffed) -> None:
    view = staffed.press_incident(an_incident_link(), DismissIncident("a meme"), "e1", at(10))
    assert (view.incident.status, view.incident.reason, view.updates) == (Status.DISMISSED, "a meme", ())
    assert staffed.done_to_incident() == [entry(IncidentDismissed, "e1-dismiss", 10, reason="a meme")]
    for act in (PUBLISH, DismissIncident("again"), PostUpdate(Status.MONITORING, "?"), ResolveIncident("?")):
        with pytest.raises(NotPossible):
            staffed.press_incident(an_incident_link(), act, "e2", at(11))


@pytest.mark.parametrize(
    "act", [PostUpdate(Status.MONITORING, "?"), PostUpdate(Status.INVESTIGATING, "?"), ResolveIncident("?")]
)
def test_a_candidate_has_no_updates_and_no_end(staffed: Staffed, act: PostUpdate | ResolveIncident) -> None:
    with pytest.raises(NotPossible):
        staffed.press_incident(an_incident_link(), act, "e1", at(10))
    assert staffed.desk.incidents.updates(INCIDENT_ID) == []


@pytest.mark.parametrize(
    "act", [PUBLISH, DismissIncident("?"), PostUpdate(Status.RESOLVED, "?"), PostUpdate(Status.CANDIDATE, "?")]
)
def test_what_is_public_is_not_published_again_or_ended_by_an_update(staffed: Staffed, act: Any) -> None:
    staffed.press_incident(an_incident_link(), PUBLISH, "e1", at(10))
    before = staffed.incident
    with pytest.raises(NotPossible):
        staffed.press_incident(an_incident_link(), act, "e2", at(11))
    assert staffed.incident == before


@pytest.mark.parametrize("act", [PUBLISH, DismissIncident("a meme")], ids=["publish", "dismiss"])
def test_an_incident_s_button_pressed_twice_acts_once(staffed: Staffed, act: Any) -> None:
    staffed.press_incident(an_incident_link(), act, "e1", at(10))
    with pytest.raises(AlreadyDone):
        staffed.press_incident(an_incident_link(), act, "e1", at(11))
    assert len(staffed.done_to_incident()) == 1


@pytest.mark.parametrize(
    "act", [PostUpdate(Status.INVESTIGATING, "Still at it."), ResolveIncident("Over.")], ids=["update", "resolve"]
)
def test_a_public_word_sent_twice_is_said_once(staffed: Staffed, act: Any) -> None:
    staffed.press_incident(an_incident_link(), PUBLISH, "e1", at(10))
    staffed.press_incident(an_incident_link(), act, "e2", at(11))
    with pytest.raises(AlreadyDone):
        staffed.press_incident(an_incident_link(), act, "e2", at(12))
    assert len(staffed.desk.incidents.updates(INCIDENT_ID)) == 2


def test_of_two_people_who_confirm_at_the_same_moment_one_publishes(staffed: Staffed) -> None:
    mine = replace(PUBLISH, title="Mo's words")
    between = Meanwhile(
        staffed.desk.incidents, lambda: staffed.press_incident(an_incident_link(MO), mine, "e2", at(10))
    )
    with pytest.raises(NotPossible):
        staffed.press_incident(an_incident_link(), PUBLISH, "e1", at(10), between)
    assert (staffed.incident.title, len(staffed.desk.incidents.updates(INCIDENT_ID))) == ("Mo's words", 1)


def test_an_incident_that_grew_meanwhile_is_read_again(staffed: Staffed) -> None:
    between = Meanwhile(staffed.desk.incidents, lambda: grow(staffed))
    staffed.press_incident(an_incident_link(), PUBLISH, "e1", at(10), between)
    assert (staffed.incident.people, staffed.incident.status) == (9, Status.INVESTIGATING)


def test_an_incident_that_never_rests_is_given_up_with_nothing_done(staffed: Staffed) -> None:
    restless = Restless(staffed.desk.incidents, lambda: grow(staffed))
    with pytest.raises(IncidentChanged):
        staffed.press_incident(an_incident_link(), PUBLISH, "e1", at(10), restless)
    assert staffed.incident.status is Status.CANDIDATE


def test_the_post_on_x_is_approved_once_by_one_person(staffed: Staffed) -> None:
    assert Action.APPROVE not in staffed.look_at_incident(an_incident_link(), at(9)).actions
    with pytest.raises(SubjectGone):
        staffed.press_incident(an_incident_link(), ApprovePost(Occasion.PUBLISHED), "e1", at(9))
    staffed.press_incident(an_incident_link(), PUBLISH, "e1", at(10))
    staffed.drafts.add(Draft(INCIDENT_ID, Occasion.PUBLISHED, "We know of it.", at(11)))
    assert Action.APPROVE in staffed.look_at_incident(an_incident_link(), at(12)).actions
    view = staffed.press_incident(an_incident_link(MO), ApprovePost(Occasion.PUBLISHED), "e2", at(13))
    assert [(d.approved_by, d.approved_at) for d in view.drafts] == [(MO, at(13))]
    assert Action.APPROVE not in view.actions
    for by in (ANA, MO):
        with pytest.raises(AlreadyDone):
            staffed.press_incident(an_incident_link(by), ApprovePost(Occasion.PUBLISHED), "e3", at(14))
    assert staffed.drafts.of(INCIDENT_ID)[0].approved_by == MO


def test_the_post_that_it_is_solved_is_approved_after_the_end(staffed: Staffed) -> None:
    staffed.press_incident(an_incident_link(), PUBLISH, "e1", at(10))
    staffed.press_incident(an_incident_link(), ResolveIncident("Over."), "e2", at(20))
    staffed.drafts.add(Draft(INCIDENT_ID, Occasion.RESOLVED, "It is over.", at(21)))
    view = staffed.press_incident(an_incident_link(), ApprovePost(Occasion.RESOLVED), "e3", at(22))
    assert view.drafts[0].approved_by == ANA


def test_a_case_is_resolved_and_opened_again_by_people(staffed: Staffed) -> None:
    resolved = staffed.press(a_link(), Resolve("sent a new one"), "e1", at(10))
    assert (resolved.case.state, resolved.case.reason) == (State.RESOLVED, "sent a new one")
    assert resolved.actions == {Action.REOPEN_CASE, Action.UNDO}
    assert WHOLE not in staffed.desk.alerts.due(at(600), 10)
    reopened = staffed.press(a_link(MO), Reopen("it broke again"), "e2", at(20))
    assert (reopened.case.state, reopened.case.waiting) == (State.OPEN, True)
    assert WHOLE in staffed.desk.alerts.due(at(600), 10)


@pytest.mark.parametrize(
    "act",
    [
        Claim(),
        MarkAnswered(),
        Dismiss("spam"),
        Resolve("sent"),
        Correct(None),
        Correct(Kind.QUESTION),
        Snooze(SnoozeFor.HALF_HOUR),
    ],
    ids=lambda act: f"{type(act).__name__}",
)
def test_an_act_is_undone_as_if_it_had_never_been(staffed: Staffed, act: CaseCommand) -> None:
    before, due = staffed.case, [WHOLE in staffed.desk.alerts.due(at(minute), 10) for minute in (29, 30, 60)]
    staffed.press(a_link(), act, "e1", at(10))
    view = staffed.press(a_link(), Undo(), "e2", at(19))
    # All of the case but its place in the timeline, its version, and that it was open again, which events tell.
    left, found = (replace(one, version=0, last=None, reopened_at=None) for one in (view.case, before))
    assert left == found
    assert [WHOLE in staffed.desk.alerts.due(at(minute), 10) for minute in (29, 30, 60)] == due
    assert kinds(staffed.done())[1:] == [Undone]
    # A post that is seen late has the case folded anew: what was undone stays undone.
    assert fold(CASE_ID, staffed.desk.cases.timeline(CASE_ID), team().policy) == replace(view.case, version=0)


def test_only_ones_own_latest_act_is_undone_and_only_for_ten_minutes(staffed: Staffed) -> None:
    with pytest.raises(NothingToUndo):
        staffed.press(a_link(), Undo(), "e0", at(5))
    staffed.press(a_link(), Dismiss("spam"), "e1", at(10))
    for link, minute in ((a_link(MO), 11), (a_link(), 20.1)):
        assert Action.UNDO not in staffed.look(link, at(minute)).actions
        with pytest.raises(NothingToUndo):
            staffed.press(link, Undo(), "e2", at(minute))
    staffed.press(a_link(), Undo(), "e3", at(20))
    with pytest.raises(NothingToUndo):
        staffed.press(a_link(), Undo(), "e4", at(20))
    with pytest.raises(AlreadyDone):
        staffed.press(a_link(), Undo(), "e3", at(20))


def test_what_is_not_a_case_is_closed_with_one_press_and_kept_in_the_timeline(staffed: Staffed) -> None:
    view = staffed.press(a_link(), Correct(None), "e1", at(10))
    assert (view.case.state, view.case.waiting) == (State.DISMISSED, False)
    (kept,) = staffed.done()
    assert isinstance(kept, Corrected)
    assert (kept.kind, kept.by) == (None, ANA)
    assert WHOLE not in staffed.desk.alerts.due(at(600), 10)


def test_a_case_of_another_kind_has_that_kind_s_deadline_from_the_same_post_on(staffed: Staffed) -> None:
    assert Kind.QUESTION in staffed.look(a_link(), at(10)).kinds
    assert Kind.COMPLAINT not in staffed.look(a_link(), at(10)).kinds
    view = staffed.press(a_link(), Correct(Kind.QUESTION), "e1", at(10))
    assert view.case.kind is Kind.QUESTION
    assert view.case.timer is not None
    assert (view.case.timer.since, view.case.timer.answer_by) == (at(0), at(240))
    with pytest.raises(KindUnchanged):
        staffed.press(a_link(), Correct(Kind.QUESTION), "e2", at(10))
    closed = staffed.press(a_link(), Correct(Kind.SPAM), "e3", at(11))
    assert (closed.case.state, closed.case.reason) == (State.DISMISSED, "spam needs no answer")


@pytest.mark.parametrize("minute", [0, 20, 35, 44, 45, 59])
def test_the_spans_of_a_snooze_differ(staffed: Staffed, minute: int) -> None:
    ends = [until for _, until in staffed.look(a_link(), at(minute)).snoozes]
    assert len(ends) == len(set(ends))
    assert ends == sorted(ends)
