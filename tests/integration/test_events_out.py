"""Events reach other systems at least once under one id, and an endpoint that hangs or fails delays no other."""

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from infra import event_commands
from infra.local.guard import loopback_only
from infra.rights import erase, items_about
from mentiondesk.adapters.channels.event_channels import Envelopes, EventBus, EventChannels, EventWebhooks, has_bus
from mentiondesk.adapters.channels.https_post import HttpsPost, Network, is_public
from mentiondesk.adapters.channels.webhooks import WebhookSender
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.events import Events
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.events.delivery import BUS, Endpoint, EndpointState, EventRules, Outcome
from mentiondesk.domain.events.event import EVENTS_LAST, Event, EventType, weekly_event
from mentiondesk.domain.figures.report import report_of
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.domain.ids import CaseId, ConversationId, UserId
from mentiondesk.presentation.events.mails import EndpointMails
from mentiondesk.usecases.audit.check_endpoints import CheckEndpoints
from mentiondesk.usecases.events.deliver_events import DeliverEvents, raise_faults
from mentiondesk.usecases.events.publish_events import FindEvents, PublishEvents
from mentiondesk.usecases.events.tell_leads import TellLeads
from mentiondesk.usecases.reports.read_figures import ReadFigures
from mentiondesk.values import replace
from tests.support.builders import CASE_ID, NOON, a_story, at, said, settings
from tests.support.tls_standin import Receiver, receiver

SECRETS = {name: event_commands.made_secret() for name in ("crm", "other", "slow")}
SETTINGS = settings()
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def an_event(number: int = 1, type_: EventType = EventType.CASE_OPENED, **about: Any) -> Event:
    facts: dict[str, Any] = {"at": at(number), "data": {"kind": "complaint"}, "case_id": CASE_ID, **about}
    return Event(f"evt_{number}", type_, **facts)


@dataclass
class Bridge:
    """EventBridge, which refuses the next so many entries."""

    refuses: int = 0
    entries: list[dict[str, Any]] = field(default_factory=list)

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        if self.refuses:
            self.refuses -= 1
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}
        self.entries += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}


class Mails:
    """Mails to people."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Email]] = []

    def send(self, address: str, email: Email) -> str:
        self.sent.append((address, email))
        return "id"


class World:
    """The sender with its endpoints, on a clock of its own."""

    def __init__(
        self, rooms: dict[str, Receiver], table: Table | None = None, bus: bool = False, **wanted: Any
    ) -> None:
        self.now, self.rooms, self.secrets = NOON, rooms, dict(SECRETS)
        self.table = table or MemoryTable()
        self.events, self.bridge, self.mails = Events(self.table), Bridge(), Mails()
        endpoints = tuple(Endpoint(name, room.url, **wanted.get(name, {})) for name, room in rooms.items())
        self.rules = EventRules(endpoints)
        self.names: dict[int, str] = {}
        self.network = Network(self._resolve, lambda address: address.startswith("127."), self._trust())
        self.bus = bus
        self.timeout = 0.5

    def _resolve(self, host: str, port: int) -> list[str]:
        del host
        return [self.names.get(port, "127.0.0.1")]

    def _trust(self) -> Any:
        first, *others = self.rooms.values()
        for other in others:
            first.trust.load_verify_locations(cadata=other.certificate)
        return first.trust

    def settings(self) -> DeskSettings:
        return replace(SETTINGS, events=self.rules)

    @property
    def deliver(self) -> DeliverEvents:
        sender = WebhookSender(lambda: self.now, HttpsPost(self.network, timeout=self.timeout, tries=1))
        envelopes = Envelopes(self.settings, "https://desk.example.com", lambda _: "my words")
        webhooks = EventWebhooks(sender, envelopes, lambda: self.secrets)
        channels = EventChannels(webhooks, EventBus(self.bridge, "default", envelopes))
        return DeliverEvents(self.events, channels, self.settings, self.bus, lambda: self.now)

    def publish(self, *events: Event) -> set[str]:
        return PublishEvents(self.events, self.settings, self.bus)(events, self.now)

    def run(self, only: set[str] | None = None) -> dict[str, Any]:
        runs = self.deliver(lambda: MINUTE, only=only)
        disabled = [run.disabled for run in runs if run.disabled]
        TellLeads(self.mails, EndpointMails(), self.settings)(disabled)
        return {run.endpoint_id: run for run in runs}

    def outcome(self, endpoint: str, event_id: str = "evt_1") -> Outcome:
        (found,) = [one for one in self.events.deliveries(event_id) if one.endpoint_id == endpoint]
        return found.outcome


@pytest.fixture(scope="module")
def receivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Receiver]]:
    with (
        receiver(tmp_path_factory.mktemp("crm")) as crm,
        receiver(tmp_path_factory.mktemp("other")) as other,
    ):
        yield {"crm": crm, "other": other}


@pytest.fixture
def rooms(receivers: dict[str, Receiver]) -> dict[str, Receiver]:
    for room in receivers.values():
        room.statuses, room.hold, room.then = [200], None, lambda: None
        for kept in (room.headers, room.bodies, room.paths):
            kept.clear()
    return receivers


@pytest.fixture
def world(rooms: dict[str, Receiver]) -> World:
    return World(rooms)


def got(room: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for body in room.bodies]


# --- Delivering -------------------------------------------------------------------------------------------


def test_an_event_reaches_every_endpoint_that_wants_it(rooms: dict[str, Receiver]) -> None:
    world = World(rooms, other={"types": ("reply.*",)})
    assert world.publish(an_event(1), an_event(2, EventType.REPLY_SENT)) == {"crm", "other"}
    world.run()
    assert [one["id"] for one in got(rooms["crm"])] == ["evt_1", "evt_2"]
    assert [one["id"] for one in got(rooms["other"])] == ["evt_2"]
    assert world.outcome("crm") is Outcome.DELIVERED


def test_it_is_verified_by_the_library_of_standard_webhooks(world: World, rooms: dict[str, Receiver]) -> None:
    world.now = datetime.now(UTC)
    world.publish(an_event())
    world.run()
    (body,), (headers,) = rooms["crm"].bodies, rooms["crm"].headers
    payload = Webhook(SECRETS["crm"]).verify(body, dict(headers))
    assert (payload["id"], headers["webhook-id"], payload["schema"]) == ("evt_1", "evt_1", 1)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(SECRETS["other"]).verify(body, dict(headers))


def test_while_a_secret_is_replaced_the_receiver_may_know_either(world: World, rooms: dict[str, Receiver]) -> None:
    new = event_commands.made_secret()
    world.secrets["crm"] = f"{new} {SECRETS['crm']}"
    world.now = datetime.now(UTC)
    world.publish(an_event())
    world.run()
    for secret in (new, SECRETS["crm"]):
        assert Webhook(secret).verify(rooms["crm"].bodies[0], dict(rooms["crm"].headers[0]))


def test_an_event_that_is_told_twice_goes_out_once(world: World, rooms: dict[str, Receiver]) -> None:
    world.publish(an_event(), an_event())
    world.run()
    assert world.publish(an_event(), an_event(data={"kind": "question"})) == set()
    world.run()
    assert len(rooms["crm"].bodies) == 1


def test_text_goes_to_those_alone_who_ask_for_it(rooms: dict[str, Receiver]) -> None:
    world = World(rooms, crm={"text": True})
    world.publish(an_event())
    world.run()
    assert got(rooms["crm"])[0]["data"]["text"] == "my words"
    assert "my words" not in rooms["other"].bodies[0].decode()


# --- Failing ----------------------------------------------------------------------------------------------


def test_an_endpoint_that_hangs_delays_no_other(world: World, rooms: dict[str, Receiver]) -> None:
    rooms["crm"].hold = threading.Event()
    world.publish(*(an_event(number) for number in range(1, 6)))
    runs = world.run()
    rooms["crm"].hold.set()
    assert runs["other"].delivered == len(rooms["other"].bodies) == 5
    # The first try ends by its timeout; the others wait for the next minute.
    assert (runs["crm"].delivered, runs["crm"].failed, len(rooms["crm"].bodies)) == (0, 1, 1)


def test_a_slow_endpoint_has_its_answer_after_the_others_have_all_of_theirs(
    world: World, rooms: dict[str, Receiver]
) -> None:
    """The slow one stands first, and answers once the other one has everything."""
    crm, other, world.timeout = rooms["crm"], rooms["other"], 20.0
    crm.hold = hold = threading.Event()
    other.then = lambda: hold.set() if len(other.bodies) == 3 else None
    world.publish(*(an_event(number) for number in range(1, 4)))
    runs = world.run()
    assert (runs["crm"].delivered, runs["crm"].failed, runs["other"].delivered) == (3, 0, 3)


def test_while_an_endpoint_fails_new_events_wait_for_the_clock(world: World, rooms: dict[str, Receiver]) -> None:
    rooms["crm"].statuses = [500]
    world.publish(an_event(1))
    world.run()
    assert "crm" not in world.run(only=world.publish(an_event(2)))
    assert len(rooms["crm"].bodies) == 1
    rooms["crm"].statuses = [200]
    world.now += 2 * MINUTE
    assert world.run()["crm"].delivered == 2
    assert world.events.states() == []


def test_a_retry_has_the_same_id_and_the_same_body(world: World, rooms: dict[str, Receiver]) -> None:
    rooms["crm"].statuses = [503, 200]
    world.publish(an_event())
    world.run()
    world.run()
    assert len(rooms["crm"].bodies) == 1, "it waits for its time"
    world.now += 2 * MINUTE
    world.run()
    assert len(rooms["crm"].bodies) == 2
    assert len(set(rooms["crm"].bodies)) == len({one["webhook-id"] for one in rooms["crm"].headers}) == 1


def test_a_redirect_is_not_followed(world: World, rooms: dict[str, Receiver]) -> None:
    """The stand-in redirects to the cloud's metadata."""
    rooms["crm"].statuses = [302]
    world.publish(an_event())
    with loopback_only():
        world.run()
    (delivery,) = [one for one in world.events.deliveries("evt_1") if one.endpoint_id == "crm"]
    assert (delivery.outcome, delivery.reason) == (Outcome.WAITING, "Status302")
    assert len(rooms["crm"].bodies) == 1


def test_a_private_address_gets_no_call(world: World, rooms: dict[str, Receiver]) -> None:
    """The name leads there only later: it is looked up with each try."""
    world.publish(an_event(1))
    world.run()
    world.network = Network(world._resolve, is_public, world.network.tls)
    world.names[rooms["crm"].port] = "169.254.169.254"
    world.publish(an_event(2))
    with loopback_only():
        world.run()
    assert len(rooms["crm"].bodies) == 1
    assert world.outcome("crm", "evt_2") is Outcome.WAITING


def test_500_for_a_day_disables_and_people_hear_of_it_once(world: World, rooms: dict[str, Receiver]) -> None:
    rooms["crm"].statuses = [500]
    found = []
    for minute in range(0, 26 * 60, 10):
        world.now = NOON + minute * MINUTE
        world.publish(an_event(minute))
        runs = world.run()
        if "crm" in runs and runs["crm"].disabled:
            found.append(world.now - NOON)
        assert runs["other"].delivered == 1
    assert len(found) == 1
    assert DAY <= found[0] <= DAY + timedelta(minutes=20)
    ((address, mail),) = world.mails.sent
    assert address == "ana@example.com"
    assert "crm" in mail.subject
    assert "make events-replay ENDPOINT=crm" in mail.text
    # A run makes one try, whatever waits.
    assert len(rooms["crm"].bodies) <= 24 * 6 + 3
    (finding,) = CheckEndpoints(world.events, world.settings)(world.now)
    assert finding.about == "crm"
    assert "Status500" in finding.detail


def test_an_endpoint_that_is_gone_from_the_settings_is_no_finding(world: World) -> None:
    world.events.save_state(EndpointState("old", NOON, NOON, "Status410"))
    assert list(CheckEndpoints(world.events, world.settings)(world.now)) == []


def test_gone_disables_at_once(world: World, rooms: dict[str, Receiver]) -> None:
    rooms["crm"].statuses = [410]
    world.publish(an_event(1), an_event(2))
    runs = world.run()
    assert runs["crm"].disabled is not None
    assert len(rooms["crm"].bodies) == 1
    world.now += DAY
    assert "crm" not in world.run()
    assert len(world.mails.sent) == 1


class FailingFor(Events):
    """Events of a table that fails for one endpoint."""

    def due(self, endpoint_id: str, now: datetime, limit: int) -> Sequence[str]:
        if endpoint_id == "other":
            raise OSError("table")
        return super().due(endpoint_id, now, limit)


def test_a_table_that_fails_for_one_endpoint_hides_nothing_of_the_others(
    world: World, rooms: dict[str, Receiver]
) -> None:
    rooms["crm"].statuses = [410]
    world.publish(an_event())
    world.events = FailingFor(world.table)
    runs = world.run()
    assert runs["crm"].disabled is not None
    assert len(world.mails.sent) == 1
    with pytest.raises(ExceptionGroup) as raised:
        raise_faults(runs.values())
    assert [str(fault) for fault in raised.value.exceptions] == ["table"]


def test_an_event_that_a_receiver_never_takes_holds_up_no_other_and_is_given_up(rooms: dict[str, Receiver]) -> None:
    """The receiver works; it refuses this one. Events that it takes in between show that it is not disabled."""
    world = World(rooms)
    rooms["crm"].statuses = [400, 200]
    world.publish(an_event(1), an_event(2))
    assert world.run()["crm"].delivered == 1
    for hour in range(1, 40):
        world.now = NOON + timedelta(hours=hour)
        rooms["crm"].statuses = [400, 200] if world.events.due("crm", world.now, 1) else [200]
        world.publish(an_event(100 + hour))
        world.run()
    assert world.outcome("crm", "evt_1") is Outcome.GIVEN_UP
    assert all(state.disabled_at is None for state in world.events.states())


def test_an_endpoint_without_a_secret_gets_nothing_unsigned(world: World, rooms: dict[str, Receiver]) -> None:
    del world.secrets["crm"]
    world.publish(an_event())
    world.run()
    assert rooms["crm"].bodies == []
    world.secrets = dict(SECRETS)
    world.now += 2 * MINUTE
    world.run()
    assert len(rooms["crm"].bodies) == 1


def test_a_receiver_that_closes_without_an_answer_is_tried_again(world: World, rooms: dict[str, Receiver]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        world.rules = EventRules((Endpoint("crm", f"https://hooks.example:{port}/"), world.rules.endpoints[1]))
        world.publish(an_event())
        assert world.run()["other"].delivered == 1
    assert world.outcome("crm") is Outcome.WAITING
    assert rooms["crm"].bodies == []


def test_a_run_that_dies_before_its_mark_repeats_the_delivery(world: World, rooms: dict[str, Receiver]) -> None:
    world.publish(an_event())
    assert world.events.lease("evt_1", "crm", world.now, world.now + 2 * MINUTE) is not None
    world.run()
    assert rooms["crm"].bodies == []
    world.now += 3 * MINUTE
    world.run()
    assert [one["id"] for one in got(rooms["crm"])] == ["evt_1"]


# --- The bus ----------------------------------------------------------------------------------------------


def test_the_bus_gets_every_event_and_an_entry_that_failed_again(rooms: dict[str, Receiver]) -> None:
    world = World(rooms, bus=True, crm={"types": ("reply.*",)})
    world.bridge.refuses = 1
    world.publish(an_event(1), an_event(2))
    assert world.run()[BUS].failed == 1
    world.now += 2 * MINUTE
    world.run()
    assert sorted(json.loads(one["Detail"])["id"] for one in world.bridge.entries) == ["evt_1", "evt_2"]
    assert {one["DetailType"] for one in world.bridge.entries} == {"case.opened"}
    assert {one["EventBusName"] for one in world.bridge.entries} == {"default"}
    assert not has_bus("none")


# --- Replay and the log -----------------------------------------------------------------------------------


def test_a_replay_delivers_from_a_time_on_and_enables(world: World, rooms: dict[str, Receiver]) -> None:
    world.publish(*(an_event(number) for number in (10, 20, 30)))
    world.run()
    world.events.save_state(EndpointState("crm", NOON, NOON, "Status500"))
    world.now = at(60)
    crm = event_commands.endpoint_of(world.rules, "crm")
    words = event_commands.replay(world.events, crm, at(15), world.now)
    assert "2 are delivered once more" in words
    world.run()
    assert [one["id"] for one in got(rooms["crm"])] == ["evt_10", "evt_20", "evt_30", "evt_20", "evt_30"]
    assert len(rooms["other"].bodies) == 3


def test_a_replay_tells_what_the_relay_gave_up_though_the_case_does_not_change(
    world: World, rooms: dict[str, Receiver]
) -> None:
    assert isinstance(world.table, MemoryTable)
    entry = said(0)
    Cases(world.table, lambda: 400 * DAY).save(case_change(None, a_story(entry), entry))
    world.now = NOON + 6 * DAY
    publish = PublishEvents(world.events, world.settings, bus=False)
    assert event_commands.told_late(world.table.scan(), world.events, publish, at(-5), world.now) == 2
    assert event_commands.told_late(world.table.scan(), world.events, publish, at(-5), world.now) == 0
    world.run()
    assert {one["type"] for one in got(rooms["crm"])} == {"case.opened", "case.late"}
    assert len(rooms["other"].bodies) == 2


def test_a_replay_gives_a_new_endpoint_what_happened_before_it_was_there(
    world: World, rooms: dict[str, Receiver]
) -> None:
    world.rules = EventRules(world.rules.endpoints[:1])
    world.publish(an_event(1))
    world.rules = EventRules((*world.rules.endpoints, Endpoint("other", rooms["other"].url)))
    event_commands.replay(world.events, world.rules.endpoints[1], NOON, at(5))
    world.now = at(5)
    world.run()
    assert [one["id"] for one in got(rooms["other"])] == ["evt_1"]


def test_a_replay_without_a_time_delivers_what_was_not_delivered(world: World, rooms: dict[str, Receiver]) -> None:
    rooms["crm"].statuses = [410]
    world.publish(an_event(1), an_event(2))
    world.run()
    rooms["crm"].statuses = [200]
    event_commands.replay(world.events, world.rules.endpoints[0], None, world.now)
    world.now += 2 * MINUTE
    world.run()
    assert {one["id"] for one in got(rooms["crm"])} == {"evt_1", "evt_2"}


def test_the_log_says_what_became_of_each_event(world: World, rooms: dict[str, Receiver]) -> None:
    rooms["crm"].statuses = [500]
    world.publish(an_event(1))
    world.run()
    lines = event_commands.log_of(world.events, "", NOON, at(60)).split("\n")
    assert lines[0].startswith("crm: fails; takes nothing since 2026-06-17 12:00 (Status500)")
    assert any("evt_1  crm: waiting after 1 tries (Status500)" in line for line in lines)
    assert any("evt_1  other: delivered after 1 tries" in line for line in lines)
    assert event_commands.log_of(world.events, "other", NOON, at(60)).count("\n") == 0
    assert event_commands.log_of(world.events, "", at(30), at(60)).startswith("crm: fails")


def test_an_unknown_endpoint_is_refused(world: World) -> None:
    with pytest.raises(event_commands.UnknownEndpoint, match="crm, other, bus"):
        event_commands.endpoint_of(world.rules, "cmr")


# --- The store --------------------------------------------------------------------------------------------


def test_events_are_kept_for_a_time_and_come_in_their_order(table: Table) -> None:
    events = Events(table)
    assert events.add(an_event(7), ["crm"], NOON)
    assert events.add(an_event(3), [], NOON)
    assert events.add(Event("evt_late", EventType.REPORT_WEEKLY, NOON + DAY), [], NOON)
    assert not events.add(an_event(7), ["crm", "other"], at(9))
    assert [one.event_id for one in events.between(NOON, NOON + 2 * DAY)] == ["evt_3", "evt_7", "evt_late"]
    assert [one.event_id for one in events.between(at(5), at(60))] == ["evt_7"]
    assert [one.endpoint_id for one in events.deliveries("evt_7")] == ["crm"]
    assert events.get("evt_7") == an_event(7)
    assert events.get("evt_none") is None
    assert timedelta(days=7) < EVENTS_LAST


def test_an_endpoint_has_a_queue_of_its_own(table: Table) -> None:
    events = Events(table)
    events.add(an_event(1), ["crm", "other"], NOON)
    events.add(an_event(2), ["crm"], at(1))
    assert events.due("crm", at(5), 10) == ["evt_1", "evt_2"]
    assert events.due("other", at(5), 10) == ["evt_1"]
    leased = events.lease("evt_1", "crm", at(5), at(7))
    assert leased is not None
    assert events.lease("evt_1", "crm", at(6), at(8)) is None
    events.save(leased.delivery.delivered(at(5)))
    assert events.due("crm", at(60), 10) == ["evt_2"]
    assert events.due("other", at(60), 10) == ["evt_1"]


def test_how_an_endpoint_does_is_kept_while_it_fails(table: Table) -> None:
    events = Events(table)
    events.look_until(NOON)
    failing = EndpointState("crm", NOON, None, "Status500")
    events.save_state(failing)
    assert events.states() == [failing]
    events.save_state(EndpointState("crm"))
    assert events.states() == []
    assert events.looked_until() == NOON


def test_a_person_s_events_are_exported_and_erased(rooms: dict[str, Receiver]) -> None:
    table = MemoryTable()
    world = World(rooms, table)
    somebody = CaseId(ConversationId("18"), UserId("42"))
    world.publish(an_event(1, case_id=somebody), an_event(2))
    assert [item.key.pk for item in items_about(table, UserId("42"))] == ["EVENT#evt_1"]
    erase(table, Incidents(table, lambda: DAY), UserId("42"))
    world.run()
    assert {one["id"] for one in got(rooms["crm"])} == {"evt_2"}
    assert not world.events.deliveries("evt_1")


# --- By the clock -----------------------------------------------------------------------------------------


class Clocked:
    """A desk with one complaint, whose deadline is at 13:00."""

    def __init__(self, table: Table) -> None:
        self.events, self.cases, facts = Events(table), Cases(table, lambda: 400 * DAY), Facts(table)
        read = ReadFigures(facts, CountedQueue(table), settings)
        self.find = FindEvents(self.events, self.cases, facts, read, settings)
        self.publish = PublishEvents(self.events, settings, bus=True)
        entry = said(0)
        self.cases.save(case_change(None, a_story(entry), entry))

    def run(self, now: datetime) -> list[str]:
        """The types of all events so far, by their time."""
        self.find(now, self.publish)
        return [str(event.type) for event in self.events.between(NOON - 30 * DAY, now)]


def test_a_deadline_that_passes_is_told_once_though_nothing_changes(table: Table) -> None:
    desk = Clocked(table)
    desk.events.add(weekly_event(Week.of(NOON, "UTC").plus(-1), report_of((), "UTC"), NOON - DAY), [], NOON)
    for minute in (0, 30, 59):
        assert "case.late" not in desk.run(at(minute))
    assert desk.run(at(61)).count("case.late") == 1
    assert [desk.run(at(minute)).count("case.late") for minute in (62, 63, 300)] == [1, 1, 1]


def test_a_pause_of_the_sender_loses_no_deadline(table: Table) -> None:
    desk = Clocked(table)
    desk.run(at(5))
    assert "case.late" in desk.run(at(20 * 60))


def test_the_week_that_is_over_is_told_once_from_monday_at_seven_on(table: Table) -> None:
    desk, monday = Clocked(table), datetime(2026, 6, 22, tzinfo=UTC)
    before = desk.run(monday + timedelta(hours=6, minutes=59)).count("report.weekly")
    assert desk.run(monday + timedelta(hours=7)).count("report.weekly") == before + 1
    assert desk.run(monday + timedelta(days=2)).count("report.weekly") == before + 1
    (event,) = [one for one in desk.events.between(monday, monday + DAY) if one.type is EventType.REPORT_WEEKLY]
    assert event.data["week"] == "2026-W25"
