"""HTTP: the pages behind links in alerts. No sign-in: a link's token is the right to act on one case or incident."""

from functools import cache

from aws_lambda_powertools import Logger, Metrics

from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.composition import action_links as parts
from mentiondesk.presentation import web
from mentiondesk.presentation.action_pages.answers import Answer
from mentiondesk.presentation.desk.responses import go
from mentiondesk.presentation.gateway import Page
from mentiondesk.presentation.rendering import prepare
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import ActionLinksConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts, logged

logger, metrics = Logger(), Metrics()


@cache
def stores() -> DeskStores:
    return desk_stores(ActionLinksConfig.from_env().table_name)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


links = cache(lambda: parts.links(stores(), ActionLinksConfig.from_env(), logged(logger.error, "link key not read")))
whole_case = cache(lambda: parts.whole_case(stores(), links()))
action_pages = cache(lambda: parts.action_pages(stores(), links()))


def open_link(token: str) -> Page:
    place = whole_case()(token, door.asked.cookies, clock.now())
    return web.response(go(place), secure=True) if place else _answered(action_pages().show(token, clock.now()))


def press_button(token: str) -> Page:
    return _answered(action_pages().press(token, door.form, clock.now()))


def _answered(answer: Answer) -> Page:
    counts({"LinksRefused": int(answer.status in {403, 410}), "SavesGivenUp": int(answer.gave_up)})
    return web.page(answer)


door = web.Door(logger, metrics, lambda: counts({"PagesFailed": 1}))
door.serve("/act/<token>", open_link, press_button)
door.serve("/health", web.healthy)
handler = door.handler

warm(action_pages, whole_case, aws.ssm, prepare)
