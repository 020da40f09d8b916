"""The operator's commands for events that go out: the delivery log, a replay, and the secrets of endpoints."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from secrets import token_bytes

from infra.secret_parameters import EVENTS, SecretParameters
from mentiondesk.adapters.relay import events_of
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.domain.events.delivery import BUS, Delivery, Endpoint, EndpointState, EventRules
from mentiondesk.domain.events.event import EVENTS_LAST, Event
from mentiondesk.ports.events import EventStore
from mentiondesk.usecases.events.publish_events import PublishEvents

# Standard Webhooks 1.0, "signature scheme": 24 to 64 bytes.
_SECRET_BYTES = 32
_MOST_LINES = 1000


class UnknownEndpoint(ValueError):
    """The settings have no endpoint of this name."""


def endpoint_of(rules: EventRules, endpoint_id: str) -> Endpoint:
    """The endpoint, or the bus. Raises UnknownEndpoint."""
    known = {one.endpoint_id: one for one in (*rules.endpoints, Endpoint(BUS))}
    if endpoint_id not in known:
        raise UnknownEndpoint(f"the settings have no endpoint {endpoint_id!r}; there are {', '.join(known)}")
    return known[endpoint_id]


def log_of(events: EventStore, endpoint_id: str, since: datetime, now: datetime) -> str:
    """The delivery log: a line for each event and endpoint, and one for each endpoint that fails."""
    lines = [_state_line(one) for one in events.states() if endpoint_id in ("", one.endpoint_id)]
    for event in events.between(since, now):
        found = [one for one in events.deliveries(event.event_id) if endpoint_id in ("", one.endpoint_id)]
        lines += [_line(event, one) for one in found]
        if not endpoint_id and not found:
            lines.append(f"{event.at:%Y-%m-%d %H:%M:%S}  {event.type:20}  {event.event_id}  wanted by no endpoint")
        if len(lines) > _MOST_LINES:
            lines.append("and more; give a later SINCE")
            break
    return "\n".join(lines) or "no events"


def replay(events: EventStore, endpoint: Endpoint, since: datetime | None, now: datetime) -> str:
    """Lets an endpoint have its events again, from a time on where one is given, whatever became of them."""
    events.save_state(EndpointState(endpoint.endpoint_id))
    count = 0
    for event in _wanted(events, endpoint, since, now):
        events.deliver_again(event.event_id, endpoint.endpoint_id, now)
        count += 1
    return f"{endpoint.endpoint_id} gets its events again within a minute; {count} are delivered once more"


def told_late(items: Iterable[Item], events: EventStore, publish: PublishEvents, since: datetime, now: datetime) -> int:
    """The number of events since then that no endpoint has had, because the relay gave their records up.

    They are read off cases and incidents as these are now, whether or not anything changes there, and go out as usual.
    """
    subjects = (item for item in items if item.key.pk.startswith((keys.CASE_PREFIX, keys.INCIDENT_PREFIX)))
    found = {event.event_id: event for item in subjects for event in events_of(item, now) if since <= event.at <= now}
    missing = [event for event in found.values() if events.get(event.event_id) is None]
    publish(missing, now)
    return len(missing)


def _wanted(events: EventStore, endpoint: Endpoint, since: datetime | None, now: datetime) -> Iterator[Event]:
    if since is None:
        return iter(())
    found = events.between(max(since, now - EVENTS_LAST), now)
    return (event for event in found if endpoint.wants(event.type))


def made_secret() -> str:
    """A new secret, as Standard Webhooks writes it."""
    return f"whsec_{b64encode(token_bytes(_SECRET_BYTES)).decode()}"


def has_secret(parameters: SecretParameters, endpoint_id: str) -> bool:
    """True where events for an endpoint can be signed."""
    stored = parameters.read(EVENTS).value
    return bool(json.loads(stored).get(endpoint_id)) if stored else False


def new_secret(parameters: SecretParameters, endpoint_id: str) -> str:
    """Stores a new secret for an endpoint and returns it. The one before signs as well, until it is dropped."""
    stored = parameters.read(EVENTS).value
    known: dict[str, str] = json.loads(stored) if stored else {}
    before = known.get(endpoint_id, "").split()[:1]
    secret = made_secret()
    known[endpoint_id] = " ".join([secret, *before])
    parameters.store(EVENTS, json.dumps(known))
    return secret


def drop_old_secret(parameters: SecretParameters, endpoint_id: str) -> bool:
    """Leaves an endpoint its newest secret alone; False where it has no other."""
    stored = parameters.read(EVENTS).value
    known: dict[str, str] = json.loads(stored) if stored else {}
    secrets = known.get(endpoint_id, "").split()
    if len(secrets) < 2:
        return False
    known[endpoint_id] = secrets[0]
    parameters.store(EVENTS, json.dumps(known))
    return True


def _line(event: Event, delivery: Delivery) -> str:
    tries = f"{delivery.outcome} after {delivery.attempts} tries"
    reason = f" ({delivery.reason})" if delivery.reason else ""
    place = f"{event.at:%Y-%m-%d %H:%M:%S}  {event.type:20}  {event.event_id}"
    return f"{place}  {delivery.endpoint_id}: {tries}{reason}"


def _state_line(state: EndpointState) -> str:
    what = f"disabled since {state.disabled_at:%Y-%m-%d %H:%M}" if state.disabled_at else "fails"
    since = f"{state.failing_since:%Y-%m-%d %H:%M}" if state.failing_since else "unknown"
    return f"{state.endpoint_id}: {what}; takes nothing since {since} ({state.reason})"
