"""HTTP: the public pages on which people subscribe to mail about incidents, confirm their address, and leave."""

from functools import cache

from aws_lambda_powertools import Logger, Metrics

from mentiondesk.adapters.channels.requested_mails import QueuedMailRequests
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.presentation import web
from mentiondesk.presentation.action_pages.subscriptions import SubscriberPages
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SubscriptionsConfig
from mentiondesk.runtime.reports import logged
from mentiondesk.usecases.status.subscribe import Subscribe

logger, metrics = Logger(), Metrics()
unread = logged(logger.error, "link key not read")


@cache
def subscriber_pages() -> SubscriberPages:
    config = SubscriptionsConfig.from_env()
    table = DynamoTable(aws.dynamodb(), config.table_name)
    tokens = SignedSubscriberTokens(LinkKeys(aws.secrets(), config.link_secret_id, clock.now, unread))
    requests = QueuedMailRequests(aws.sqs(), config.requested_mails_url)
    return SubscriberPages(Subscribe(Subscribers(table), tokens, requests), current_settings(table, clock.now))


def ask() -> web.Page:
    return web.page(subscriber_pages().ask(door.form))


def confirm(token: str) -> web.Page:
    return web.page(subscriber_pages().confirm(token, clock.now()))


def leave(token: str) -> web.Page:
    return web.page(subscriber_pages().leave(token))


door = web.Door(logger, metrics)
door.serve("/subscribers", lambda: web.page(subscriber_pages().show_form()), ask)
door.serve("/subscribers/confirm/<token>", lambda **_: web.page(subscriber_pages().show_question()), confirm)
door.serve("/subscribers/leave/<token>", lambda **_: web.page(subscriber_pages().show_leaving()), leave)
handler = door.handler
