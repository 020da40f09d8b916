"""Subscriptions to status mails: asked for on a page, confirmed through a mail, ended with one press."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from mentiondesk.domain.status.page import MailRules
from mentiondesk.domain.status.subscribers import MailRequest, Subscriber, SubscriberId, address_in, domain_of
from mentiondesk.ports.channels import Mailer, Undeliverable
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.status import MailBudget, MailRequests, SubscriberStore
from mentiondesk.ports.tokens import SubscriberTokens
from mentiondesk.ports.writing import CustomerWriter

CONFIRM, LEAVE = "confirm", "leave"
# Limits the questions that one person can cause another to get.
_ASK_AGAIN_AFTER = timedelta(hours=24)
_QUESTION_LASTS = timedelta(days=7)
# Confirmations a day for one domain, so that no catch-all domain uses them up. The large providers' domains are
# everybody's: only the limits for all addresses hold there.
_A_DOMAIN = 10
_LARGE = frozenset(
    [
        *("aol.com", "free.fr", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com"),
        *("laposte.net", "libero.it", "live.com", "mail.com", "me.com", "msn.com", "orange.fr", "outlook.com"),
        *("proton.me", "protonmail.com", "t-online.de", "terra.com.br", "uol.com.br", "web.de", "yahoo.com"),
        *("yahoo.co.uk", "yahoo.fr", "yandex.com"),
    ]
)


def confirm_address(api_url: str, token: str) -> str:
    """Address of the page that confirms a subscription."""
    return f"{api_url.rstrip('/')}/subscribers/confirm/{token}"


def leave_address(api_url: str, token: str) -> str:
    """Address of the page that ends a subscription; a POST to it, by a mail program too, ends it."""
    return f"{api_url.rstrip('/')}/subscribers/leave/{token}"


class Asked(StrEnum):
    """The outcome of a request. HELD: a budget is used up; FULL: there are as many subscribers as may be."""

    SENT = "sent"
    KNOWN = "known"
    HELD = "held"
    FULL = "full"
    REFUSED = "refused"


class AskToConfirm:
    """Sends the mail that asks the owner of an address, within budgets that leave staff's alerts their quota.

    `on_count` gets the number of subscribers, and the most that there may be, before each question.
    """

    def __init__(
        self,
        subscribers: SubscriberStore,
        budget: MailBudget,
        tokens: SubscriberTokens,
        mailer: Mailer,
        writer: CustomerWriter,
        settings: CurrentSettings,
        api_url: str,
        on_count: Callable[[int, int], None],
    ) -> None:
        self._on_count = on_count
        self._subscribers = subscribers
        self._budget = budget
        self._tokens = tokens
        self._mailer = mailer
        self._writer = writer
        self._settings = settings
        self._api_url = api_url

    def __call__(self, request: MailRequest, now: datetime) -> Asked:
        """The outcome. Raises NoAddress, or Undeliverable when another try may succeed."""
        address, rules = address_in(request.address), self._settings().page.mails
        found, lately = self._subscribers.find(address), now - _ASK_AGAIN_AFTER
        if found is not None and found.covers(request.about):
            return Asked.KNOWN
        asked = Subscriber(self._subscribers.id_of(address), address, now, about=request.about)
        before = self._subscribers.asked(asked.subscriber_id)
        if before is not None and before.asked_at > lately:
            return Asked.KNOWN
        if self._is_full(rules):
            return Asked.FULL
        if not self._may_ask(address, rules, now):
            return Asked.HELD
        return self._send(asked) if self._subscribers.ask(asked, lately) else Asked.KNOWN

    def _is_full(self, rules: MailRules) -> bool:
        count = self._subscribers.count()
        self._on_count(count, rules.subscribers)
        return count >= rules.subscribers

    def _may_ask(self, address: str, rules: MailRules, now: datetime) -> bool:
        """Counts one confirmation; False when a budget is used up."""
        hour, domain = now.replace(minute=0, second=0, microsecond=0), domain_of(address)
        day = hour.replace(hour=0)
        # The hour's before the day's: what the hour holds back costs the day nothing.
        limits = [("asked in an hour", hour, rules.confirmations_an_hour), ("asked", day, rules.confirmations_a_day)]
        if domain not in _LARGE:
            limits.insert(0, (f"asked at {domain}", day, _A_DOMAIN))
        return all(self._budget.take(name, since, 1, most) for name, since, most in limits)

    def _send(self, asked: Subscriber) -> Asked:
        link = confirm_address(self._api_url, self._tokens.make(_question(asked), CONFIRM))
        question = self._writer.confirmation(self._settings().page.name, link)
        try:
            self._mailer.send(asked.address, question)
        except Undeliverable as refused:
            # The owner got no question: another try must be possible at once.
            self._subscribers.remove(asked.subscriber_id)
            if refused.passing:
                raise
            return Asked.REFUSED
        return Asked.SENT


class Subscribe:
    """Only confirmed addresses get mail, and no answer reveals whether an address is subscribed."""

    def __init__(self, subscribers: SubscriberStore, tokens: SubscriberTokens, requests: MailRequests) -> None:
        self._subscribers = subscribers
        self._tokens = tokens
        self._requests = requests

    def ask(self, typed: str, about: tuple[str, ...] = ()) -> None:
        """Hands the request on, whatever is known about the address. Raises NoAddress."""
        self._requests.add(MailRequest(address_in(typed), about))

    def confirm(self, token: str, now: datetime) -> bool:
        """Confirms the subscription; False when the question is too old, or was settled. Raises LinkForged."""
        signed = self._tokens.read(token, CONFIRM)
        who = SubscriberId(signed.partition("-")[0])
        asked, known = self._subscribers.asked(who), self._subscribers.get(who)
        if (
            asked is None
            or signed not in (_question(asked), asked.subscriber_id)
            or asked.asked_at + _QUESTION_LASTS < now
        ):
            return known is not None
        self._subscribers.confirm(known.widened(asked.about) if known else asked.confirmed(now))
        return True

    def leave(self, token: str) -> None:
        """Removes the subscription; repeating it is harmless. Raises LinkForged."""
        self._subscribers.remove(self._tokens.read(token, LEAVE))


def _question(asked: Subscriber) -> SubscriberId:
    """The part of a confirmation that is signed: it fits one question alone, so that leaving ends it.

    Earlier versions signed the id alone, under another one than this version gives: it fits the questions they sent.
    """
    return SubscriberId(f"{asked.subscriber_id}-{int(asked.asked_at.timestamp() * 1000)}")
