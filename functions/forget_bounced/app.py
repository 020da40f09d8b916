"""SES reports through SNS: removes subscribers whose address bounced or who complained of a mail."""

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.ses_events import unwelcome
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.runtime import aws
from mentiondesk.runtime.config import ForgetConfig
from mentiondesk.usecases.status.forget_bounced import forget

logger = Logger()
metrics = Metrics()


@cache
def subscribers() -> Subscribers:
    return Subscribers(DynamoTable(aws.dynamodb(), ForgetConfig.from_env().table_name))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    for record in event["Records"]:
        for address in unwelcome(json.loads(record["Sns"]["Message"])):
            logger.info("subscriber forgotten", subscriber=forget(subscribers(), address))
            metrics.add_metric("SubscribersForgotten", MetricUnit.Count, 1)
