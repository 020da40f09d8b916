"""Ways to endpoints: signed webhooks, and a bus of Amazon EventBridge.

Sources: Standard Webhooks specification 1.0; Amazon EventBridge, API reference of PutEvents (failures are per entry).
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.channels.webhooks import Target, WebhookSender
from mentiondesk.adapters.parameters import Secret
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.events.delivery import BUS, Endpoint
from mentiondesk.domain.events.event import Event, EventType, moment_text
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.presentation.phrases import post_url
from mentiondesk.runtime.config import NONE

_SECRETS_KEPT = timedelta(minutes=5)
# The number of the envelope's form.
_SCHEMA = 1
_SOURCE = "mentiondesk"


class Envelopes:
    """Events as receivers get them. `desk_url` is the desk's address without a path."""

    def __init__(self, settings: CurrentSettings, desk_url: str, text: Callable[[Event], str]) -> None:
        self._settings = settings
        self._desk_url = desk_url.rstrip("/")
        self._text = text

    def __call__(self, event: Event, text: bool = False) -> dict[str, Any]:
        data: dict[str, Any] = {**self._subject(event), **event.data}
        if post_id := event.data.get("post"):
            data["post_url"] = post_url(str(post_id))
        if text and (words := self._text(event)):
            data["text"] = words
        time = moment_text(event.at)
        return {"id": event.event_id, "type": str(event.type), "time": time, "schema": _SCHEMA, "data": data}

    def _subject(self, event: Event) -> Mapping[str, str]:
        """The ids of what the event is about, and its address on the desk."""
        if event.case_id is not None:
            conversation, customer = event.case_id
            return {
                "case": str(event.case_id),
                "number": case_number(event.case_id, self._settings().brand.name),
                "customer": customer,
                "url": f"{self._desk_url}/desk/cases/{conversation}-{customer}",
            }
        if event.incident_id is not None:
            return {"incident": event.incident_id, "url": f"{self._desk_url}/desk/incidents/{event.incident_id}"}
        if event.type is EventType.REPORT_WEEKLY:
            return {"url": f"{self._desk_url}/desk/figures?week={event.data.get('week', '')}"}
        return {}


class EventWebhooks:
    """EventChannel by webhook. `secrets`: those that sign, by endpoint; two of them while one is replaced."""

    def __init__(self, webhooks: WebhookSender, envelopes: Envelopes, secrets: Callable[[], Mapping[str, str]]) -> None:
        self._webhooks = webhooks
        self._envelopes = envelopes
        self._secrets = secrets

    def send(self, endpoint: Endpoint, event: Event) -> None:
        secret = self._secrets().get(endpoint.endpoint_id)
        if not secret:
            raise Undeliverable("NoSecret", passing=True)
        payload = self._envelopes(event, endpoint.text)
        self._webhooks.post(Target(endpoint.url, secret), payload, event.event_id)


class EventBus:
    """EventChannel to the bus of this name; what it takes holds no text. `bridge` None: there is no bus."""

    def __init__(self, bridge: Any, name: str, envelopes: Envelopes) -> None:
        self._bridge = bridge
        self._name = name
        self._envelopes = envelopes

    def send(self, endpoint: Endpoint, event: Event) -> None:
        del endpoint
        detail = json.dumps(self._envelopes(event))
        entry: Any = {"Source": _SOURCE, "DetailType": str(event.type), "Detail": detail, "EventBusName": self._name}
        try:
            answer = self._bridge.put_events(Entries=[{**entry, "Time": event.at}])
        except (ClientError, BotoCoreError) as failed:
            raise Undeliverable(_reason(failed), passing=True) from failed
        if answer["FailedEntryCount"]:
            # The call ends well although the bus did not take the entry.
            raise Undeliverable(answer["Entries"][0].get("ErrorCode", "unknown"), passing=True)


class EventChannels:
    """EventChannel that sends the bus its own, and endpoints of the settings webhooks."""

    def __init__(self, webhooks: EventWebhooks, bus: EventBus) -> None:
        self._webhooks = webhooks
        self._bus = bus

    def send(self, endpoint: Endpoint, event: Event) -> None:
        (self._bus if endpoint.endpoint_id == BUS else self._webhooks).send(endpoint, event)


def endpoint_secrets(read: Callable[[], Secret], clock: Callable[[], datetime]) -> Cached[Mapping[str, str]]:
    """The secrets in the parameter store, by endpoint; read again after five minutes."""

    def load() -> Mapping[str, str]:
        stored = read().value
        return {str(name): str(value) for name, value in json.loads(stored).items()} if stored else {}

    return Cached(load, _SECRETS_KEPT, clock)


def has_bus(name: str) -> bool:
    """True where the stack has a bus."""
    return name != NONE


def _reason(failed: ClientError | BotoCoreError) -> str:
    return str(failed.response["Error"]["Code"]) if isinstance(failed, ClientError) else type(failed).__name__
