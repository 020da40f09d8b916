"""A sign of life to an address outside, which tells somebody when it does not come (Healthchecks and the like)."""

from mentiondesk.adapters.channels.webhooks import Target, WebhookSender
from mentiondesk.runtime.config import NONE


class Heartbeat:
    """Beats at the address of the settings of the stack; without one nothing is sent."""

    def __init__(self, webhooks: WebhookSender, url: str) -> None:
        self._webhooks = webhooks
        self._url = url

    def beat(self) -> None:
        """Raises Undeliverable."""
        if self._url != NONE:
            self._webhooks.post(Target(self._url), {"status": "ok"})
