"""Due deliveries → endpoints, all at the same time: one that hangs delays no other."""

from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from mentiondesk.domain.events.delivery import BUS, Endpoint, EndpointState, Outcome
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.ports.events import EventChannel, EventStore, LeasedDelivery
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.values import Frozen

# Longer than a run of the function (template.yaml).
LEASE = timedelta(minutes=2)
# A try takes up to its timeout; none begins that the run could not end.
_RESERVE = timedelta(seconds=20)
_MOST = 200
# The answer of a receiver that wants no more events (Standard Webhooks, "410 Gone").
GONE = "Status410"


class Delivered(Frozen):
    """A run at one endpoint: events delivered, tries in vain, and deliveries given up. `disabled`: in this run.

    `fault`: the run broke off, by a table that failed or a mistake in the code; its counts are not known then.
    """

    endpoint_id: str
    delivered: int = 0
    failed: int = 0
    given_up: int = 0
    disabled: EndpointState | None = None
    fault: BaseException | None = None


class DeliverEvents:
    """At least once: a crash between the receiver's answer and its mark repeats a delivery, under the same id."""

    def __init__(
        self,
        events: EventStore,
        channel: EventChannel,
        settings: CurrentSettings,
        bus: bool,
        clock: Callable[[], datetime],
    ) -> None:
        self._events = events
        self._channel = channel
        self._settings = settings
        self._bus = bus
        self._clock = clock

    def __call__(self, time_left: TimeLeft, only: Collection[str] | None = None) -> Sequence[Delivered]:
        """Delivers what is due. `only`: to these endpoints, and to none that fails just now.

        The fault of one endpoint's run is returned, for the caller to raise once the other runs are told.
        """
        states = {state.endpoint_id: state for state in self._events.states()}
        found = [endpoint for endpoint in self._endpoints() if only is None or endpoint.endpoint_id in only]
        ready = [one for one in found if _is_ready(states.get(one.endpoint_id), hurried=only is not None)]
        if not ready:
            return ()
        with ThreadPoolExecutor(len(ready)) as at_once:
            runs = {
                one.endpoint_id: at_once.submit(self._deliver, one, states.get(one.endpoint_id), time_left)
                for one in ready
            }
        return [
            Delivered(name, fault=fault) if (fault := run.exception()) else run.result() for name, run in runs.items()
        ]

    def _endpoints(self) -> list[Endpoint]:
        return [*self._settings().events.endpoints, *([Endpoint(BUS)] if self._bus else [])]

    def _deliver(self, endpoint: Endpoint, state: EndpointState | None, time_left: TimeLeft) -> Delivered:
        """Delivers to one endpoint until nothing is due, the time is over, or it cannot be reached."""
        name = endpoint.endpoint_id
        state, counts = state or EndpointState(name), {Outcome.DELIVERED: 0, Outcome.WAITING: 0, Outcome.GIVEN_UP: 0}
        for event_id in self._events.due(name, self._clock(), _MOST):
            now = self._clock()
            if time_left() < _RESERVE or state.disabled_at is not None:
                break
            leased = self._events.lease(event_id, name, now, now + LEASE)
            if leased is None:
                continue
            refusal = self._try(endpoint, leased)
            delivery = leased.delivery.failed(now, refusal.reason) if refusal else leased.delivery.delivered(now)
            self._events.save(delivery)
            counts[delivery.outcome] += 1
            state = self._noted(state, refusal, now)
            if refusal is not None and refusal.passing:
                # It would refuse any event just now: the others wait for the next minute.
                break
        over = state if state.disabled_at is not None else None
        return Delivered(name, counts[Outcome.DELIVERED], counts[Outcome.WAITING], counts[Outcome.GIVEN_UP], over)

    def _try(self, endpoint: Endpoint, leased: LeasedDelivery) -> Undeliverable | None:
        try:
            self._channel.send(endpoint, leased.event)
        except Undeliverable as refusal:
            return refusal
        return None

    def _noted(self, state: EndpointState, refusal: Undeliverable | None, now: datetime) -> EndpointState:
        """The state of the endpoint after a try, which is kept where it changes."""
        if refusal is not None:
            after = state.failed(now, refusal.reason, refusal.reason == GONE)
        else:
            after = EndpointState(state.endpoint_id)
        if after != state:
            self._events.save_state(after)
        return after


def raise_faults(runs: Iterable[Delivered]) -> None:
    """Raises the faults of the runs that broke off, as one group: the function's run failed, and an alarm counts it."""
    if faults := [one.fault for one in runs if one.fault is not None]:
        raise BaseExceptionGroup("deliveries broke off", faults)


def _is_ready(state: EndpointState | None, hurried: bool) -> bool:
    """True for an endpoint that is tried: one that fails has its tries by the clock alone."""
    return state is None or (state.disabled_at is None and not (hurried and state.failing_since))
