"""One account with many cases: its first ring and are told like anybody's, the others together."""

from datetime import datetime, timedelta

from mentiondesk.domain.alerts.budget import Budget, Interruption, Interruptions
from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.ids import CaseId, ConversationId, StaffId, UserId
from tests.support.builders import at

HALF_AN_HOUR = timedelta(minutes=30)


def case(number: int, customer: str = "77") -> CaseId:
    return CaseId(ConversationId(str(number)), UserId(customer))


def rung(*minutes_and_cases: tuple[float, list[int]]) -> Interruptions:
    """The rings of one person about cases of the same customer."""
    found = [Interruption(at(minute), tuple(map(case, cases)), critical=True) for minute, cases in minutes_and_cases]
    return Interruptions(tuple(found))


def late(number: int, due: datetime) -> Alert:
    return Alert(case(number), at(0), "breach", StaffId("ana"), Channel.EMAIL, due, at(1))


def test_the_first_three_dangers_of_a_customer_ring_again_on_time() -> None:
    latest = rung((0, [0]), (1, [1]), (2, [2]), (5, [0, 3, 4]))
    assert [latest.ring(case(number), alone=True, now=at(6)) for number in (0, 1, 2)] == [at(6)] * 3


def test_further_dangers_of_a_customer_wait_for_half_an_hour_the_first_time_and_again() -> None:
    latest = rung((0, [0]), (1, [1]), (2, [2]), (5, [0, 3, 4]))
    soonest = at(5) + HALF_AN_HOUR
    assert [latest.ring(case(number), alone=True, now=at(9)) for number in (3, 4, 5)] == [soonest] * 3


def test_once_the_stages_of_danger_are_over_the_first_three_ring_with_the_others() -> None:
    latest = rung((0, [0]), (1, [1]), (2, [2]), (5, [0, 3, 4]))
    assert latest.ring(case(0), alone=True, now=at(20)) == at(20), "a manager hears of it then"
    assert latest.ring(case(0), alone=True, now=at(30)) == at(5) + HALF_AN_HOUR


def test_three_dangers_of_a_customer_ring_on_time_to_the_end() -> None:
    latest = rung((0, [0]), (1, [1]), (2, [2]), (5, [0]))
    assert latest.ring(case(0), alone=True, now=at(30)) == at(30)


def test_a_ring_about_somebody_else_puts_nothing_off() -> None:
    latest = rung((0, [0]), (1, [1]), (2, [2]), (3, [3])).after(Interruption(at(20), (case(9, "88"),), critical=True))
    assert latest.ring(case(3), alone=True, now=at(25)) == at(3) + HALF_AN_HOUR
    assert latest.ring(case(8, "99"), alone=True, now=at(25)) == at(25)


def test_what_is_late_about_many_cases_of_a_customer_causes_one_message_an_hour() -> None:
    latest = Interruptions((Interruption(at(0), tuple(map(case, range(4)))),))
    assert latest.next_message([late(0, at(30))], at(30), Budget()) == at(60)


def test_what_is_late_about_few_cases_of_a_customer_goes_when_the_budget_allows() -> None:
    latest = Interruptions((Interruption(at(0), tuple(map(case, range(3)))),))
    assert latest.next_message([late(0, at(30))], at(30), Budget()) == at(30)


def test_the_warning_of_a_customer_with_many_cases_goes_before_its_deadline() -> None:
    latest = Interruptions((Interruption(at(0), tuple(map(case, range(4)))),))
    warning = Alert(case(9), at(0), "half_time", StaffId("ana"), Channel.EMAIL, at(20), at(40))
    assert latest.next_message([warning], at(20), Budget()) < at(40)
