"""People say that they are off, or that they take over: everybody sees it, alerts follow it, and it ends by itself."""

from datetime import timedelta

import pytest

from mentiondesk.adapters.storage.stores.duty import DutyChanges, staffed_settings
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.access.actor import DESK, Actor, Door, NotAllowed
from mentiondesk.domain.alerts.roster import Audience, DutyChange, Roster
from mentiondesk.domain.ids import StaffId
from mentiondesk.presentation.action_pages.duty import duty_box, duty_in
from mentiondesk.presentation.action_pages.reader import Reader
from mentiondesk.presentation.action_pages.reading import MalformedForm
from mentiondesk.presentation.wording import Sentences
from mentiondesk.usecases.alerts.change_duty import ChangeDuty
from mentiondesk.values import replace
from tests.support.builders import NOON, a_staff, at, settings, settings_file

ANA, BEN = a_staff("ana"), replace(a_staff("ben"), always_on_duty=False)
LEA = replace(a_staff("lea", roles=frozenset({Audience.LEAD})), always_on_duty=False)
TEAM = Roster((ANA, BEN, LEA))


def duty(roster: Roster, minute: float) -> list[str]:
    return [one.staff_id for one in roster.audience(Audience.DUTY, at(minute))]


def saying(change: ChangeDuty, name: str, on: bool, start: float, end: float) -> DutyChange:
    staff = TEAM.find(StaffId(name))
    return change(Actor(staff, frozenset(), Door.LINK), on, at(end), at(start))


def test_a_word_holds_until_it_ends_by_itself(table: Table) -> None:
    change = ChangeDuty(DutyChanges(table))
    saying(change, "ana", on=False, start=0, end=60)
    saying(change, "ben", on=True, start=10, end=30)
    now = change.roster(TEAM)
    assert [duty(now, minute) for minute in (-1, 0, 10, 29, 30, 59, 60)] == [
        ["ana"], ["lea"], ["ben"], ["ben"], ["lea"], ["lea"], ["ana"]
    ]  # fmt: skip


def test_the_last_word_holds_and_saying_it_twice_does_no_harm(table: Table) -> None:
    change = ChangeDuty(DutyChanges(table))
    for _ in range(2):
        saying(change, "ana", on=False, start=0, end=60)
    saying(change, "ana", on=True, start=5, end=20)
    assert len(DutyChanges(table).all()) == 1
    assert duty(change.roster(TEAM), 6) == ["ana"]


def test_an_owner_who_is_off_by_their_own_word_keeps_no_alerts_from_others() -> None:
    """LEA has no shifts: without a word she shares what she has claimed with those on duty."""
    lea = LEA.staff_id
    assert [one.staff_id for one in TEAM.audience(Audience.DUTY, at(5), lea)] == ["lea", "ana"]
    off = TEAM.with_duty([DutyChange(lea, on=False, since=at(0), until=at(60))])
    assert [one.staff_id for one in off.audience(Audience.DUTY, at(5), lea)] == ["ana"]
    on = TEAM.with_duty([DutyChange(lea, on=True, since=at(0), until=at(60))])
    assert [one.staff_id for one in on.audience(Audience.DUTY, at(5), lea)] == ["lea"]


def test_nobody_speaks_for_another_and_the_desk_for_nobody(table: Table) -> None:
    with pytest.raises(NotAllowed):
        ChangeDuty(DutyChanges(table))(DESK, on=True, until=at(9), now=NOON)
    assert DutyChanges(table).all() == []


def test_a_word_of_a_person_who_has_left_is_passed_over() -> None:
    gone = DutyChange(StaffId("max"), on=True, since=at(0), until=at(60))
    assert TEAM.with_duty([gone]) == TEAM


def test_the_notifier_follows_a_word_within_a_minute(table: Table) -> None:
    now = NOON
    SettingsVersions(table).store(settings_file(), NOON)
    current = staffed_settings(table, lambda: now)
    assert current().roster.staff[0].said is None
    said = DutyChange(StaffId("ana"), on=False, since=NOON, until=at(60))
    DutyChanges(table).put(said)
    now += timedelta(seconds=61)
    assert current().roster.staff[0].said == said
    assert replace(current(), roster=settings().roster) == settings()


def test_everybody_sees_who_is_on_duty_and_what_was_said() -> None:
    now = TEAM.with_duty(
        [
            DutyChange(StaffId("ana"), on=False, since=at(0), until=at(60)),
            DutyChange(StaffId("ben"), on=True, since=at(0), until=at(30)),
        ]
    )
    seen = duty_box(Reader(BEN, settings(), Sentences(), at(5)), now, at(5))
    assert (seen.now, seen.word) == ("You", "off")
    assert seen.lines == (
        "Ana is off until 13:00 UTC, by their own word.",
        "Ben is on duty until 12:30 UTC, by their own word.",
    )
    assert [until for _, until in seen.spans][:2] == ["13:05 UTC", "16:05 UTC"]
    over = duty_box(Reader(ANA, settings(), Sentences(), at(61)), now, at(61))
    assert (over.now, over.word, over.lines) == ("You", "off", ())


@pytest.mark.parametrize(
    "typed", [{}, {"word": "on"}, {"word": "on", "span": "9y"}, {"word": "maybe", "span": "1h"}, {"span": "1h"}]
)
def test_what_no_form_of_ours_sends_is_refused(typed: dict[str, str]) -> None:
    with pytest.raises(MalformedForm):
        duty_in(typed)
    assert duty_in({"word": "off", "span": "4h"}) == (False, timedelta(hours=4))
