"""Deliveries: one event to one endpoint, when it is tried again, and when an endpoint is given up."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from zlib import crc32

from mentiondesk.domain.events.event import EventType
from mentiondesk.values import Frozen, replace

# The endpoint that is the bus of Amazon EventBridge; its name is none of an endpoint in the settings.
BUS = "bus"
# The waits between tries: longer each time, for more than a day, with some jitter.
# Source: Standard Webhooks 1.0, "deliverability and reliability".
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600, 600))
_JITTER = 0.1
# An endpoint that takes nothing for so long is disabled.
FAILS_FOR = timedelta(hours=24)


class Endpoint(Frozen):
    """An address that gets events of these types ("case.*" stands for all of cases; none: every type).

    `text`: it also gets what customers and staff wrote.
    """

    endpoint_id: str
    url: str = ""
    types: tuple[str, ...] = ()
    text: bool = False

    def wants(self, type_: EventType) -> bool:
        return not self.types or any(wanted in (type_, f"{type_.partition('.')[0]}.*") for wanted in self.types)


class EventRules(Frozen):
    """The endpoints of the settings."""

    endpoints: tuple[Endpoint, ...] = ()


class Outcome(StrEnum):
    """The state of a delivery. GIVEN_UP: it was tried for more than a day."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Delivery(Frozen):
    """An event on its way to an endpoint: the line of the delivery log. `reason` is that of the latest failure."""

    event_id: str
    endpoint_id: str
    outcome: Outcome = Outcome.WAITING
    attempts: int = 0
    tried_at: datetime | None = None
    reason: str = ""

    def delivered(self, at: datetime) -> "Delivery":
        return replace(self, outcome=Outcome.DELIVERED, attempts=self.attempts + 1, tried_at=at, reason="")

    def failed(self, at: datetime, reason: str) -> "Delivery":
        """The delivery after a try in vain; given up after the last one."""
        outcome = Outcome.WAITING if self.attempts < len(RETRIES) else Outcome.GIVEN_UP
        return replace(self, outcome=outcome, attempts=self.attempts + 1, tried_at=at, reason=reason)

    @property
    def due_at(self) -> datetime | None:
        """The next try; None where there is none."""
        if self.outcome is not Outcome.WAITING or self.tried_at is None or not self.attempts:
            return None
        wait = RETRIES[self.attempts - 1]
        share = crc32(f"{self.event_id}#{self.endpoint_id}".encode()) % 1000 / 1000
        return self.tried_at + wait * (1 + _JITTER * share)


class EndpointState(Frozen):
    """The state of an endpoint. `failing_since`: the first failure after which it took nothing."""

    endpoint_id: str
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    reason: str = ""

    def failed(self, at: datetime, reason: str, gone: bool) -> "EndpointState":
        """The state after a failure. `gone`: the receiver wants no more (410); it is disabled at once."""
        since = self.failing_since or at
        over = gone or at - since >= FAILS_FOR
        return replace(self, failing_since=since, disabled_at=at if over else None, reason=reason)


def disabled(endpoints: Iterable[Endpoint], states: Iterable[EndpointState]) -> list[EndpointState]:
    """The states of the endpoints that are disabled and still in the settings."""
    known = {endpoint.endpoint_id for endpoint in endpoints} | {BUS}
    return [state for state in states if state.disabled_at is not None and state.endpoint_id in known]
