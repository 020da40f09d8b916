"""Queue of replies, and every minute: posts what is due to X, and takes steps of measures. It alone may write there."""

from dataclasses import asdict
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.relay import threads_told
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.composition import send_reply as parts
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SendReplyConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts

# Replies that were due so long ago are late: their queue or X does not work.
_LATE = timedelta(minutes=5)

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
    """A queue's message names a thread; without messages it is the schedule, which looks at all that is due."""
    send, now, time_left = send_replies(), clock.now(), clock.time_left(context)
    named = threads_told([one["body"] for one in event.get("Records", ())], logger.exception)
    sent = send.threads(named, time_left) if "Records" in event else send.due(now, time_left)
    logger.info("sent", states=sent.states, refusals=sent.refusals)
    if "Records" in event:
        counts({**sent.troubles, "RepliesLate": 0})
        return
    measures = enforce_measures()(time_left)
    logger.info("enforced", **asdict(measures))
    late = stores().replies.count_due(now - _LATE)
    refused = sent.troubles["PostingRefused"] + measures.account
    counts({**sent.troubles, "RepliesLate": late, "PostingRefused": refused})


warm(send_replies, enforce_measures, aws.ssm)
