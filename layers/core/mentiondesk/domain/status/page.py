"""Settings of the public status page."""

from datetime import timedelta

from mentiondesk.domain.ids import ComponentId
from mentiondesk.values import Frozen


class PageComponent(Frozen):
    """A part of the service as the settings name it; components of one group stand together.

    An incident is assigned to the component whose `topics` and `words` its complaints have.
    """

    component_id: ComponentId
    name: str
    description: str | None = None
    group: str | None = None
    topics: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class MailRules(Frozen):
    """Limits of the mails to subscribers, which share one quota with the alerts to staff.

    `a_second` and `a_day` limit updates, `confirmations_an_hour` and `confirmations_a_day` the questions that
    anybody can cause by typing an address, `subscribers` the addresses that are kept.
    """

    a_second: int = 5
    a_day: int = 5000
    confirmations_an_hour: int = 20
    confirmations_a_day: int = 100
    subscribers: int = 5000


class Logo(Frozen):
    """The brand's logo, as one of the site's files."""

    path: str
    content_type: str
    content: bytes


class StatusPage(Frozen):
    """The settings of the status page.

    `history` is how far back the site goes. `x_links` allows links in drafts of posts. `hosted_id` is the id of
    the same page at Statuspage. `colour` is the brand's, like "#1f4e8c". `language` is that of what customers read.
    """

    name: str
    zone: str
    components: tuple[PageComponent, ...]
    history: timedelta
    x_links: bool = False
    hosted_id: str | None = None
    mails: MailRules = MailRules()
    language: str = "en"
    colour: str | None = None
    logo: Logo | None = None
