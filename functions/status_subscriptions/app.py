"""HTTP: the public pages on which people subscribe to mail about incidents, confirm their address, and leave."""

from functools import cache
from http import HTTPStatus

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.presentation import web
from mentiondesk.presentation.action_pages.subscriptions import SubscriberPages
from mentiondesk.presentation.customer_mails import CustomerMails
from mentiondesk.presentation.wording import Sentences
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
    settings, subscribers = current_settings(table, clock.now), Subscribers(table)
    tokens = SignedSubscriberTokens(LinkKeys(aws.secrets(), config.link_secret_id, clock.now, unread))
    mailer = SesMailer(aws.ses(), config.status_sender, config.mail_events)
    subscribe = Subscribe(
        subscribers, tokens, mailer, CustomerMails(lambda: Sentences(settings().sentences)), settings, config.api_url
    )
    return SubscriberPages(subscribe, settings)


def ask() -> web.Page:
    answer = subscriber_pages().ask(door.form, clock.now())
    metrics.add_metric("ConfirmationsFailed", MetricUnit.Count, int(answer.status == HTTPStatus.SERVICE_UNAVAILABLE))
    return web.page(answer)


def confirm(token: str) -> web.Page:
    return web.page(subscriber_pages().confirm(token, clock.now()))


def leave(token: str) -> web.Page:
    return web.page(subscriber_pages().leave(token))


door = web.Door(logger, metrics)
door.serve("/subscribers", lambda: web.page(subscriber_pages().show_form()), ask)
door.serve("/subscribers/confirm/<token>", lambda **_: web.page(subscriber_pages().show_question()), confirm)
door.serve("/subscribers/leave/<token>", lambda **_: web.page(subscriber_pages().show_leaving()), leave)
handler = door.handler
