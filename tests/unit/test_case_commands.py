"""Commands on a case: what each adds to the timeline, and when it is refused."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from mentiondesk.domain.access.actions import CASE_ACTIONS, Action
from mentiondesk.domain.access.actor import DESK, Actor, Door, NotAllowed
from mentiondesk.domain.alerts.escalation import HoldEscalation, StartEscalation, StopEscalation
from mentiondesk.domain.alerts.roster import Audience
from mentiondesk.domain.cases.case import (
    AlreadyClaimed,
    AlreadyYours,
    Case,
    CaseClosed,
    CaseNotClosed,
    CaseRefuses,
    NotClaimed,
    NothingToSnooze,
    NotSilent,
    NotWaiting,
    NoWordOwed,
)
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import (
    CaseCommand,
    Claim,
    Dismiss,
    MarkAnswered,
    Release,
    Reopen,
    Resolve,
    ResolveSilent,
    Snooze,
    SnoozeFor,
    StartGoBack,
    decide,
    possible,
)
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.cases.timers import Clock, Due, Policy, ReplyTimer
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.timeline import Snoozed
from tests.support.builders import a_case, a_staff, a_story, answered, at, minutes, said, settings

POLICY = settings().policy
NOW = at(10)
ANA, BOB, LEAD, MANAGER = (
    Actor(a_staff(name, roles=frozenset(roles)), CASE_ACTIONS, Door.LINK)
    for name, roles in (
        ("ana", ()),
        ("bob", ()),
        ("lea", (Audience.LEAD,)),
        ("max", (Audience.MANAGER,)),
    )
)


def done(case: Case, command: CaseCommand, actor: Actor = ANA, now: datetime = NOW, policy: Policy = POLICY) -> Case:
    """The case after a command."""
    return apply(case, decide(case, command, actor, now, f"{now}-{command}", policy), policy)


WAITING = a_case()
CLAIMED = done(WAITING, Claim(), ANA, at(5))
PENDING = a_story(said(0), answered(5))
RESOLVED = done(WAITING, Resolve("sent a new one"))
DISMISSED = done(WAITING, Dismiss("spam"))
GO_BACK = StartGoBack(
    IncidentId("inc-1"),
    "Down",
    ReplyTimer(said(0).post_id, at(20), at(1460), Clock.GO_BACK, (Due("breach", at(1460)),)),
)


@pytest.mark.parametrize(
    ("command", "states"),
    [
        (Claim(), {State.OPEN, State.PENDING}),
        (MarkAnswered(), {State.OPEN}),
        (Dismiss("spam"), {State.OPEN}),
        (Snooze(SnoozeFor.HOUR), {State.OPEN}),
        (Resolve("sent a new one"), {State.OPEN, State.PENDING}),
        (Reopen("it broke again"), {State.RESOLVED, State.DISMISSED}),
    ],
)
def test_each_command_fits_these_states_and_is_refused_in_others(command: CaseCommand, states: set[State]) -> None:
    for case in (WAITING, PENDING, RESOLVED, DISMISSED):
        if case.state in states:
            assert done(case, command) != case
        else:
            with pytest.raises(CaseRefuses):
                done(case, command)


def test_an_entry_says_who_did_it_when_and_behind_which_post() -> None:
    entry = decide(WAITING, Claim(), ANA, at(10), "e-1", POLICY)
    assert (entry.entry_id, entry.by, entry.at, entry.after, entry.number) == (
        "e-1",
        ANA.by,
        at(10),
        WAITING.last_post,
        1,
    )
    second = decide(done(WAITING, Claim()), Snooze(SnoozeFor.HOUR), ANA, at(11), "e-2", POLICY)
    assert (second.after, second.number) == (WAITING.last_post, 2)
    third = decide(apply(CLAIMED, answered(20), POLICY), Release(), ANA, at(21), "e-3", POLICY)
    assert (third.after, third.number) == (answered(20).order[:2], 1)


def test_one_owner_a_case() -> None:
    assert (CLAIMED.owner, CLAIMED.claimed_at) == (ANA.by, at(5))
    with pytest.raises(AlreadyYours):
        done(CLAIMED, Claim(), ANA)
    with pytest.raises(AlreadyClaimed) as refused:
        done(CLAIMED, Claim(), BOB)
    assert refused.value.owner == ANA.by


@pytest.mark.parametrize("case", [RESOLVED, DISMISSED])
@pytest.mark.parametrize(
    "command", [Claim(), Release(), MarkAnswered(), Snooze(SnoozeFor.HOUR), Dismiss("spam"), Resolve("")]
)
def test_a_closed_case_can_only_be_reopened(case: Case, command: CaseCommand) -> None:
    with pytest.raises(CaseClosed):
        done(case, command)
    assert done(case, Reopen("it broke again")).state is State.OPEN


def test_what_is_not_closed_cannot_be_reopened() -> None:
    with pytest.raises(CaseNotClosed):
        done(WAITING, Reopen("why not"))


@pytest.mark.parametrize("command", [MarkAnswered(), Dismiss("spam"), Snooze(SnoozeFor.HOUR)])
def test_where_no_timer_runs_there_is_nothing_to_stop(command: CaseCommand) -> None:
    with pytest.raises(NotWaiting):
        done(PENDING, command)


@pytest.mark.parametrize("command", [Dismiss("spam"), Resolve("sent"), Snooze(SnoozeFor.HOUR), Release()])
def test_nobody_but_the_owner_decides_about_a_claimed_case(command: CaseCommand) -> None:
    assert done(CLAIMED, command, ANA) != CLAIMED
    with pytest.raises(AlreadyClaimed):
        done(CLAIMED, command, BOB)


def test_anybody_may_say_that_a_customer_was_answered() -> None:
    assert done(CLAIMED, MarkAnswered(), BOB).state is State.PENDING


def test_only_the_owner_a_lead_and_a_manager_may_release_a_case() -> None:
    with pytest.raises(AlreadyClaimed):
        done(CLAIMED, Release(), BOB)
    for actor in (ANA, LEAD, MANAGER):
        assert done(CLAIMED, Release(), actor).owner is None
    with pytest.raises(NotClaimed):
        done(WAITING, Release(), LEAD)


@pytest.mark.parametrize("actor", [LEAD, MANAGER])
def test_a_lead_releases_what_others_own_and_decides_nothing_else_about_it(actor: Actor) -> None:
    with pytest.raises(AlreadyClaimed):
        done(CLAIMED, Dismiss("spam"), actor)


@pytest.mark.parametrize(
    ("span", "now", "until"),
    [
        # Alerts of a complaint at noon: 12:30 and 12:45 to those on duty, 13:00 to a lead.
        (SnoozeFor.HALF_HOUR, 10, 40),
        (SnoozeFor.HOUR, 10, 60),
        (SnoozeFor.UNTIL_LEAD, 10, 60),
        (SnoozeFor.HALF_HOUR, 40, 60),
    ],
)
def test_a_snooze_ends_in_time_for_the_next_alert_to_a_lead(span: SnoozeFor, now: float, until: float) -> None:
    assert done(WAITING, Snooze(span), now=at(now)).snoozed_until == at(until)


@pytest.mark.parametrize("now", [61, 100])
def test_where_the_next_alert_goes_to_a_lead_or_none_is_left_there_is_nothing_to_snooze(now: float) -> None:
    with pytest.raises(NothingToSnooze):
        done(WAITING, Snooze(SnoozeFor.HOUR), now=at(now))
    with pytest.raises(NothingToSnooze):
        done(a_story(said(0, Kind.PRAISE)), Snooze(SnoozeFor.HOUR))


def test_a_snooze_holds_at_least_one_alert() -> None:
    with pytest.raises(NothingToSnooze):
        done(a_story(said(0, Kind.QUESTION)), Snooze(SnoozeFor.HALF_HOUR))


def test_where_no_lead_is_alerted_a_snooze_may_last_until_the_last_alert() -> None:
    stages = [
        {"name": "half", "at": "50%", "send": [{"to": "duty", "by": "email"}]},
        {"name": "end", "at": "100%", "send": [{"to": "duty", "by": "text"}]},
    ]
    policy = settings(alerts={"stages": stages}).policy
    snoozed = done(a_story(said(0), policy=policy), Snooze(SnoozeFor.UNTIL_LEAD), policy=policy)
    assert snoozed.snoozed_until == at(60)


def test_after_an_answer_elsewhere_the_customer_s_next_post_starts_another_clock() -> None:
    elsewhere = done(WAITING, MarkAnswered(), now=at(20))
    assert (elsewhere.state, elsewhere.first_answer_at, elsewhere.breaches) == (State.PENDING, at(20), 0)
    assert done(WAITING, MarkAnswered(), now=at(61)).breaches == 1
    timer = apply(elsewhere, said(30), POLICY).timer
    assert timer is not None
    assert (timer.since, timer.clock) == (at(30), Clock.NEXT_REPLY)


def test_a_snoozed_case_is_snoozed_again_only_for_longer() -> None:
    snoozed = done(WAITING, Snooze(SnoozeFor.HALF_HOUR), now=at(10))
    with pytest.raises(NothingToSnooze):
        done(snoozed, Snooze(SnoozeFor.HALF_HOUR), now=at(10))
    assert done(snoozed, Snooze(SnoozeFor.HOUR), now=at(11)).snoozed_until == at(60)


def test_the_desk_starts_a_go_back_timer_where_a_word_is_owed() -> None:
    assert done(PENDING, GO_BACK, DESK).timer == GO_BACK.timer
    for case in (WAITING, RESOLVED, apply(PENDING, answered(21), POLICY)):
        with pytest.raises(NoWordOwed):
            done(case, GO_BACK, DESK)


def test_the_desk_resolves_what_has_been_silent_for_long_enough_and_nothing_by_default() -> None:
    policy = settings(targets={"resolve_after": "14d"}).policy
    days = 14 * 24 * 60
    silent = a_story(said(0), answered(5), policy=policy)
    with pytest.raises(NotSilent):
        done(silent, ResolveSilent(), DESK, at(4 + days), policy)
    resolved = done(silent, ResolveSilent(), DESK, at(5 + days), policy)
    assert (resolved.state, resolved.closed_at, resolved.resolve_at) == (State.RESOLVED, at(5 + days), None)
    assert "14 days" in resolved.reason
    for case in (PENDING, silent):
        with pytest.raises(NotSilent):
            done(case, ResolveSilent(), DESK, at(5 + days), POLICY)


def offered(case: Case, actor: Actor, now: datetime = NOW) -> Iterator[Action | None]:
    return (command.action for command, _ in possible(case, actor, now, POLICY))


def test_only_what_fits_the_case_and_the_rights_is_possible() -> None:
    everything = {
        Action.CLAIM, Action.ANSWERED, Action.NO_ANSWER, Action.SNOOZE, Action.RESOLVE_CASE, Action.CORRECT
    }  # fmt: skip
    assert set(offered(WAITING, ANA)) == everything
    assert set(offered(CLAIMED, BOB)) == {Action.ANSWERED}
    assert set(offered(CLAIMED, LEAD)) == {Action.ANSWERED, Action.RELEASE}
    assert set(offered(RESOLVED, ANA)) == {Action.REOPEN_CASE, Action.UNDO}
    assert set(offered(RESOLVED, ANA, NOW + minutes(60))) == {Action.REOPEN_CASE}
    few = Actor(ANA.staff, frozenset({Action.ANSWERED, Action.RELEASE}), Door.LINK)
    assert set(offered(WAITING, few)) == {Action.ANSWERED}


def test_every_action_on_a_case_is_some_command_s() -> None:
    found = {action for case in (WAITING, CLAIMED, RESOLVED) for action in offered(case, ANA)}
    assert found == CASE_ACTIONS - {Action.OPEN_INCIDENT}, "an incident is opened beside the case"


def test_rights_are_what_the_actor_holds_and_the_desk_s_own_commands_are_nobody_else_s() -> None:
    ANA.must_be_allowed(Action.CLAIM)
    for action in (Action.PUBLISH, GO_BACK.action, ResolveSilent.action):
        with pytest.raises(NotAllowed):
            ANA.must_be_allowed(action)
    DESK.must_be_allowed(GO_BACK.action)


def test_the_escalation_follows_the_timer() -> None:
    timer = WAITING.timer
    assert timer is not None
    assert case_change(None, WAITING, said(0)).escalation == StartEscalation(timer)
    assert case_change(WAITING, PENDING, answered(5)).escalation == StopEscalation()
    assert case_change(PENDING, apply(PENDING, said(20, Kind.PRAISE), POLICY), said(20)).escalation is None
    claim = decide(WAITING, Claim(), ANA, at(10), "e-1", POLICY)
    assert case_change(WAITING, apply(WAITING, claim, POLICY), claim).escalation is None
    snooze = decide(WAITING, Snooze(SnoozeFor.HALF_HOUR), ANA, at(10), "e-1", POLICY)
    assert isinstance(snooze, Snoozed)
    assert case_change(WAITING, apply(WAITING, snooze, POLICY), snooze).escalation == HoldEscalation(snooze.until)
