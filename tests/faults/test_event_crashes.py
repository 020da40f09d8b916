"""A crash at every call of the sender of events: each reaches each endpoint, under one id, and twice at most."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from mentiondesk.adapters.storage.stores.events import Events
from mentiondesk.domain.events.delivery import Endpoint, EventRules, Outcome
from mentiondesk.domain.events.event import Event, EventType
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.usecases.events.deliver_events import LEASE, DeliverEvents
from mentiondesk.usecases.events.publish_events import PublishEvents
from mentiondesk.values import replace
from tests.support.builders import CASE_ID, NOON, at, settings
from tests.support.faults import Killed
from tests.support.faults_outbox import Crashes, CrashingTable

_SAMPLE = 5
_EVENTS = tuple(Event(f"evt_{number}", EventType.CASE_OPENED, at(number), case_id=CASE_ID) for number in range(3))
_RULES = EventRules((Endpoint("crm", "https://crm.example"), Endpoint("till", "https://till.example", ("case.*",))))


class _Receivers:
    """Receivers that count what they get; `till` refuses its first event once."""

    def __init__(self, crashes: Crashes) -> None:
        self.got: Counter[tuple[str, str]] = Counter()
        self._crashes = crashes
        self._refused = False

    def send(self, endpoint: Endpoint, event: Event) -> None:
        self._crashes.around("post", lambda: self._take(endpoint, event))

    def _take(self, endpoint: Endpoint, event: Event) -> None:
        if endpoint.endpoint_id == "till" and not self._refused:
            self._refused = True
            raise Undeliverable("Status503", passing=True)
        self.got[endpoint.endpoint_id, event.event_id] += 1


def ended(crashes: Crashes) -> list[str]:
    """The promises that do not hold after events are told, a function dies, and the others run."""
    current, now = replace(settings(), events=_RULES), [NOON]
    table, receivers = CrashingTable(crashes), _Receivers(crashes)
    events = Events(table)

    def clock() -> datetime:
        return now[0]

    publish = PublishEvents(events, lambda: current, bus=False)
    deliver = DeliverEvents(events, receivers, lambda: current, bus=False, clock=clock)
    # The queue gives its message again to a run that did not end well; then the schedule goes on.
    for told in (True, True, False, False, False):
        crashes.armed = True
        with suppress(Killed):
            wanted = publish(_EVENTS, clock()) if told else None
            deliver(lambda: timedelta(minutes=1), only=wanted)
        crashes.armed = False
        now[0] += LEASE
    wrong = [
        f"{endpoint.endpoint_id} got {event.event_id} {times} times; {crashes.died}"
        for endpoint in _RULES.endpoints
        for event in _EVENTS
        if (times := receivers.got[endpoint.endpoint_id, event.event_id]) not in ((1, 2) if crashes.at else (1,))
    ]
    left = [one for event in _EVENTS for one in events.deliveries(event.event_id) if one.outcome is Outcome.WAITING]
    return [*wrong, *(f"{one.endpoint_id} waits for {one.event_id}; {crashes.died}" for one in left)]


def test_a_crash_at_any_call_loses_no_event(thorough: bool, tell: Callable[[object], None]) -> None:
    undisturbed = Crashes()
    assert ended(undisturbed) == []
    points = range(0, undisturbed.points, 1 if thorough else _SAMPLE)
    tell(f"{len(points)} points of {undisturbed.points}")
    assert [found for point in points for found in ended(Crashes(frozenset({point})))] == []
