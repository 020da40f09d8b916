"""Every minute: sends the alerts and messages that are due, on each channel."""

from datetime import timedelta
from functools import cache
from traceback import format_tb
from typing import Any, assert_never

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.channels.sns import SnsTexter
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.alerts import Alerts
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.duty import staffed_settings
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.tokens.links import LinkKeys, SignedLinks
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.ports.channels import Sender
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.presentation.wording import Sentences
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import NotifyConfig
from mentiondesk.runtime.reports import logged
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff

logger = Logger()
metrics = Metrics()
unread = logged(logger.error, "link key not read")


def _sender(channel: Channel, config: NotifyConfig) -> Sender:
    match channel:
        case Channel.EMAIL:
            return SesMailer(aws.ses(), config.alert_sender)
        case Channel.TEXT:
            return SnsTexter(aws.sns())
        case _:
            assert_never(channel)


@cache
def notify_staff() -> NotifyStaff:
    config = NotifyConfig.from_env()
    table = DynamoTable(aws.dynamodb(), config.table_name)
    settings = staffed_settings(table, clock.now)

    def keep() -> timedelta:
        return settings().keep

    incidents = Incidents(table, keep)
    return NotifyStaff(
        Alerts(table, keep, Cases(table, keep), incidents),
        incidents,
        {channel: _sender(channel, config) for channel in Channel},
        StaffMessages(lambda: Sentences(settings().sentences)),
        settings,
        SignedLinks(LinkKeys(aws.secrets(), config.link_secret_id, clock.now, unread), config.api_url),
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    notified = notify_staff()(clock.now(), lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))
    logger.info(
        "notified",
        subjects=notified.subjects,
        sent=notified.sent,
        messages=notified.messages,
        gathered=notified.gathered,
        held=notified.held,
        fell_back=notified.fell_back,
        failed=notified.failed,
        not_written=len(notified.not_written),
        without_links=notified.without_links,
    )
    for error in notified.not_written:
        # The error's own words could quote a post: the traceback without them shows the place.
        logger.error("message not written", error=type(error).__name__, traceback=format_tb(error.__traceback__))
    if notified.without_links:
        logger.error("alerts without links", alerts=notified.without_links)
    metrics.add_metric("AlertsSent", MetricUnit.Count, notified.sent)
    metrics.add_metric("AlertsFailed", MetricUnit.Count, notified.failed)
    metrics.add_metric("NotWritten", MetricUnit.Count, len(notified.not_written))
    metrics.add_metric("AlertsWithoutLinks", MetricUnit.Count, notified.without_links)
    metrics.add_metric("AlertsLeft", MetricUnit.Count, int(notified.left))
    metrics.add_metric("NotifyCompleted", MetricUnit.Count, 1)
