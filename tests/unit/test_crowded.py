"""A crowded run: alerts of which the latest message gave the number count as told, and nothing else does."""

from datetime import timedelta

from mentiondesk.domain.alerts.budget import Budget, Counted, Interruption, Interruptions
from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.usecases.alerts.gathering import Share, Wanted, share
from mentiondesk.values import replace
from tests.support.builders import a_case, at

ANA = StaffId("ana")
BY = Counted(at(60), Channel.EMAIL, "email-9")
# At minute 35 a message named some alerts, and gave the number of those that fall due until minute 60.
TOLD = Interruptions((Interruption(at(10)), Interruption(at(20)), Interruption(at(35), counted=BY)))


def breach(due: float = 40, since: float = 0, case: Case | None = None) -> Wanted:
    found = case or a_case()
    return Wanted(found, Alert(found.case_id, at(since), "breach", ANA, Channel.EMAIL, at(due), at(due)))


def shared(one: Wanted, minute: float = 45, latest: Interruptions = TOLD, crowded: bool = True) -> Share:
    return share(ANA, [one], latest, at(minute), Budget(), crowded)


def test_an_alert_that_the_latest_message_counted_is_told() -> None:
    one = breach()
    assert shared(one) == Share(counted={one.alert: BY})


def test_where_a_run_has_time_the_alert_waits_and_is_named() -> None:
    one = breach()
    found = shared(one, crowded=False)
    assert found == Share(later=((one.alert, at(60)),))


def test_what_falls_due_after_the_next_message_was_not_counted() -> None:
    assert shared(breach(due=61), minute=45).counted == {}


def test_when_the_next_message_may_go_it_goes() -> None:
    one = breach()
    (message,) = shared(one, minute=60).messages
    assert message.wanted == (one,)


def test_a_case_that_may_have_been_stored_after_the_message_was_not_counted() -> None:
    assert shared(breach(since=31)).counted == {}
    assert shared(breach(since=30)).counted != {}


def test_alerts_that_were_planned_anew_after_the_message_were_not_counted() -> None:
    one = breach()
    anew = Wanted(one.subject, replace(one.alert, planned_at=at(36)))
    assert shared(anew).counted == {}


def test_danger_rings_however_crowded_it_is() -> None:
    one = breach(case=a_case(urgency=Urgency.CRITICAL))
    found = shared(one)
    assert found.counted == {} and [message.critical for message in found.messages] == [True]


def test_a_message_that_counts_nothing_tells_of_nothing_else() -> None:
    plain = Interruptions((*TOLD.latest[:-1], Interruption(at(35))))
    assert shared(breach(), latest=plain).counted == {}


def test_a_ring_in_between_takes_nothing_from_what_was_counted() -> None:
    rung = TOLD.after(Interruption(at(44), critical=True))
    assert shared(breach(), latest=rung).counted != {}


def test_half_an_hour_later_nothing_is_left_of_it() -> None:
    assert shared(breach(due=70), minute=75).messages != ()
    assert TOLD.counting([breach().alert], at(35) + timedelta(minutes=25)) == {}
