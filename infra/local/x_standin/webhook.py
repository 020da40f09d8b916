"""X's side of the Activity API: the challenge (CRC) and the signed delivery of an event."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

_TIMEOUT_SECONDS = 10.0
"""X waits this long for the receiver."""


def signature(consumer_secret: str, message: bytes) -> str:
    """The value of x-twitter-webhooks-signature, and of a receiver's answer to a challenge."""
    digest = hmac.new(consumer_secret.encode(), message, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def answers_challenge(receiver: str, consumer_secret: str, crc_token: str) -> bool:
    """True when the receiver proves that it knows the secret."""
    status, body = _send(Request(f"{receiver}?{urlencode({'crc_token': crc_token})}"))
    try:
        given = json.loads(body).get("response_token")
    except (ValueError, AttributeError):
        return False
    return status == 200 and given == signature(consumer_secret, crc_token.encode())


def event(event_type: str, user_id: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """An event such as post.mention.create for the user who is listened for; the payload is the post."""
    return {"data": {"event_type": event_type, "filter": {"user_id": user_id}, "payload": dict(payload)}}


def deliver(receiver: str, consumer_secret: str, body: Mapping[str, Any]) -> int:
    """Posts a signed event and returns the receiver's status; X is content with 200 only."""
    data = json.dumps(body).encode()
    headers = {
        "Content-Type": "application/json",
        "x-twitter-webhooks-signature": signature(consumer_secret, data),
    }
    return _send(Request(receiver, data=data, headers=headers, method="POST"))[0]


def _send(request: Request) -> tuple[int, bytes]:
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
            return response.status, response.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()
