"""Every minute: reads new posts from X into the table, and finds those that were never classified."""

from dataclasses import asdict
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.composition import fetch_mentions as parts
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import FetchConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts
from mentiondesk.usecases.intake.look_again import LookedAgain
from mentiondesk.usecases.intake.look_up_customers import LookedUpCustomers
from mentiondesk.usecases.intake.redeliver_posts import RedeliverPosts
from mentiondesk.usecases.intake.troubles import troubles, unread

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(FetchConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))
config = cache(FetchConfig.from_env)
feed = cache(lambda: parts.feed(stores(), config()))
fetch_mentions = cache(lambda: parts.fetch_mentions(stores(), feed()))
look_up_customers = cache(lambda: parts.look_up_customers(stores(), feed()))
look_again = cache(lambda: parts.look_again(stores(), feed()))
redeliver_posts = cache(lambda: RedeliverPosts(stores().posts))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    now, time_left = clock.now(), clock.time_left(context)
    fetched = fetch_mentions()(now, time_left)
    # X that refuses to be read shows no customer and no post either.
    looked_up = LookedUpCustomers() if fetched.obstacles else look_up_customers()(now)
    if looked_up.failure is not None:
        logger.warning("customers not looked up", exc_info=looked_up.failure)
    looked = LookedAgain() if fetched.obstacles else look_again()(now, time_left)
    redelivered = redeliver_posts()(now)
    more = {"looked_up": looked_up.customers, "gone": looked.gone, "redelivered": redelivered.posts}
    logger.info("fetched", **(asdict(fetched) | more))
    if fetched.authors:
        flooding = ", ".join(author for author, _ in fetched.authors[:5])
        stores().troubles.report({"ReadsFlooded": 1}, now, f"most of all: {flooding}")
    if fetched.unaffordable and fetched.beyond:
        stores().troubles.report({"MentionsUnread": fetched.beyond}, now, unread(fetched.beyond))
    budget = stores().settings().reading.monthly_reads
    counts({**troubles(fetched, looked_up, budget), "PostsRedelivered": redelivered.posts})


warm(fetch_mentions, look_up_customers, look_again, aws.ssm)
