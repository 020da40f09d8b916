"""Customers are looked up on X once, in the minute after their case begins to wait, and within the month's budget."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from infra.local.x_standin import Fault, Rules, StandInX, User
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.look_ups import LookUps
from mentiondesk.adapters.x.connection import XCredentials
from mentiondesk.adapters.x.feed import TweepyFeed
from mentiondesk.adapters.x.profiles import read_seen
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.commands import Claim
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.posts.cursor import ReadBlock
from mentiondesk.domain.posts.post import Source
from mentiondesk.domain.posts.profile import Profile, PublicMetrics
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.timeline import LookedUp
from mentiondesk.ports.x import Seen, XRefuses, XUnavailable
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.change_each import ChangeEach
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.usecases.intake.fetch_mentions import Fetched
from mentiondesk.usecases.intake.look_up_customers import READS_EACH, LookedUpCustomers, LookUpCustomers
from mentiondesk.usecases.intake.troubles import troubles
from tests.integration.conftest import Desk, keep
from tests.support.builders import BRAND_ID, NOON, a_post, at, commanded, settings, tags
from tests.support.counted import Counted

PRIYA = Seen(Profile("Priya Shah", "priya_bakes", 120_000), PublicMetrics(views=900, likes=3))
QUIET = Seen(Profile("Bo", "bo", 12), PublicMetrics(views=40))


@dataclass
class FakeX:
    """X that shows these posts, or refuses."""

    shows: Mapping[PostId, Seen] = field(default_factory=dict)
    refuses: Exception | None = None
    asked: list[list[PostId]] = field(default_factory=list)
    most: int = 100

    def look_up(self, post_ids: Sequence[PostId], now: datetime) -> Mapping[PostId, Seen]:
        del now
        self.asked.append(list(post_ids))
        if self.refuses:
            raise self.refuses
        return {post_id: self.shows[post_id] for post_id in post_ids if post_id in self.shows}


@dataclass
class Office:
    """A desk that classifies posts and looks their authors up."""

    desk: Desk
    x: FakeX
    overrides: dict[str, Any] = field(default_factory=dict)
    latest: LookedUpCustomers = field(default_factory=LookedUpCustomers)

    def post(self, minute: float = 0, seen: Seen | None = PRIYA, **tagged: Any) -> Case:
        """A complaint by another customer, and what X shows of it."""
        post = a_post(created_at=at(minute), author_id=f"{700 + minute}")
        self.desk.posts.add(post)
        classify = ClassifyMention(
            self.desk.posts, self.desk.cases, lambda _: tags(**tagged), lambda: settings(**self.overrides)
        )
        change = classify(post, at(minute))
        assert change is not None
        assert change.case is not None
        self.x.shows = {**self.x.shows, **({post.post_id: seen} if seen else {})}
        return change.case.after

    def run(self, minute: float) -> int:
        """The number of customers that X told about."""
        self.latest = self._look_up(minute)
        return self.latest.customers

    def _look_up(self, minute: float) -> LookedUpCustomers:
        def current() -> Any:
            return settings(**self.overrides)

        change = ChangeEach(ChangeCase(self.desk.cases, current), Cases(self.desk.table, keep))
        return LookUpCustomers(self.x, LookUps(self.desk.table), change, self.desk.cursors, current)(at(minute))

    def case(self, case: Case) -> Case:
        found = self.desk.cases.get(case.case_id)
        assert found is not None
        return found


@pytest.fixture
def office(desk: Desk) -> Office:
    return Office(desk, FakeX())


def test_a_customer_whose_case_has_alerts_is_looked_up_once(office: Office) -> None:
    case = office.post(seen=QUIET)
    assert office.run(1) == 1
    known = office.case(case)
    assert (known.profile, known.metrics, known.urgency) == (*QUIET, case.urgency)
    (entry,) = (one for one in office.desk.cases.timeline(case.case_id) if isinstance(one, LookedUp))
    assert (entry.profile, entry.by) == (QUIET.profile, None)
    assert office.run(2) == 0
    assert office.x.asked == [[case.post_id]]
    assert office.desk.cursors.reads(NOON).today == READS_EACH


@pytest.mark.parametrize("kind", [Kind.PRAISE, Kind.CHATTER, Kind.SPAM])
def test_a_case_without_alerts_costs_no_look_up(office: Office, kind: Kind) -> None:
    office.post(kind=kind)
    assert office.run(1) == 0
    assert office.x.asked == []


def test_look_ups_are_switched_off_in_the_settings(office: Office) -> None:
    office.overrides = {"reach": {"look_up": False}}
    office.post()
    assert office.run(1) == 0
    office.overrides = {}
    office.post(2)
    office.overrides = {"reach": {"look_up": False}}
    assert office.run(3) == 0
    assert office.x.asked == []


@pytest.mark.parametrize(
    ("seen", "kind", "urgency"),
    [
        (PRIYA, Kind.COMPLAINT, Urgency.CRITICAL),
        (Seen(Profile("Bo", "bo", 10_000), PublicMetrics()), Kind.COMPLAINT, Urgency.HIGH),
        (Seen(Profile("Bo", "bo", 5), PublicMetrics(views=20_000)), Kind.COMPLAINT, Urgency.HIGH),
        (Seen(Profile("Bo", "bo", 9_999), PublicMetrics(views=9_999)), Kind.COMPLAINT, Urgency.NORMAL),
        (PRIYA, Kind.QUESTION, Urgency.NORMAL),
    ],
)
def test_a_complaint_that_many_people_can_read_is_urgent(
    office: Office, seen: Seen, kind: Kind, urgency: Urgency
) -> None:
    case = office.post(seen=seen, kind=kind)
    office.run(1)
    known = office.case(case)
    assert known.urgency is urgency
    assert known.timer is not None
    assert case.timer is not None
    raised = urgency > Urgency.NORMAL
    assert known.timer.answer_by == (at(30) if raised else case.timer.answer_by)
    assert known.timer.since == at(0)


def test_reach_never_lowers_an_urgency(office: Office) -> None:
    case = office.post(seen=QUIET, urgency=Urgency.CRITICAL)
    office.run(1)
    assert office.case(case).urgency is Urgency.CRITICAL


def test_a_critical_case_is_due_without_a_look_up(office: Office) -> None:
    before = office.desk.next_due()
    office.x.refuses = XUnavailable()
    case = office.post(urgency=Urgency.CRITICAL)
    due = office.desk.next_due()
    assert due < before
    assert office.run(1) == 0
    assert office.desk.next_due() == due
    assert office.case(case).profile is None


def test_the_read_budget_bounds_the_look_ups(office: Office) -> None:
    first, second = office.post(0), office.post(1)
    # The rest of the month gives this day seven reads, and four of them until noon.
    office.desk.cursors.count_reads(NOON - timedelta(days=1), Source.SEARCH, 954)
    office.overrides = {"reading": {"monthly_reads": 1000}}
    assert office.run(2) == 1
    assert office.run(3) == 0
    assert (office.case(first).profile, office.case(second).profile) == (PRIYA.profile, None)


@pytest.mark.parametrize("refusal", [XUnavailable(), XRefuses(ReadBlock.RATE_LIMITED, at(15))])
def test_what_x_refuses_is_tried_again_for_some_minutes(office: Office, refusal: Exception) -> None:
    case, later = office.post(0), office.post(10)
    office.x.refuses = refusal
    assert office.run(11) == 0
    name = "XUnavailable" if isinstance(refusal, XUnavailable) else "XRateLimited"
    told = troubles(Fetched(), office.latest, monthly_reads=1000)
    assert {key: count for key, count in told.items() if count} == {name: 1}, "an operator hears if it lasts"
    office.x.refuses = None
    assert office.run(16) == 1
    assert (office.case(case).profile, office.case(later).profile) == (None, PRIYA.profile)
    assert office.x.asked == [[case.post_id, later.post_id], [later.post_id]]


def test_a_post_that_x_does_not_show_is_asked_about_once(office: Office) -> None:
    office.post(seen=None)
    assert (office.run(1), office.run(2)) == (0, 0)
    assert len(office.x.asked) == 1


def arrivals(office: Office) -> int:
    return len(office.desk.all_items(keys.ARRIVALS))


def test_the_list_of_an_arrival_is_closed_when_nothing_more_is_to_follow(office: Office) -> None:
    office.post(seen=QUIET)
    office.post(0.1, kind=Kind.PRAISE)
    unclassified = a_post(created_at=at(0.2), author_id="9")
    office.desk.posts.add(unclassified)
    assert arrivals(office) == 3
    assert office.run(1) == 1
    assert arrivals(office) == 1
    assert list(office.desk.posts.overdue(at(11), 9)) == [unclassified.post_id]
    assert arrivals(office) == 1
    assert list(office.desk.posts.overdue(at(16), 9)) == [unclassified.post_id]
    assert arrivals(office) == 0


def test_a_look_up_that_was_written_before_a_crash_is_not_repeated(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.post(seen=QUIET)
    with monkeypatch.context() as patch:
        patch.setattr(LookUps, "done", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            office.run(1)
    assert arrivals(office) == 1
    assert office.run(2) == 0
    assert len(office.x.asked) == 1
    assert arrivals(office) == 0


def test_many_customers_are_noted_in_few_requests(office: Office) -> None:
    cases = [office.post(n / 10, seen=QUIET) for n in range(30)]
    counted: Any = Counted(office.desk.table)
    current = settings()
    change = ChangeEach(ChangeCase(Cases(counted, keep), lambda: current), Cases(counted, keep))
    found = LookUpCustomers(office.x, LookUps(counted), change, Cursors(counted), lambda: current)(at(5))
    assert found.customers == 30
    assert all(office.case(case).profile == QUIET.profile for case in cases)
    # The arrivals, their posts and cases, the budget and the count; one transaction; and each arrival is closed.
    assert counted.requests <= 5 + 2 + 30


def test_a_case_that_changed_while_x_answered_is_noted_all_the_same(office: Office) -> None:
    case = office.post(seen=QUIET)
    whole = office.x.look_up

    def meanwhile(post_ids: Sequence[PostId], now: datetime) -> Mapping[PostId, Seen]:
        office.desk.cases.save(commanded(office.case(case), Claim(), 0.5))
        return whole(post_ids, now)

    office.x.look_up = meanwhile  # type: ignore[method-assign]
    assert office.run(1) == 1
    known = office.case(case)
    assert (known.profile, known.owner is not None) == (QUIET.profile, True)


# --- over HTTP


@pytest.fixture
def x() -> Iterator[StandInX]:
    with StandInX(User(BRAND_ID, "FennelAndFinch", "Fennel & Finch"), lambda: NOON, Rules()) as found:
        found.user("2001", "alice", "Alice Ayo", followers=1234)
        yield found


def feed(x: StandInX) -> TweepyFeed:
    brand = Brand(name="Fennel & Finch", user_id=BRAND_ID, handle="FennelAndFinch", words=())
    return TweepyFeed(lambda: XCredentials("1", "2", "3-4", "5", version="v1"), x.url, lambda: brand)


@pytest.mark.parametrize("dialect", ["tweet", "post"])
def test_x_tells_of_posts_and_their_authors(x: StandInX, dialect: Any) -> None:
    x.dialect = dialect
    shown = PostId(x.post(author_id="2001", text="@FennelAndFinch hello", at=at(-1), likes=7))
    found = feed(x).look_up([shown, PostId("1")], NOON)
    assert list(found) == [shown]
    assert found[shown].profile == Profile("Alice Ayo", "alice", 1234)
    assert found[shown].metrics.likes == 7
    (request,) = x.requests
    assert request.query["expansions"] == "author_id"


@pytest.mark.parametrize(
    ("kind", "error"), [("down_json", XUnavailable), ("limit_window", XRefuses), ("unauthorized", XRefuses)]
)
def test_x_s_refusals_have_their_types(x: StandInX, kind: Any, error: type[Exception]) -> None:
    x.faults.add(Fault(kind))
    with pytest.raises(error):
        feed(x).look_up([PostId("1")], NOON)


USER = {"id": "7", "username": "bo", "name": "Bo", "public_metrics": {"followers_count": 3}}
POST = {"id": "1", "author_id": "7", "public_metrics": {"like_count": 2, "repost_count": 4, "impression_count": None}}


def test_what_cannot_be_read_is_left_out() -> None:
    good = read_seen({"data": [POST], "includes": {"users": [USER]}})
    assert good == {"1": Seen(Profile("Bo", "bo", 3), PublicMetrics(likes=2, reposts=4))}
    bodies: tuple[Any, ...] = (
        {"data": [POST]},
        {"data": [POST, None, 3], "includes": {"users": [{**USER, "username": "<b>"}]}},
        {"data": None, "includes": None},
        {"errors": []},
    )
    for body in bodies:
        assert read_seen(body) == {}
    odd_bodies: tuple[Any, ...] = (None, [], "x", {})
    for odd in odd_bodies:
        with pytest.raises(XUnavailable):
            read_seen(odd)
    plain = {"id": "7", "username": "bo"}
    assert read_seen({"data": [{"id": "1", "author_id": "7"}], "includes": {"users": [plain]}}) == {
        "1": Seen(Profile("", "bo", 0), PublicMetrics())
    }
