"""Events out: from the table to the endpoints of the settings, and to a bus of EventBridge."""

from mentiondesk.adapters.channels.event_channels import (
    Envelopes,
    EventBus,
    EventChannels,
    EventWebhooks,
    endpoint_secrets,
    has_bus,
)
from mentiondesk.adapters.channels.https_post import HttpsPost
from mentiondesk.adapters.channels.ses import SesMailer
from mentiondesk.adapters.channels.webhooks import WebhookSender
from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores
from mentiondesk.adapters.storage.stores.events import Events
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.presentation.events.mails import EndpointMails
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SendEventsConfig
from mentiondesk.usecases.events.deliver_events import DeliverEvents
from mentiondesk.usecases.events.publish_events import FindEvents, PublishEvents
from mentiondesk.usecases.events.read_text import ReadText
from mentiondesk.usecases.events.tell_leads import TellLeads
from mentiondesk.usecases.reports.read_figures import ReadFigures

# A slow receiver gets its time; the next minute brings the next try.
_TIMEOUT, _TRIES = 10.0, 1


def publish_events(desk: DeskStores, config: SendEventsConfig) -> PublishEvents:
    return PublishEvents(Events(desk.table), desk.settings, has_bus(config.events_bus))


def find_events(desk: DeskStores) -> FindEvents:
    facts = Facts(desk.table)
    read = ReadFigures(facts, CountedQueue(desk.table), desk.settings)
    return FindEvents(Events(desk.table), desk.cases, facts, read, desk.settings)


def deliver_events(desk: DeskStores, config: SendEventsConfig) -> DeliverEvents:
    text = ReadText(desk.posts, desk.replies, desk.incidents)
    envelopes = Envelopes(desk.settings, config.desk_url, text)
    secrets = endpoint_secrets(secret(aws.ssm, config.events_parameter), clock.now)
    webhooks = EventWebhooks(WebhookSender(clock.now, HttpsPost(timeout=_TIMEOUT, tries=_TRIES)), envelopes, secrets)
    bus = has_bus(config.events_bus)
    # Clients are made here: making them is not safe in the threads that deliver.
    channels = EventChannels(webhooks, EventBus(aws.eventbridge() if bus else None, config.events_bus, envelopes))
    return DeliverEvents(Events(desk.table), channels, desk.settings, bus, clock.now)


def tell_leads(desk: DeskStores, config: SendEventsConfig) -> TellLeads:
    mailer = SesMailer(aws.ses, config.alert_sender, config.staff_mail)
    return TellLeads(mailer, EndpointMails(desk.sentences), desk.settings)
