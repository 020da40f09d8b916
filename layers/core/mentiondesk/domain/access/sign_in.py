"""Signing in: a mailed code that one browser may use once, and the session that it begins."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from mentiondesk.domain.access.actions import LEAD_ACTIONS, Action
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.alerts.roster import Channel, Roster, Staff
from mentiondesk.domain.ids import StaffId
from mentiondesk.values import Frozen, replace

CODE_LASTS = timedelta(minutes=10)
TRIES_PER_CODE = 5
# Limits of one address in a window; they hold for addresses that nobody has, too.
WINDOW = timedelta(minutes=15)
TRIES_PER_ADDRESS = 10
CODES_PER_ADDRESS = 5
IDLE = timedelta(hours=12)
SESSION_LASTS = timedelta(days=7)
# A session's last use is written this often at most: a write for each page would cost more than the page.
SEEN_EVERY = timedelta(minutes=10)

# Crockford's base32: no I, L, O and U. Source: https://www.crockford.com/base32.html
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_LOOK_ALIKES = str.maketrans("ILO", "110", " -\t\u00a0\u2010\u2011\u2013\u2014")
_TOKEN = re.compile(r"([a-z][a-z0-9_-]{0,29})\.([A-Za-z0-9_-]{43})")


class SignInRefused(Exception):
    """The code does not sign anybody in; each reason is a type of its own."""


class WrongCode(SignInRefused):
    """The code is wrong, used, or of another browser."""


class CodeOver(SignInRefused):
    """The code's time or its tries are over; another one has to be asked for."""


class TooManyTries(SignInRefused):
    """This address was tried, or asked for codes, too often in this quarter of an hour."""


class SignedOut(Exception):
    """The cookie signs nobody in: there is none, or its session has ended."""


class Code(Frozen):
    """A code that was asked for, as the table keeps it. `staff_id` None: the address is nobody's, so none was mailed.

    `browser` and `address` are hashes; `proof` is the code's, keyed by what only the browser has.
    """

    browser: str
    address: str
    proof: str
    asked_at: datetime
    staff_id: StaffId | None = None
    tries: int = 0

    def over(self, now: datetime) -> bool:
        return now >= self.asked_at + CODE_LASTS or self.tries >= TRIES_PER_CODE


class MailedCode(Frozen):
    """A code on its way to an address, which may be nobody's. `code` is what the person types."""

    address: str
    code: str
    asked_at: datetime


class Session(Frozen):
    """A browser in which a person is signed in. `session_id` is the hash of the token in its cookie."""

    session_id: str
    staff_id: StaffId
    began_at: datetime
    seen_at: datetime
    browser: str = ""

    @property
    def ends_at(self) -> datetime:
        """When it ends by itself, unless it is used before."""
        return min(self.seen_at + IDLE, self.began_at + SESSION_LASTS)

    def actor(self, roster: Roster, now: datetime) -> Actor:
        """The person, as they may act. Raises SignedOut where the session is over, or the person is not staff now."""
        staff = roster.find(self.staff_id)
        if staff is None or now >= self.ends_at:
            raise SignedOut
        actor = Actor(staff, frozenset(Action), Door.DESK_WEB)
        return actor if actor.leads else replace(actor, rights=actor.rights - LEAD_ACTIONS)


def new_code() -> str:
    """Eight characters, 40 bits, that are read out and typed without mistakes."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def shown(code: str) -> str:
    """The code in two groups, as in "7K2P-M4QX"."""
    return f"{code[:4]}-{code[4:]}"


def spelt(typed: str) -> str:
    """A code as it was made, from what a person typed: small letters, spaces and look-alikes are taken well."""
    return typed.upper().translate(_LOOK_ALIKES)


def new_secret() -> str:
    """256 bits, safe in a cookie."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def proof(browser_secret: str, code: str) -> str:
    """The hash of a code that only this browser can try: without its secret, 40 bits could be guessed from a backup."""
    return hmac.new(browser_secret.encode(), code.encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compares in a time that tells nothing."""
    return hmac.compare_digest(one, other)


def cookie_value(staff_id: StaffId, token: str) -> str:
    return f"{staff_id}.{token}"


def in_cookie(value: str) -> tuple[StaffId, str]:
    """The person and the session's id in a cookie. Raises SignedOut where it is none of ours."""
    found = _TOKEN.fullmatch(value)
    if found is None:
        raise SignedOut
    return StaffId(found[1]), hashed(found[2])


def mailbox(address: str) -> str:
    """An address as it is compared: people type theirs in any case."""
    return address.strip().casefold()


def staff_with(roster: Roster, address: str) -> Staff | None:
    """The person whose mail goes to this address."""
    wanted = mailbox(address)
    found = (one for one in roster.staff if mailbox(one.addresses.get(Channel.EMAIL, "")) == wanted)
    return next(found, None) if wanted else None
