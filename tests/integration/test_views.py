"""Tabs of the list that follow a clock, what its rows say, and views that people save."""

from datetime import timedelta

import pytest

from mentiondesk.adapters.storage.stores.replies import ReplyDrafts
from mentiondesk.adapters.storage.stores.views import SavedViews
from mentiondesk.adapters.storage.stores.waiting import WaitingCases
from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.cases.waiting import Tab
from mentiondesk.domain.ids import CaseId, ReplyId, StaffId
from mentiondesk.domain.posts.profile import Profile
from mentiondesk.domain.replies.draft import ReplyDraft
from mentiondesk.domain.replies.eligibility import Asked, Grounds, certain_grounds
from mentiondesk.domain.replies.way import Way
from mentiondesk.domain.timeline import (
    CaseEntry,
    FollowUpDeclined,
    LookedUp,
    MovedToPrivate,
    ReplyApproved,
    ReplyQueued,
)
from mentiondesk.domain.views import MOST, NameTaken, NoName, SavedView, TooManyViews, Views
from mentiondesk.ports.views import ViewsChanged
from mentiondesk.usecases.cases.keep_views import KeepViews
from mentiondesk.usecases.cases.list_waiting import PAGE, ListWaiting, Wanted
from tests.integration.conftest import Desk
from tests.support.builders import NOON, a_post_id, at, settings
from tests.support.counted import Counted
from tests.support.doors import HOSTILE, MARKS, Answer
from tests.support.served_desk import TEAM, ServedDesk, settings_file_policy, waiting

VIEWS = "/desk/views"
ANA = StaffId("ana")


@pytest.fixture
def served() -> ServedDesk:
    served = ServedDesk()
    served.enter()
    return served


def path(case_id: CaseId) -> str:
    return f"/desk/cases/{case_id.conversation}-{case_id.customer}"


def happened(desk: Desk, case_id: CaseId, kind: type[CaseEntry], **facts: object) -> None:
    """Puts an act into a case."""
    case = desk.cases.get(case_id)
    assert case is not None
    number = case.last[2] + 1 if case.last else 1
    place = {"entry_id": f"{kind.__name__}{number}", "at": at(20), "by": ANA, "after": case.last_post, "number": number}
    entry = kind(**place, **facts)  # type: ignore[arg-type]
    desk.cases.save(case_change(case, apply(case, entry, settings_file_policy()), entry))


def reader(staff: str = "ana") -> Actor:
    return Actor(settings(staff=TEAM).roster.find(StaffId(staff)), frozenset(Action), Door.DESK_WEB)


# --- Tabs by a clock, on both stores ----------------------------------------------------------------------


def unsure(desk: Desk, number: int, minute: float = 0) -> CaseId:
    return waiting(desk, number, "hm", minute, unsure=True, needs_reply=True)


def test_posts_that_triage_cannot_place_have_a_tab(desk: Desk) -> None:
    waiting(desk, 1, "My parcel is late")
    second, first = unsure(desk, 2, 10), unsure(desk, 3, 5)
    page = ListWaiting(WaitingCases(desk.table))(reader(), Wanted(Tab.UNSURE), at(20))
    assert [one.case.case_id for one in page.cases] == [first, second]
    assert (page.counts, page.cut, page.after) == ({Tab.UNSURE: 2}, False, None)


def test_private_legs_have_a_tab_and_leave_it_with_their_clock(desk: Desk) -> None:
    case_id = waiting(desk, 1, "My parcel is late")
    waiting(desk, 2, "Mine too")
    happened(desk, case_id, MovedToPrivate, way=Way.X_DM)
    lists = ListWaiting(WaitingCases(desk.table))
    page = lists(reader(), Wanted(Tab.PROMISED), at(20))
    assert [one.case.case_id for one in page.cases] == [case_id]
    case = desk.cases.get(case_id)
    assert case is not None and case.waiting
    happened(desk, case_id, FollowUpDeclined, reason="none wanted")
    assert lists(reader(), Wanted(Tab.PROMISED), at(20)).cases == ()


def test_a_long_list_of_a_clock_goes_on_on_the_next_page(desk: Desk) -> None:
    cases = [unsure(desk, number, number) for number in range(PAGE + 3)]
    lists = ListWaiting(WaitingCases(desk.table))
    first = lists(reader(), Wanted(Tab.UNSURE), at(60))
    assert (len(first.cases), first.cut, dict(first.counts)) == (PAGE, True, {})
    second = lists(reader(), Wanted(Tab.UNSURE, after=first.after), at(60))
    assert [one.case.case_id for one in (*first.cases, *second.cases)] == cases
    assert second.after is None


def test_a_tab_of_a_clock_costs_two_requests(desk: Desk) -> None:
    for number in range(5):
        unsure(desk, number)
    counted = Counted(desk.table)
    ListWaiting(WaitingCases(counted))(reader(), Wanted(Tab.UNSURE), at(20))
    assert counted.requests == 2


def test_a_draft_is_known_to_lists_until_it_is_gone_or_another_answer_went_out(desk: Desk) -> None:
    case_id = waiting(desk, 1, "My parcel is late")
    drafts, lists = ReplyDrafts(desk.table, lambda: timedelta(days=9)), WaitingCases(desk.table)
    case = desk.cases.get(case_id)
    assert case is not None
    for author in ("ana", "ben-2"):
        drafts.save(ReplyDraft(case_id, StaffId(author), "Sorry", case.thread, NOON))
    assert lists.cases([case_id], at(60))[case_id].drafting == ("ana", "ben-2")
    drafts.discard(case_id, StaffId("ben-2"))
    drafts.discard(case_id, StaffId("mo"))
    assert lists.cases([case_id], at(60))[case_id].drafting == ("ana",)
    happened(desk, case_id, ReplyQueued, reply_id=ReplyId("r1"))
    assert lists.cases([case_id], at(60))[case_id].drafting == ()
    drafts.discard(CaseId.parse("7#7"), ANA)
    assert lists.cases([CaseId.parse("7#7")], at(60)) == {}


def test_both_stores_keep_views_apart_and_notice_other_writers(desk: Desk) -> None:
    store = SavedViews(desk.table)
    view = SavedView("v1", "Late", "view=mine", ANA, NOON)
    store.save(store.get(None).with_view(view))
    store.save(store.get(ANA).with_view(view))
    team, own = store.of(ANA)
    assert (team.views, own.views, team.owner, own.owner) == ((view,), (view,), None, ANA)
    assert store.of(StaffId("ben")) == (team, Views(StaffId("ben")))
    with pytest.raises(ViewsChanged) as changed:
        store.save(Views(ANA))
    assert changed.value.current == own
    KeepViews(store).remove(reader(), "v1", shared=False)
    assert store.get(ANA).views == ()


# --- Rules ------------------------------------------------------------------------------------------------


def test_views_have_names_of_their_own_and_an_end() -> None:
    views = Views(ANA)
    for number in range(MOST):
        views = views.with_view(SavedView(f"v{number}", f"View {number}", "", ANA, NOON))
    assert views.with_view(SavedView("v0", "Another", "", ANA, NOON)) is views, "the same press again"
    for name, refusal in (("view 1", NameTaken), ("", NoName), ("x" * 41, NoName), ("One more", TooManyViews)):
        with pytest.raises(refusal):
            views.with_view(SavedView("new", name, "", ANA, NOON))
    assert len(views.without("v3").views) == MOST - 1
    assert views.without("v99") is views


@pytest.mark.parametrize(
    ("text", "quotes", "found"),
    [
        ("@FennelAndFinch hello", False, Grounds.MENTIONED),
        ("fennel and finch never answers", False, Grounds.NONE),
        ("look at this", True, None),
    ],
)
def test_grounds_are_told_by_the_post_alone_where_it_tells_them(text: str, quotes: bool, found: Grounds | None) -> None:
    brand = settings().brand
    asked = Asked(a_post_id(0), text, None, a_post_id(1) if quotes else None)
    assert certain_grounds(asked, brand.handle, brand.user_id) is found


# --- Pages ------------------------------------------------------------------------------------------------


def test_a_row_says_what_changes_the_work(served: ServedDesk) -> None:
    desk = served.desk
    held, by_hand, reached = (waiting(desk, n, "My parcel is late", n) for n in (1, 2, 3))
    happened(desk, held, ReplyQueued, reply_id=ReplyId("r1"), held=True)
    case = desk.cases.get(by_hand)
    assert case is not None
    happened(desk, reached, LookedUp, profile=Profile("Priya", "priya", 120_000))
    unsure(desk, 4)
    drafts = ReplyDrafts(desk.table, lambda: timedelta(days=9))
    drafts.save(ReplyDraft(by_hand, StaffId("ben"), "Sorry", case.thread, NOON))
    said = served.get("/desk").said
    for words in ("Waits for approval", "120k", "Not clear what they want", "draft: Ben"):
        assert words in said
    happened(desk, held, ReplyApproved, reply_id=ReplyId("r1"))
    assert "Waits for approval" not in served.get("/desk").said


def test_a_row_says_when_x_takes_no_reply_through_its_api(served: ServedDesk) -> None:
    waiting(served.desk, 1, "fennel and finch never answers", grounds=Grounds.NONE)
    waiting(served.desk, 2, "hello", grounds=Grounds.MENTIONED)
    assert served.get("/desk").said.count("Answer in X’s app") == 1


def test_the_tabs_of_clocks_are_pages(served: ServedDesk) -> None:
    case_id = waiting(served.desk, 1, "My parcel is late")
    unsure(served.desk, 2)
    served.press(path(case_id), "move_to_private", way="x_dm", link="", note="")
    promised, look = served.get("/desk?view=promised").said, served.get("/desk?view=unsure").said
    assert "Private and promised 1" in promised and "My parcel is late" in promised
    assert "In private, our turn" in promised
    assert "Unsure 1" in look and "My parcel is late" not in look
    assert "My parcel is late" not in served.get("/desk").said


def saved(served: ServedDesk, where: str = "/desk", **typed: str) -> Answer:
    return served.ask("POST", VIEWS, served.get(where).page.form("save_view") | typed)


def test_a_view_is_saved_shown_and_removed(served: ServedDesk) -> None:
    done = saved(served, "/desk?view=mine&urgency=high", name="My urgent ones")
    assert (done.status, done.headers["location"]) == (303, "/desk?view=mine&urgency=high")
    page = served.get("/desk")
    assert "My urgent ones" in page.said
    assert "/desk?view=mine&urgency=high" in page.page.links
    with served.by("ben"):
        assert "My urgent ones" not in served.get("/desk").said
    served.ask("POST", VIEWS, page.page.form("remove_view"))
    assert "My urgent ones" not in served.get("/desk").said


def test_leads_share_views_and_agents_cannot(served: ServedDesk) -> None:
    assert saved(served, name="For all", shared="yes").status == 403
    assert 'name="shared"' not in served.get("/desk").html
    with served.by("mo"):
        assert saved(served, "/desk?kind=praise", name="Thanks", shared="yes").status == 303
        page = served.get("/desk")
        assert "Thanks" in page.said
        remove = page.page.form("remove_view")
    page = served.get("/desk")
    assert "/desk?kind=praise" in page.page.links
    assert not [form for form in page.page.forms if form.fields.get("action") == "remove_view"]
    assert served.ask("POST", VIEWS, remove).status == 403
    assert "Thanks" in served.get("/desk").said
    with served.by("mo"):
        assert served.ask("POST", VIEWS, remove).status == 303
    assert "Thanks" not in served.get("/desk").said


def test_a_view_saved_twice_by_one_press_is_one(served: ServedDesk) -> None:
    form = served.get("/desk?view=mine").page.form("save_view") | {"name": "Mine"}
    assert [served.ask("POST", VIEWS, form).status for _ in range(2)] == [303, 303]
    again = saved(served, name="mine")
    assert (again.status, "this one is taken" in again.said) == (409, True)
    assert 'value="mine"' in again.html
    for number in range(MOST):
        last = saved(served, name=f"View {number}")
    assert (last.status, "Remove one first" in last.said) == (409, True)


@pytest.mark.parametrize("action", ["", "delete", "answered"])
def test_only_the_forms_of_views_are_taken(served: ServedDesk, action: str) -> None:
    form = served.get("/desk").page.form("save_view")
    assert served.ask("POST", VIEWS, form | {"action": action, "name": "x"}).status == 400
    assert served.ask("POST", VIEWS, form | {"event": "x", "name": "x"}).status == 400


def test_hostile_names_and_queries_stay_words(served: ServedDesk) -> None:
    saved(served, name=HOSTILE[:40], view="//evil.example", kind="javascript:x", urgency=HOSTILE)
    store = SavedViews(served.desk.table)
    store.save(store.get(None).with_view(SavedView("v", "Evil", "view=mine&after=x&x=//evil.example", ANA, NOON)))
    served.post("/desk/sessions", action="end_others")
    with served.by("mo"):
        page = served.get("/desk")
    for shown in (served.get("/desk"), page, saved(served, name=HOSTILE)):
        assert not any(mark in shown.html for mark in MARKS)
        assert "evil.example" not in shown.html
    assert "/desk?view=mine" in page.page.links
