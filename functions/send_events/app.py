"""Queue of events, and every minute: keeps events, and hands them to other systems whose secrets it alone reads."""

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.events import events_told
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.composition.send_events import deliver_events, find_events, publish_events, tell_leads
from mentiondesk.runtime import clock
from mentiondesk.runtime.config import SendEventsConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts
from mentiondesk.usecases.events.deliver_events import raise_faults

logger, metrics = Logger(), Metrics()
config = cache(SendEventsConfig.from_env)


@cache
def stores() -> DeskStores:
    return desk_stores(config().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))
publish = cache(lambda: publish_events(stores(), config()))
find = cache(lambda: find_events(stores()))
deliver = cache(lambda: deliver_events(stores(), config()))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """A queue's message holds events; without messages it is the schedule, which tries again what is due."""
    now, told = clock.now(), "Records" in event
    events = events_told([one["body"] for one in event.get("Records", ())], logger.exception)
    wanted = publish()(events, now) if told else find()(now, publish())
    runs = deliver()(clock.time_left(context), only=wanted if told else None)
    logger.info("delivered", runs=[(one.endpoint_id, one.delivered, one.failed, one.given_up) for one in runs])
    disabled = [one.disabled for one in runs if one.disabled is not None]
    if disabled and (refused := tell_leads(stores(), config())(disabled)):
        logger.warning("leads not told", reasons=refused)
    counts({"EndpointsDisabled": len(disabled), "EventsGivenUp": sum(one.given_up for one in runs)})
    raise_faults(runs)


warm(publish, find, deliver)
