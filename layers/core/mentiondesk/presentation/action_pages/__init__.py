"""The desk's pages: what opens behind a link, and what its buttons do."""

from mentiondesk.presentation.action_pages.actions import ActionPages
from mentiondesk.presentation.action_pages.answers import Answer, plain, refused
from mentiondesk.presentation.action_pages.forms import (
    FormFields,
    MalformedForm,
    PayloadTooLarge,
    UnsupportedMediaType,
    typed_in,
)
from mentiondesk.presentation.action_pages.html import security_headers
from mentiondesk.presentation.action_pages.subscriptions import SubscriberPages

__all__ = [
    "ActionPages",
    "Answer",
    "FormFields",
    "MalformedForm",
    "PayloadTooLarge",
    "SubscriberPages",
    "UnsupportedMediaType",
    "plain",
    "refused",
    "security_headers",
    "typed_in",
]
