"""Every minute: reads new posts from X into the table."""

from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.look_ups import LookUps
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.x.feed import TweepyFeed, x_credentials
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.posts.cursor import ReadBlock
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import FetchConfig
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.intake.fetch_mentions import Fetched, FetchMentions
from mentiondesk.usecases.intake.look_up_customers import LookUpCustomers

logger = Logger()
metrics = Metrics()

_METRIC_OF = {
    ReadBlock.TOKEN_REFUSED: "XTokenRefused",
    ReadBlock.ACCESS_REFUSED: "XAccessRefused",
    ReadBlock.ACCOUNT_UNKNOWN: "XAccountUnknown",
    ReadBlock.ACCOUNT_SUSPENDED: "XAccountSuspended",
    ReadBlock.SEARCH_REFUSED: "XSearchRefused",
    ReadBlock.CREDITS_SPENT: "XCreditsSpent",
    ReadBlock.RATE_LIMITED: "XRateLimited",
    ReadBlock.DAY_LIMITED: "XRateLimited",
    ReadBlock.MONTH_CAPPED: "XMonthCapped",
}


@cache
def table() -> DynamoTable:
    return DynamoTable(aws.dynamodb(), FetchConfig.from_env().table_name)


@cache
def settings() -> Cached[DeskSettings]:
    return current_settings(table(), clock.now)


@cache
def feed() -> TweepyFeed:
    config = FetchConfig.from_env()
    credentials = x_credentials(aws.secrets(), config.x_secret_id, clock.now)
    return TweepyFeed(credentials, config.x_api_url, lambda: settings()().brand)


@cache
def fetch_mentions() -> FetchMentions:
    return FetchMentions(
        feed(),
        Posts(table(), lambda: settings()().keep),
        Cursors(table()),
        settings(),
    )


@cache
def look_up_customers() -> LookUpCustomers:
    return LookUpCustomers(
        feed(),
        LookUps(table()),
        ChangeCase(Cases(table(), lambda: settings()().keep), settings()),
        Cursors(table()),
        settings(),
    )


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    # Alerts are near for those who wait to be looked up, and a look-up is one short request.
    looked_up = look_up_customers()(clock.now())
    fetched = fetch_mentions()(clock.now(), lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))
    logger.info(
        "fetched",
        looked_up=looked_up,
        new=fetched.new,
        edited=fetched.edited,
        known=fetched.known,
        set_aside=fetched.set_aside,
        unfinished=fetched.unfinished,
        reads_this_month=fetched.reads_this_month,
        obstacles=fetched.obstacles,
        refusals=fetched.refusals,
    )
    _measure(fetched, settings()().reading.monthly_reads)


def _measure(fetched: Fetched, budget: int) -> None:
    counts = {
        "PostsNew": fetched.new,
        "PostsSetAside": fetched.set_aside,
        "XShapeUnknown": fetched.unknown_shape,
        "XUnavailable": fetched.unavailable,
        "PostsOutOfReach": fetched.out_of_reach,
        "MentionsDepth": fetched.deepest,
        "ReadBudgetSpent": int(fetched.budget_spent),
        **dict.fromkeys((_METRIC_OF[obstacle] for obstacle in fetched.obstacles.values()), 1),
    }
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    metrics.add_metric("ReadBudgetShare", MetricUnit.Percent, 100 * fetched.reads_this_month / budget)
    metrics.add_metric("FetchCompleted", MetricUnit.Count, 1)
