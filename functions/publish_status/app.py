"""Stream of incidents and settings, and every five minutes: writes the status site and its other channels."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.status.s3_site import S3Site
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.broadcasts import Broadcasts
from mentiondesk.adapters.storage.stores.hosted_syncs import HostedSyncs
from mentiondesk.adapters.storage.stores.mail_budgets import MailBudgets
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.tokens.links import LinkKeys
from mentiondesk.adapters.tokens.subscriber_tokens import SignedSubscriberTokens
from mentiondesk.domain.status.subscribers import SubscriberId
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.ports.status import HostedPage
from mentiondesk.presentation.customer_mails import CustomerMails
from mentiondesk.presentation.status_site import SiteFiles
from mentiondesk.presentation.wording import Sentences, for_customers
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import PublishConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts, logged
from mentiondesk.usecases.incidents.draft_posts import DraftPosts
from mentiondesk.usecases.status.broadcast import BroadcastToSubscribers, Mail
from mentiondesk.usecases.status.publish_status import PublishStatus
from mentiondesk.usecases.status.sync_hosted_page import SyncHostedPage

# boto3's clients keep ten connections.
_MOST_THREADS = 10

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(PublishConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


def sentences() -> Sentences:
    return for_customers(stores().settings())


@cache
def publish_status() -> PublishStatus:
    config, desk = PublishConfig.from_env(), stores()
    versions = SettingsVersions(desk.table)
    drafts = DraftPosts(desk.drafts, desk.settings)
    hosted = SyncHostedPage(hosted_page, HostedSyncs(desk.table, desk.keep))
    site = S3Site(aws.s3(), config.site_bucket)
    # The settings without a cache: a run may be started by their change.
    current, since = versions.load, cache(versions.since)
    files, addresses = SiteFiles(sentences), (config.site_url, config.api_url)
    return PublishStatus(
        desk.incidents, site, files, current, since, *addresses, also=(drafts, hosted, broadcast(config, desk))
    )


def broadcast(config: PublishConfig, desk: DeskStores) -> BroadcastToSubscribers:
    keys = LinkKeys(
        secret(aws.ssm(), config.subscriber_parameter), clock.now, logged(logger.error, "subscriber key not read")
    )
    return BroadcastToSubscribers(
        Subscribers(desk.table),
        Broadcasts(desk.table, desk.keep),
        MailBudgets(desk.table),
        SignedSubscriberTokens(keys),
        SesMailer(aws.ses(), config.status_sender, config.mail_events),
        CustomerMails(sentences),
        report_refused,
        at_once,
        lambda span: time.sleep(span.total_seconds()),
    )


def at_once(send: Callable[[Mail], Undeliverable | None], mails: Sequence[Mail]) -> list[Undeliverable | None]:
    """The outcomes of a batch whose mails are sent side by side."""
    with ThreadPoolExecutor(max_workers=_MOST_THREADS) as threads:
        return list(threads.map(send, mails))


def report_refused(subscriber_id: SubscriberId, reason: str) -> None:
    """Counts an update that a subscriber did not get. The id is a digest of the address."""
    logger.warning("subscriber refused", subscriber=subscriber_id, reason=reason)
    counts({"SubscribersRefused": 1})


@cache
def hosted_page() -> HostedPage:
    from mentiondesk.adapters.status.statuspage import Statuspage, statuspage_key  # noqa: PLC0415 - few desks have one

    return Statuspage(statuspage_key(secret(aws.ssm(), PublishConfig.from_env().statuspage_parameter), clock.now))


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
    counts({"StatusChannelsFailed": len(published.failed)})


warm(publish_status)
