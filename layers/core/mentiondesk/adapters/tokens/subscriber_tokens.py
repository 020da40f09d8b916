"""Tokens in mails to subscribers, signed with keys of their own."""

from collections.abc import Callable
from functools import partial
from hashlib import blake2s

from itsdangerous import BadData, Signer

from mentiondesk.domain.access.links import LinkForged
from mentiondesk.domain.status.subscribers import SubscriberId


class SignedSubscriberTokens:
    """SubscriberTokens on itsdangerous. `keys`: the oldest first; told that a signature is unknown, it looks again."""

    def __init__(self, keys: Callable[[bool], tuple[str, ...]]) -> None:
        self._keys = keys

    def make(self, subscriber_id: SubscriberId, purpose: str) -> str:
        return self._signer(purpose, unknown=False).sign(subscriber_id).decode()

    def read(self, token: str, purpose: str) -> SubscriberId:
        if not token.isascii():
            raise LinkForged
        for unknown in (False, True):
            try:
                return SubscriberId(self._signer(purpose, unknown).unsign(token).decode())
            except BadData:
                continue
        raise LinkForged

    def _signer(self, purpose: str, unknown: bool) -> Signer:
        return Signer(
            self._keys(unknown),
            salt=f"subscriber {purpose}",
            key_derivation="hmac",
            digest_method=partial(blake2s, digest_size=16),
        )
