"""HTTP: the pages behind links in alerts. No sign-in: a link's token is the right to act on one case or incident."""

from functools import cache

from aws_lambda_powertools import Logger, Metrics

from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.duty import DutyChanges
from mentiondesk.adapters.storage.stores.sign_ins import Sessions
from mentiondesk.adapters.tokens.links import LinkKeys, SignedLinks
from mentiondesk.adapters.tokens.short_links import ShortLinks
from mentiondesk.presentation import web
from mentiondesk.presentation.action_pages.actions import ActionPages
from mentiondesk.presentation.action_pages.answers import Answer
from mentiondesk.presentation.action_pages.whole import WholeCase
from mentiondesk.presentation.desk.responses import go
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import ActionLinksConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts, logged
from mentiondesk.usecases.access.sign_in import SignedIn
from mentiondesk.usecases.alerts.change_duty import ChangeDuty
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.incidents.change_incident import ChangeIncident

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(ActionLinksConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def links() -> ShortLinks:
    stored_keys = secret(aws.ssm(), ActionLinksConfig.from_env().link_parameter)
    whole = SignedLinks(LinkKeys(stored_keys, clock.now, logged(logger.error, "link key not read")))
    return ShortLinks(whole, stores().table)


@cache
def whole_case() -> WholeCase:
    desk = stores()
    return WholeCase(links(), SignedIn(Sessions(desk.table), desk.settings))


@cache
def action_pages() -> ActionPages:
    desk = stores()
    return ActionPages(
        links(),
        ChangeCase(desk.cases, desk.settings),
        ChangeIncident(desk.incidents, desk.drafts, desk.settings, desk.posts.get),
        ChangeDuty(DutyChanges(desk.table)),
        desk.settings,
    )


def open_link(token: str) -> web.Page:
    place = whole_case()(token, door.asked.cookies, clock.now())
    return web.response(go(place), secure=True) if place else _answered(action_pages().show(token, clock.now()))


def press_button(token: str) -> web.Page:
    return _answered(action_pages().press(token, door.form, clock.now()))


def _answered(answer: Answer) -> web.Page:
    counts({"LinksRefused": int(answer.status in {403, 410}), "SavesGivenUp": int(answer.gave_up)})
    return web.page(answer)


door = web.Door(logger, metrics, lambda: counts({"PagesFailed": 1}))
door.serve("/act/<token>", open_link, press_button)
door.serve("/health", web.healthy)
handler = door.handler

warm(action_pages, whole_case)
