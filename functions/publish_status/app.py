"""Stream of incidents and settings, and every five minutes: writes the status site and its other channels."""

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.status.s3_site import S3Site
from mentiondesk.adapters.storage.dynamo_drafts import DynamoDrafts, DynamoPushed
from mentiondesk.adapters.storage.dynamo_incidents import DynamoIncidents
from mentiondesk.adapters.storage.dynamo_settings import DynamoSettings
from mentiondesk.adapters.storage.dynamo_subscribers import DynamoSubscribers, DynamoTellings
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.status.subscribers import SubscriberId
from mentiondesk.ports.status import HostedPage
from mentiondesk.presentation.customer_mails import CustomerMails
from mentiondesk.presentation.status_site import render
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import PublishConfig
from mentiondesk.usecases.incidents.draft_posts import DraftPosts
from mentiondesk.usecases.status.broadcast import BroadcastToSubscribers
from mentiondesk.usecases.status.publish_status import PublishStatus
from mentiondesk.usecases.status.sync_hosted_page import SyncHostedPage

logger = Logger()
metrics = Metrics()


@cache
def publish_status() -> PublishStatus:
    config = PublishConfig.from_env()
    db, table = aws.dynamodb(), config.table_name
    settings = DynamoSettings(db, table)

    def current() -> DeskSettings:
        """Settings without a cache: a run may be started by their change."""
        return DynamoSettings(db, table)()

    tokens = SignedSubscriberTokens(LinkKeys(aws.secrets(), config.link_secret_id))
    return PublishStatus(
        DynamoIncidents(db, table, lambda: settings().keep),
        S3Site(aws.s3(), config.site_bucket),
        render,
        current,
        cache(settings.since),
        config.site_url,
        config.api_url,
        also=(
            DraftPosts(DynamoDrafts(db, table, lambda: settings().keep), settings),
            SyncHostedPage(hosted_page, DynamoPushed(db, table, lambda: settings().keep)),
            BroadcastToSubscribers(
                DynamoSubscribers(db, table),
                DynamoTellings(db, table, lambda: settings().keep),
                tokens,
                SesMailer(aws.ses(), config.status_sender, config.mail_events),
                CustomerMails(),
                report_refused,
            ),
        ),
    )


def report_refused(subscriber_id: SubscriberId, reason: str) -> None:
    """Counts an update that a subscriber did not get. The id is a digest of the address."""
    logger.warning("subscriber refused", subscriber=subscriber_id, reason=reason)
    metrics.add_metric("SubscribersRefused", MetricUnit.Count, 1)


@cache
def hosted_page() -> HostedPage:
    from mentiondesk.adapters.status.statuspage import ApiKey, Statuspage  # noqa: PLC0415 - few desks have one

    return Statuspage(ApiKey(aws.secrets(), PublishConfig.from_env().statuspage_secret_id))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    published = publish_status()(clock.now(), lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))
    logger.info(
        "published",
        files=len(published.written),
        maintenance_moved=published.moved,
        also=published.also,
        failed=published.failed,
    )
    metrics.add_metric("FilesPublished", MetricUnit.Count, len(published.written))
    metrics.add_metric("StatusChannelsFailed", MetricUnit.Count, len(published.failed))
    metrics.add_metric("PublishCompleted", MetricUnit.Count, 1)
