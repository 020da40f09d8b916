"""Runs every minute: follows incidents, starts follow-ups of resolved ones, and resolves silent cases."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.composition import detect_incidents as parts
from mentiondesk.runtime import clock
from mentiondesk.runtime.config import DetectConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(DetectConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


detect_incidents = cache(lambda: parts.detect_incidents(stores()))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    now, time_left = clock.now(), clock.time_left(context)
    detect, resolve_silent, forget_words, stop_timers, go_back = detect_incidents()
    detected = detect(now)
    resolved = resolve_silent(now)
    forgotten = forget_words(now)
    stopped = stop_timers(now, time_left)
    gone_back = go_back(now, time_left)
    logger.info(
        "detected",
        raised=detected.raised,
        faded=detected.faded,
        joined=detected.joined,
        hours_learned=detected.hours_learned,
        stopped=stopped,
        gone_back=gone_back.cases,
        resolved=resolved,
        forgotten=forgotten,
        left=gone_back.left,
        given_up=detected.given_up,
    )
    counts({"IncidentSavesGivenUp": len(detected.given_up)})


warm(detect_incidents)
