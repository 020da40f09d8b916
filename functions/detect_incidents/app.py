"""Runs every minute: follows incidents, starts follow-ups of resolved ones, and resolves silent cases."""

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.signals import Baselines, Signals
from mentiondesk.runtime import clock
from mentiondesk.runtime.config import DetectConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.forget_words import ForgetWords
from mentiondesk.usecases.cases.resolve_silent import ResolveSilentCases
from mentiondesk.usecases.incidents.detect_incidents import DetectIncidents
from mentiondesk.usecases.incidents.follow_up_customers import GoBack
from mentiondesk.usecases.incidents.stop_timers import StopTimers

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(DetectConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def detect_incidents() -> tuple[DetectIncidents, ResolveSilentCases, ForgetWords, StopTimers, GoBack]:
    desk = stores()
    change = ChangeCase(desk.cases, desk.settings)
    return (
        DetectIncidents(Signals(desk.table), Baselines(desk.table), desk.incidents, desk.settings),
        ResolveSilentCases(desk.cases, change, desk.settings),
        ForgetWords(desk.cases, desk.settings),
        StopTimers(desk.incidents, change),
        GoBack(desk.incidents, change, desk.settings),
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    now = clock.now()
    detect, resolve_silent, forget_words, stop_timers, go_back = detect_incidents()
    detected = detect(now)
    resolved = resolve_silent(now)
    forgotten = forget_words(now)

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

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
