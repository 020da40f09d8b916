"""Table stream: hands on what changed, to each consumer."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.notes import NotesBus
from mentiondesk.adapters.relay import (
    Relay,
    Route,
    ToQueue,
    ToReplyTimer,
    ToStatusPage,
    event_note,
    reply_to_send,
    status_change,
)
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import NONE, RelayConfig
from mentiondesk.runtime.init import warm

logger = Logger()


@cache
def relay() -> Relay:
    config = RelayConfig.from_env()
    bus = NotesBus(aws.eventbridge, config.notes_bus)
    routes = [Route(ToReplyTimer(bus), reply_to_send), Route(ToStatusPage(bus), status_change)]
    if config.events_url != NONE:
        routes.append(Route(ToQueue(aws.sqs(), config.events_url), event_note))
    return Relay(routes)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    notes = relay()([record["dynamodb"]["NewImage"] for record in event["Records"]], clock.now())
    logger.info("relayed", records=len(event["Records"]), notes=notes)


warm(relay)
