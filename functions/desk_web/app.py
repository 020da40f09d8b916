"""HTTP: the signed-in desk. A session's cookie says who is there; a change must come from the desk's own pages."""

from collections.abc import Callable
from functools import cache
from http import HTTPStatus

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from mentiondesk.adapters.channels.sign_in_codes import QueuedCodes
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.settings import current_settings
from mentiondesk.adapters.storage.stores.sign_ins import Codes, Sessions
from mentiondesk.adapters.storage.stores.waiting import WaitingCases
from mentiondesk.presentation import web
from mentiondesk.presentation.desk.cases import CasePages
from mentiondesk.presentation.desk.entrance import Cookies, Entrance
from mentiondesk.presentation.desk.html import security_headers
from mentiondesk.presentation.desk.incidents import IncidentPages
from mentiondesk.presentation.desk.origin import from_our_pages
from mentiondesk.presentation.desk.queue import QueuePages
from mentiondesk.presentation.desk.search import SearchPage
from mentiondesk.presentation.desk.site import ROUTES, DeskSite, MethodOf, answer
from mentiondesk.presentation.desk.team import TeamPage
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import DeskWebConfig
from mentiondesk.usecases.access.sign_in import SignedIn, SignIn
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.find_cases import FindCases
from mentiondesk.usecases.cases.list_waiting import ListWaiting
from mentiondesk.usecases.incidents.change_incident import ChangeIncident

logger, metrics = Logger(), Metrics()
config = cache(DeskWebConfig.from_env)


@cache
def site() -> DeskSite:
    table = DynamoTable(aws.dynamodb(), config().table_name)
    settings = current_settings(table, clock.now)
    stored = table, lambda: settings().keep
    sessions, waiting, incidents = Sessions(table), WaitingCases(table), Incidents(*stored)
    sign_in = SignIn(Codes(table), sessions, QueuedCodes(aws.sqs(), config().sign_in_codes_url), settings)
    entrance = Entrance(sign_in, SignedIn(sessions, settings), settings, Cookies(secure()))
    return DeskSite(
        entrance,
        QueuePages(entrance, ListWaiting(waiting)),
        CasePages(entrance, ChangeCase(Cases(*stored), settings), waiting),
        IncidentPages(entrance, ChangeIncident(incidents, Drafts(*stored), settings), incidents),
        TeamPage(entrance),
        SearchPage(entrance, FindCases(waiting, Posts(*stored))),
    )


def secure() -> bool:
    return config().desk_url.startswith("https:")


def page(of: MethodOf) -> Callable[..., web.Page]:
    """The handler of one method of a route."""

    def show(**parts: str) -> web.Page:
        found = answer(of(site()), door.asked, clock.now(), **parts)
        metrics.add_metric("SignInsRefused", MetricUnit.Count, int(found.status == HTTPStatus.TOO_MANY_REQUESTS))
        metrics.add_metric("SavesGivenUp", MetricUnit.Count, int(found.gave_up))
        return web.reply(found, secure())

    return show


door = web.Door(logger, metrics, security_headers)
door.refuse_unless(lambda method, headers: from_our_pages(method, headers, config().desk_url))
for route in ROUTES:
    door.serve(route.rule, page(route.get), page(route.post) if route.post else None)
door.serve("/desk/assets/<name>", web.asset)
handler = door.handler
