"""Subscriptions to status mails: asked for on a page, confirmed through a mail, ended with one press."""

from datetime import datetime, timedelta

from mentiondesk.domain.status.subscribers import Subscriber, address_in, subscriber_id
from mentiondesk.ports.channels import Mailer, Undeliverable
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.status import SubscriberStore
from mentiondesk.ports.tokens import SubscriberTokens
from mentiondesk.ports.writing import CustomerWriter

CONFIRM, LEAVE = "confirm", "leave"
# Limits the questions that one person can cause another to get.
_ASK_AGAIN_AFTER = timedelta(hours=24)
_QUESTION_LASTS = timedelta(days=7)


def confirm_address(api_url: str, token: str) -> str:
    """Address of the page that confirms a subscription."""
    return f"{api_url.rstrip('/')}/subscribers/confirm/{token}"


def leave_address(api_url: str, token: str) -> str:
    """Address of the page that ends a subscription; a POST to it, by a mail program too, ends it."""
    return f"{api_url.rstrip('/')}/subscribers/leave/{token}"


class Subscribe:
    """Only confirmed addresses get mail, and no answer reveals whether an address is subscribed."""

    def __init__(
        self,
        subscribers: SubscriberStore,
        tokens: SubscriberTokens,
        mailer: Mailer,
        writer: CustomerWriter,
        settings: CurrentSettings,
        api_url: str,
    ) -> None:
        self._subscribers = subscribers
        self._tokens = tokens
        self._mailer = mailer
        self._writer = writer
        self._settings = settings
        self._api_url = api_url

    def ask(self, typed: str, now: datetime) -> None:
        """Sends the question to this address, once a day at most. Raises NoAddress or Undeliverable."""
        address = address_in(typed)
        asked = Subscriber(subscriber_id(address), address, now)
        if self._subscribers.ask(asked, unless_since=now - _ASK_AGAIN_AFTER):
            link = confirm_address(self._api_url, self._tokens.make(asked.subscriber_id, CONFIRM))
            question = self._writer.confirmation(self._settings().page.name, link)
            try:
                self._mailer.send(address, question)
            except Undeliverable:
                # The owner got no question: another try must be possible at once.
                self._subscribers.remove(asked.subscriber_id)
                raise

    def confirm(self, token: str, now: datetime) -> bool:
        """Confirms the subscription; False when the question is too old. Raises LinkForged."""
        who = self._tokens.read(token, CONFIRM)
        asked = self._subscribers.asked(who)
        if asked is None or asked.asked_at + _QUESTION_LASTS < now:
            return self._subscribers.get(who) is not None
        if self._subscribers.get(who) is None:
            self._subscribers.confirm(asked.confirmed(now))
        return True

    def leave(self, token: str) -> None:
        """Removes the subscription; repeating it is harmless. Raises LinkForged."""
        self._subscribers.remove(self._tokens.read(token, LEAVE))
