"""Table stream: tags new and edited posts, and opens or changes their cases."""

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.bedrock import BedrockAdviser, reported
from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.storage.attributes import from_item
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.classifier_calls import ClassifierCalls
from mentiondesk.adapters.storage.stores.score_counts import ScoreCounts
from mentiondesk.adapters.storage.stores.strikes import Strikes
from mentiondesk.adapters.storage.stores.threads import Threads
from mentiondesk.domain.posts.post import Post
from mentiondesk.ports.triage import Triage
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import NONE, ClassifyConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts
from mentiondesk.triage import BrandTriage
from mentiondesk.triage.share import bin_of, estimated_share
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.usecases.intake.note_joining import NoteJoining
from mentiondesk.usecases.intake.second_opinion import SecondOpinion
from mentiondesk.usecases.intake.stream_share import StreamShare
from mentiondesk.usecases.strikes.keep_policy import KeepPolicy

logger, metrics = Logger(), Metrics()
# A post may be classified by incidents that are a minute old.
_INCIDENTS_KEPT = timedelta(minutes=1)


@cache
def stores() -> DeskStores:
    return desk_stores(ClassifyConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def classify_mention() -> ClassifyMention:
    desk = stores()
    open_incidents = Cached(desk.incidents.open, _INCIDENTS_KEPT, clock.now)
    policy = KeepPolicy(Strikes(desk.table, desk.keep, clock.now), desk.cases, desk.settings)
    joining = NoteJoining(Threads(desk.table), desk.posts, ChangeCase(desk.cases, desk.settings), desk.settings)
    return ClassifyMention(
        desk.posts, desk.cases, triage(desk), desk.settings, lambda _: open_incidents(), policy.standing, joining
    )


def triage(desk: DeskStores) -> Triage:
    """The desk's triage, which asks a model at Bedrock where the stack names one."""
    share = StreamShare(ScoreCounts(desk.table), estimated_share, bin_of, clock.now)
    first = BrandTriage(lambda: desk.settings().brand_words, share)
    model_id = ClassifyConfig.from_env().second_opinion_model
    if model_id == NONE:
        return first
    model = reported(BedrockAdviser(aws.bedrock(), model_id), logger.warning, lambda: counts({"OpinionsFailed": 1}))
    return SecondOpinion(first, model, ClassifierCalls(desk.table), lambda: desk.settings().second_opinion, clock.now)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handles each record by itself; the stream delivers those again that failed."""
    failed = []
    for record in event["Records"]:
        stream = record["dynamodb"]
        try:
            classify_mention()(from_item(Post, stream["NewImage"]), clock.now())
        except Exception:  # the boundary: a poison record must not hold up the others of its batch
            logger.exception("post not classified", post=stream["Keys"]["pk"]["S"])
            failed.append({"itemIdentifier": stream["SequenceNumber"]})
    return {"batchItemFailures": failed}


warm(classify_mention)
