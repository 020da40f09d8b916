"""The mail to leads about an endpoint that is disabled."""

from collections.abc import Callable

from mentiondesk.domain.alerts.messages import Email, MessageKind, automatic
from mentiondesk.domain.events.delivery import EndpointState
from mentiondesk.domain.text import clean, header_text
from mentiondesk.presentation.rendering import render
from mentiondesk.presentation.wording import Sentences


class EndpointMails:
    """EndpointWriter on templates."""

    def __init__(self, wording: Callable[[], Sentences] = Sentences) -> None:
        self._wording = wording

    def disabled(self, state: EndpointState, brand: str) -> Email:
        say = self._wording()
        since = f"{state.failing_since:%Y-%m-%d %H:%M}" if state.failing_since else ""
        facts = {"endpoint": state.endpoint_id, "brand": clean(brand), "reason": state.reason, "since": since}
        subject = header_text(say("endpoint_mail.subject", **facts))
        text, html = (
            render(f"events/disabled.{media}", say, {**facts, "subject": subject}) for media in ("txt", "html")
        )
        return Email(subject, text, html, automatic(MessageKind.ENDPOINT_DISABLED))
