"""People who have asked for mail about incidents."""

import hmac
import re
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import NewType

from mentiondesk.values import Frozen, replace

SubscriberId = NewType("SubscriberId", str)

_NAME = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(
    rf"(?=.{{1,64}}@){_NAME}(?:\.{_NAME})*@(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
_LONGEST = 254
# An encoded word (RFC 2047), which mail programs show as other text than it is.
_ENCODED = "=?"
# Google leaves dots in the names of its mailboxes out of account.
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
COMPONENT, INCIDENT = "component:", "incident:"


class NoAddress(ValueError):
    """The typed text is not an email address."""


class NotPlain(NoAddress):
    """The address holds letters that are not ASCII; SES sends no mail to such names."""


class Subscriber(Frozen):
    """One address, asked about at `asked_at`; mail goes to it once its owner has confirmed.

    `about` limits the mails to components ("component:shop") and incidents ("incident:..."); empty: everything.
    """

    subscriber_id: SubscriberId
    address: str
    asked_at: datetime
    confirmed_at: datetime | None = None
    about: tuple[str, ...] = ()

    def confirmed(self, at: datetime) -> "Subscriber":
        """Confirmed once: a second press changes nothing."""
        return self if self.confirmed_at else replace(self, confirmed_at=at)

    def covers(self, about: Collection[str]) -> bool:
        """True when mails about `about` come already."""
        return not self.about or (bool(about) and set(about) <= set(self.about))

    def widened(self, about: tuple[str, ...]) -> "Subscriber":
        """The subscriber who gets mails about `about` as well."""
        wider = tuple(dict.fromkeys((*self.about, *about))) if self.about and about else ()
        return replace(self, about=wider)

    def wants(self, incident_id: str, components: Collection[str]) -> bool:
        """True when an incident that affects these components is one to write about."""
        named = {f"{INCIDENT}{incident_id}", *(f"{COMPONENT}{one}" for one in components)}
        return not self.about or not named.isdisjoint(self.about)


class MailRequest(Frozen):
    """A subscription that somebody typed into the form, before anything was looked up about the address."""

    address: str
    about: tuple[str, ...] = ()


def address_in(typed: str) -> str:
    """The address somebody typed, its domain in small letters. Raises NoAddress; NotPlain for other letters."""
    name, at, domain = typed.strip().rpartition("@")
    if at and not typed.strip().isascii():
        raise NotPlain
    address = f"{name}{at}{domain.lower()}"
    if len(address) > _LONGEST or _ENCODED in address or not _ADDRESS.fullmatch(address):
        raise NoAddress
    return address


def mailbox(address: str) -> str:
    """The mailbox behind an address: small letters, no "+tag", and for Gmail no dots."""
    name, _, domain = address.lower().rpartition("@")
    name = name.partition("+")[0] or name
    known = _DOTLESS.get(domain, domain)
    return f"{name.replace('.', '') if domain in _DOTLESS else name}@{known}"


def domain_of(address: str) -> str:
    return address.lower().rpartition("@")[2]


def subscriber_id(address: str, salt: str) -> SubscriberId:
    """One id for one mailbox. It may stand in a log: without the salt nobody can compare an address with it."""
    return SubscriberId(hmac.new(salt.encode(), mailbox(address).encode(), sha256).hexdigest()[:32])


def unsalted_id(address: str) -> SubscriberId:
    """The id under which earlier versions kept an address."""
    return SubscriberId(sha256(address.casefold().encode()).hexdigest()[:32])
