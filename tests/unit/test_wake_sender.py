"""The notifier's look at the sender and at the audit: it starts the one, and tells of either that stands still."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from mentiondesk.domain.health import GivenUp, SetAside
from mentiondesk.domain.ids import UserId
from mentiondesk.ports.audit import AuditStore
from mentiondesk.ports.replies import PostLater
from mentiondesk.ports.strikes import StrikeStore
from mentiondesk.usecases.audit.watch_audit import WatchAudit
from mentiondesk.usecases.replies.wake_sender import WakeSender
from tests.support.outbox import UNDO, Outbox

NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)


class Strikes:
    """Measures of so many customers are due."""

    def __init__(self, due: int = 0) -> None:
        self._due = due

    def due(self, now: datetime, limit: int) -> Sequence[UserId]:
        del now
        return [UserId(str(number)) for number in range(self._due)][:limit]


class Waking:
    """The starts of a sender of this outbox."""

    def __init__(self, outbox: Outbox, measures: int = 0) -> None:
        self.starts = 0
        self.wake = WakeSender(outbox.replies, cast(StrikeStore, Strikes(measures)), self._start)

    def _start(self) -> None:
        self.starts += 1


def test_a_quiet_minute_starts_nothing() -> None:
    waking = Waking(Outbox())
    assert waking.wake(NOW) == {"RepliesLate": 0}
    assert waking.starts == 0


def test_a_reply_that_its_author_can_still_take_back_starts_nothing() -> None:
    outbox = Outbox()
    outbox.sends()
    waking = Waking(outbox)
    waking.wake(outbox.now + UNDO - timedelta(seconds=1))
    assert waking.starts == 0


def test_a_reply_whose_note_was_lost_starts_the_sender_and_is_late_after_five_minutes() -> None:
    outbox = Outbox()
    outbox.sends()
    waking, due = Waking(outbox), outbox.now + UNDO
    assert waking.wake(due) == {"RepliesLate": 0}
    assert waking.wake(due + timedelta(minutes=4, seconds=59)) == {"RepliesLate": 0}
    assert waking.wake(due + timedelta(minutes=5)) == {"RepliesLate": 1}
    assert waking.starts == 3


def test_a_reply_that_x_asked_to_wait_with_is_not_late() -> None:
    outbox = Outbox()
    outbox.sends()
    outbox.x.fail_next = [(PostLater(outbox.now + timedelta(minutes=20)), False)]
    outbox.passes()
    waking = Waking(outbox)
    assert waking.wake(outbox.now + timedelta(minutes=19)) == {"RepliesLate": 0}
    assert waking.starts == 0
    waking.wake(outbox.now + timedelta(minutes=20))
    assert waking.starts == 1


def test_measures_that_are_due_start_the_sender() -> None:
    waking = Waking(Outbox(), measures=2)
    waking.wake(NOW)
    assert waking.starts == 1


class Audits:
    """The time of the last audit; None before the first."""

    def __init__(self, at: datetime | None) -> None:
        self._at = at

    def set_aside(self) -> SetAside | None:
        return SetAside(self._at, dict.fromkeys(GivenUp, 0)) if self._at else None


@pytest.mark.parametrize(("hours", "stopped"), [(1, 0), (3, 0), (4, 1)])
@pytest.mark.parametrize("before_the_first", [True, False])
def test_an_audit_that_has_not_ended_well_for_three_hours_is_told(
    hours: int, stopped: int, before_the_first: bool
) -> None:
    """A desk without any audit counts from when it was set up."""
    last, never = NOW - timedelta(hours=hours), NOW - timedelta(days=9)
    audits = Audits(None if before_the_first else last)
    watch = WatchAudit(cast(AuditStore, audits), lambda: last if before_the_first else never)
    assert watch(NOW) == {"AuditStopped": stopped}


def test_the_audit_is_looked_at_each_ten_minutes() -> None:
    watch = WatchAudit(cast(AuditStore, Audits(NOW - timedelta(days=1))), lambda: NOW)
    found = [watch(NOW + timedelta(minutes=minute)) for minute in range(30)]
    assert [minute for minute, told in enumerate(found) if told] == [0, 10, 20]
