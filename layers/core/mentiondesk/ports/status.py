"""The status site, the hosted status page, and subscribers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.status.broadcast import Broadcast
from mentiondesk.domain.status.hosted import HostedIncident, HostedSync
from mentiondesk.domain.status.site_file import SiteFile
from mentiondesk.domain.status.subscribers import MailRequest, Subscriber, SubscriberId


class SiteChanged(Exception):
    """Another writer has put something else there since we looked."""


class SiteStore(Protocol):
    """Storage for the status site's files, with compare-and-swap writes."""

    def marks(self) -> Mapping[str, str]:
        """The mark of the file at each path, never stale; the same mark means the same bytes."""

    def mark(self, file: SiteFile) -> str:
        """The mark that this file will have."""

    def put(self, file: SiteFile, replacing: str | None) -> None:
        """Writes a file over the one with this mark, or where there is none. Raises SiteChanged, writing nothing."""


class HostedSyncStore(Protocol):
    """Records of what the hosted status page has."""

    def get(self, incident_id: IncidentId) -> HostedSync | None: ...

    def lease(self, incident_id: IncidentId, now: datetime, until: datetime) -> bool:
        """Takes the sole right to write this incident to the page until then, or until `save`; False when taken."""

    def save(self, pushed: HostedSync) -> None:
        """Records the state at the page, and ends the lease."""


class HostedPageFails(Exception):
    """The hosted status page did not take it; `reason` holds no text of ours."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HostedPage(Protocol):
    """A status page that somebody else keeps."""

    def tell(self, page_id: str, incident: HostedIncident, hosted_id: str | None) -> str:
        """Brings the page up to this incident's last update, each update once however often this is called.

        Finds the incident by its id there or, where that is not known, by ours. Returns its id there.
        Raises HostedPageFails.
        """


class MailRequests(Protocol):
    """Requests for mail on their way from the form to the function that looks the address up and writes to it.

    The form does the same for every address: its answer, and the time it takes, tell nothing about any of them.
    """

    def add(self, request: MailRequest) -> None:
        """Hands the request on; it is lost only after an hour of failures."""


class MailBudget(Protocol):
    """Counts of what was sent in an hour or a day."""

    def take(self, name: str, since: datetime, mails: int, most: int) -> bool:
        """Counts `mails` for `name` in the time that began at `since`; False, and nothing counted, above `most`."""


class SubscriberStore(Protocol):
    """People who get mail about incidents."""

    def id_of(self, address: str) -> SubscriberId:
        """The id of the mailbox behind an address."""

    def find(self, address: str) -> Subscriber | None:
        """The confirmed subscriber with this mailbox."""

    def count(self) -> int:
        """The number of confirmed subscribers."""

    def ask(self, subscriber: Subscriber, unless_since: datetime) -> bool:
        """Remembers who is to be asked; False when they were asked after `unless_since` and have not confirmed."""

    def asked(self, subscriber_id: SubscriberId) -> Subscriber | None:
        """A person who was asked, and may not have confirmed yet."""

    def confirm(self, subscriber: Subscriber) -> None:
        """From now on they get mail; the question is forgotten."""

    def get(self, subscriber_id: SubscriberId) -> Subscriber | None:
        """A confirmed subscriber."""

    def remove(self, subscriber_id: SubscriberId) -> None:
        """Forgets everything about them; nothing happens when they are not known."""

    def forget(self, address: str) -> SubscriberId:
        """Forgets the mailbox behind an address, under whichever id it was kept, and returns its id."""

    def page(self, after: SubscriberId | None, limit: int) -> list[Subscriber]:
        """Up to `limit` confirmed subscribers in the order of their ids, beginning after this one."""


class LeaseLost(Exception):
    """The lease has ended and another run goes on with this update."""


class BroadcastStore(Protocol):
    """Progress of each update on its way to the subscribers."""

    def lease(self, incident_id: IncidentId, update_id: str, now: datetime, until: datetime) -> Broadcast | None:
        """The place to go on from; None when every subscriber has the mail, or another run holds the lease."""

    def reach(self, telling: Broadcast, subscriber_id: SubscriberId) -> Broadcast:
        """Records that every subscriber up to this one has the mail. Raises LeaseLost."""

    def release(self, telling: Broadcast, done: bool) -> None:
        """Ends the lease. `done`: no subscriber is left. Does nothing when the lease is lost."""
