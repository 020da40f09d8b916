"""Buttons behind links, in memory and on the table: each act once, whoever else is at it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mentiondesk.adapters.storage.dynamo_drafts import DynamoDrafts
from mentiondesk.adapters.storage.memory_telling import MemoryDrafts
from mentiondesk.domain.access.links import (
    CASE_ACTIONS,
    INCIDENT_ACTIONS,
    Action,
    Link,
    LinkExpired,
    NoLongerStaff,
    NotInLink,
    SubjectGone,
)
from mentiondesk.domain.cases.case import AlreadyClaimed, Case, CaseClosed, NotWaiting, State, extend
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import CaseId, ComponentId, IncidentId, PostId, StaffId, UserId
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
from mentiondesk.ports.cases import AlreadyDone, CaseChanged, Classified
from mentiondesk.ports.incidents import DraftStore, IncidentChanged
from mentiondesk.usecases.cases.change_case import CaseAct, ChangeCase, SnoozeFor
from mentiondesk.usecases.incidents.change_incident import Approve, ChangeIncident, Dismiss, Publish, Resolve, Tell
from tests.integration.conftest import TABLE, Desk, DynamoDesk, keep
from tests.support.builders import NOON, a_case, a_post, answered, at, said, settings, tags

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

    @property
    def on_case(self) -> ChangeCase:
        return ChangeCase(self.desk.cases, lambda: self.settings)

    @property
    def on_incident(self) -> ChangeIncident:
        return ChangeIncident(self.desk.incidents, self.drafts, lambda: self.settings)

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

    def done(self) -> list[tuple[StaffId | None, str, str]]:
        """The case's record."""
        return [(event.by, event.action, event.detail) for event in self.desk.cases.events(CASE_ID)]

    def done_to_incident(self) -> list[tuple[StaffId | None, str, str]]:
        return [(event.by, event.action, event.detail) for event in self.desk.incidents.events(INCIDENT_ID)]


POST = a_post()
CASE_ID = CaseId(f"{POST.conversation_id}#{POST.author_id}")


def classify(desk: Desk, post: Any, after: Case, before: Case | None = None) -> None:
    desk.posts.add(post)
    entry = said((post.created_at - NOON).total_seconds() / 60, post_id=post.post_id)
    assert desk.cases.commit(Classified(post, post.created_at, tags(), before, after, entry))


@pytest.fixture
def staffed(desk: Desk) -> Staffed:
    drafts: DraftStore = DynamoDrafts(desk._db, TABLE, keep) if isinstance(desk, DynamoDesk) else MemoryDrafts()
    found = Staffed(desk, drafts, team())
    opened = replace(a_case(), case_id=CASE_ID, conversation_id=POST.conversation_id, customer_id=POST.author_id)
    classify(desk, POST, opened)
    assert desk.incidents.add(a_candidate())
    return found


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
    return made.told("noticed", Clock.CONFIRM, team().incidents.confirm_within, at(5))


def a_link(by: StaffId = ANA, **overrides: Any) -> Link:
    return Link(**{"staff_id": by, "matter_id": CASE_ID, "actions": CASE_ACTIONS, "until": at(600), **overrides})


def an_incident_link(by: StaffId = ANA, **overrides: Any) -> Link:
    return a_link(by, **{"matter_id": INCIDENT_ID, "actions": INCIDENT_ACTIONS, **overrides})


CLAIM = CaseAct(Action.CLAIM)
PUBLISH = Publish("Payments fail", Impact.MAJOR, "We are on it.", (Affected(SHOP, Health.MAJOR_OUTAGE),))
ACTS = [
    CLAIM,
    CaseAct(Action.ANSWERED),
    CaseAct(Action.NO_ANSWER, "a joke"),
    CaseAct(Action.SNOOZE, hold=SnoozeFor.HOUR),
]


# --- a case -----------------------------------------------------------------------------------------------


def test_looking_changes_nothing(staffed: Staffed) -> None:
    before = staffed.case, staffed.incident
    for _ in range(3):
        view = staffed.on_case.look(a_link(), at(10))
        assert (view.staff.staff_id, view.case) == (ANA, before[0])
        assert staffed.on_incident.look(an_incident_link(), at(10)).incident == before[1]
    assert (staffed.case, staffed.incident) == before
    assert staffed.done() == staffed.done_to_incident() == []


def test_a_claim_is_kept_with_its_line_in_the_record(staffed: Staffed) -> None:
    view = staffed.on_case(a_link(), CLAIM, "e1", at(10))
    assert (view.case.owner, view.case.claimed_at) == (ANA, at(10))
    assert staffed.case == view.case
    assert staffed.done() == [(ANA, "claim", "")]
    assert [event.at for event in view.events] == [at(10)]


def test_of_two_people_one_wins_and_the_other_is_told_who(staffed: Staffed) -> None:
    staffed.on_case(a_link(MO), CLAIM, "e1", at(10))
    with pytest.raises(AlreadyClaimed) as refused:
        staffed.on_case(a_link(ANA), CLAIM, "e2", at(10))
    assert refused.value.owner == MO
    assert staffed.done() == [(MO, "claim", "")]


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
        staffed.on_case(a_link(MO), CLAIM, "e2", at(10))

    between = Meanwhile(staffed.desk.cases, mo_claims)
    with pytest.raises(AlreadyClaimed) as refused:
        ChangeCase(between, lambda: staffed.settings)(a_link(ANA), CLAIM, "e1", at(10))
    assert refused.value.owner == MO
    assert (staffed.case.owner, staffed.done()) == (MO, [(MO, "claim", "")])


def test_a_case_that_changed_meanwhile_is_read_again(staffed: Staffed) -> None:
    between = Meanwhile(staffed.desk.cases, lambda: staffed.desk.cases.save(replace(staffed.case, alerted_until=at(9))))
    ChangeCase(between, lambda: staffed.settings)(a_link(), CLAIM, "e1", at(10))
    assert (staffed.case.owner, staffed.case.alerted_until) == (ANA, at(9))
    assert staffed.done() == [(ANA, "claim", "")]


def test_a_case_that_never_rests_is_given_up_with_nothing_done(staffed: Staffed) -> None:
    class Restless(Meanwhile):
        def save(self, *change: Any) -> Any:
            self.happens()
            return self.store.save(*change)

    restless = Restless(staffed.desk.cases, lambda: staffed.desk.cases.save(staffed.case))
    with pytest.raises(CaseChanged):
        ChangeCase(restless, lambda: staffed.settings)(a_link(), CLAIM, "e1", at(10))
    assert (staffed.case.owner, staffed.done()) == (None, [])


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.action)
def test_a_button_pressed_twice_acts_once(staffed: Staffed, act: CaseAct) -> None:
    staffed.on_case(a_link(), act, "e1", at(10))
    after = staffed.case
    with pytest.raises(AlreadyDone):
        staffed.on_case(a_link(), act, "e1", at(11))
    assert (staffed.case, len(staffed.done())) == (after, 1)


def test_a_button_pressed_twice_at_the_same_moment_acts_once(staffed: Staffed) -> None:
    act = CaseAct(Action.SNOOZE, hold=SnoozeFor.HOUR)
    between = Meanwhile(staffed.desk.cases, lambda: staffed.on_case(a_link(), act, "e1", at(10)))
    with pytest.raises(AlreadyDone):
        ChangeCase(between, lambda: staffed.settings)(a_link(), act, "e1", at(10))
    assert len(staffed.done()) == 1


def test_a_press_that_only_met_another_on_its_way_is_tried_again(staffed: Staffed) -> None:
    def refuse_once() -> None:
        raise AlreadyDone

    between = Meanwhile(staffed.desk.cases, refuse_once)
    ChangeCase(between, lambda: staffed.settings)(a_link(), CLAIM, "e1", at(10))
    assert (staffed.case.owner, staffed.done()) == (ANA, [(ANA, "claim", "")])


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.action)
def test_a_press_cut_short_after_the_write_is_known_for_done(staffed: Staffed, act: CaseAct) -> None:
    class CutShort(Meanwhile):
        def save(self, *change: Any) -> Any:
            self.store.save(*change)
            raise ConnectionError

    cut_short = CutShort(staffed.desk.cases, lambda: None)
    with pytest.raises(ConnectionError):
        ChangeCase(cut_short, lambda: staffed.settings)(a_link(), act, "e1", at(10))
    after = staffed.case
    with pytest.raises(AlreadyDone):
        staffed.on_case(a_link(), act, "e1", at(11))
    assert (staffed.case, len(staffed.done())) == (after, 1)


def test_each_button_of_one_page_is_pressed_once(staffed: Staffed) -> None:
    staffed.on_case(a_link(), CLAIM, "e1", at(10))
    staffed.on_case(a_link(), CaseAct(Action.ANSWERED), "e1", at(11))
    assert [action for _, action, _ in staffed.done()] == ["answered", "claim"]


def test_who_has_a_case_already_is_told_so(staffed: Staffed) -> None:
    staffed.on_case(a_link(), CLAIM, "e1", at(10))
    with pytest.raises(AlreadyDone):
        staffed.on_case(a_link(), CLAIM, "e2", at(11))


def test_a_reason_is_kept(staffed: Staffed) -> None:
    staffed.on_case(a_link(), CaseAct(Action.NO_ANSWER, "a joke"), "e1", at(10))
    assert (staffed.case.state, staffed.case.reason) == (State.DISMISSED, "a joke")
    assert staffed.done() == [(ANA, "no_answer", "a joke")]


def test_a_closed_case_stays_as_it_is(staffed: Staffed) -> None:
    staffed.desk.cases.save(staffed.case.close(State.RESOLVED, "sent a new one", at(9)))
    before = staffed.case
    for act in (*ACTS, CaseAct(Action.RELEASE)):
        with pytest.raises(CaseClosed):
            staffed.on_case(a_link(), act, "e1", at(10))
    view = staffed.on_case.look(a_link(), at(10))
    assert (view.actions, view.holds) == (frozenset(), ())
    assert (staffed.case, staffed.done()) == (before, [])


def test_snoozing_ends_when_the_lead_is_told_at_the_latest(staffed: Staffed) -> None:
    view = staffed.on_case.look(a_link(), at(20))
    assert view.holds == ((SnoozeFor.HALF_HOUR, at(50)), (SnoozeFor.HOUR, at(60)), (SnoozeFor.LEAD_IS_TOLD, at(60)))
    after = staffed.on_case(a_link(), CaseAct(Action.SNOOZE, hold=SnoozeFor.HALF_HOUR), "e1", at(20))
    assert after.case.due_at == at(50)
    assert staffed.done() == [(ANA, "snooze", "until 2026-06-17 12:50 UTC")]
    assert list(staffed.desk.alerts.due(at(49), 10)) == [INCIDENT_ID]
    assert CASE_ID in staffed.desk.alerts.due(at(50), 10)


def test_a_lease_that_runs_does_not_undo_a_snooze(staffed: Staffed) -> None:
    lease = staffed.desk.alerts.lease(CASE_ID, at(30), at(32))
    assert lease is not None
    staffed.on_case(a_link(), CaseAct(Action.SNOOZE, hold=SnoozeFor.HALF_HOUR), "e1", at(30))
    staffed.desk.alerts.done(lease, at(30), at(45), 0)
    assert staffed.case.due_at == at(60)


def test_only_what_is_possible_is_offered(staffed: Staffed) -> None:
    free = {Action.CLAIM, Action.ANSWERED, Action.NO_ANSWER, Action.SNOOZE}
    assert staffed.on_case.look(a_link(), at(10)).actions == free
    taken = staffed.on_case(a_link(), CLAIM, "e1", at(10))
    assert taken.actions == free - {Action.CLAIM} | {Action.RELEASE}
    assert staffed.on_case.look(a_link(MO), at(10)).actions == {Action.ANSWERED, Action.RELEASE}
    only = staffed.on_case.look(a_link(actions=frozenset({Action.SNOOZE})), at(10))
    assert only.actions == {Action.SNOOZE}


def test_a_lead_gives_back_what_another_has(staffed: Staffed) -> None:
    staffed.on_case(a_link(ANA), CLAIM, "e1", at(10))
    staffed.on_case(a_link(MO), CaseAct(Action.RELEASE), "e2", at(20))
    assert (staffed.case.owner, staffed.case.due_at) == (None, at(20))


def test_an_answer_on_x_meanwhile_leaves_nothing_to_do(staffed: Staffed) -> None:
    staffed.desk.cases.save(extend(staffed.case, answered(10), staffed.settings.policy))
    with pytest.raises(NotWaiting):
        staffed.on_case(a_link(), CaseAct(Action.ANSWERED), "e1", at(12))


# --- the link ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overrides", "refusal"),
    [
        ({"until": at(10)}, LinkExpired),
        ({"by": StaffId("gone")}, NoLongerStaff),
        ({"actions": frozenset({Action.SNOOZE})}, NotInLink),
        ({"matter_id": CaseId("1#1")}, SubjectGone),
    ],
)
def test_a_link_that_does_not_hold_changes_nothing(
    staffed: Staffed, overrides: dict[str, Any], refusal: type[Exception]
) -> None:
    before = staffed.case
    with pytest.raises(refusal):
        staffed.on_case(a_link(**overrides), CLAIM, "e1", at(10))
    if refusal is not NotInLink:
        with pytest.raises(refusal):
            staffed.on_case.look(a_link(**overrides), at(10))
    assert (staffed.case, staffed.done()) == (before, [])


@pytest.mark.parametrize(
    ("overrides", "refusal"),
    [
        ({"until": at(10)}, LinkExpired),
        ({"by": StaffId("gone")}, NoLongerStaff),
        ({"actions": frozenset({Action.DISMISS})}, NotInLink),
        ({"matter_id": IncidentId("none")}, SubjectGone),
    ],
)
def test_a_link_to_an_incident_that_does_not_hold_changes_nothing(
    staffed: Staffed, overrides: dict[str, Any], refusal: type[Exception]
) -> None:
    before = staffed.incident
    with pytest.raises(refusal):
        staffed.on_incident(an_incident_link(**overrides), PUBLISH, "e1", at(10))
    assert (staffed.incident, staffed.done_to_incident()) == (before, [])


# --- an incident ------------------------------------------------------------------------------------------


def test_confirming_publishes_what_the_person_says(staffed: Staffed) -> None:
    view = staffed.on_incident(an_incident_link(), PUBLISH, "e1", at(10))
    incident = staffed.incident
    assert incident == view.incident
    assert (incident.status, incident.title, incident.impact) == (Status.INVESTIGATING, "Payments fail", Impact.MAJOR)
    assert incident.affected == (Affected(SHOP, Health.MAJOR_OUTAGE),)
    assert (incident.published_at, incident.waiting, incident.due_at) == (at(10), False, None)
    told = Update(INCIDENT_ID, at(10), Status.INVESTIGATING, "We are on it.", PUBLISH.affected, ANA)
    assert staffed.desk.incidents.updates(INCIDENT_ID) == [told]
    assert staffed.done_to_incident() == [(ANA, "publish", "Payments fail")]
    assert view.actions == {Action.UPDATE, Action.RESOLVE}


def test_updates_and_the_end_are_told_in_order(staffed: Staffed) -> None:
    staffed.on_incident(an_incident_link(), PUBLISH, "e1", at(10))
    well = (Affected(SHOP, Health.DEGRADED_PERFORMANCE),)
    staffed.on_incident(an_incident_link(MO), Tell(Status.MONITORING, "It should be better.", well), "e2", at(20))
    view = staffed.on_incident(an_incident_link(), Resolve("It is over."), "e3", at(30))
    assert [(u.status, u.by, u.at) for u in view.updates] == [
        (Status.INVESTIGATING, ANA, at(10)),
        (Status.MONITORING, MO, at(20)),
        (Status.RESOLVED, ANA, at(30)),
    ]
    done = [("publish", "Payments fail"), ("update", "monitoring"), ("resolve", "")]
    assert [(action, detail) for _, action, detail in staffed.done_to_incident()] == done
    assert view.updates[-1].affected == (Affected(SHOP, Health.OPERATIONAL),)
    assert (view.incident.ended_at, view.incident.affected) == (at(30), (Affected(SHOP, Health.OPERATIONAL),))
    assert view.actions == frozenset()


def test_what_is_no_incident_stays_unpublished(staffed: Staffed) -> None:
    view = staffed.on_incident(an_incident_link(), Dismiss("a meme"), "e1", at(10))
    assert (view.incident.status, view.incident.reason, view.updates) == (Status.DISMISSED, "a meme", ())
    assert staffed.done_to_incident() == [(ANA, "dismiss", "a meme")]
    for act in (PUBLISH, Dismiss("again"), Tell(Status.MONITORING, "?"), Resolve("?")):
        with pytest.raises(NotPossible):
            staffed.on_incident(an_incident_link(), act, "e2", at(11))


@pytest.mark.parametrize("act", [Tell(Status.MONITORING, "?"), Tell(Status.INVESTIGATING, "?"), Resolve("?")])
def test_a_candidate_has_no_updates_and_no_end(staffed: Staffed, act: Tell | Resolve) -> None:
    with pytest.raises(NotPossible):
        staffed.on_incident(an_incident_link(), act, "e1", at(10))
    assert staffed.desk.incidents.updates(INCIDENT_ID) == []


@pytest.mark.parametrize("act", [PUBLISH, Dismiss("?"), Tell(Status.RESOLVED, "?"), Tell(Status.CANDIDATE, "?")])
def test_what_is_public_is_not_published_again_or_ended_by_an_update(staffed: Staffed, act: Any) -> None:
    staffed.on_incident(an_incident_link(), PUBLISH, "e1", at(10))
    before = staffed.incident
    with pytest.raises(NotPossible):
        staffed.on_incident(an_incident_link(), act, "e2", at(11))
    assert staffed.incident == before


@pytest.mark.parametrize("act", [PUBLISH, Dismiss("a meme")], ids=["publish", "dismiss"])
def test_an_incident_s_button_pressed_twice_acts_once(staffed: Staffed, act: Any) -> None:
    staffed.on_incident(an_incident_link(), act, "e1", at(10))
    with pytest.raises(AlreadyDone):
        staffed.on_incident(an_incident_link(), act, "e1", at(11))
    assert len(staffed.done_to_incident()) == 1


@pytest.mark.parametrize(
    "act", [Tell(Status.INVESTIGATING, "Still at it."), Resolve("Over.")], ids=["update", "resolve"]
)
def test_a_public_word_sent_twice_is_said_once(staffed: Staffed, act: Any) -> None:
    staffed.on_incident(an_incident_link(), PUBLISH, "e1", at(10))
    staffed.on_incident(an_incident_link(), act, "e2", at(11))
    with pytest.raises(AlreadyDone):
        staffed.on_incident(an_incident_link(), act, "e2", at(12))
    assert len(staffed.desk.incidents.updates(INCIDENT_ID)) == 2


def test_of_two_people_who_confirm_at_the_same_moment_one_publishes(staffed: Staffed) -> None:
    mine = replace(PUBLISH, title="Mo's words")
    between = Meanwhile(staffed.desk.incidents, lambda: staffed.on_incident(an_incident_link(MO), mine, "e2", at(10)))
    with pytest.raises(NotPossible):
        ChangeIncident(between, staffed.drafts, lambda: staffed.settings)(an_incident_link(), PUBLISH, "e1", at(10))
    assert (staffed.incident.title, len(staffed.desk.incidents.updates(INCIDENT_ID))) == ("Mo's words", 1)


def test_an_incident_that_grew_meanwhile_is_read_again(staffed: Staffed) -> None:
    between = Meanwhile(
        staffed.desk.incidents, lambda: staffed.desk.incidents.save(replace(staffed.incident, people=9))
    )
    ChangeIncident(between, staffed.drafts, lambda: staffed.settings)(an_incident_link(), PUBLISH, "e1", at(10))
    assert (staffed.incident.people, staffed.incident.status) == (9, Status.INVESTIGATING)


def test_an_incident_that_never_rests_is_given_up_with_nothing_done(staffed: Staffed) -> None:
    class Restless(Meanwhile):
        def save(self, *change: Any) -> Any:
            self.happens()
            return self.store.save(*change)

    restless = Restless(staffed.desk.incidents, lambda: staffed.desk.incidents.save(staffed.incident))
    with pytest.raises(IncidentChanged):
        ChangeIncident(restless, staffed.drafts, lambda: staffed.settings)(an_incident_link(), PUBLISH, "e1", at(10))
    assert staffed.incident.status is Status.CANDIDATE


def test_the_post_on_x_is_approved_once_by_one_person(staffed: Staffed) -> None:
    assert Action.APPROVE not in staffed.on_incident.look(an_incident_link(), at(9)).actions
    with pytest.raises(SubjectGone):
        staffed.on_incident(an_incident_link(), Approve(Occasion.PUBLISHED), "e1", at(9))
    staffed.on_incident(an_incident_link(), PUBLISH, "e1", at(10))
    staffed.drafts.add(Draft(INCIDENT_ID, Occasion.PUBLISHED, "We know of it.", at(11)))
    assert Action.APPROVE in staffed.on_incident.look(an_incident_link(), at(12)).actions
    view = staffed.on_incident(an_incident_link(MO), Approve(Occasion.PUBLISHED), "e2", at(13))
    assert [(d.approved_by, d.approved_at) for d in view.drafts] == [(MO, at(13))]
    assert Action.APPROVE not in view.actions
    for by in (ANA, MO):
        with pytest.raises(AlreadyDone):
            staffed.on_incident(an_incident_link(by), Approve(Occasion.PUBLISHED), "e3", at(14))
    assert staffed.drafts.of(INCIDENT_ID)[0].approved_by == MO


def test_the_post_that_it_is_solved_is_approved_after_the_end(staffed: Staffed) -> None:
    staffed.on_incident(an_incident_link(), PUBLISH, "e1", at(10))
    staffed.on_incident(an_incident_link(), Resolve("Over."), "e2", at(20))
    staffed.drafts.add(Draft(INCIDENT_ID, Occasion.RESOLVED, "It is over.", at(21)))
    view = staffed.on_incident(an_incident_link(), Approve(Occasion.RESOLVED), "e3", at(22))
    assert view.drafts[0].approved_by == ANA
