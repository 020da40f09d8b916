"""Webhooks: signed as Standard Webhooks asks, or Slack's incoming ones.

Sources: Standard Webhooks specification 1.0 (signature scheme); Slack, "Sending messages using incoming webhooks"
(escaping, status codes).
"""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from mentiondesk.adapters.channels.https_post import HttpsPost, new_id
from mentiondesk.domain.alerts.messages import KIND_HEADER, Email

_BEGINS = "whsec_"


class Target(NamedTuple):
    """The address of a webhook, and the key that signs it; "" for a receiver that knows its sender by the address.

    While a key is replaced, `secret` holds the new one and the one before, with a space between them: both sign.
    """

    url: str
    secret: str = ""


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of webhook-signature. Raises ValueError where the secret is not written as whsec_ and base64."""
    if not secret.startswith(_BEGINS):
        raise ValueError("a webhook's secret begins with whsec_")
    key = b64decode(secret.removeprefix(_BEGINS), validate=True)
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{b64encode(hmac.new(key, signed, sha256).digest()).decode()}"


class WebhookSender:
    """Posts JSON."""

    def __init__(self, clock: Callable[[], datetime], https: HttpsPost | None = None) -> None:
        self._clock = clock
        self._https = https or HttpsPost()

    def post(self, target: Target, payload: Mapping[str, object], message_id: str = "") -> str:
        """Sends the payload and returns its id, by which a receiver knows a repeated one. Raises Undeliverable."""
        message_id = message_id or new_id()
        body = json.dumps(payload, ensure_ascii=True, separators=(",", ":")).encode()
        headers = {"content-type": "application/json"}
        if target.secret:
            timestamp = int(self._clock().timestamp())
            headers |= {
                "webhook-id": message_id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": " ".join(
                    signature(secret, message_id, timestamp, body) for secret in target.secret.split()
                ),
            }
        self._https.send(target.url, headers, body)
        return message_id


class RoomSender:
    """Sender to rooms: a Slack channel by its incoming webhook, or any address by a signed one.

    An address is a URL, or a secret, a space and a URL: with a secret the webhook is signed.
    """

    def __init__(self, webhooks: WebhookSender, clock: Callable[[], datetime]) -> None:
        self._webhooks = webhooks
        self._clock = clock

    def send(self, address: str, message: Email | str) -> str:
        secret, _, url = address.rpartition(" ")
        email = message if isinstance(message, Email) else Email("", message, "")
        if not secret:
            return self._webhooks.post(Target(url), {"text": _slack(email)})
        payload = {
            "type": f"alert.{dict(email.headers).get(KIND_HEADER, 'text')}",
            "timestamp": self._clock().isoformat(),
            "data": {"subject": email.subject, "text": email.text},
        }
        return self._webhooks.post(Target(url, secret), payload)


def _slack(email: Email) -> str:
    """The text as Slack wants it: nothing in it is a mention, a link or a command of Slack's."""
    text = email.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.strip()
