"""HTTP: the signed-in desk. A session's cookie says who is there; a change must come from the desk's own pages."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from http import HTTPStatus

from aws_lambda_powertools import Logger, Metrics

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.channels.sign_in_codes import QueuedCodes
from mentiondesk.adapters.storage.desk_stores import DeskStores, desk_stores
from mentiondesk.adapters.storage.read_ahead import ReadAhead
from mentiondesk.adapters.storage.stores.audits import Audits
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.customers import Customers
from mentiondesk.adapters.storage.stores.duty import DutyChanges, staffed_settings
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.adapters.storage.stores.reviews import Reviews
from mentiondesk.adapters.storage.stores.sign_ins import Codes, Sessions
from mentiondesk.adapters.storage.stores.strikes import Strikes
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.storage.stores.views import SavedViews
from mentiondesk.adapters.storage.stores.waiting import WaitingCases
from mentiondesk.presentation import web
from mentiondesk.presentation.desk.approvals import ApprovalPages, PostApproval
from mentiondesk.presentation.desk.bulk import BulkPages
from mentiondesk.presentation.desk.cases import CasePages, CaseReads
from mentiondesk.presentation.desk.composer import Composer
from mentiondesk.presentation.desk.entrance import Cookies, Entrance
from mentiondesk.presentation.desk.figures import FiguresPages
from mentiondesk.presentation.desk.health import HealthPage
from mentiondesk.presentation.desk.html import security_headers
from mentiondesk.presentation.desk.incident_customers import CustomerPages
from mentiondesk.presentation.desk.incident_posts import IncidentPosts
from mentiondesk.presentation.desk.incidents import IncidentPages
from mentiondesk.presentation.desk.new_incidents import NewIncidentPages
from mentiondesk.presentation.desk.origin import from_our_pages
from mentiondesk.presentation.desk.queue import QueuePages
from mentiondesk.presentation.desk.reply_pages import ReplyActs, ReplyPages
from mentiondesk.presentation.desk.review import ReviewPages
from mentiondesk.presentation.desk.rules import RulesPage
from mentiondesk.presentation.desk.search import SearchPage
from mentiondesk.presentation.desk.site import ROUTES, DeskSite, MethodOf, answer
from mentiondesk.presentation.desk.status_page import StatusPageOverview
from mentiondesk.presentation.desk.strikes import StrikePages
from mentiondesk.presentation.desk.team import TeamPage
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import DeskWebConfig
from mentiondesk.runtime.init import warm
from mentiondesk.runtime.reports import Counts
from mentiondesk.usecases.access.sign_in import SignedIn, SignIn
from mentiondesk.usecases.alerts.change_duty import ChangeDuty
from mentiondesk.usecases.audit.read_health import ReadHealth
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.change_many import ChangeMany
from mentiondesk.usecases.cases.find_cases import FindCases
from mentiondesk.usecases.cases.keep_views import KeepViews
from mentiondesk.usecases.cases.know_customer import KnowCustomer
from mentiondesk.usecases.cases.list_for_me import ListForMe
from mentiondesk.usecases.cases.list_waiting import ListWaiting
from mentiondesk.usecases.incidents.change_incident import ChangeIncident
from mentiondesk.usecases.incidents.link_case import LinkCase
from mentiondesk.usecases.incidents.list_customers import ListCustomers
from mentiondesk.usecases.incidents.review_post import ReviewPost
from mentiondesk.usecases.incidents.write_post import WritePost
from mentiondesk.usecases.replies.change_reply import ChangeReply
from mentiondesk.usecases.replies.grounds import FindGrounds
from mentiondesk.usecases.replies.review import ReviewReply
from mentiondesk.usecases.replies.save_draft import SaveDraft
from mentiondesk.usecases.replies.write_reply import WriteReply
from mentiondesk.usecases.reports.read_figures import ReadFigures
from mentiondesk.usecases.review.review_replies import ReviewReplies
from mentiondesk.usecases.strikes.keep_policy import KeepPolicy

logger, metrics = Logger(), Metrics()
# The experience with X gives the composer a hint, which may be a minute late.
EXPERIENCE_LASTS = timedelta(minutes=1)
config = cache(DeskWebConfig.from_env)


@cache
def stores() -> DeskStores:
    return desk_stores(config().table_name, staffed_settings)


counts = Counts(metrics.add_metric, lambda found: stores().troubles.report(found, clock.now()))


@cache
def read_ahead() -> ReadAhead:
    """The table of all stores from now on, which reads the case of a page at once."""
    table = ReadAhead(stores().table)
    stores().table = table
    return table


@cache
def site() -> DeskSite:
    table, desk = read_ahead(), stores()
    sessions, waiting = Sessions(desk.table), WaitingCases(desk.table)
    queue = QueuedCodes(aws.sqs(), config().sign_in_codes_url)
    sign_in = SignIn(Codes(desk.table), sessions, queue, desk.settings)
    entrance = Entrance(sign_in, SignedIn(sessions, desk.settings), desk.settings, Cookies(secure()))
    on_incident = ChangeIncident(desk.incidents, desk.drafts, desk.settings, desk.posts.get)
    facts = Facts(desk.table)
    strikes = Strikes(desk.table, desk.keep, clock.now)
    acts = reply_acts()
    experience = Cached(desk.replies.experience, EXPERIENCE_LASTS, clock.now)
    posts = IncidentPosts(desk.replies, write_post(), acts.change)
    used = Cached(lambda: desk.replies.saved_sent(clock.now()), EXPERIENCE_LASTS, clock.now)
    composer = Composer(acts.drafts, desk.replies, desk.posts.get, experience, used)
    link = LinkCase(acts.on_case, on_incident, desk.incidents)
    reads = CaseReads(waiting, KnowCustomer(Customers(desk.table)), table.case)
    for_me = ListForMe(waiting, desk.replies, desk.reply_drafts)
    cases = CasePages(entrance, acts.on_case, link, reads, composer)
    return DeskSite(
        entrance,
        QueuePages(entrance, ListWaiting(waiting), KeepViews(SavedViews(desk.table)), experience),
        BulkPages(entrance, ChangeMany(acts.on_case, link, waiting), desk.incidents),
        cases,
        IncidentPages(entrance, on_incident, desk.incidents, posts, config().site_url),
        NewIncidentPages(entrance, on_incident),
        CustomerPages(entrance, ListCustomers(desk.incidents, waiting), on_incident),
        StatusPageOverview(entrance, desk.incidents, Subscribers(desk.table).count, config().site_url),
        TeamPage(entrance, ChangeDuty(DutyChanges(desk.table))),
        RulesPage(entrance),
        HealthPage(entrance, ReadHealth(desk.troubles, Cursors(desk.table), Audits(desk.table))),
        SearchPage(entrance, FindCases(waiting, desk.posts)),
        FiguresPages(entrance, ReadFigures(facts, CountedQueue(desk.table), desk.settings)),
        ReviewPages(entrance, ReviewReplies(desk.cases, facts, Reviews(desk.table, desk.keep), desk.settings)),
        StrikePages(entrance, KeepPolicy(strikes, desk.cases, desk.settings)),
        ReplyPages(entrance, cases, acts),
        ApprovalPages(entrance, desk.replies, acts, PostApproval(review_post().again, desk.incidents), for_me),
    )


def review_post() -> ReviewPost:
    return ReviewPost(stores().incidents, stores().drafts, stores().settings)


def write_post() -> WritePost:
    desk = stores()
    return WritePost(desk.replies, desk.incidents, desk.drafts, review_post(), desk.settings)


def reply_acts() -> ReplyActs:
    """The use cases of replies on the desk's stores."""
    desk = stores()
    review = ReviewReply(desk.cases, desk.incidents, desk.settings, desk.replies.recent)
    return ReplyActs(
        SaveDraft(desk.cases, desk.reply_drafts),
        WriteReply(
            desk.replies, desk.cases, review, desk.settings, FindGrounds(desk.cases, desk.posts.get, desk.settings)
        ),
        ChangeReply(desk.replies, desk.cases, desk.settings),
        review,
        ChangeCase(desk.cases, desk.settings),
    )


def secure() -> bool:
    return config().desk_url.startswith("https:")


def page(of: MethodOf, act: bool = False) -> Callable[..., web.Page]:
    """The handler of one method of a route."""

    def show(**parts: str) -> web.Page:
        found = answer(of(site()), door.asked, clock.now(), site().entrance.acted if act else None, **parts)
        refused = int(found.status == HTTPStatus.TOO_MANY_REQUESTS)
        counts({"SignInsRefused": refused, "DeskSavesGivenUp": int(found.gave_up)})
        return web.response(found, secure())

    return show


door = web.Door(logger, metrics, lambda: counts({"DeskPagesFailed": 1}), security_headers)
door.refuse_unless(lambda method, headers: from_our_pages(method, headers, config().desk_url))
for route in ROUTES:
    door.serve(route.rule, page(route.get), page(route.post, route.act) if route.post else None)
door.serve("/desk/assets/<name>", web.asset)
handler = door.handler

warm(site)
