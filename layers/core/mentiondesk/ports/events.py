"""Events out: their log, the deliveries to endpoints, and the way to them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.events.delivery import Delivery, Endpoint, EndpointState
from mentiondesk.domain.events.event import Event


class LeasedDelivery(NamedTuple):
    """A delivery that this run alone may try now, with its event."""

    event: Event
    delivery: Delivery


class EventStore(Protocol):
    """The log of events, and a queue of deliveries for each endpoint."""

    def add(self, event: Event, endpoint_ids: Sequence[str], now: datetime) -> bool:
        """Keeps an event and what is to be delivered of it, now. False: it is known, and nothing was written."""

    def get(self, event_id: str) -> Event | None: ...

    def between(self, first: datetime, last: datetime) -> Iterator[Event]:
        """The events of a span by their time, oldest first; may be a little stale."""

    def deliveries(self, event_id: str) -> Sequence[Delivery]:
        """The deliveries of an event, one for each endpoint."""

    def deliver_again(self, event_id: str, endpoint_id: str, now: datetime) -> None:
        """Has an event delivered to an endpoint once more, whatever became of it."""

    def due(self, endpoint_id: str, now: datetime, limit: int) -> Sequence[str]:
        """The ids of events to be delivered to an endpoint now, the longest due first."""

    def lease(self, event_id: str, endpoint_id: str, now: datetime, until: datetime) -> LeasedDelivery | None:
        """Hides a delivery from other runs until then; None where it is not due any more, or its event is gone."""

    def save(self, delivery: Delivery) -> None:
        """Writes what became of a delivery; it is due again when its rule says so."""

    def states(self) -> Sequence[EndpointState]:
        """The endpoints that fail or are disabled."""

    def save_state(self, state: EndpointState) -> None:
        """Keeps how an endpoint does; one that does well has no state."""

    def looked_until(self) -> datetime | None:
        """The moment up to which deadlines were looked at; None before the first time."""

    def look_until(self, moment: datetime) -> None:
        """Keeps that deadlines were looked at up to a moment."""


class EventChannel(Protocol):
    """The way to endpoints."""

    def send(self, endpoint: Endpoint, event: Event) -> None:
        """Hands an event to its receiver, under the same id each time. Raises Undeliverable."""


class EndpointWriter(Protocol):
    """Writes to people about endpoints."""

    def disabled(self, state: EndpointState, brand: str) -> Email:
        """The mail about an endpoint that is disabled."""
