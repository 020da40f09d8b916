"""The pages of subscribers."""

from collections.abc import Callable

from mentiondesk.adapters.channels.notes import NotesBus
from mentiondesk.adapters.channels.requested_mails import NotedMailRequests
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.storage.table import Table
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.presentation.action_pages.subscriptions import SubscriberPages
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SubscriptionsConfig
from mentiondesk.usecases.status.subscribe import Subscribe


def subscriber_pages(table: Table, config: SubscriptionsConfig, unread: Callable[[Exception], None]) -> SubscriberPages:
    """`unread` hears of a key that cannot be read."""
    tokens = SignedSubscriberTokens(LinkKeys(secret(aws.ssm, config.subscriber_parameter), clock.now, unread))
    requests = NotedMailRequests(NotesBus(aws.eventbridge, config.notes_bus))
    pages = Subscribe(Subscribers(table), tokens, requests)
    return SubscriberPages(pages, current_settings(table, clock.now), config.site_url)
