"""HTTP: the signed-in desk. A session's cookie says who is there; a change must come from the desk's own pages."""

from collections.abc import Callable
from functools import cache
from http import HTTPStatus

from aws_lambda_powertools import Logger, Metrics

from mentiondesk.adapters.channels.notes import NotesBus
from mentiondesk.adapters.channels.sign_in_codes import NotedCodes
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.stores.duty import staffed_settings
from mentiondesk.composition.desk_web import desk_site
from mentiondesk.presentation import gateway, web
from mentiondesk.presentation.desk.html import security_headers
from mentiondesk.presentation.desk.origin import from_our_pages
from mentiondesk.presentation.desk.site import ROUTES, DeskSite, MethodOf, answer
from mentiondesk.presentation.rendering import prepare
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import DeskWebConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts

logger, metrics = Logger(), Metrics()
config = cache(DeskWebConfig.from_env)


@cache
def stores() -> DeskStores:
    return desk_stores(config().table_name, staffed_settings)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def site() -> DeskSite:
    return desk_site(stores(), config(), NotedCodes(NotesBus(aws.eventbridge, config().notes_bus)))


def page(of: MethodOf, act: bool = False) -> Callable[..., gateway.Page]:
    """The handler of one method of a route."""

    def show(**parts: str) -> gateway.Page:
        found = answer(of(site()), door.asked, clock.now(), site().entrance.acted if act else None, **parts)
        refused = int(found.status == HTTPStatus.TOO_MANY_REQUESTS)
        counts({"SignInsRefused": refused, "DeskSavesGivenUp": int(found.gave_up)})
        return web.response(found, config().desk_url.startswith("https:"))

    return show


door = web.Door(logger, metrics, lambda: counts({"DeskPagesFailed": 1}), security_headers)
door.refuse_unless(lambda method, headers: from_our_pages(method, headers, config().desk_url))
for route in ROUTES:
    door.serve(route.rule, page(route.get), page(route.post, route.act) if route.post else None)
door.serve("/desk/assets/<name>", web.asset)
handler = door.handler

warm(site, prepare)
