"""Stream of incidents and settings, and every five minutes: writes the status site and its other channels."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.status.s3_site import S3Site
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.broadcasts import Broadcasts
from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.hosted_syncs import HostedSyncs
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.mail_budgets import MailBudgets
from mentiondesk.adapters.storage.stores.settings import SettingsVersions, current_settings
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.domain.status.subscribers import SubscriberId
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.ports.status import HostedPage
from mentiondesk.presentation.customer_mails import CustomerMails
from mentiondesk.presentation.status_site import SiteFiles
from mentiondesk.presentation.wording import Sentences
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import PublishConfig
from mentiondesk.runtime.reports import logged
from mentiondesk.usecases.incidents.draft_posts import DraftPosts
from mentiondesk.usecases.status.broadcast import BroadcastToSubscribers, Mail
from mentiondesk.usecases.status.publish_status import PublishStatus
from mentiondesk.usecases.status.sync_hosted_page import SyncHostedPage

# boto3's clients keep ten connections.
_MOST_THREADS = 10

logger = Logger()
metrics = Metrics()
unread = logged(logger.error, "link key not read")


@cache
def publish_status() -> PublishStatus:
    config = PublishConfig.from_env()
    table = DynamoTable(aws.dynamodb(), config.table_name)
    settings, versions = current_settings(table, clock.now), SettingsVersions(table)

    def sentences() -> Sentences:
        return Sentences(settings().sentences)

    tokens = SignedSubscriberTokens(LinkKeys(aws.secrets(), config.link_secret_id, clock.now, unread))
    return PublishStatus(
        Incidents(table, lambda: settings().keep),
        S3Site(aws.s3(), config.site_bucket),
        SiteFiles(sentences),
        # Without a cache: a run may be started by their change.
        versions.load,
        cache(versions.since),
        config.site_url,
        config.api_url,
        also=(
            DraftPosts(Drafts(table, lambda: settings().keep), settings),
            SyncHostedPage(hosted_page, HostedSyncs(table, lambda: settings().keep)),
            BroadcastToSubscribers(
                Subscribers(table),
                Broadcasts(table, lambda: settings().keep),
                MailBudgets(table),
                tokens,
                SesMailer(aws.ses(), config.status_sender, config.mail_events),
                CustomerMails(sentences),
                report_refused,
                at_once,
                lambda span: time.sleep(span.total_seconds()),
            ),
        ),
    )


def at_once(send: Callable[[Mail], Undeliverable | None], mails: Sequence[Mail]) -> list[Undeliverable | None]:
    """The outcomes of a batch whose mails are sent side by side."""
    with ThreadPoolExecutor(max_workers=_MOST_THREADS) as threads:
        return list(threads.map(send, mails))


def report_refused(subscriber_id: SubscriberId, reason: str) -> None:
    """Counts an update that a subscriber did not get. The id is a digest of the address."""
    logger.warning("subscriber refused", subscriber=subscriber_id, reason=reason)
    metrics.add_metric("SubscribersRefused", MetricUnit.Count, 1)


@cache
def hosted_page() -> HostedPage:
    from mentiondesk.adapters.status.statuspage import Statuspage, statuspage_key  # noqa: PLC0415 - few desks have one

    return Statuspage(statuspage_key(aws.secrets(), PublishConfig.from_env().statuspage_secret_id, clock.now))


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
