"""Events: each type is read off the fact that it tells of, with an id that never changes, and without words."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mentiondesk.adapters.channels.event_channels import Envelopes
from mentiondesk.adapters.events import event_in, event_text, events_in, events_text
from mentiondesk.adapters.relay import event_note
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_attributes, to_attributes
from mentiondesk.adapters.storage.items import Item
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import rebuilt
from mentiondesk.domain.cases.commands import Claim, Dismiss, MarkAnswered, Reopen, Resolve, Undo
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.events.delivery import FAILS_FOR, RETRIES, Delivery, Endpoint, EndpointState, Outcome
from mentiondesk.domain.events.event import (
    Event,
    EventType,
    case_events,
    entry_event,
    incident_events,
    reply_event,
    update_event,
    weekly_event,
)
from mentiondesk.domain.figures.report import report_of
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.domain.ids import IncidentId, PostId, ReplyId, StaffId
from mentiondesk.domain.incidents.incident import Incident, Status, Update
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.replies.reply import Hold, Refusal, Reply, ReplyState
from mentiondesk.domain.replies.way import Solved, Way
from mentiondesk.domain.timeline import MovedToPrivate, SolvedInPrivate
from mentiondesk.values import replace
from tests.support.builders import (
    CASE_ID,
    CONVERSATION_ID,
    CUSTOMER_ID,
    NOON,
    a_case,
    a_story,
    answered,
    at,
    commanded,
    said,
    settings,
)

INCIDENT = Incident(IncidentId("i1"), Status.CANDIDATE, "Checkout fails", NOON, NOON, people=12, version=1)
REPLY = Reply(ReplyId("r1"), CASE_ID, StaffId("ana"), "Sorry!", "Sorry! ^A", ReplyState.HELD, NOON, NOON, version=1)
LEG: dict[str, Any] = {"entry_id": "2026-1", "at": at(3), "by": StaffId("ana"), "after": (NOON, 1)}


def types(events: Iterable[Event]) -> list[EventType]:
    return [event.type for event in events]


def told(case: Case, minute: float, type_: EventType) -> Event:
    return next(event for event in case_events(case, at(minute)) if event.type is type_)


# --- Cases ------------------------------------------------------------------------------------------------


def test_a_complaint_opens_a_case() -> None:
    (event,) = case_events(a_case(), at(1))
    assert (event.type, event.at, event.case_id) == (EventType.CASE_OPENED, NOON, CASE_ID)
    assert event.data == {
        "kind": "complaint",
        "urgency": "normal",
        "post": said(0).post_id,
        "answer_by": a_case().timers[0].answer_by.isoformat().replace("+00:00", "Z"),
    }


def test_chatter_opens_none() -> None:
    assert types(case_events(a_story(said(0, Kind.CHATTER, needs_reply=False)), at(1))) == []


def test_a_claim_is_told_with_its_owner() -> None:
    case = commanded(a_case(), Claim(), 2, by="ben").after
    event = told(case, 3, EventType.CASE_CLAIMED)
    assert (event.at, event.data["owner"]) == (at(2), "ben")


def test_the_brand_s_post_answers() -> None:
    event = told(a_story(said(0), answered(20)), 21, EventType.CASE_ANSWERED)
    assert (event.at, event.data["late"], event.data["elsewhere"]) == (at(20), False, False)
    assert event.data["since"] == "2026-06-17T12:00:00Z"


def test_an_answer_elsewhere_answers() -> None:
    event = told(commanded(a_case(), MarkAnswered(), 5).after, 6, EventType.CASE_ANSWERED)
    assert (event.at, event.data["elsewhere"]) == (at(5), True)


def test_a_deadline_that_passes_is_told_while_the_customer_waits_and_afterwards() -> None:
    case = a_case()
    minutes = (case.timers[0].answer_by - NOON) / timedelta(minutes=1)
    assert EventType.CASE_LATE not in types(case_events(case, at(minutes)))
    waiting = told(case, minutes + 1, EventType.CASE_LATE)
    over = told(a_story(said(0), answered(minutes + 30)), minutes + 31, EventType.CASE_LATE)
    assert waiting == over
    assert waiting.at == case.timers[0].answer_by


def test_a_closed_case_is_told() -> None:
    for command, state in ((Dismiss("spam"), "dismissed"), (Resolve("done"), "resolved")):
        event = told(commanded(a_case(), command, 4).after, 5, EventType.CASE_CLOSED)
        assert (event.at, event.data["state"]) == (at(4), state)
        assert "spam" not in event_text(event)


def test_a_case_that_a_person_opens_again_is_told_and_so_is_one_whose_customer_writes_again() -> None:
    closed = commanded(a_case(), Dismiss("spam"), 4).after
    by_hand = commanded(closed, Reopen("was none"), 9).after
    event = told(by_hand, 10, EventType.CASE_REOPENED)
    assert (event.at, event.data["state"]) == (at(9), "open")
    assert EventType.CASE_CLOSED not in types(case_events(by_hand, at(10)))
    again = apply(closed, said(12), settings().policy)
    assert told(again, 13, EventType.CASE_REOPENED).at == at(12)
    assert EventType.CASE_REOPENED not in types(case_events(closed, at(5)))
    assert EventType.CASE_REOPENED not in types(case_events(commanded(again, Dismiss("spam"), 14).after, at(15)))


def test_a_close_that_is_undone_at_once_is_told_and_an_undo_of_something_else_is_not() -> None:
    policy, told_so_far = settings().policy, [said(0)]
    case = a_story(*told_so_far)
    for command, reopens in ((Claim(), False), (Dismiss("spam"), True)):
        act = commanded(case, command, 4)
        undo = commanded(act.after, Undo(), 5).entry
        undone = rebuilt(act.after, case.case_id, [*told_so_far, act.entry], undo, policy).after
        assert (EventType.CASE_REOPENED in types(case_events(undone, at(6)))) is reopens
        assert not undone.state.closed


def test_ways_into_private_and_back_are_told() -> None:
    moved = entry_event(CASE_ID, MovedToPrivate(**LEG, way=Way.MAIL, note="call her"))
    by_reply = entry_event(CASE_ID, answered(5, way=Way.X_DM))
    solved = entry_event(CASE_ID, SolvedInPrivate(**LEG, how=Solved.CUSTOMER))
    assert moved and by_reply and solved
    assert (moved.type, moved.at, moved.data) == (EventType.CASE_MOVED, at(3), {"by": "ana", "way": "mail"})
    assert (by_reply.type, by_reply.data) == (EventType.CASE_MOVED, {"way": "x_dm"})
    assert (solved.type, solved.data) == (EventType.CASE_SOLVED, {"by": "ana", "how": "customer"})
    assert entry_event(CASE_ID, answered(5)) is None


def test_what_a_case_tells_again_has_the_same_id() -> None:
    """The owner, the state and later posts change the case, and not what happened before."""
    story = a_story(said(0), answered(20))
    later = a_story(said(0), answered(20), said(30), answered(40))
    again = commanded(later, Claim(), 41).after
    ids = {event.event_id for event in case_events(story, at(21))}
    assert ids <= {event.event_id for event in case_events(again, at(42))}
    everything = list(case_events(again, at(42)))
    assert len({event.event_id for event in everything}) == len(everything) == 4


def test_facts_of_last_week_are_no_news() -> None:
    assert types(case_events(a_case(), NOON + timedelta(days=8))) == []


# --- Replies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "type_", "data"),
    [
        (REPLY, EventType.REPLY_HELD, {"reason": "check"}),
        (replace(REPLY, holds=(Hold.CHECK, Hold.MOVED), version=4), EventType.REPLY_HELD, {"reason": "moved"}),
        (
            replace(REPLY, state=ReplyState.SENT, post_id=PostId("77"), to=PostId("5"), ended_at=at(9)),
            EventType.REPLY_SENT,
            {"post": "77", "to_post": "5"},
        ),
        (
            replace(REPLY, state=ReplyState.REFUSED, refusal=Refusal.DUPLICATE, reason="words of X", ended_at=at(9)),
            EventType.REPLY_REFUSED,
            {"reason": "duplicate"},
        ),
    ],
)
def test_replies_that_stop_or_end_are_told(reply: Reply, type_: EventType, data: dict[str, str]) -> None:
    event = reply_event(reply, at(10))
    assert event is not None
    assert (event.type, event.case_id) == (type_, CASE_ID)
    assert event.data == {"reply": "r1", "author": "ana", **data}
    assert "Sorry" not in event_text(event)


@pytest.mark.parametrize("state", [ReplyState.COOLING, ReplyState.QUEUED, ReplyState.SENDING, ReplyState.WITHDRAWN])
def test_a_reply_on_its_way_tells_nothing(state: ReplyState) -> None:
    assert reply_event(replace(REPLY, state=state), at(1)) is None


def test_a_reply_that_is_held_again_is_another_event() -> None:
    first, again = reply_event(REPLY, at(1)), reply_event(replace(REPLY, version=5), at(9))
    assert first and again
    assert first.event_id != again.event_id


def test_a_post_about_an_incident_is_told_as_such() -> None:
    event = reply_event(replace(REPLY, subject_id=INCIDENT.incident_id), at(1))
    assert event is not None
    assert (event.incident_id, event.case_id) == ("i1", None)


# --- Incidents --------------------------------------------------------------------------------------------


def test_a_candidate_opens_once() -> None:
    (event,) = incident_events(INCIDENT, at(1))
    assert (event.type, event.at) == (EventType.INCIDENT_OPENED, NOON)
    assert (event.data["title"], event.data["status"], event.data["people"]) == ("Checkout fails", "candidate", 12)
    assert types(incident_events(replace(INCIDENT, version=2, people=13), at(2))) == []


def test_an_incident_is_published_updated_and_solved() -> None:
    public = replace(INCIDENT, status=Status.IDENTIFIED, published_at=at(5), version=3)
    assert types(incident_events(public, at(6))) == [EventType.INCIDENT_PUBLISHED]
    solved = replace(public, status=Status.RESOLVED, ended_at=at(50), version=9)
    assert types(incident_events(solved, at(51))) == [EventType.INCIDENT_PUBLISHED, EventType.INCIDENT_SOLVED]
    event = update_event(Update(INCIDENT.incident_id, at(7), Status.MONITORING, "It works."), at(8))
    assert event is not None
    assert (event.type, event.data["status"]) == (EventType.INCIDENT_UPDATED, "monitoring")
    assert "It works" not in event_text(event)


@pytest.mark.parametrize("status", [Status.DISMISSED, Status.FADED])
def test_a_candidate_that_is_none_is_dismissed(status: Status) -> None:
    over = replace(INCIDENT, status=status, ended_at=at(20), version=2)
    assert types(incident_events(over, at(21))) == [EventType.INCIDENT_DISMISSED]


def test_an_incident_that_is_solved_twice_tells_it_twice() -> None:
    once = replace(INCIDENT, status=Status.RESOLVED, published_at=at(1), ended_at=at(20), version=5)
    ids = {
        event.event_id
        for incident in (once, replace(once, ended_at=at(90)))
        for event in incident_events(incident, at(91))
        if event.type is EventType.INCIDENT_SOLVED
    }
    assert len(ids) == 2


# --- The week ---------------------------------------------------------------------------------------------


def test_the_week_s_figures_are_counts() -> None:
    week = Week.of(NOON, "UTC")
    event = weekly_event(week, report_of((), "UTC"), NOON)
    assert event.type is EventType.REPORT_WEEKLY
    assert event.event_id == weekly_event(week, report_of((), "UTC"), at(500)).event_id
    assert event.data["week"] == "2026-W25"
    assert {"waits", "answered", "answered_within_1h", "ignored", "late"} <= event.data.keys()


# --- The relay and the envelope ---------------------------------------------------------------------------


def test_an_event_goes_through_the_queue_unchanged() -> None:
    events = [*case_events(commanded(a_case(), Claim(), 1).after, at(2)), *incident_events(INCIDENT, at(1))]
    assert events_in(events_text(events)) == events
    assert [event_in(event_text(event)) for event in events] == events


@pytest.mark.parametrize("body", ["", "null", "{}", "[1]", '[{"event_id": "x"}]', "[[]]", "[]"])
def test_another_message_is_no_event(body: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        events_in(body)
    assert "event_id" not in str(refused.value)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Item(keys.case(CASE_ID), a_case(version=1)), ["case.opened"]),
        (Item(keys.reply(CASE_ID, ReplyId("r1")), REPLY), ["reply.held"]),
        (Item(keys.incident(INCIDENT.incident_id), INCIDENT), ["incident.opened"]),
        (
            Item(
                keys.update(Update(INCIDENT.incident_id, at(1), Status.MONITORING, "x")),
                Update(INCIDENT.incident_id, at(1), Status.MONITORING, "x"),
            ),
            ["incident.updated"],
        ),
        (
            Item(keys.act(CASE_ID, "1"), MovedToPrivate(**LEG, way=Way.MAIL), {"type": "moved_to_private"}),
            ["case.moved"],
        ),
        (Item(keys.timeline(CASE_ID, NOON, PostId("1")), answered(1), {"type": "brand_posted"}), []),
        (Item(keys.settings(), None, {"zone": "UTC"}), []),
    ],
)
def test_the_relay_reads_events_off_images(item: Item, expected: list[str]) -> None:
    note = event_note(from_attributes(to_attributes(item)), at(2))
    assert [str(event.type) for event in events_in(note.body)] == expected if note else expected == []


def test_nothing_that_a_customer_wrote_is_in_a_note() -> None:
    case = a_story(said(0, words="my password is hunter2"), answered(4, words="hunter2 is no good"))
    note = event_note(from_attributes(to_attributes(Item(keys.case(CASE_ID), case))), at(5))
    assert note is not None
    assert "hunter2" not in note.body


def enveloped(event: Event, text: bool = False) -> dict[str, Any]:
    made = Envelopes(settings, "https://desk.example.com/", lambda _: "the words")(event, text)
    found: dict[str, Any] = json.loads(json.dumps(made))
    return found


def test_the_envelope_has_ids_and_links() -> None:
    event = told(a_case(), 1, EventType.CASE_OPENED)
    found = enveloped(event)
    assert found.keys() == {"id", "type", "time", "schema", "data"}
    assert (found["id"], found["type"], found["schema"]) == (event.event_id, "case.opened", 1)
    assert found["time"] == "2026-06-17T12:00:00Z"
    assert found["data"]["case"] == f"{CONVERSATION_ID}#{CUSTOMER_ID}"
    assert found["data"]["url"] == f"https://desk.example.com/desk/cases/{CONVERSATION_ID}-{CUSTOMER_ID}"
    assert found["data"]["number"].startswith("FF-")
    assert "text" not in found["data"]


def test_text_is_added_where_it_is_asked_for() -> None:
    assert enveloped(told(a_case(), 1, EventType.CASE_OPENED), text=True)["data"]["text"] == "the words"


def test_the_links_of_incidents_and_weeks() -> None:
    incident, week = (
        next(iter(incident_events(INCIDENT, at(1)))),
        weekly_event(Week.of(NOON, "UTC"), report_of((), "UTC"), NOON),
    )
    assert enveloped(incident)["data"]["url"] == "https://desk.example.com/desk/incidents/i1"
    assert enveloped(week)["data"]["url"] == "https://desk.example.com/desk/figures?week=2026-W25"


# --- Deliveries -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("types_", "wanted"),
    [
        ((), True),
        (("case.*",), True),
        (("case.opened",), True),
        (("case.late", "reply.*"), False),
        (("case",), False),
    ],
)
def test_an_endpoint_gets_the_types_that_it_wants(types_: tuple[str, ...], wanted: bool) -> None:
    assert Endpoint("crm", types=types_).wants(EventType.CASE_OPENED) is wanted


def tried(times: int) -> Delivery:
    delivery, now = Delivery("evt_1", "crm"), NOON
    for _ in range(times):
        delivery = delivery.failed(now, "Status500")
        now = delivery.due_at or now
    return delivery


def test_waits_between_tries_grow_over_more_than_a_day() -> None:
    dues: list[datetime] = [tried(count).due_at or NOON for count in range(1, len(RETRIES) + 1)]
    waits = [later - earlier for earlier, later in zip([NOON, *dues], dues, strict=False)]
    assert all(wait <= real <= wait * 1.1 for wait, real in zip(RETRIES, waits, strict=True))
    assert dues[-1] - NOON > timedelta(days=1)


def test_a_delivery_is_given_up_after_the_last_try() -> None:
    assert tried(len(RETRIES)).outcome is Outcome.WAITING
    last = tried(len(RETRIES) + 1)
    assert (last.outcome, last.due_at, last.reason) == (Outcome.GIVEN_UP, None, "Status500")


def test_an_endpoint_is_disabled_after_a_day_without_success() -> None:
    state = EndpointState("crm").failed(NOON, "Status500", gone=False)
    assert (state.failing_since, state.disabled_at) == (NOON, None)
    almost = state.failed(NOON + FAILS_FOR - timedelta(seconds=1), "Status500", gone=False)
    assert (almost.failing_since, almost.disabled_at) == (NOON, None)
    assert almost.failed(NOON + FAILS_FOR, "Status500", gone=False).disabled_at == NOON + FAILS_FOR


def test_a_receiver_that_wants_no_more_is_disabled_at_once() -> None:
    assert EndpointState("crm").failed(NOON, "Status410", gone=True).disabled_at == NOON


# --- The document -----------------------------------------------------------------------------------------


def examples() -> list[Event]:
    """An event of each type, as docs/events.md shows them."""
    case, sent = a_case(version=1), replace(REPLY, to=said(0).post_id, ended_at=at(20))
    late = (case.timers[0].answer_by - NOON) / timedelta(minutes=1) + 1
    public = replace(INCIDENT, status=Status.IDENTIFIED, published_at=at(5), version=3)
    found = [
        told(case, 1, EventType.CASE_OPENED),
        told(commanded(case, Claim(), 2).after, 3, EventType.CASE_CLAIMED),
        told(a_story(said(0), answered(20)), 21, EventType.CASE_ANSWERED),
        told(case, late, EventType.CASE_LATE),
        entry_event(CASE_ID, MovedToPrivate(**LEG, way=Way.X_DM)),
        entry_event(CASE_ID, SolvedInPrivate(**LEG, how=Solved.CUSTOMER)),
        told(commanded(case, Resolve("done"), 45).after, 46, EventType.CASE_CLOSED),
        told(
            commanded(commanded(case, Resolve("done"), 45).after, Reopen("not yet"), 50).after,
            51,
            EventType.CASE_REOPENED,
        ),
        reply_event(REPLY, at(1)),
        reply_event(replace(sent, state=ReplyState.SENT, post_id=answered(20).post_id), at(21)),
        reply_event(replace(sent, state=ReplyState.REFUSED, refusal=Refusal.DUPLICATE), at(21)),
        *incident_events(INCIDENT, at(1)),
        *incident_events(public, at(6)),
        update_event(Update(INCIDENT.incident_id, at(7), Status.MONITORING, "It works."), at(8)),
        *tuple(incident_events(replace(public, status=Status.RESOLVED, ended_at=at(50)), at(51)))[1:],
        *incident_events(replace(INCIDENT, status=Status.DISMISSED, ended_at=at(20), version=2), at(21)),
        weekly_event(Week.of(NOON, "UTC"), report_of((), "UTC"), NOON + timedelta(days=5)),
    ]
    return [event for event in found if event is not None]


def test_the_document_shows_an_example_of_each_type() -> None:
    lines = Path("docs/events.md").read_text(encoding="utf-8").splitlines()
    shown = [json.loads(line) for line in lines if line.lstrip().startswith('{"id"')]
    made = [enveloped(event) for event in examples()]
    assert [one["type"] for one in made] == list(EventType)
    assert shown == made
