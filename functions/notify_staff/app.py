"""Every minute: sends the alerts that are due, by email and text."""

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.channels.sns import SnsTexter
from mentiondesk.adapters.storage.dynamo_alerts import DynamoAlerts
from mentiondesk.adapters.storage.dynamo_incidents import DynamoIncidents
from mentiondesk.adapters.storage.dynamo_settings import DynamoSettings
from mentiondesk.adapters.tokens.links import LinkKeys, SignedLinks
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import NotifyConfig
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff

logger = Logger()
metrics = Metrics()


@cache
def notify_staff() -> NotifyStaff:
    config = NotifyConfig.from_env()
    db, table = aws.dynamodb(), config.table_name
    settings = DynamoSettings(db, table)
    return NotifyStaff(
        DynamoAlerts(db, table, lambda: settings().keep),
        DynamoIncidents(db, table, lambda: settings().keep),
        SesMailer(aws.ses(), config.alert_sender),
        SnsTexter(aws.sns()),
        StaffMessages(),
        settings,
        SignedLinks(LinkKeys(aws.secrets(), config.link_secret_id), config.api_url),
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    notified = notify_staff()(clock.now(), lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))
    logger.info(
        "notified",
        matters=notified.matters,
        sent=notified.sent,
        held=notified.held,
        fell_back=notified.fell_back,
        failed=notified.failed,
    )
    metrics.add_metric("AlertsSent", MetricUnit.Count, notified.sent)
    metrics.add_metric("AlertsFailed", MetricUnit.Count, notified.failed)
    metrics.add_metric("AlertsLeft", MetricUnit.Count, int(notified.left))
    metrics.add_metric("NotifyCompleted", MetricUnit.Count, 1)
