"""Table stream: tags new and edited posts, and opens or changes their cases."""

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.bedrock import BedrockAdviser
from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.storage.attributes import from_item
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.classifier_calls import ClassifierCalls
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.score_counts import ScoreCounts
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Classification
from mentiondesk.ports.triage import Classifier, ClassifierUnavailable, Triage
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import NONE, ClassifyConfig
from mentiondesk.triage import BrandTriage
from mentiondesk.triage.share import bin_of, estimated_share
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.usecases.intake.second_opinion import SecondOpinion
from mentiondesk.usecases.intake.stream_share import StreamShare

logger = Logger()
metrics = Metrics()
processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
# A post may be classified by incidents that are a minute old.
_INCIDENTS_KEPT = timedelta(minutes=1)


@cache
def classify_mention() -> ClassifyMention:
    config = ClassifyConfig.from_env()
    table = DynamoTable(aws.dynamodb(), config.table_name)
    settings = current_settings(table, clock.now)
    open_incidents = Cached(Incidents(table, lambda: settings().keep).open, _INCIDENTS_KEPT, clock.now)
    triage: Triage = BrandTriage(
        lambda: settings().brand_words, StreamShare(ScoreCounts(table), estimated_share, bin_of, clock.now)
    )
    if config.second_opinion_model != NONE:
        triage = SecondOpinion(
            triage,
            classifier(config.second_opinion_model),
            ClassifierCalls(table),
            lambda: settings().second_opinion,
            clock.now,
        )
    return ClassifyMention(
        Posts(table, lambda: settings().keep),
        Cases(table, lambda: settings().keep),
        triage,
        settings,
        lambda _: open_incidents(),
    )


def classifier(model_id: str) -> Classifier:
    """The model at Bedrock; counts questions and failures."""
    bedrock = BedrockAdviser(aws.bedrock(), model_id)

    def ask(post: Post) -> Classification:
        metrics.add_metric("OpinionsAsked", MetricUnit.Count, 1)
        try:
            return bedrock(post)
        except ClassifierUnavailable as failed:
            metrics.add_metric("OpinionsFailed", MetricUnit.Count, 1)
            logger.warning("no second opinion", reason=str(failed))
            raise

    return ask


def classify(record: DynamoDBRecord) -> None:
    """Handles one stream record; the stream delivers it again when this raises."""
    stream = record.raw_event["dynamodb"]
    try:
        change = classify_mention()(from_item(Post, stream["NewImage"]), clock.now())
    except Exception:
        logger.exception("post not classified", post=stream["Keys"]["pk"]["S"])
        raise
    metrics.add_metric("PostsClassified", MetricUnit.Count, int(change is not None))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(event=event, record_handler=classify, processor=processor, context=context)
