"""The signed-in desk: every page on the stores of one table."""

from datetime import timedelta

from mentiondesk.adapters.cached import Cached
from mentiondesk.adapters.storage.desk_stores import DeskStores
from mentiondesk.adapters.storage.read_ahead import ReadAhead
from mentiondesk.adapters.storage.stores.audits import Audits
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.customers import Customers
from mentiondesk.adapters.storage.stores.duty import DutyChanges
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.adapters.storage.stores.reviews import Reviews
from mentiondesk.adapters.storage.stores.sign_ins import Codes, Sessions
from mentiondesk.adapters.storage.stores.strikes import Strikes
from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.adapters.storage.stores.views import SavedViews
from mentiondesk.adapters.storage.stores.waiting import WaitingCases
from mentiondesk.ports.access import CodeMails
from mentiondesk.presentation.desk.approvals import ApprovalPages, PostApproval
from mentiondesk.presentation.desk.bulk import BulkPages
from mentiondesk.presentation.desk.cases import CasePages, CaseReads
from mentiondesk.presentation.desk.composer import Composer
from mentiondesk.presentation.desk.entrance import Cookies, Entrance
from mentiondesk.presentation.desk.figures import FiguresPages
from mentiondesk.presentation.desk.health import HealthPage
from mentiondesk.presentation.desk.incident_customers import CustomerPages
from mentiondesk.presentation.desk.incident_posts import IncidentPosts
from mentiondesk.presentation.desk.incidents import IncidentPages
from mentiondesk.presentation.desk.new_incidents import NewIncidentPages
from mentiondesk.presentation.desk.queue import QueuePages
from mentiondesk.presentation.desk.reply_pages import ReplyActs, ReplyPages
from mentiondesk.presentation.desk.review import ReviewPages
from mentiondesk.presentation.desk.rules import RulesPage
from mentiondesk.presentation.desk.search import SearchPage
from mentiondesk.presentation.desk.site import DeskSite
from mentiondesk.presentation.desk.status_page import StatusPageOverview
from mentiondesk.presentation.desk.strikes import StrikePages
from mentiondesk.presentation.desk.team import TeamPage
from mentiondesk.runtime import clock
from mentiondesk.runtime.config import DeskWebConfig
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

# The experience with X gives the composer a hint, which may be a minute late.
_EXPERIENCE_LASTS = timedelta(minutes=1)


def desk_site(desk: DeskStores, config: DeskWebConfig, codes: CodeMails) -> DeskSite:
    """The pages of the desk. The stores' table becomes one that reads the case of a page at once."""
    desk.table = table = ReadAhead(desk.table)
    sessions, waiting = Sessions(desk.table), WaitingCases(desk.table)
    sign_in = SignIn(Codes(desk.table), sessions, codes, desk.settings)
    entrance = Entrance(
        sign_in, SignedIn(sessions, desk.settings), desk.settings, Cookies(config.desk_url.startswith("https:"))
    )
    on_incident = ChangeIncident(desk.incidents, desk.drafts, desk.settings, desk.posts.get)
    facts = Facts(desk.table)
    strikes = Strikes(desk.table, desk.keep, clock.now)
    acts = _reply_acts(desk)
    experience = Cached(desk.replies.experience, _EXPERIENCE_LASTS, clock.now)
    posts = IncidentPosts(desk.replies, _write_post(desk), acts.change)
    used = Cached(lambda: desk.replies.saved_sent(clock.now()), _EXPERIENCE_LASTS, clock.now)
    composer = Composer(acts.drafts, desk.replies, desk.posts.get, experience, used)
    link = LinkCase(acts.on_case, on_incident, desk.incidents)
    reads = CaseReads(waiting, KnowCustomer(Customers(desk.table)), table.case)
    for_me = ListForMe(waiting, desk.replies, desk.reply_drafts)
    cases = CasePages(entrance, acts.on_case, link, reads, composer)
    return DeskSite(
        entrance,
        QueuePages(entrance, ListWaiting(waiting, desk.replies.of), KeepViews(SavedViews(desk.table)), experience),
        BulkPages(entrance, ChangeMany(acts.on_case, link, waiting), desk.incidents),
        cases,
        IncidentPages(entrance, on_incident, desk.incidents, posts, config.site_url),
        NewIncidentPages(entrance, on_incident),
        CustomerPages(entrance, ListCustomers(desk.incidents, waiting), on_incident),
        StatusPageOverview(entrance, desk.incidents, Subscribers(desk.table).count, config.site_url),
        TeamPage(entrance, ChangeDuty(DutyChanges(desk.table))),
        RulesPage(entrance),
        HealthPage(entrance, ReadHealth(desk.troubles, Cursors(desk.table), Audits(desk.table))),
        SearchPage(entrance, FindCases(waiting, desk.posts)),
        FiguresPages(entrance, ReadFigures(facts, CountedQueue(desk.table), desk.settings)),
        ReviewPages(entrance, ReviewReplies(desk.cases, facts, Reviews(desk.table, desk.keep), desk.settings)),
        StrikePages(entrance, KeepPolicy(strikes, desk.cases, desk.settings)),
        ReplyPages(entrance, cases, acts),
        ApprovalPages(entrance, desk.replies, acts, PostApproval(_review_post(desk).again, desk.incidents), for_me),
    )


def _review_post(desk: DeskStores) -> ReviewPost:
    return ReviewPost(desk.incidents, desk.drafts, desk.settings)


def _write_post(desk: DeskStores) -> WritePost:
    return WritePost(desk.replies, desk.incidents, desk.drafts, _review_post(desk), desk.settings)


def _reply_acts(desk: DeskStores) -> ReplyActs:
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
