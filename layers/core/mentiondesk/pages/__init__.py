"""The desk's pages: what opens behind a link, and what its buttons do."""

from mentiondesk.pages.actions import ActionPages
from mentiondesk.pages.answers import Answer, plain, refused
from mentiondesk.pages.forms import NoForm, TooLong, Typed, WrongMedia, typed_in
from mentiondesk.pages.html import security_headers
from mentiondesk.pages.subscriptions import SubscriberPages

__all__ = [
    "ActionPages",
    "Answer",
    "NoForm",
    "SubscriberPages",
    "TooLong",
    "Typed",
    "WrongMedia",
    "plain",
    "refused",
    "security_headers",
    "typed_in",
]
