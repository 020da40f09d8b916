"""Queue of replies, and every minute: posts what is due to X, and takes steps of measures. It alone may write there."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.relay import reply_in
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.strikes import Strikes
from mentiondesk.adapters.x.connection import x_credentials
from mentiondesk.adapters.x.moderator import TweepyModerator
from mentiondesk.adapters.x.poster import TweepyPoster
from mentiondesk.domain.ids import SubjectId
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SendReplyConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts
from mentiondesk.usecases.replies.send_replies import SendReplies
from mentiondesk.usecases.strikes.enforce_measures import EnforceMeasures

# Replies that were due so long ago are late: their queue or X does not work.
_LATE = timedelta(minutes=5)

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(SendReplyConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def send_replies() -> SendReplies:
    config, desk = SendReplyConfig.from_env(), stores()
    credentials = x_credentials(secret(aws.ssm(), config.x_write_parameter), clock.now)
    x = TweepyPoster(credentials, config.x_api_url, lambda: desk.settings().brand)
    return SendReplies(desk.replies, desk.cases, x, desk.settings, clock.now)


@cache
def enforce_measures() -> EnforceMeasures:
    config, desk = SendReplyConfig.from_env(), stores()
    credentials = x_credentials(secret(aws.ssm(), config.x_write_parameter), clock.now)
    strikes = Strikes(desk.table, desk.keep, clock.now)
    return EnforceMeasures(strikes, TweepyModerator(credentials, config.x_api_url), clock.now)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """A queue's message names a thread; without messages it is the schedule, which looks at all that is due."""

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    send, now = send_replies(), clock.now()
    sent = send.threads(_threads(event["Records"]), time_left) if "Records" in event else send.due(now, time_left)
    logger.info("sent", states=sent.states, refusals=sent.refusals)
    if "Records" in event:
        counts({**sent.troubles, "RepliesLate": 0})
        return
    measures = enforce_measures()(time_left)
    logger.info("enforced", **asdict(measures))
    late = stores().replies.count_due(now - _LATE)
    refused = sent.troubles["PostingRefused"] + measures.account
    counts({**sent.troubles, "RepliesLate": late, "PostingRefused": refused})


def _threads(records: Iterable[dict[str, Any]]) -> list[SubjectId]:
    found = []
    for record in records:
        try:
            found.append(reply_in(record["body"]).subject_id)
        except ValueError:
            # Only the relay writes to the queue: a message of another shape is of another version. The schedule
            # finds the reply.
            logger.exception("message not understood")
    return found


warm(send_replies, enforce_measures)
