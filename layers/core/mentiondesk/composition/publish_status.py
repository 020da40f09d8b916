"""The status site and its other channels, on the stores of one table."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.status.s3_site import S3Site
from mentiondesk.adapters.storage.desk_stores import DeskStores
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
from mentiondesk.usecases.incidents.draft_posts import DraftPosts
from mentiondesk.usecases.status.broadcast import BroadcastToSubscribers, Mail
from mentiondesk.usecases.status.publish_status import PublishStatus
from mentiondesk.usecases.status.sync_hosted_page import SyncHostedPage

# botocore's clients keep ten connections.
_MOST_THREADS = 10
RefusedMail = Callable[[SubscriberId, str], None]


def publish_status(
    desk: DeskStores, config: PublishConfig, refused: RefusedMail, unread: Callable[[Exception], None]
) -> PublishStatus:
    """`refused` hears of mails that a subscriber did not get, `unread` of a key that cannot be read."""

    def sentences() -> Sentences:
        return for_customers(desk.settings())

    versions = SettingsVersions(desk.table)
    drafts = DraftPosts(desk.drafts, desk.settings)
    hosted = SyncHostedPage(cache(lambda: _hosted_page(config)), HostedSyncs(desk.table, desk.keep))
    mails = _broadcast(desk, config, sentences, refused, unread)
    site = S3Site(aws.s3(), config.site_bucket)
    # The settings without a cache: a run may be started by their change.
    current, since = versions.load, cache(versions.since)
    files, addresses = SiteFiles(sentences), (config.site_url, config.api_url)
    return PublishStatus(desk.incidents, site, files, current, since, *addresses, also=(drafts, hosted, mails))


def _broadcast(
    desk: DeskStores,
    config: PublishConfig,
    sentences: Callable[[], Sentences],
    refused: RefusedMail,
    unread: Callable[[Exception], None],
) -> BroadcastToSubscribers:
    keys = LinkKeys(secret(aws.ssm, config.subscriber_parameter), clock.now, unread)
    return BroadcastToSubscribers(
        Subscribers(desk.table),
        Broadcasts(desk.table, desk.keep),
        MailBudgets(desk.table),
        SignedSubscriberTokens(keys),
        SesMailer(aws.ses, config.status_sender, config.mail_events),
        CustomerMails(sentences),
        refused,
        _at_once,
        lambda span: time.sleep(span.total_seconds()),
    )


def _at_once(send: Callable[[Mail], Undeliverable | None], mails: Sequence[Mail]) -> list[Undeliverable | None]:
    """The outcomes of a batch whose mails are sent side by side."""
    with ThreadPoolExecutor(max_workers=_MOST_THREADS) as threads:
        return list(threads.map(send, mails))


def _hosted_page(config: PublishConfig) -> HostedPage:
    from mentiondesk.adapters.status.statuspage import Statuspage, statuspage_key  # noqa: PLC0415 - few desks have one

    return Statuspage(statuspage_key(secret(aws.ssm, config.statuspage_parameter), clock.now))
