"""The desk's pages and their addresses."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus

from mentiondesk.presentation.desk.approvals import APPROVALS, ApprovalPages
from mentiondesk.presentation.desk.bulk import BULK, BulkPages
from mentiondesk.presentation.desk.cases import CasePages
from mentiondesk.presentation.desk.entrance import Entrance, guarded
from mentiondesk.presentation.desk.figures import FIGURES, FiguresPages
from mentiondesk.presentation.desk.health import HEALTH, HealthPage
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.incident_customers import CustomerPages
from mentiondesk.presentation.desk.incidents import IncidentPages
from mentiondesk.presentation.desk.new_incidents import NewIncidentPages
from mentiondesk.presentation.desk.queue import QueuePages
from mentiondesk.presentation.desk.reply_pages import ReplyPages
from mentiondesk.presentation.desk.responses import ROOT, Request, Response
from mentiondesk.presentation.desk.review import REVIEW, ReviewPages
from mentiondesk.presentation.desk.rules import RULES, RulesPage
from mentiondesk.presentation.desk.search import SearchPage
from mentiondesk.presentation.desk.status_page import STATUS_PAGE, StatusPageOverview
from mentiondesk.presentation.desk.strikes import StrikePages
from mentiondesk.presentation.desk.team import TEAM, TeamPage
from mentiondesk.values import Frozen


class DeskSite(Frozen):
    """Everything behind the routes of the desk."""

    entrance: Entrance
    queue: QueuePages
    bulk: BulkPages
    cases: CasePages
    incidents: IncidentPages
    new_incidents: NewIncidentPages
    customers: CustomerPages
    status_page: StatusPageOverview
    team: TeamPage
    rules: RulesPage
    health: HealthPage
    search: SearchPage
    figures: FiguresPages
    review: ReviewPages
    strikes: StrikePages
    replies: ReplyPages
    approvals: ApprovalPages

    def help(self, request: Request, now: datetime) -> Response:
        """The keys, and how the desk is meant."""
        visitor = self.entrance.visitor(request, now)
        return Response(render("desk/help.html", visitor.say, {"visitor": visitor, "tab": "help"}))


_Method = Callable[..., Response]
MethodOf = Callable[[DeskSite], _Method]


class Route(Frozen):
    """An address below the desk's root, with what answers GET and POST. `<name>` stands for a part of the path."""

    rule: str
    get: MethodOf
    post: MethodOf | None = None
    # A POST that others may want to see: pages that are open are told of it.
    act: bool = False


ROUTES = (
    Route(ROOT, lambda site: site.queue.show),
    Route(f"{ROOT}/next", lambda site: site.queue.next),
    Route(f"{ROOT}/views", lambda site: site.queue.show, lambda site: site.queue.keep, True),
    Route(BULK, lambda site: site.queue.show, lambda site: site.bulk.press),
    Route(f"{ROOT}/sign-in", lambda site: site.entrance.show, lambda site: site.entrance.ask),
    Route(f"{ROOT}/sign-in/code", lambda site: site.entrance.show_code, lambda site: site.entrance.enter),
    Route(f"{ROOT}/sign-out", lambda site: site.entrance.show, lambda site: site.entrance.sign_out),
    Route(f"{ROOT}/sessions", lambda site: site.entrance.show_sessions, lambda site: site.entrance.end_session),
    Route(f"{ROOT}/cases/<case_id>", lambda site: site.cases.show, lambda site: site.cases.press, True),
    Route(f"{ROOT}/cases/<case_id>/reply", lambda site: site.replies.show, lambda site: site.replies.press, True),
    Route(f"{ROOT}/cases/<case_id>/draft", lambda site: site.replies.show, lambda site: site.replies.save_draft),
    Route(APPROVALS, lambda site: site.approvals.show, lambda site: site.approvals.press, True),
    Route(f"{ROOT}/cases/<case_id>/policy", lambda site: site.strikes.show, lambda site: site.strikes.press, True),
    Route(f"{ROOT}/incidents", lambda site: site.incidents.list),
    Route(f"{ROOT}/incidents/<incident_id>", lambda site: site.incidents.show, lambda site: site.incidents.press, True),
    Route(
        f"{ROOT}/incidents/<incident_id>/customers",
        lambda site: site.customers.show,
        lambda site: site.customers.press,
        True,
    ),
    Route(
        f"{ROOT}/open-incident",
        lambda site: site.new_incidents.show_opening,
        lambda site: site.new_incidents.open,
        True,
    ),
    Route(
        f"{ROOT}/plan-maintenance",
        lambda site: site.new_incidents.show_plan,
        lambda site: site.new_incidents.plan,
        True,
    ),
    Route(STATUS_PAGE, lambda site: site.status_page.show),
    Route(TEAM, lambda site: site.team.show, lambda site: site.team.press, True),
    Route(RULES, lambda site: site.rules.show),
    Route(HEALTH, lambda site: site.health.show),
    Route(
        f"{ROOT}/incidents/<incident_id>/post", lambda site: site.incidents.show, lambda site: site.incidents.post, True
    ),
    Route(REVIEW, lambda site: site.review.show, lambda site: site.review.press),
    Route(f"{REVIEW}/mine", lambda site: site.review.mine),
    Route(FIGURES, lambda site: site.figures.show),
    Route(f"{FIGURES}/waits.csv", lambda site: site.figures.waits),
    Route(f"{ROOT}/search", lambda site: site.search.show),
    Route(f"{ROOT}/help", lambda site: site.help),
)


def answer(
    method: _Method, request: Request, now: datetime, acted: Callable[[], None] | None = None, **parts: str
) -> Response:
    """The response of one route's method, for a person who may be signed out. `acted` is called after an act."""
    return guarded(partial(_with, method, acted, parts))(request, now)


def _with(
    method: _Method, acted: Callable[[], None] | None, parts: dict[str, str], request: Request, now: datetime
) -> Response:
    found = method(request, *parts.values(), now)
    if acted and found.status is HTTPStatus.SEE_OTHER:
        acted()
    return found
