"""Links and the forms behind them, signed: short enough for a text, and nobody else can make one."""

import re
import secrets as random
import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2s
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from mentiondesk.adapters.storage import keys
from mentiondesk.domain.access.links import (
    CASE_ACTIONS,
    CASE_LINK_LASTS,
    INCIDENT_ACTIONS,
    INCIDENT_LINK_LASTS,
    Action,
    Link,
    LinkForged,
)
from mentiondesk.domain.alerts.plan import Subject
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, IncidentId, StaffId, SubjectId

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# Oldest first: the last one signs, each of them is believed.
Keys = tuple[str, ...]

_FRESH_SECONDS = 300.0
_LOOK_AGAIN_SECONDS = 30.0
# 128 bits are enough to sign with, and make a link that fits a text.
_DIGEST = partial(blake2s, digest_size=16)
# The last of a signature's 22 characters holds two of its bits; spelt in another way it is no signature of ours.
_LAST_CHARACTERS = ("A", "Q", "g", "w")
_NUMBERS = re.compile(r"([1-9]\d{0,18})#([1-9]\d{0,18})")
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime.fromtimestamp(0, UTC)
_ACTIONS = tuple(Action)


class NoLinkKeys(RuntimeError):
    """The secret with the keys can not be read, or is empty."""


class LinkKeys:
    """The keys in Secrets Manager: the secret's value, and the one before it, so that a key can be replaced.

    Read again after five minutes, and after half a minute when a signature is unknown.
    """

    def __init__(self, secrets: "SecretsManagerClient", secret_id: str) -> None:
        self._secrets = secrets
        self._secret_id = secret_id
        self._cached: Keys = ()
        self._read_at = float("-inf")

    def __call__(self, unknown: bool = False) -> Keys:
        """Raises NoLinkKeys."""
        if time.monotonic() - self._read_at >= (_LOOK_AGAIN_SECONDS if unknown or not self._cached else _FRESH_SECONDS):
            self._read_at = time.monotonic()
            self._cached = self._read() or self._cached
        if not self._cached:
            raise NoLinkKeys
        return self._cached

    def _read(self) -> Keys:
        """Nothing while the secret can not be read: what was read before it goes on."""
        try:
            return tuple(filter(None, (self._value("AWSPREVIOUS"), self._value("AWSCURRENT"))))
        except (BotoCoreError, ClientError):
            return ()

    def _value(self, stage: str) -> str | None:
        try:
            return self._secrets.get_secret_value(SecretId=self._secret_id, VersionStage=stage).get("SecretString")
        except self._secrets.exceptions.ResourceNotFoundException:
            return None


class SignedLinks:
    """Links and LinkReader on itsdangerous."""

    def __init__(self, link_keys: Callable[[bool], Keys], base_url: str = "") -> None:
        self._keys = link_keys
        self._base_url = base_url.rstrip("/")

    def __call__(self, staff_id: StaffId, matter: Subject, now: datetime) -> str | None:
        if not self._base_url:
            return None
        case = isinstance(matter, Case)
        actions, lasts = (CASE_ACTIONS, CASE_LINK_LASTS) if case else (INCIDENT_ACTIONS, INCIDENT_LINK_LASTS)
        try:
            token = self.token(Link(staff_id, matter.matter_id, actions, now + lasts))
        except NoLinkKeys:
            return None
        return f"{self._base_url}/act/{token}"

    def token(self, link: Link) -> str:
        """Raises NoLinkKeys."""
        return self._signer("link").sign(base64_encode(_packed(link))).decode()

    def read(self, token: str) -> Link:
        return _unpacked(base64_decode(self._unsigned("link", token)))

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


def _packed(link: Link) -> bytes:
    """Actions as bits, minutes, then the matter: a case's two numbers, or the length of any other id and the id."""
    actions = sum(1 << place for place, action in enumerate(_ACTIONS) if action in link.actions)
    head = struct.pack(">HI", actions, -((_EPOCH - link.until) // _MINUTE))
    numbers = _NUMBERS.fullmatch(link.matter_id)
    if numbers:
        matter = struct.pack(">BQQ", 0, int(numbers[1]), int(numbers[2]))
    else:
        text = link.matter_id.encode()
        matter = struct.pack(">B", len(text)) + text
    return head + matter + link.staff_id.encode()


def _unpacked(packed: bytes) -> Link:
    bits, minute, length = struct.unpack_from(">HIB", packed)
    rest = packed[7:]
    if length:
        matter_id: SubjectId = _matter(rest[:length].decode())
    else:
        conversation, customer = struct.unpack_from(">QQ", rest)
        matter_id, length = CaseId(f"{conversation}#{customer}"), 16
    return Link(
        staff_id=StaffId(rest[length:].decode()),
        matter_id=matter_id,
        actions=frozenset(action for place, action in enumerate(_ACTIONS) if bits >> place & 1),
        until=_EPOCH + minute * _MINUTE,
    )


def _matter(matter_id: str) -> SubjectId:
    return CaseId(matter_id) if keys.is_case(CaseId(matter_id)) else IncidentId(matter_id)
