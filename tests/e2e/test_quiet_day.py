"""The story's day with nobody acting: `make bench BENCH=quiet` shows the same figures."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.local.story import DATE, Entry, load_story
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.tags import Urgency
from tests.benchmarks.quiet import QuietDesk, busiest, identical

# The first post of the story's outage comes in this minute.
_OUTAGE = datetime(DATE.year, DATE.month, DATE.day, 13, 5, tzinfo=UTC)
_FRAUD = ("crit-card", "lisbet-card")


@pytest.fixture(scope="module")
def desk() -> QuietDesk:
    return QuietDesk().story()


@pytest.fixture(scope="module")
def outage(desk: QuietDesk) -> Incident:
    (found,) = desk.desk.stored_incidents()
    return found


def entry_of(key: str) -> Entry:
    return next(one for one in load_story().entries if one.get("key") == key)


def case_of(desk: QuietDesk, key: str) -> Case:
    """The case of the customer who wrote a post of the story."""
    author = load_story().people[entry_of(key)["by"]].id
    (found,) = (one for one in desk.desk.stored_cases() if one.customer_id == author)
    return found


def test_the_outage_is_one_incident_that_begins_when_it_began(outage: Incident) -> None:
    assert timedelta(0) <= outage.started_at - _OUTAGE <= timedelta(minutes=2)
    assert outage.created_at - _OUTAGE <= timedelta(minutes=10)
    assert outage.title == "Online shop: payments fail"


def test_every_post_in_the_incident_is_about_the_checkout(desk: QuietDesk, outage: Incident) -> None:
    """Not the checkout lady, double charges, fraud or a card of gifts; and most of those that are."""
    keys = {one["at"]: one.get("key", "") for one in load_story().entries}
    members = [keys[f"{one.at:%H:%M:%S}"] for one in desk.desk.incidents.joined(outage.incident_id)]
    assert [key for key in members if not key.startswith("out-")] == []
    assert not {"out-late", "out-ok-1"} & set(members)
    of_the_outage = [key for key in keys.values() if key.startswith("out-") and key not in ("out-late", "out-ok-1")]
    assert len(members) >= 0.75 * len(of_the_outage)


@pytest.mark.parametrize("key", _FRAUD)
def test_a_report_of_fraud_rings_and_stays_apart_from_the_outage(desk: QuietDesk, key: str) -> None:
    case = case_of(desk, key)
    assert (case.urgency, case.incident_id) == (Urgency.CRITICAL, None)
    rung = [one for one in desk.to_people() if any(r.alert.subject_id == case.case_id for r in one.records)]
    texts = [one for one in rung if any(r.via is Channel.TEXT for r in one.records)]
    assert texts and all(one.critical for one in texts)
    assert str(case.case_id) not in desk.late_rings()


def test_a_day_with_nobody_acting_keeps_to_the_promises_about_messages(desk: QuietDesk) -> None:
    messages = desk.to_people()
    assert 30 <= len(messages) <= 120
    assert busiest(one for one in messages if not one.critical) <= 8
    assert identical(messages) == 0
    assert desk.dangers()
    assert desk.late_rings() == []
    desk.finish()
    summary = desk.summary()
    assert summary["breaches"] == summary["breaches_warned_before"] > 0
