"""Runs every minute: raises and follows incidents, and starts follow-ups with customers of resolved ones."""

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.storage.dynamo_cases import DynamoCases
from mentiondesk.adapters.storage.dynamo_incidents import DynamoIncidents
from mentiondesk.adapters.storage.dynamo_settings import DynamoSettings
from mentiondesk.adapters.storage.dynamo_signals import DynamoSignals, DynamoUsual
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import DetectConfig
from mentiondesk.usecases.incidents.detect_incidents import DetectIncidents
from mentiondesk.usecases.incidents.follow_up_customers import GoBack

logger = Logger()
metrics = Metrics()


@cache
def current_settings() -> DynamoSettings:
    return DynamoSettings(aws.dynamodb(), DetectConfig.from_env().table_name)


@cache
def incidents() -> DynamoIncidents:
    settings = current_settings()
    return DynamoIncidents(aws.dynamodb(), DetectConfig.from_env().table_name, lambda: settings().keep)


@cache
def detect_incidents() -> DetectIncidents:
    db, table = aws.dynamodb(), DetectConfig.from_env().table_name
    return DetectIncidents(DynamoSignals(db, table), DynamoUsual(db, table), incidents(), current_settings())


@cache
def go_back() -> GoBack:
    settings = current_settings()
    cases = DynamoCases(aws.dynamodb(), DetectConfig.from_env().table_name, lambda: settings().keep)
    return GoBack(incidents(), cases, settings)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    now = clock.now()
    detected = detect_incidents()(now)
    gone_back = go_back()(now, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))
    logger.info(
        "detected",
        raised=detected.raised,
        published=detected.published,
        faded=detected.faded,
        joined=detected.joined,
        hours_learned=detected.hours_learned,
        gone_back=gone_back.cases,
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
