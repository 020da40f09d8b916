"""Links and the forms behind them, signed: short enough for a text, and nobody else can make one."""

import re
import secrets as random
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2s

from botocore.exceptions import BotoCoreError, ClientError
from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.parameters import Secret
from mentiondesk.adapters.storage import keys
from mentiondesk.domain.access.actions import CASE_ACTIONS, INCIDENT_ACTIONS, from_bits, to_bits
from mentiondesk.domain.access.links import CASE_LINK_LASTS, INCIDENT_LINK_LASTS, Link, LinkForged
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, StaffId, SubjectId, UserId

# Oldest first: the last one signs, each of them is believed.
Keys = tuple[str, ...]

# 32 random letters and digits hold 190 bits.
SHORTEST_KEY = 32
_FRESH = timedelta(minutes=5)
_LOOK_AGAIN = timedelta(seconds=30)
# 128 bits are enough to sign with, and make a link that fits a text.
_DIGEST = partial(blake2s, digest_size=16)
# The last of a signature's 22 characters holds two of its bits; spelt in another way it is no signature of ours.
_LAST_CHARACTERS = ("A", "Q", "g", "w")
_NUMBER = re.compile(r"[1-9]\d{0,18}")
_MINUTE = timedelta(minutes=1)
_LOW_BITS, _MINUTES_BITS = 0xFFFF, 26
_EPOCH = datetime.fromtimestamp(0, UTC)


class NoLinkKeys(RuntimeError):
    """The parameter with the keys can not be read, or holds none that is long enough."""


class LinkKeys:
    """The keys of one kind of link: one or more lines in the parameter, of which the first signs.

    A key that is no longer in the parameter is dead: a leak ends with one replacement. Shorter keys than 32
    characters are passed over. Read again after five minutes, and after half a minute when a signature is unknown.
    While the parameter can not be read the keys read last go on, and `report` is called with each failure.
    """

    def __init__(
        self, read: Callable[[], Secret], clock: Callable[[], datetime], report: Callable[[Exception], None]
    ) -> None:
        self._secret = read
        self._report = report
        self._last: Keys = ()
        self._cached = Cached(self._load, _FRESH, clock)

    def __call__(self, unknown: bool = False) -> Keys:
        """The keys, read again where a signature is `unknown` to those at hand. Raises NoLinkKeys."""
        found = self._cached(_LOOK_AGAIN if unknown or not self._last else None)
        if not found:
            raise NoLinkKeys
        return found

    def _load(self) -> Keys:
        """The keys, or those read last where they cannot be read now."""
        try:
            stored = list(filter(None, map(str.strip, self._secret().value.split("\n"))))
        except (BotoCoreError, ClientError) as failure:
            self._report(failure)
            return self._last
        self._last = tuple(key for key in reversed(stored) if len(key) >= SHORTEST_KEY)
        if not self._last:
            self._report(NoLinkKeys(f"{len(stored)} keys are stored, none of {SHORTEST_KEY} characters"))
        return self._last


class SignedLinks:
    """Links and LinkReader on itsdangerous."""

    def __init__(self, link_keys: Callable[[bool], Keys], base_url: str = "") -> None:
        self._keys = link_keys
        self._base_url = base_url.rstrip("/")

    def __call__(self, staff_id: StaffId, subject_id: SubjectId, now: datetime) -> str | None:
        try:
            return self.address(self.token(capability(staff_id, subject_id, now)))
        except NoLinkKeys:
            return None

    def address(self, token: str) -> str | None:
        """The whole address of a token; None where no links can be made."""
        return f"{self._base_url}/act/{token}" if self._base_url else None

    def hashes(self, token: str, unknown: bool = False) -> Sequence[str]:
        """Hashes of a short token with each key, that of the signing key first. Raises NoLinkKeys."""
        return [_hash(token, key) for key in reversed(self._keys(unknown))]

    def token(self, link: Link) -> str:
        """Raises NoLinkKeys."""
        return self._signer("link").sign(base64_encode(packed(link))).decode()

    def read(self, token: str) -> Link:
        return unpacked(base64_decode(self._unsigned("link", token)))

    def new_event(self, token: str, now: datetime) -> str:
        event_id = f"{keys.stamp(now)}-{random.token_hex(8)}"
        return self._signer(f"event of {token}").sign(event_id).decode()

    def event_id(self, token: str, shown: str) -> str:
        return self._unsigned(f"event of {token}", shown).decode()

    def _signer(self, salt: str, unknown: bool = False) -> Signer:
        return Signer(self._keys(unknown), salt=salt, key_derivation="hmac", digest_method=_DIGEST)

    def _unsigned(self, salt: str, signed: str) -> bytes:
        """Raises LinkForged."""
        if not signed.isascii() or not signed.endswith(_LAST_CHARACTERS):
            raise LinkForged
        try:
            return self._signer(salt).unsign(signed)
        except BadData:
            pass
        try:
            return self._signer(salt, unknown=True).unsign(signed)
        except BadData as forged:
            raise LinkForged from forged


def capability(staff_id: StaffId, subject_id: SubjectId, now: datetime) -> Link:
    """The link of one person to one subject: every action on it, for some days."""
    case = isinstance(subject_id, CaseId)
    actions, lasts = (CASE_ACTIONS, CASE_LINK_LASTS) if case else (INCIDENT_ACTIONS, INCIDENT_LINK_LASTS)
    return Link(staff_id, subject_id, actions, now + lasts)


def _hash(token: str, key: str) -> str:
    made_of = blake2s(key.encode(), person=b"short").digest()
    return blake2s(token.encode(), key=made_of, digest_size=16).hexdigest()


def packed(link: Link) -> bytes:
    """Actions as bits, minutes, then the subject: a case's two numbers, or the length of any other id and the id.

    Bits above the sixteenth stand above the minutes, which leave six bits of theirs free until 2097.
    """
    bits, minutes = to_bits(link.actions), -((_EPOCH - link.until) // _MINUTE)
    head = struct.pack(">HI", bits & _LOW_BITS, minutes | bits >> 16 << _MINUTES_BITS)
    return head + _packed_subject(link.subject_id) + link.staff_id.encode()


def _packed_subject(subject_id: SubjectId) -> bytes:
    if isinstance(subject_id, CaseId) and all(map(_NUMBER.fullmatch, subject_id)):
        return struct.pack(">BQQ", 0, *map(int, subject_id))
    text = str(subject_id).encode()
    return struct.pack(">B", len(text)) + text


def unpacked(written: bytes) -> Link:
    """The link that was packed so."""
    low, above, length = struct.unpack_from(">HIB", written)
    bits, minute = low | above >> _MINUTES_BITS << 16, above & (1 << _MINUTES_BITS) - 1
    rest = written[7:]
    if length:
        subject_id = _subject_id(rest[:length].decode())
    else:
        conversation, customer = struct.unpack_from(">QQ", rest)
        subject_id, length = CaseId(ConversationId(str(conversation)), UserId(str(customer))), 16
    return Link(
        staff_id=StaffId(rest[length:].decode()),
        subject_id=subject_id,
        actions=from_bits(bits),
        until=_EPOCH + minute * _MINUTE,
    )


def _subject_id(text: str) -> SubjectId:
    """A subject that is not two numbers. In a link, as in the table, only a case's id holds a "#"."""
    return CaseId.parse(text) if "#" in text else IncidentId(text)
