"""HTTP: the public pages on which people subscribe to mail about incidents, confirm their address, and leave."""

from functools import cache

from aws_lambda_powertools import Logger, Metrics

from mentiondesk.adapters.channels.requested_mails import QueuedMailRequests
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.storage.stores.troubles import Troubles
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.presentation import web
from mentiondesk.presentation.action_pages.subscriptions import SubscriberPages
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SubscriptionsConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts, logged
from mentiondesk.usecases.status.subscribe import Subscribe

logger, metrics = Logger(), Metrics()


@cache
def table() -> DynamoTable:
    return DynamoTable(aws.dynamodb(), SubscriptionsConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: Troubles(table()).report(found, clock.now()))


@cache
def subscriber_pages() -> SubscriberPages:
    config = SubscriptionsConfig.from_env()
    unread = logged(logger.error, "subscriber key not read")
    tokens = SignedSubscriberTokens(LinkKeys(secret(aws.ssm(), config.subscriber_parameter), clock.now, unread))
    requests = QueuedMailRequests(aws.sqs(), config.requested_mails_url)
    pages = Subscribe(Subscribers(table()), tokens, requests)
    return SubscriberPages(pages, current_settings(table(), clock.now), config.site_url)


def ask() -> web.Page:
    return web.page(subscriber_pages().ask(door.form))


def confirm(token: str) -> web.Page:
    return web.page(subscriber_pages().confirm(token, clock.now()))


def leave(token: str) -> web.Page:
    return web.page(subscriber_pages().leave(token))


door = web.Door(logger, metrics, lambda: counts({"SubscriberPagesFailed": 1}))
door.serve("/subscribers", lambda: web.page(subscriber_pages().show_form()), ask)
door.serve("/subscribers/confirm/<token>", lambda **_: web.page(subscriber_pages().show_question()), confirm)
door.serve("/subscribers/leave/<token>", lambda **_: web.page(subscriber_pages().show_leaving()), leave)
handler = door.handler

warm(subscriber_pages)
