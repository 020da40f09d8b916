"""HTTP: the pages behind links in alerts. No sign-in: a link's token is the right to act on one case or incident."""

from functools import cache

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.duty import DutyChanges
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.tokens.links import LinkKeys, SignedLinks
from mentiondesk.presentation import web
from mentiondesk.presentation.action_pages.actions import ActionPages
from mentiondesk.presentation.action_pages.answers import Answer
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import ActionLinksConfig
from mentiondesk.runtime.reports import logged
from mentiondesk.usecases.alerts.change_duty import ChangeDuty
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident

logger, metrics = Logger(), Metrics()
unread = logged(logger.error, "link key not read")


@cache
def action_pages() -> ActionPages:
    config = ActionLinksConfig.from_env()
    table = DynamoTable(aws.dynamodb(), config.table_name)
    settings = current_settings(table, clock.now)
    stored = table, lambda: settings().keep
    return ActionPages(
        SignedLinks(LinkKeys(aws.secrets(), config.link_secret_id, clock.now, unread)),
        ChangeCase(Cases(*stored), settings),
        ChangeIncident(Incidents(*stored), Drafts(*stored), settings),
        ChangeDuty(DutyChanges(table)),
        settings,
    )


def open_link(token: str) -> web.Page:
    return _answered(action_pages().show(token, clock.now()))


def press_button(token: str) -> web.Page:
    return _answered(action_pages().press(token, door.form, clock.now()))


def _answered(answer: Answer) -> web.Page:
    metrics.add_metric("LinksRefused", MetricUnit.Count, int(answer.status in {403, 410}))
    metrics.add_metric("SavesGivenUp", MetricUnit.Count, int(answer.gave_up))
    return web.page(answer)


door = web.Door(logger, metrics)
door.serve("/act/<token>", open_link, press_button)
door.serve("/health", web.healthy)
handler = door.handler
