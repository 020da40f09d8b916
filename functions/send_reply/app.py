"""A reply that may go out, or all that are due: posts to X, and takes steps of measures. It alone may write there."""

from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.relay import thread_told
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.composition import send_reply as parts
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SendReplyConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(SendReplyConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


config = cache(SendReplyConfig.from_env)
send_replies = cache(lambda: parts.send_replies(stores(), config()))
enforce_measures = cache(lambda: parts.enforce_measures(stores(), config()))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """The timer names a reply, whose thread is looked at; the notifier's note asks for all that is due."""
    send, now, time_left = send_replies(), clock.now(), clock.time_left(context)
    everything = "detail-type" in event
    sent = send.due(now, time_left) if everything else send.threads(thread_told(event, logger.exception), time_left)
    logger.info("sent", states=sent.states, refusals=sent.refusals)
    refused = sent.troubles["PostingRefused"]
    if everything:
        measures = enforce_measures()(time_left)
        logger.info("enforced", **asdict(measures))
        refused += measures.account
    counts({**sent.troubles, "PostingRefused": refused})


warm(send_replies, enforce_measures, aws.ssm)
