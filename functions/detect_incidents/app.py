"""Runs every minute: follows incidents, starts follow-ups of resolved ones, and resolves silent cases."""

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.signals import Baselines, Signals
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import DetectConfig
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.resolve_silent import ResolveSilentCases
from mentiondesk.usecases.incidents.detect_incidents import DetectIncidents
from mentiondesk.usecases.incidents.follow_up_customers import GoBack

logger = Logger()
metrics = Metrics()


@cache
def table() -> DynamoTable:
    return DynamoTable(aws.dynamodb(), DetectConfig.from_env().table_name)


@cache
def settings() -> Cached[DeskSettings]:
    return current_settings(table(), clock.now)


@cache
def incidents() -> Incidents:
    return Incidents(table(), lambda: settings()().keep)


@cache
def detect_incidents() -> DetectIncidents:
    return DetectIncidents(Signals(table()), Baselines(table()), incidents(), settings())


@cache
def cases() -> Cases:
    return Cases(table(), lambda: settings()().keep)


@cache
def go_back() -> GoBack:
    return GoBack(incidents(), ChangeCase(cases(), settings()), settings())


@cache
def resolve_silent() -> ResolveSilentCases:
    return ResolveSilentCases(cases(), ChangeCase(cases(), settings()), settings())


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    now = clock.now()
    detected = detect_incidents()(now)
    resolved = resolve_silent()(now)
    gone_back = go_back()(now, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))
    logger.info(
        "detected",
        raised=detected.raised,
        faded=detected.faded,
        joined=detected.joined,
        hours_learned=detected.hours_learned,
        gone_back=gone_back.cases,
        resolved=resolved,
        left=gone_back.left,
    )
    if detected.given_up:
        logger.warning("incident saves given up after concurrent changes", incidents=detected.given_up)
    counts = {
        "IncidentsNoticed": len(detected.raised),
        "PostsJoined": detected.joined,
        "IncidentSavesGivenUp": len(detected.given_up),
        "SignalsFull": int(detected.full),
        "GoBackLeft": int(gone_back.left),
        "DetectCompleted": 1,
    }
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
