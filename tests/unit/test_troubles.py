"""Operators hear of a trouble when it begins, once a day while it lasts, and when it is over."""

from datetime import timedelta

import pytest

from mentiondesk.domain.troubles import LOOKS_BACK, RULES, TOLD_AGAIN_AFTER, Notice, Report, Told, notices
from tests.support.builders import NOON

MINUTE = timedelta(minutes=1)
# Rules other than the usual one: within so many minutes, in so many different minutes, so many failures.
PATIENT = {
    "AlertsAbsent": (90, 1, 1),
    "AlertsLeft": (6, 5, 1),
    "AuditIncomplete": (90, 1, 1),
    "AuditStopped": (30, 1, 1),
    "CasesMissing": (90, 1, 1),
    "CasesWithoutClock": (90, 1, 1),
    "ConfirmationsFailed": (60, 1, 5),
    "ConfirmationsHeld": (60, 1, 20),
    "EndpointsDisabled": (90, 1, 1),
    "EventsGivenUp": (60, 1, 1),
    "FactsMissing": (90, 1, 1),
    "IncidentSavesGivenUp": (5, 3, 1),
    "MailsSetAside": (90, 1, 1),
    "OpinionsFailed": (60, 1, 5),
    "PostsMissing": (90, 1, 1),
    "PostsRedelivered": (60, 2, 1),
    "ReadsPaced": (30, 15, 1),
    "RepliesInDoubt": (30, 20, 1),
    "RepliesLost": (90, 1, 1),
    "RepliesRefused": (60, 1, 5),
    "SignInsRefused": (60, 1, 20),
    "SpendDiffers": (90, 1, 1),
    "StaffMailFails": (60, 1, 1),
    "SubscribersNearlyFull": (60, 1, 1),
    "SubscribersRefused": (60, 1, 1),
    "XRateLimited": (20, 16, 1),
    "XUnavailable": (6, 5, 1),
}
AT_ONCE = (5, 1, 1)


def reports(name: str, minutes: int, count: int, newest: timedelta = timedelta()) -> list[Report]:
    """One report a minute back from `newest` before noon, that hold so many failures together."""
    counts = [1] * (minutes - 1) + [max(count - minutes + 1, 1)]
    return [Report(name, NOON - newest - place * MINUTE, one) for place, one in enumerate(counts)]


@pytest.mark.parametrize("name", RULES)
def test_a_trouble_is_told_after_as_many_failures_as_it_needs(name: str) -> None:
    within, minutes, count = PATIENT.get(name, AT_ONCE)
    enough = reports(name, minutes, count)
    assert list(notices(enough, (), NOON)) == [Notice(name, enough[-1].at)]
    fewer = reports(name, minutes - 1, count) if minutes > 1 else reports(name, 1, count - 1) if count > 1 else []
    assert list(notices(fewer, (), NOON)) == []
    # The oldest report counts until it is as old as the time within which they have to come.
    newest = (within - minutes + 1) * MINUTE
    assert len(list(notices(reports(name, minutes, count, newest - timedelta(seconds=1)), (), NOON))) == 1
    assert list(notices(reports(name, minutes, count, newest), (), NOON)) == []


@pytest.mark.parametrize("name", RULES)
def test_a_trouble_is_over_after_a_quarter_of_an_hour_or_the_time_of_its_rule_without_a_report(name: str) -> None:
    calm = max(PATIENT.get(name, AT_ONCE)[0], 15) * MINUTE
    told, second = Told(name, NOON - timedelta(hours=5), NOON - timedelta(hours=5)), timedelta(seconds=1)
    assert calm <= LOOKS_BACK
    assert list(notices([Report(name, NOON - calm + second, 1)], [told], NOON)) == []
    assert list(notices([Report(name, NOON - calm, 1)], [told], NOON)) == [Notice(name, told.since, over=True)]
    assert list(notices([], [told], NOON)) == [Notice(name, told.since, over=True)]


def test_a_trouble_that_lasts_is_told_once_a_day_with_its_beginning() -> None:
    now = [Report("XTokenRefused", NOON, 1)]
    since, second = NOON - timedelta(days=3), timedelta(seconds=1)
    a_day_ago = Told("XTokenRefused", since, NOON - TOLD_AGAIN_AFTER)
    assert timedelta(days=1) == TOLD_AGAIN_AFTER
    assert list(notices(now, [a_day_ago], NOON)) == [Notice("XTokenRefused", since)]
    assert list(notices(now, [a_day_ago], NOON - second)) == []


def test_a_notice_names_each_detail_once_and_unknown_names_are_passed_over() -> None:
    found = [Report("XCreditsSpent", NOON - place * MINUTE, 1, word) for place, word in enumerate("abb")]
    others = [Report("XCreditsSpent", NOON, 1), Report("OfALaterVersion", NOON, 9, "c")]
    assert list(notices([*found, *others], (), NOON)) == [Notice("XCreditsSpent", NOON - 2 * MINUTE, ("a", "b"))]


def test_reports_are_read_back_as_far_as_the_slowest_rule() -> None:
    assert timedelta(minutes=90) == LOOKS_BACK
