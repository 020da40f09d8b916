"""HTTP: the public pages on which people subscribe to mail about incidents, confirm their address, and leave."""

from functools import cache

from aws_lambda_powertools import Logger, Metrics

from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.troubles import Troubles
from mentiondesk.composition import status_subscriptions as parts
from mentiondesk.presentation import web
from mentiondesk.presentation.action_pages.subscriptions import SubscriberPages
from mentiondesk.presentation.gateway import Page
from mentiondesk.presentation.rendering import prepare
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SubscriptionsConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts, logged

logger, metrics = Logger(), Metrics()


@cache
def table() -> DynamoTable:
    return DynamoTable(aws.dynamodb(), SubscriptionsConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: Troubles(table()).report(found, clock.now()))


@cache
def subscriber_pages() -> SubscriberPages:
    unread = logged(logger.error, "subscriber key not read")
    return parts.subscriber_pages(table(), SubscriptionsConfig.from_env(), unread)


def ask() -> Page:
    return web.page(subscriber_pages().ask(door.form))


def confirm(token: str) -> Page:
    return web.page(subscriber_pages().confirm(token, clock.now()))


def leave(token: str) -> Page:
    return web.page(subscriber_pages().leave(token))


door = web.Door(logger, metrics, lambda: counts({"SubscriberPagesFailed": 1}))
door.serve("/subscribers", lambda: web.page(subscriber_pages().show_form()), ask)
door.serve("/subscribers/confirm/<token>", lambda **_: web.page(subscriber_pages().show_question()), confirm)
door.serve("/subscribers/leave/<token>", lambda **_: web.page(subscriber_pages().show_leaving()), leave)
handler = door.handler

warm(subscriber_pages, prepare)
