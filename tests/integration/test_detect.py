"""The detector over both kinds of stores: one problem of many customers, noticed once, and followed to its end."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import values
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.signals import Baselines, Signals, signal_item
from mentiondesk.adapters.storage.table import Table
from mentiondesk.detection.baseline import hour_of_week
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId, ComponentId, ConversationId, IncidentId, PostId, UserId, id_at
from mentiondesk.domain.incidents.changes import IncidentChange, incident_change
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, Status, Update
from mentiondesk.domain.incidents.signals import HourlyCounts, Signal
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Tags
from mentiondesk.domain.timeline import CaseAct, Faded, GoBackStarted, Noticed
from mentiondesk.ports.alerts import DueItem
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.triage import triage
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.incidents.detect_incidents import Detected, DetectIncidents
from mentiondesk.usecases.incidents.follow_up_customers import GoBack
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.values import replace
from tests.integration.conftest import TABLE, Desk, MemoryDesk
from tests.support.builders import NOON, a_post, an_answer, at, minutes, settings, tags

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COMPONENTS = [
    {"id": "shop", "name": "Online shop", "topics": ["website_app"], "words": ["checkout"]},
    {"id": "post", "name": "Deliveries", "topics": ["delivery"]},
]
LOGIN = ("cannot log in", "signing in", "anything broken", "account")


def heard(post: Post, **facts: Any) -> Tags:
    """A complaint that says what the post says."""
    return tags(said=triage(post).said, **facts)


class Ears:
    """The signals that the detector reads, and its baselines."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.signals = Signals(table)
        self.usual = Baselines(table)

    def put(self, signal: Signal) -> None:
        self._table.put(signal_item(signal))


@pytest.fixture
def ears(desk: Desk) -> Ears:
    return Ears(desk.table)


class Listening:
    """A desk with a detector; a test says who complains when, and runs it."""

    def __init__(self, desk: Desk, ears: Ears) -> None:
        self.desk, self.ears = desk, ears
        self.settings = settings(status_page={"components": COMPONENTS})

    def rules(self, **rules: Any) -> None:
        self.settings = settings(status_page={"components": COMPONENTS}, incidents=rules)

    def detector(self, incidents: IncidentStore | None = None, **bounds: Any) -> DetectIncidents:
        return DetectIncidents(
            self.ears.signals, self.ears.usual, incidents or self.desk.incidents, lambda: self.settings, **bounds
        )

    def choose(self, *left_out: CaseId) -> None:
        """A person goes through the list of the resolved incident's customers."""
        incident = self.incident()
        self.desk.incidents.save(incident_change(incident, incident.gone_through(left_out, at(60.5))))

    def go_back(self, incidents: Any = None, cases: Any = None) -> GoBack:
        change = ChangeCase(cases or self.desk.cases, lambda: self.settings)
        return GoBack(incidents or self.desk.incidents, change, lambda: self.settings)

    def by_hand(self) -> None:
        """A person changes the incident's title."""
        incident = self.incident()
        self.desk.incidents.save(incident_change(incident, replace(incident, title="By hand")))

    def acts(self, case_id: CaseId) -> list[CaseAct]:
        return [entry for entry in self.desk.cases.timeline(case_id) if isinstance(entry, CaseAct)]

    def run(self, now: datetime) -> Detected:
        """As another process would."""
        return self.detector()(now)

    def complain(self, count: int, begin: float = 0, over: float = 12, first: int = 0, **facts: Any) -> list[Signal]:
        made = [a_signal(begin + number * over / count, first + number, **facts) for number in range(count)]
        for one in made:
            self.ears.put(one)
        return made

    def incident(self) -> Incident:
        (incident,) = self.all()
        return incident

    def all(self) -> list[Incident]:
        return self.desk.incidents.recent(NOON - timedelta(days=30))


def a_signal(minute: float, person: int, **facts: Any) -> Signal:
    post_id = PostId(str(int(id_at(at(minute))) + person))
    made: dict[str, Any] = {
        "post_id": post_id,
        "author_id": UserId(str(3000 + person)),
        "at": at(minute),
        "terms": LOGIN,
        "words": f"@shop can't log in to my account, {person}",
        "topics": ("account", "website_app"),
        "digest": f"text {person}",
        "case_id": CaseId(ConversationId(post_id), UserId(f"{3000 + person}")),
    }
    return Signal(**{**made, **facts})


@pytest.fixture
def listening(desk: Desk, ears: Ears) -> Listening:
    return Listening(desk, ears)


# --- the stores -------------------------------------------------------------------------------------------


def test_a_window_holds_what_was_said_in_it_newest_first_and_no_more_than_asked_for(ears: Ears) -> None:
    midnight = NOON + timedelta(hours=12)
    made = [replace(a_signal(0, number), at=midnight + minutes(number - 3)) for number in range(7)]
    for one in made:
        ears.put(one)
    window = ears.signals.window(made[0].at, made[5].at, 100)
    assert window == [made[5], made[4], made[3], made[2], made[1]]
    assert ears.signals.window(made[0].at, made[5].at, 3) == window[:3]
    assert ears.signals.window(made[6].at, made[6].at + minutes(60), 100) == []


def test_an_edited_post_has_one_signal(ears: Ears) -> None:
    first = a_signal(0, 1)
    ears.put(first)
    ears.put(replace(first, words="edited", terms=("delayed",)))
    assert [one.words for one in ears.signals.window(at(-1), at(1), 10)] == ["edited"]


def test_an_hour_is_counted_once_however_often_it_is_kept(ears: Ears) -> None:
    slot = hour_of_week(NOON)
    assert ears.usual.load(slot).overall == HourlyCounts()
    habit = HourlyCounts(1.0, 4.5, {"cannot log in": 2.0}, at(60))
    assert [ears.usual.save(habit, slot), ears.usual.save(replace(habit, reporters=9.0), slot)] == [True, False]
    assert ears.usual.save(habit)
    usual = ears.usual.load(slot)
    assert (usual.hour, usual.overall) == (habit, habit)
    assert ears.usual.load(slot + 1).hour == HourlyCounts()
    assert ears.usual.save(replace(habit, until=at(120)), slot)


def test_counts_stored_under_their_former_name_are_read(db: "DynamoDBClient") -> None:
    stored = {"hours": 1, "voices": 4, "terms": {"slow": 2}, "until": "2026-01-07T13:00:00Z"}
    db.put_item(TableName=TABLE, Item=values(stored | keys.usual().attributes))
    assert Baselines(DynamoTable(db, TABLE)).load(0).overall.reporters == 4


# --- noticing ---------------------------------------------------------------------------------------------


def test_the_fifth_person_makes_a_candidate_that_staff_are_told_of_once(listening: Listening) -> None:
    made = listening.complain(5)
    assert listening.run(at(9)).raised == []
    assert len(listening.run(at(10)).raised) == 1
    incident = listening.incident()
    assert (incident.status, incident.people, incident.posts) == (Status.CANDIDATE, 5, 5)
    assert (incident.title, incident.failure) == ("Online shop: signing in fails", "cannot log in")
    assert (incident.started_at, incident.latest_at, incident.created_at) == (made[0].at, made[-1].at, at(10))
    assert (incident.topic, incident.impact, [one.component for one in incident.affected]) == (
        "account", Impact.MAJOR, ["shop"],
    )  # fmt: skip
    assert 1 <= incident.severity <= 10
    assert len(incident.samples) == 3
    assert incident.timer is not None
    assert (incident.timer.clock, incident.timer.answer_by) == (Clock.CONFIRM, at(40))
    assert list(listening.desk.alerts.due(at(10), 10)) == [DueItem(incident.incident_id, "noticed")]
    assert [post.post_id for post in listening.desk.incidents.joined(incident.incident_id)] == [
        one.post_id for one in made
    ]
    assert listening.run(at(11)).raised == []
    assert len(listening.all()) == 1


def test_too_few_people_copies_and_one_loud_person_make_none(listening: Listening) -> None:
    listening.complain(4)
    for number in range(20):
        listening.ears.put(a_signal(number / 2, 1, post_id=PostId(str(10_000 + number)), digest=f"{number}"))
        listening.ears.put(a_signal(4 + number / 3, 500 + number, digest="text 1"))
    assert listening.run(at(12)).raised == []


def test_one_outage_in_two_words_is_one_incident(listening: Listening) -> None:
    listening.complain(6, over=6, terms=("won't load", "anything broken", "reaching it"), words="does not load")
    assert len(listening.run(at(7)).raised) == 1
    listening.complain(6, begin=10, over=6, first=50, terms=("crashes", "anything broken", "reaching it"))
    listening.run(at(17))
    listening.run(at(18))
    assert listening.incident().people == 12


def test_a_candidate_takes_in_the_other_words_of_its_surge(listening: Listening) -> None:
    known = HourlyCounts(500, 500, {"nothing known": 400.0, "delayed": 100.0}, at(0))
    listening.ears.usual.save(known)
    listening.complain(5, over=5, terms=("closed", "premises"), words="closed")
    listening.run(at(6))
    others = {"terms": ("topic store",), "words": "a locked door"}
    listening.complain(5, begin=6, over=5, first=50, **others)
    listening.run(at(12))
    listening.run(at(13))
    assert listening.incident().people == 10


@pytest.mark.parametrize(("component", "count"), [("shop", 1), ("post", 2)])
def test_complaints_join_what_a_person_opened_for_their_component(
    listening: Listening, component: str, count: int
) -> None:
    by_hand = Incident(IncidentId("byhand"), Status.INVESTIGATING, "Checkout", at(0), at(0), published_at=at(0))
    by_hand = replace(by_hand, affected=(Affected(ComponentId(component), Health.MAJOR_OUTAGE),))
    listening.desk.incidents.add(incident_change(None, by_hand))
    listening.complain(6, begin=1, over=6)
    listening.run(at(8))
    listening.run(at(9))
    assert len(listening.all()) == count
    opened = listening.desk.incidents.get(IncidentId("byhand"))
    assert opened is not None
    assert (opened.title, opened.people) == ("Checkout", 6 if count == 1 else 0)


def test_the_impact_follows_the_failure_and_the_people(listening: Listening) -> None:
    listening.complain(19, terms=("payment fails", "paying"), words="checkout fails")
    listening.run(at(12))
    assert listening.incident().impact is Impact.MAJOR
    assert {one.health for one in listening.incident().affected} == {Health.PARTIAL_OUTAGE}
    listening.complain(30, begin=13, over=5, first=50, terms=("payment fails", "paying"), words="checkout fails")
    listening.run(at(19))
    assert listening.incident().impact is Impact.CRITICAL


def test_a_slow_problem_is_raised_for_the_leads_once_and_ends_by_itself(listening: Listening) -> None:
    """Eight days of other complaints, then twenty people in two days whose prices are wrong."""
    days = timedelta(days=8)
    for hour in range(8 * 24):
        listening.complain(1, begin=60 * hour + 5, first=1000 + hour, terms=("delayed", "travel"), words="late")
        listening.run(at(60 * (hour + 1) + 11))
    listening.complain(20, begin=days / minutes(1), over=2880, terms=("wrong price", "prices"), words="wrong price")
    raised = []
    for hour in range(49):
        listening.complain(1, begin=days / minutes(1) + 60 * hour + 5, first=5000 + hour, terms=("delayed", "travel"))
        raised += listening.run(NOON + days + timedelta(hours=hour + 1, minutes=11)).raised
    incident = listening.incident()
    assert raised == [incident.incident_id]
    assert (incident.slow, incident.failure, incident.title) == (True, "wrong price", "Online shop: wrong prices")
    assert incident.timer is not None
    assert incident.timer.answer_by - incident.timer.since == timedelta(days=1)
    later = (incident.created_at - NOON) / minutes(1) + 60
    bump: dict[str, Any] = {"terms": ("wrong price", "prices"), "words": "wrong price again"}
    listening.complain(3, begin=later, over=5, first=9000, **bump)
    assert listening.run(at(later + 6)).raised == []
    listening.complain(6, begin=later + 6, over=5, first=9100, **bump)
    (outage,) = listening.run(at(later + 12)).raised
    assert outage != incident.incident_id
    assert incident.incident_id in listening.run(incident.created_at + timedelta(days=2, hours=2)).faded


def test_same_here_counts_for_the_post_it_answers(listening: Listening) -> None:
    (first,) = listening.complain(1)
    echo: dict[str, Any] = {"terms": (), "words": "same here", "digest": "", "answers": first.post_id, "echo": True}
    listening.complain(4, begin=1, first=10, **echo)
    assert len(listening.run(at(14)).raised) == 1
    assert listening.incident().people == 5


def test_two_detectors_at_once_make_one_candidate(listening: Listening) -> None:
    listening.complain(6)
    other = listening.detector()

    class Slow:
        """Lets another detector do all its work between this one's look and its write."""

        def __getattr__(self, name: str) -> Any:
            return getattr(listening.desk.incidents, name)

        def add(self, *given: Any, **more: Any) -> bool:
            other(at(12))
            return listening.desk.incidents.add(*given, **more)

    assert listening.detector(Slow())(at(12)).raised == []
    assert (listening.incident().people, listening.incident().posts) == (6, 6)


@pytest.mark.parametrize("call", ["join", "save", "get"])
def test_a_crash_on_the_way_heals_in_the_next_minute(listening: Listening, call: str) -> None:
    listening.complain(6)

    class Dying:
        def __getattr__(self, name: str) -> Any:
            if name == call:
                raise KeyboardInterrupt
            return getattr(listening.desk.incidents, name)

    dying = listening.detector(Dying())
    if call == "save":
        # A new candidate is added as it is; only what joins later is saved.
        dying(at(12))
        listening.complain(1, begin=13, over=1, first=50)
    with pytest.raises(KeyboardInterrupt):
        dying(at(14))
    listening.run(at(15))
    incident = listening.incident()
    assert incident.people == incident.posts == len(listening.desk.incidents.joined(incident.incident_id)) >= 6


def test_it_grows_with_those_who_come_later_and_with_nobody_else(listening: Listening) -> None:
    listening.complain(5)
    listening.run(at(12))
    listening.complain(20, begin=14, over=20, first=100)
    listening.complain(3, begin=14, over=20, first=300, terms=("delayed",), words="late")
    detector = listening.detector()
    assert detector(at(36)).joined == 25
    assert detector(at(37)).joined == 0
    grown = listening.incident()
    assert (grown.people, grown.posts, grown.impact) == (25, 25, Impact.MAJOR)
    assert grown.latest_at == at(33)
    assert grown.longevity == 21
    version = grown.version
    listening.run(at(38))
    assert listening.incident().version == version


def test_a_public_incident_goes_on_growing_and_keeps_what_staff_said(listening: Listening) -> None:
    listening.complain(5)
    listening.run(at(12))
    incident = listening.incident()
    update = Update(incident.incident_id, at(13), Status.IDENTIFIED, "Found it.")
    login = replace(incident, title="Login", impact=Impact.CRITICAL)
    listening.desk.incidents.save(incident_change(incident, login.moved(update), update=update))
    listening.complain(10, begin=14, over=10, first=100)
    listening.run(at(25))
    public = listening.incident()
    assert (public.status, public.people, public.title, public.impact) == (
        Status.IDENTIFIED, 15, "Login", Impact.CRITICAL,
    )  # fmt: skip


def test_somebody_who_changes_it_at_the_same_time_loses_nothing(listening: Listening) -> None:
    listening.complain(5)
    listening.run(at(12))
    listening.complain(5, begin=13, over=5, first=100)
    calls: list[int] = []

    class Busy:
        def __getattr__(self, name: str) -> Any:
            return getattr(listening.desk.incidents, name)

        def save(self, change: IncidentChange) -> Incident:
            if not calls:
                calls.append(1)
                listening.by_hand()
            return listening.desk.incidents.save(change)

    listening.detector(Busy())(at(19))
    assert (listening.incident().title, listening.incident().people) == ("By hand", 10)


def test_a_save_that_always_meets_another_is_given_up_and_made_good_by_the_next_run(listening: Listening) -> None:
    listening.complain(5)
    listening.run(at(12))
    listening.complain(5, begin=13, over=5, first=100)
    incident_id = listening.incident().incident_id

    class Contended:
        """Changes the incident before each save."""

        def __getattr__(self, name: str) -> Any:
            return getattr(listening.desk.incidents, name)

        def save(self, change: IncidentChange) -> Incident:
            listening.by_hand()
            return listening.desk.incidents.save(change)

    detected = listening.detector(Contended())(at(19))
    assert (detected.given_up, detected.joined, listening.incident().people) == ([incident_id], 0, 5)
    detected = listening.run(at(20))
    assert (detected.given_up, listening.incident().people) == ([], 10)


# --- the end ----------------------------------------------------------------------------------------------


def test_what_nobody_confirms_fades_and_is_recorded(listening: Listening) -> None:
    listening.complain(5)
    listening.run(at(12))
    assert listening.run(at(120)).faded == []
    assert len(listening.run(at(131)).faded) == 1
    incident = listening.incident()
    assert (incident.status, incident.ended_at, incident.waiting) == (Status.FADED, at(131), False)
    assert [type(entry) for entry in listening.desk.incidents.record(incident.incident_id)] == [Noticed, Faded]
    assert all(entry.by is None for entry in listening.desk.incidents.record(incident.incident_id))


def test_what_is_public_does_not_fade(listening: Listening) -> None:
    listening.complain(5)
    listening.run(at(12))
    update = Update(listening.incident().incident_id, at(13), Status.INVESTIGATING, "We look.")
    incident = listening.incident()
    listening.desk.incidents.save(incident_change(incident, incident.moved(update), update=update))
    listening.run(at(400))
    assert listening.incident().open


def dismissed(listening: Listening, count: int = 5) -> None:
    """A candidate of so many people, numbered from 0, that staff dismiss at 12:13."""
    listening.complain(count)
    listening.run(at(12))
    incident = listening.incident()
    listening.desk.incidents.save(incident_change(incident, incident.dismissed("a joke", at(13))))


def test_a_dismissal_holds_against_its_own_people_and_a_few_others_and_not_against_other_things(
    listening: Listening,
) -> None:
    dismissed(listening)
    listening.complain(5, begin=20, over=10)
    listening.complain(4, begin=31, over=10, first=100)
    assert listening.run(at(42)).raised == []
    listening.complain(6, begin=52, over=10, first=200, terms=("payment fails", "paying"), words="card declined")
    assert len(listening.run(at(63)).raised) == 1
    listening.complain(8, begin=100, over=10, first=300)
    assert len(listening.run(at(111)).raised) == 1


def test_other_people_come_through_a_dismissal_at_once(listening: Listening) -> None:
    dismissed(listening)
    listening.complain(60, begin=15, over=12, first=100)
    raised = [minute for minute in range(15, 27) if listening.run(at(minute)).raised]
    assert raised == [16]
    assert listening.all()[0].started_at == at(15)


def test_a_dismissal_of_many_holds_against_as_many_others(listening: Listening) -> None:
    dismissed(listening, count=20)
    listening.complain(19, begin=15, over=12, first=100)
    assert listening.run(at(28)).raised == []
    listening.complain(1, begin=29, over=1, first=200)
    assert len(listening.run(at(30)).raised) == 1


def test_what_comes_and_goes_is_held_twice_as_long(listening: Listening) -> None:
    listening.rules(fade_after="30m")
    listening.complain(5)
    listening.run(at(12))
    assert listening.run(at(60)).faded
    listening.complain(5, begin=125, over=10, first=100)
    assert len(listening.run(at(136)).raised) == 1
    assert listening.run(at(180)).faded
    listening.complain(9, begin=250, over=10, first=200)
    assert listening.run(at(261)).raised == []
    listening.complain(9, begin=310, over=10, first=300)
    assert len(listening.run(at(321)).raised) == 1


def test_very_many_come_through_the_hold_unless_a_person_said_it_is_none(listening: Listening) -> None:
    listening.rules(fade_after="30m")
    listening.complain(5)
    listening.run(at(12))
    listening.run(at(60))
    listening.complain(40, begin=62, over=10, first=100)
    assert len(listening.run(at(73)).raised) == 1


def test_the_impact_that_is_offered_follows_the_component_and_the_people(listening: Listening) -> None:
    listening.complain(6)
    listening.run(at(12))
    (incident,) = listening.desk.incidents.open()
    (part,) = [one.component for one in incident.affected]
    assert incident.impact is Impact.MAJOR
    listening.rules()
    rules = replace(listening.settings.incidents, least_impact={part: Impact.CRITICAL})
    listening.settings = replace(listening.settings, incidents=rules)
    listening.complain(1, begin=13, over=1, first=100)
    listening.run(at(15))
    (incident,) = listening.desk.incidents.open()
    assert (incident.impact, incident.affected[0].health) == (Impact.CRITICAL, Health.MAJOR_OUTAGE)
    edited = incident.edited("Mine", Impact.NONE, (), incident.started_at, at(16))
    listening.desk.incidents.save(incident_change(incident, edited))
    listening.complain(9, begin=17, over=1, first=200)
    listening.run(at(19))
    (incident,) = listening.desk.incidents.open()
    assert (incident.impact, incident.affected, incident.title) == (Impact.NONE, (), "Mine")


def test_an_incident_of_no_known_component_has_an_impact_as_well(listening: Listening) -> None:
    listening.settings = settings()
    listening.complain(6)
    listening.run(at(12))
    (incident,) = listening.desk.incidents.open()
    assert (incident.impact, incident.affected) == (Impact.MAJOR, ())


def test_nothing_is_public_before_a_person_has_said_so(listening: Listening) -> None:
    listening.complain(60)
    for minute in range(12, 20):
        listening.run(at(minute))
    (incident,) = listening.desk.incidents.open()
    assert incident.people == 60
    assert not incident.public
    assert listening.desk.incidents.updates(incident.incident_id) == []


# --- the usual --------------------------------------------------------------------------------------------


def test_hours_are_learnt_once_and_then_the_usual_is_not_noticed(listening: Listening) -> None:
    for hour in range(30):
        listening.complain(6, begin=60 * hour, over=50, first=100 * hour, terms=("delayed",), words="late again")
    listening.rules(people=50)
    for hour in range(1, 31):
        detected = listening.run(at(60 * hour + 12))
        assert detected.hours_learned == 1
    assert listening.run(at(60 * 30 + 13)).hours_learned == 0
    usual = listening.ears.usual.load(0)
    assert (usual.overall.hours > 29, 170 < usual.overall.reporters <= 180) == (True, True)
    listening.rules()
    listening.complain(6, begin=1801, over=50, first=9000, terms=("delayed",), words="late again")
    assert listening.run(at(1855)).raised == []


def test_a_detector_that_dies_while_it_learns_counts_nothing_twice(listening: Listening) -> None:
    listening.complain(6, begin=1, over=50)

    class Dying:
        def __getattr__(self, name: str) -> Any:
            return getattr(listening.ears.usual, name)

        def save(self, habit: HourlyCounts, slot: int | None = None) -> bool:
            if slot is None:
                raise KeyboardInterrupt
            return listening.ears.usual.save(habit, slot)

    dying = DetectIncidents(
        listening.ears.signals,
        Dying(),
        listening.desk.incidents,
        lambda: listening.settings,
    )
    with pytest.raises(KeyboardInterrupt):
        dying(at(75))
    assert listening.run(at(76)).hours_learned == 1
    usual = listening.ears.usual.load(hour_of_week(NOON))
    assert (usual.hour.reporters, usual.overall.reporters, usual.hour.hours) == (6, 6, 1)


def test_a_storm_is_looked_at_from_its_end(listening: Listening) -> None:
    listening.complain(120, over=30)
    detected = listening.detector(most_signals=50)(at(30))
    assert detected.full
    assert listening.incident().people == 50


# --- going back -------------------------------------------------------------------------------------------


def with_cases(listening: Listening, count: int, resolve: bool = True) -> list[CaseId]:
    """Customers with a case each, in an incident that is resolved an hour after noon."""
    classify = ClassifyMention(
        listening.desk.posts,
        listening.desk.cases,
        lambda post: tags(said=triage(post).said),
        lambda: listening.settings,
    )
    cases = []
    for number in range(count):
        post = a_post("can't log in", created_at=at(number), author_id=UserId(str(3000 + number)))
        for one in (post, an_answer(post, created_at=at(number + 4.5))):
            listening.desk.posts.add(one)
            classify(one, at(number + 6))
        listening.ears.put(
            a_signal(number, number, post_id=post.post_id, case_id=CaseId(post.conversation_id, post.author_id))
        )
        cases.append(CaseId(post.conversation_id, post.author_id))
    if not resolve:
        return cases
    listening.run(at(12))
    incident = listening.incident()
    update = Update(incident.incident_id, at(60), Status.RESOLVED, "Fixed.")
    first = Update(incident.incident_id, at(20), Status.INVESTIGATING, "We look.")
    public = listening.desk.incidents.save(incident_change(incident, incident.moved(first), update=first))
    listening.desk.incidents.save(incident_change(public, public.moved(update), update=update))
    return cases


def test_every_customer_of_a_resolved_incident_gets_a_clock_and_staff_the_list_once(listening: Listening) -> None:
    cases = with_cases(listening, 6)
    go_back = listening.go_back()
    assert go_back(at(60.2), lambda: minutes(1)).cases == 0
    incident = listening.incident()
    assert (incident.gone_back_at, incident.waiting) == (None, True)
    assert DueItem(incident.incident_id, "go_back") in listening.desk.alerts.due(at(61), 10)
    listening.choose()
    gone = go_back(at(61), lambda: minutes(1))
    assert (gone.cases, gone.incidents, gone.left) == (6, [listening.incident().incident_id], False)
    for one in cases:
        case = listening.desk.cases.get(one)
        assert case is not None
        assert case.timer is not None
        assert (case.waiting, case.timer.since, case.timer.answer_by) == (True, at(60), at(60) + timedelta(hours=24))
        assert case.state is State.PENDING
        assert [type(entry) for entry in listening.acts(case.case_id)] == [GoBackStarted]
    incident = listening.incident()
    assert (incident.gone_back_at, incident.waiting) == (at(61), False)
    assert go_back(at(62), lambda: minutes(1)).incidents == []


def test_who_has_heard_since_or_waits_for_an_answer_anyway_gets_no_second_clock(listening: Listening) -> None:
    answered, waiting, *_ = with_cases(listening, 6)
    classify = ClassifyMention(
        listening.desk.posts,
        listening.desk.cases,
        lambda post: tags(said=triage(post).said),
        lambda: listening.settings,
    )
    heard = listening.desk.posts.get(PostId(answered.conversation))
    asks = listening.desk.posts.get(PostId(waiting.conversation))
    assert heard is not None
    assert asks is not None
    told = an_answer(heard, "It is fixed!", created_at=at(70))
    again = a_post("and now?", created_at=at(71), author_id=asks.author_id, conversation_id=asks.conversation_id)
    for one in (told, again):
        listening.desk.posts.add(one)
        classify(one, at(72))
    listening.choose()
    go_back = listening.go_back()
    assert go_back(at(73), lambda: minutes(1)).cases == 4


def test_no_customer_s_clock_starts_before_a_person_went_through_the_list(listening: Listening) -> None:
    cases = with_cases(listening, 6)
    go_back = listening.go_back()
    for minute in range(61, 70):
        assert go_back(at(minute), lambda: minutes(1)).cases == 0
    listening.choose(cases[0], cases[3])
    assert go_back(at(70), lambda: minutes(1)).cases == 4
    left = listening.desk.cases.get(cases[3])
    assert left is not None
    assert not left.waiting


def test_going_back_goes_on_where_it_was_cut_short(listening: Listening) -> None:
    with_cases(listening, 6)
    listening.choose()
    left = iter([minutes(1)] * 3 + [minutes(0)] * 9)
    go_back = listening.go_back()
    first = go_back(at(61), lambda: next(left))
    assert (first.cases, first.incidents, first.left) == (3, [], True)
    assert listening.incident().gone_back_at is None
    second = go_back(at(62), lambda: minutes(1))
    assert (second.cases, len(second.incidents)) == (3, 1)


def test_a_clock_to_go_back_survives_that_the_case_is_told_again(listening: Listening) -> None:
    cases = with_cases(listening, 6)
    listening.choose()
    listening.go_back()(at(61), lambda: minutes(1))
    before = listening.desk.cases.get(cases[0])
    assert before is not None
    classify = ClassifyMention(
        listening.desk.posts,
        listening.desk.cases,
        lambda post: tags(needs_reply=False, said=triage(post).said),
        lambda: listening.settings,
    )
    late = a_post("late", created_at=at(0.5), author_id=before.customer_id, conversation_id=before.conversation_id)
    listening.desk.posts.add(late)
    classify(late, at(63))
    after = listening.desk.cases.get(cases[0])
    assert after is not None
    assert (after.posts, after.timer) == (before.posts + 1, before.timer)


def test_an_idle_minute_reads_little(db: "DynamoDBClient", request: pytest.FixtureRequest) -> None:
    desk: Desk = request.getfixturevalue("table_desk")
    listening = Listening(desk, Ears(desk.table))
    listening.run(at(12))
    calls: list[str] = []
    db.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name), unique_id="count")
    try:
        listening.run(at(13))
        listening.go_back()(at(13), lambda: minutes(1))
    finally:
        db.meta.events.unregister("before-call.dynamodb", unique_id="count")
    assert sorted(calls) == ["BatchGetItem", "Query", "Query", "Query"]


# --- a crash at every call --------------------------------------------------------------------------------


class Mortal:
    """A store whose process dies at the n-th call to any of its kind, before or after the call did its work."""

    def __init__(self, store: Any, countdown: list[int], after: bool) -> None:
        self._store, self._countdown, self._after = store, countdown, after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)

        def mortal(*given: Any, **more: Any) -> Any:
            self._countdown[0] -= 1
            if self._countdown[0] == 0 and not self._after:
                raise KeyboardInterrupt
            found = call(*given, **more)
            if self._countdown[0] == 0:
                raise KeyboardInterrupt
            return found

        return mortal


def an_afternoon(listening: Listening, countdown: list[int], after: bool) -> dict[str, Any]:
    """Noticed, grown, published by a person, resolved, gone back from; what is left of it in the end."""
    cases = with_cases(listening, 6, resolve=False)

    def mortal(store: Any) -> Any:
        return Mortal(store, countdown, after)

    def run(now: datetime) -> None:
        try:
            incidents = mortal(listening.desk.incidents)
            DetectIncidents(
                mortal(listening.ears.signals), mortal(listening.ears.usual), incidents, lambda: listening.settings
            )(now)
            listening.go_back(incidents, mortal(listening.desk.cases))(now, lambda: minutes(1))
        except KeyboardInterrupt:
            run(now)

    run(at(12))
    listening.complain(6, begin=13, over=3, first=100)
    run(at(17))
    incident = listening.incident()
    update = Update(incident.incident_id, at(18), Status.INVESTIGATING, "We look into it.")
    listening.desk.incidents.save(incident_change(incident, incident.moved(update), update=update))
    incident = listening.incident()
    update = Update(incident.incident_id, at(60), Status.RESOLVED, "Fixed.")
    listening.desk.incidents.save(incident_change(incident, incident.moved(update), update=update))
    run(at(70))
    listening.choose()
    run(at(71))
    stored = listening.incident()
    usual = listening.ears.usual.load(hour_of_week(NOON))
    return {
        "incident": replace(stored, version=0),
        "joined": listening.desk.incidents.joined(stored.incident_id),
        "updates": listening.desk.incidents.updates(stored.incident_id),
        "events": listening.desk.incidents.record(stored.incident_id),
        "cases": [(case.timers, listening.acts(one)) for one in cases if (case := listening.desk.cases.get(one))],
        "usual": (usual.overall, usual.hour),
    }


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_at_any_call_changes_nothing_in_the_end(after: bool) -> None:
    def fresh() -> Listening:
        desk = MemoryDesk()
        return Listening(desk, Ears(desk.table))

    calls = [10_000]
    wanted = an_afternoon(fresh(), calls, after)
    number = 10_000 - calls[0]
    assert number > 20
    for place in range(1, number + 1):
        assert an_afternoon(fresh(), [place], after) == wanted, f"a crash at call {place}"
