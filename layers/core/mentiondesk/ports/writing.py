"""Writers of what people read. Use cases hand over facts; writers find the words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.notices import Notice
from mentiondesk.domain.alerts.roster import Channel, Staff
from mentiondesk.domain.status.public_incident import PublicIncident, PublicUpdate
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.site_file import SiteFile


class StaffWriter(Protocol):
    """Writes messages to staff."""

    def write(
        self, channel: Channel, staff: Staff, notices: Sequence[Notice], brand: str, now: datetime
    ) -> Email | str:
        """A message with all of `notices`: a mail for the email channel, a short text for the text channel.

        Either a single notice about an incident, or one or more notices about cases. Text that came from X is
        made safe: no control characters, no live links.
        """


class CustomerWriter(Protocol):
    """Writes mails to subscribers of the status page."""

    def confirmation(self, name: str, link: str) -> Email:
        """Asks the owner of an address to confirm. `name` is the page's, `link` leads to the confirming page."""

    def update(self, site: Site, incident: PublicIncident, update: PublicUpdate, leave: str) -> Email:
        """Reports one update. `leave` is the address that ends all mails with one POST (RFC 8058)."""


class SiteRenderer(Protocol):
    """Renders the status site."""

    def __call__(self, site: Site) -> Sequence[SiteFile]:
        """Every file of the site, in the order in which they must be written: links never lead nowhere.

        The same site gives the same bytes.
        """
