"""The way from a link in a mail to the whole case, for people who have signed in to the desk in this browser."""

from collections.abc import Mapping
from datetime import datetime

from mentiondesk.domain.access.links import LinkRefused
from mentiondesk.domain.access.places import subject_path
from mentiondesk.domain.access.sign_in import SignedOut
from mentiondesk.ports.tokens import LinkReader
from mentiondesk.usecases.access.sign_in import SignedIn

# The names of the session's cookie over https, and on loopback.
_SESSIONS = ("__Host-desk", "desk")


class WholeCase:
    """Knows who has signed in. A link alone shows what its mail shows; a session shows everything."""

    def __init__(self, links: LinkReader, signed_in: SignedIn) -> None:
        self._links = links
        self._signed_in = signed_in

    def __call__(self, token: str, cookies: Mapping[str, str], now: datetime) -> str | None:
        """The desk's page of the link's subject; None for people who are signed out, and for forged links."""
        cookie = next(filter(None, map(cookies.get, _SESSIONS)), None)
        if cookie is None:
            return None
        try:
            self._signed_in.actor(cookie, now)
            return subject_path(self._links.read(token).subject_id)
        except (SignedOut, LinkRefused):
            return None
