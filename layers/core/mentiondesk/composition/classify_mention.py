"""Classifying posts, with a model at Bedrock where the stack names one."""

from collections.abc import Callable
from datetime import timedelta

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.storage.desk_stores import DeskStores
from mentiondesk.adapters.storage.held_table import HeldTable, needed_for
from mentiondesk.adapters.storage.stores.classifier_calls import ClassifierCalls
from mentiondesk.adapters.storage.stores.score_counts import ScoreCounts
from mentiondesk.adapters.storage.stores.strikes import Strikes
from mentiondesk.adapters.storage.stores.threads import Threads
from mentiondesk.ports.triage import Triage
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import NONE, ClassifyConfig
from mentiondesk.triage import BrandTriage
from mentiondesk.triage.share import bin_of, estimated_share
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.intake.classify_batch import ClassifyBatch
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.usecases.intake.note_joining import NoteJoining
from mentiondesk.usecases.intake.second_opinion import SecondOpinion
from mentiondesk.usecases.intake.stream_share import StreamShare
from mentiondesk.usecases.strikes.keep_policy import KeepPolicy

# A post may be classified by incidents that are a minute old.
_INCIDENTS_KEPT = timedelta(minutes=1)


def classify_batch(
    desk: DeskStores, config: ClassifyConfig, warn: Callable[..., None], failed: Callable[[], None]
) -> ClassifyBatch:
    """`warn` and `failed` hear of each opinion that the model did not give, `warn` of failed writes as well."""
    desk.table = table = HeldTable(desk.table)
    classify = _classify_mention(desk, config, warn, failed)
    return ClassifyBatch(classify, desk.cases, warn, lambda posts: table.held(needed_for(posts)))


def _classify_mention(
    desk: DeskStores, config: ClassifyConfig, warn: Callable[..., None], failed: Callable[[], None]
) -> ClassifyMention:
    open_incidents = Cached(desk.incidents.open, _INCIDENTS_KEPT, clock.now)
    policy = KeepPolicy(Strikes(desk.table, desk.keep, clock.now), desk.cases, desk.settings)
    joining = NoteJoining(Threads(desk.table), desk.posts, ChangeCase(desk.cases, desk.settings), desk.settings)
    return ClassifyMention(
        desk.posts,
        desk.cases,
        _triage(desk, config, warn, failed),
        desk.settings,
        lambda _: open_incidents(),
        policy.standing,
        joining,
    )


def _triage(desk: DeskStores, config: ClassifyConfig, warn: Callable[..., None], failed: Callable[[], None]) -> Triage:
    """The desk's triage, which asks a model at Bedrock where the stack names one."""
    share = StreamShare(ScoreCounts(desk.table), estimated_share, bin_of, clock.now)
    first = BrandTriage(lambda: desk.settings().brand_words, share)
    model_id = config.second_opinion_model
    if model_id == NONE:
        return first
    # It takes pydantic in, which a desk without a model does not need.
    from mentiondesk.adapters.bedrock import BedrockAdviser, reported  # noqa: PLC0415

    model = reported(BedrockAdviser(aws.bedrock(), model_id), warn, failed)
    return SecondOpinion(first, model, ClassifierCalls(desk.table), lambda: desk.settings().second_opinion, clock.now)
