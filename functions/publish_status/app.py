"""Notes of changed incidents and settings, and every five minutes: writes the status site and its other channels."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.composition.publish_status import publish_status as composed
from mentiondesk.domain.status.subscribers import SubscriberId
from mentiondesk.presentation.rendering import prepare
from mentiondesk.runtime import clock
from mentiondesk.runtime.config import PublishConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts, logged
from mentiondesk.usecases.status.publish_status import PublishStatus

logger, metrics = Logger(), Metrics()
config = cache(PublishConfig.from_env)


@cache
def stores() -> DeskStores:
    return desk_stores(config().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


def report_refused(subscriber_id: SubscriberId, reason: str) -> None:
    """Counts an update that a subscriber did not get. The id is a digest of the address."""
    logger.warning("subscriber refused", subscriber=subscriber_id, reason=reason)
    counts({"SubscribersRefused": 1})


@cache
def publish_status() -> PublishStatus:
    return composed(stores(), config(), report_refused, logged(logger.error, "subscriber key not read"))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    published = publish_status()(clock.now(), clock.time_left(context))
    logger.info(
        "published",
        files=len(published.written),
        maintenance_moved=published.moved,
        also=published.also,
        failed=published.failed,
    )
    counts({"StatusChannelsFailed": len(published.failed)})


warm(publish_status, prepare)
