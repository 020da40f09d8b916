"""Every minute: reads new posts from X into the table, and finds those that were never classified."""

from dataclasses import asdict
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.look_ups import LookUps
from mentiondesk.adapters.storage.stores.signals import Signals
from mentiondesk.adapters.x.connection import x_credentials
from mentiondesk.adapters.x.feed import TweepyFeed
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import FetchConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.intake.fetch_mentions import FetchMentions
from mentiondesk.usecases.intake.forget_post import ForgetPost
from mentiondesk.usecases.intake.look_again import LookAgain, LookedAgain
from mentiondesk.usecases.intake.look_up_customers import LookedUpCustomers, LookUpCustomers
from mentiondesk.usecases.intake.redeliver_posts import RedeliverPosts
from mentiondesk.usecases.intake.troubles import troubles

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(FetchConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def feed() -> TweepyFeed:
    config = FetchConfig.from_env()
    credentials = x_credentials(secret(aws.ssm(), config.x_parameter), clock.now)
    return TweepyFeed(credentials, config.x_api_url, lambda: stores().settings().brand)


@cache
def fetch_mentions() -> FetchMentions:
    desk = stores()
    return FetchMentions(feed(), desk.posts, Cursors(desk.table), desk.settings)


@cache
def look_up_customers() -> LookUpCustomers:
    desk = stores()
    change = ChangeCase(desk.cases, desk.settings)
    return LookUpCustomers(feed(), LookUps(desk.table), change, Cursors(desk.table), desk.settings)


@cache
def look_again() -> LookAgain:
    desk = stores()
    forget = ForgetPost(desk.posts, desk.cases, desk.incidents, Signals(desk.table), desk.settings)
    change = ChangeCase(desk.cases, desk.settings)
    return LookAgain(feed(), desk.posts, desk.cases, desk.alerts, Cursors(desk.table), forget, change, desk.settings)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    now = clock.now()
    fetched = fetch_mentions()(now, time_left)
    # X that refuses to be read shows no customer and no post either.
    looked_up = LookedUpCustomers() if fetched.obstacles else look_up_customers()(now)
    if looked_up.failure is not None:
        logger.warning("customers not looked up", exc_info=looked_up.failure)
    looked = LookedAgain() if fetched.obstacles else look_again()(now, time_left)
    redelivered = RedeliverPosts(stores().posts)(now)
    logger.info(
        "fetched", **asdict(fetched), looked_up=looked_up.customers, gone=looked.gone, redelivered=redelivered.posts
    )
    if fetched.authors:
        flooding = ", ".join(author for author, _ in fetched.authors[:5])
        stores().troubles.report({"ReadsFlooded": 1}, now, f"most of all: {flooding}")
    budget = stores().settings().reading.monthly_reads
    counts({**troubles(fetched, looked_up, budget), "PostsRedelivered": redelivered.posts})


warm(fetch_mentions, look_up_customers, look_again)
