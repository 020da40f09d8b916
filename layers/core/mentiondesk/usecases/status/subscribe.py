"""Somebody types an address, says yes in a mail, and leaves again with one press."""

from datetime import datetime, timedelta

from mentiondesk.domain.status.subscribers import Subscriber, address_in, subscriber_id
from mentiondesk.ports.channels import Mailer, Undeliverable
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.status import SubscriberStore
from mentiondesk.ports.tokens import SubscriberTokens
from mentiondesk.presentation.status_site import mails

CONFIRM, LEAVE = "confirm", "leave"
# Nobody can have somebody else flooded with questions.
_ASK_AGAIN_AFTER = timedelta(hours=24)
_QUESTION_LASTS = timedelta(days=7)


def confirm_address(api_url: str, token: str) -> str:
    """The page with the button that says yes."""
    return f"{api_url.rstrip('/')}/subscribers/confirm/{token}"


def leave_address(api_url: str, token: str) -> str:
    """The page with the button that ends all mails; a POST to it, by a mail program too, presses that button."""
    return f"{api_url.rstrip('/')}/subscribers/leave/{token}"


class Subscribe:
    """Nobody gets mail who has not said yes, and nobody learns from an answer who has."""

    def __init__(
        self,
        subscribers: SubscriberStore,
        tokens: SubscriberTokens,
        mailer: Mailer,
        settings: CurrentSettings,
        api_url: str,
    ) -> None:
        self._subscribers = subscribers
        self._tokens = tokens
        self._mailer = mailer
        self._settings = settings
        self._api_url = api_url

    def ask(self, typed: str, now: datetime) -> None:
        """Sends the question to this address, once a day at most. Raises NoAddress or Undeliverable."""
        address = address_in(typed)
        asked = Subscriber(subscriber_id(address), address, now)
        if self._subscribers.ask(asked, unless_since=now - _ASK_AGAIN_AFTER):
            settings = self._settings()
            link = confirm_address(self._api_url, self._tokens.make(asked.subscriber_id, CONFIRM))
            question = mails.question(settings.status_page.name or settings.brand.name, link)
            try:
                self._mailer.send(address, question)
            except Undeliverable:
                # Whoever was not asked may try again at once.
                self._subscribers.remove(asked.subscriber_id)
                raise

    def confirm(self, token: str, now: datetime) -> bool:
        """Their yes; False when the question is too old. Raises LinkForged."""
        who = self._tokens.read(token, CONFIRM)
        asked = self._subscribers.asked(who)
        if asked is None or asked.asked_at + _QUESTION_LASTS < now:
            return self._subscribers.get(who) is not None
        if self._subscribers.get(who) is None:
            self._subscribers.confirm(asked.confirmed(now))
        return True

    def leave(self, token: str) -> None:
        """Forgets them, however often they say so. Raises LinkForged."""
        self._subscribers.remove(self._tokens.read(token, LEAVE))
