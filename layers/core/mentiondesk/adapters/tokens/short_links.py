"""Short links, for texts: a random token, whose hash leads in the table to what the whole link would hold."""

import secrets as random
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.table import Table
from mentiondesk.adapters.tokens.links import NoLinkKeys, SignedLinks, capability, packed, unpacked
from mentiondesk.domain.access.links import Link, LinkForged
from mentiondesk.domain.ids import StaffId, SubjectId
from mentiondesk.values import Frozen

# 72 bits, as 12 characters: a link that lasts for days is not found by trying, and leaves a text room for words.
_BYTES, _LENGTH = 9, 12


class _Kept(Frozen):
    """The content of a whole link."""

    link: str


class ShortLinks:
    """Links that are short, and LinkReader for these and for whole ones.

    The hash is made with a link key, so that the table holds no token, and a replacement of the key ends short links
    like the others.
    """

    def __init__(self, links: SignedLinks, table: Table) -> None:
        self._links = links
        self._table = table

    def __call__(self, staff_id: StaffId, subject_id: SubjectId, now: datetime) -> str | None:
        link, token = capability(staff_id, subject_id, now), random.token_urlsafe(_BYTES)
        address = self._links.address(token)
        if address is None:
            return None
        try:
            name = self._links.hashes(token)[0]
        except NoLinkKeys:
            return None
        kept = _Kept(b64encode(packed(link)).decode())
        self._table.put(Item(keys.short_link(name), kept, {keys.EXPIRES: keys.expiry(link.until)}))
        return address

    def read(self, token: str) -> Link:
        if len(token) != _LENGTH:
            return self._links.read(token)
        found = next(self._found(token), None)
        if found is None:
            raise LinkForged
        return unpacked(b64decode(found.link))

    def _found(self, token: str) -> Iterator[_Kept]:
        """The content kept under the token's hash with any key; keys are read again where none fits."""
        tried = set()
        for unknown in (False, True):
            for name in self._links.hashes(token, unknown):
                item = self._table.get(keys.short_link(name)) if name not in tried else None
                tried.add(name)
                if item is not None:
                    yield item.read(_Kept)

    def new_event(self, token: str, now: datetime) -> str:
        return self._links.new_event(token, now)

    def event_id(self, token: str, shown: str) -> str:
        return self._links.event_id(token, shown)
