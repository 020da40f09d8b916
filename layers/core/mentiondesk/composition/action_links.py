"""The pages behind links in alerts."""

from collections.abc import Callable

from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores
from mentiondesk.adapters.storage.stores.duty import DutyChanges
from mentiondesk.adapters.storage.stores.sign_ins import Sessions
from mentiondesk.adapters.tokens.links import LinkKeys, SignedLinks
from mentiondesk.adapters.tokens.short_links import ShortLinks
from mentiondesk.presentation.action_pages.actions import ActionPages
from mentiondesk.presentation.action_pages.whole import WholeCase
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import ActionLinksConfig
from mentiondesk.usecases.access.sign_in import SignedIn
from mentiondesk.usecases.alerts.change_duty import ChangeDuty
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident


def links(desk: DeskStores, config: ActionLinksConfig, unread: Callable[[Exception], None]) -> ShortLinks:
    """`unread` hears of a link key that cannot be read."""
    whole = SignedLinks(LinkKeys(secret(aws.ssm, config.link_parameter), clock.now, unread))
    return ShortLinks(whole, desk.table)


def whole_case(desk: DeskStores, read: ShortLinks) -> WholeCase:
    return WholeCase(read, SignedIn(Sessions(desk.table), desk.settings))


def action_pages(desk: DeskStores, read: ShortLinks) -> ActionPages:
    return ActionPages(
        read,
        ChangeCase(desk.cases, desk.settings),
        ChangeIncident(desk.incidents, desk.drafts, desk.settings, desk.posts.get),
        ChangeDuty(DutyChanges(desk.table)),
        desk.settings,
    )
