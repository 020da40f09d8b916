"""Every minute: sends alerts that are due, starts the sender of replies, and tells the operators what goes wrong."""

from functools import cache
from traceback import format_tb
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.duty import staffed_settings
from mentiondesk.composition import notify_staff as parts
from mentiondesk.runtime import clock
from mentiondesk.runtime.config import NotifyConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts, logged

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(NotifyConfig.from_env().table_name, staffed_settings)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


config = cache(NotifyConfig.from_env)
notify_staff = cache(lambda: parts.notify_staff(stores(), config(), logged(logger.error, "link key not read")))
lapse_claims = cache(lambda: parts.lapse_claims(stores()))
wake_sender = cache(lambda: parts.wake_sender(stores(), config(), logged(logger.error, "sender not started")))
watch_audit = cache(lambda: parts.watch_audit(stores()))
tell_operators = cache(lambda: parts.tell_operators(stores(), config()))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    now = clock.now()
    notified = notify_staff()(now, clock.time_left(context))
    logger.info("notified", **notified.summary)
    for error in notified.not_written:
        # The error's own words could quote a post: the traceback without them shows the place.
        logger.error("message not written", error=type(error).__name__, traceback=format_tb(error.__traceback__))
    counts(notified.troubles)
    for notice in tell_operators()(now):
        logger.info("operators told", trouble=notice.name, over=notice.over)
    # Behind the alerts and mails, which nothing that cannot be read here must keep back.
    counts({**wake_sender()(now), **watch_audit()(now)})
    logger.info("claims lapsed", count=lapse_claims()(now))


warm(notify_staff, tell_operators, lapse_claims, wake_sender, watch_audit)
