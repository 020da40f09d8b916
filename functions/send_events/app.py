"""Queue of events, and every minute: keeps events, and hands them to other systems whose secrets it alone reads."""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from mentiondesk.adapters.channels.event_channels import (
    Envelopes,
    EventBus,
    EventChannels,
    EventWebhooks,
    endpoint_secrets,
    has_bus,
)
from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.channels.webhooks import WebhookSender
from mentiondesk.adapters.events import events_in
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.events import Events
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.domain.events.event import Event
from mentiondesk.presentation.events.mails import EndpointMails
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SendEventsConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts
from mentiondesk.usecases.events.deliver_events import DeliverEvents, raise_faults
from mentiondesk.usecases.events.publish_events import FindEvents, PublishEvents
from mentiondesk.usecases.events.read_text import ReadText
from mentiondesk.usecases.events.tell_leads import TellLeads
from mentiondesk.usecases.reports.read_figures import ReadFigures

# A slow receiver gets its time; the next minute brings the next try.
_TIMEOUT, _TRIES = 10.0, 1

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(SendEventsConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def publish_events() -> PublishEvents:
    desk = stores()
    return PublishEvents(Events(desk.table), desk.settings, has_bus(SendEventsConfig.from_env().events_bus))


@cache
def find_events() -> FindEvents:
    desk = stores()
    facts = Facts(desk.table)
    read = ReadFigures(facts, CountedQueue(desk.table), desk.settings)
    return FindEvents(Events(desk.table), desk.cases, facts, read, desk.settings)


@cache
def deliver_events() -> DeliverEvents:
    config, desk = SendEventsConfig.from_env(), stores()
    text = ReadText(desk.posts, desk.replies, desk.incidents)
    envelopes = Envelopes(desk.settings, config.desk_url, text)
    secrets = endpoint_secrets(secret(aws.ssm(), config.events_parameter), clock.now)
    webhooks = EventWebhooks(WebhookSender(clock.now, timeout=_TIMEOUT, tries=_TRIES), envelopes, secrets)
    bus = has_bus(config.events_bus)
    # Clients are made here: making them is not safe in the threads that deliver.
    channels = EventChannels(webhooks, EventBus(aws.eventbridge() if bus else None, config.events_bus, envelopes))
    return DeliverEvents(Events(desk.table), channels, desk.settings, bus, clock.now)


@cache
def tell_leads() -> TellLeads:
    config, desk = SendEventsConfig.from_env(), stores()
    mailer = SesMailer(aws.ses(), config.alert_sender, config.staff_mail)
    return TellLeads(mailer, EndpointMails(desk.sentences), desk.settings)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """A queue's message holds events; without messages it is the schedule, which tries again what is due."""

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    now, told = clock.now(), "Records" in event
    publish = publish_events()
    wanted = publish(_events(event["Records"]), now) if told else find_events()(now, publish)
    runs = deliver_events()(time_left, only=wanted if told else None)
    logger.info("delivered", runs=[(one.endpoint_id, one.delivered, one.failed, one.given_up) for one in runs])
    disabled = [one.disabled for one in runs if one.disabled is not None]
    if disabled and (refused := tell_leads()(disabled)):
        logger.warning("leads not told", reasons=refused)
    counts({"EndpointsDisabled": len(disabled), "EventsGivenUp": sum(one.given_up for one in runs)})
    raise_faults(runs)


def _events(records: Iterable[dict[str, Any]]) -> list[Event]:
    found = []
    for record in records:
        try:
            found += events_in(record["body"])
        except ValueError:
            # Only the relay writes to the queue: a message of another shape is of another version.
            logger.exception("message not understood")
    return found


warm(publish_events, find_events, deliver_events)
