"""Every minute: sends the alerts and messages that are due, and tells the operators what goes wrong with the desk."""

from datetime import timedelta
from functools import cache
from traceback import format_tb
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.operators import OperatorsTopic
from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.channels.texters import texter
from mentiondesk.adapters.channels.webhooks import RoomSender, WebhookSender
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.claims import Claims
from mentiondesk.adapters.storage.stores.duty import staffed_settings
from mentiondesk.adapters.tokens.links import LinkKeys, SignedLinks
from mentiondesk.adapters.tokens.short_links import ShortLinks
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.presentation.operator_mails import OperatorMails
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import NotifyConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts, logged
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff
from mentiondesk.usecases.alerts.tell_operators import TellOperators
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.lapse_claims import LapseClaims

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(NotifyConfig.from_env().table_name, staffed_settings)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def notify_staff() -> NotifyStaff:
    config, desk = NotifyConfig.from_env(), stores()
    senders = {
        Channel.EMAIL: SesMailer(aws.ses(), config.alert_sender, config.staff_mail),
        Channel.TEXT: texter(config.texts_through, config.text_origin),
        Channel.ROOM: RoomSender(WebhookSender(clock.now), clock.now),
    }
    unread = logged(logger.error, "link key not read")
    links = SignedLinks(LinkKeys(secret(aws.ssm(), config.link_parameter), clock.now, unread), config.api_url)
    writer, address = StaffMessages(desk.sentences), config.api_url.rstrip("/")
    short = ShortLinks(links, desk.table)
    return NotifyStaff(
        desk.alerts, desk.incidents, senders, writer, desk.settings, links, desk=address, text_links=short
    )


@cache
def lapse_claims() -> LapseClaims:
    desk = stores()
    return LapseClaims(desk.cases, Claims(desk.table), ChangeCase(desk.cases, desk.settings), desk.settings)


@cache
def tell_operators() -> TellOperators:
    config = NotifyConfig.from_env()
    return TellOperators(
        stores().troubles, OperatorsTopic(aws.sns(), config.operators_topic), OperatorMails(config.desk_name)
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    now = clock.now()
    notified = notify_staff()(now, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))
    logger.info("notified", **notified.summary)
    for error in notified.not_written:
        # The error's own words could quote a post: the traceback without them shows the place.
        logger.error("message not written", error=type(error).__name__, traceback=format_tb(error.__traceback__))
    counts(notified.troubles)
    for notice in tell_operators()(now):
        logger.info("operators told", trouble=notice.name, over=notice.over)
    # Behind the alerts, which a claim that cannot be read must not keep back.
    logger.info("claims lapsed", count=lapse_claims()(now))


warm(notify_staff, tell_operators, lapse_claims)
