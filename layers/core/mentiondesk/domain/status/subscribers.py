"""People who have asked for mail about incidents."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import NewType

SubscriberId = NewType("SubscriberId", str)

_ADDRESS = re.compile(
    r"[^@\s<>,;:\"()\[\]\\\x00-\x1f\x7f]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
_LONGEST = 254


class NoAddress(ValueError):
    """The typed text is not an email address."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One address, asked about at `asked_at`; mail goes to it once its owner has confirmed."""

    subscriber_id: SubscriberId
    address: str
    asked_at: datetime
    confirmed_at: datetime | None = None

    def confirmed(self, at: datetime) -> "Subscriber":
        """Confirmed once: a second press changes nothing."""
        return self if self.confirmed_at else replace(self, confirmed_at=at)


def address_in(typed: str) -> str:
    """The address somebody typed, its domain in small letters. Raises NoAddress."""
    name, at, domain = typed.strip().rpartition("@")
    address = f"{name}{at}{domain.lower()}"
    if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
        raise NoAddress
    return address


def subscriber_id(address: str) -> SubscriberId:
    """One id for one mailbox, however its letters are written. It may stand in a log; the address may not."""
    return SubscriberId(sha256(address.casefold().encode()).hexdigest()[:32])
