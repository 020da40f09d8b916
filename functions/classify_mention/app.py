"""Table stream: tags new and edited posts, and opens or changes their cases."""

from functools import cache, partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.storage.attributes import from_item
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.composition import classify_mention as parts
from mentiondesk.domain.posts.post import Post
from mentiondesk.runtime import clock
from mentiondesk.runtime.config import ClassifyConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts
from mentiondesk.usecases.intake.classify_batch import ClassifyBatch

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(ClassifyConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def classify_batch() -> ClassifyBatch:
    failed = partial(counts, {"OpinionsFailed": 1})
    return parts.classify_batch(stores(), ClassifyConfig.from_env(), logger.warning, failed)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Classifies the posts of a batch; the stream delivers those again that failed."""
    posts: list[Post] = []
    streams, failed = [], []

    def fail(stream: dict[str, Any], failure: Exception) -> None:
        logger.error("post not classified", post=stream["Keys"]["pk"]["S"], exc_info=failure)
        failed.append({"itemIdentifier": stream["SequenceNumber"]})

    for stream in (record["dynamodb"] for record in event["Records"]):
        try:
            posts.append(from_item(Post, stream["NewImage"]))
            streams.append(stream)
        except Exception as unreadable:  # noqa: BLE001 - the boundary: a poison record must not hold up its batch
            fail(stream, unreadable)
    for number, failure in classify_batch()(posts, clock.now()).items():
        fail(streams[number], failure)
    return {"batchItemFailures": failed}


warm(classify_batch)
