"""The counts of one run of the notifier."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from mentiondesk.domain.alerts.ledger import Alert, Outcome, Record

_LISTS = ("not_written", "undelivered")


@dataclass(slots=True)
class Notified:
    """The outcome of one run. `left`: time ran out, and the next run goes on.

    `subjects` counts the due items worked on, `sent` the alerts that went out in so many `messages`, `gathered` those
    that wait for the next message, `failed` those that no channel took, `without_links` those that went out without
    the person's link to act. `not_written` holds what the writer raised: each was a message that could not be
    written. `passing` are the alerts that a provider refused for a while.
    """

    subjects: int = 0
    sent: int = 0
    messages: int = 0
    gathered: int = 0
    held: int = 0
    fell_back: int = 0
    failed: int = 0
    without_links: int = 0
    left: bool = False
    not_written: list[Exception] = field(default_factory=list)
    undelivered: set[Alert] = field(default_factory=set)
    passing: set[Alert] = field(default_factory=set)

    @property
    def summary(self) -> dict[str, Any]:
        """The counts for the log."""
        counts = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in _LISTS}
        return {**counts, "not_written": len(self.not_written)}

    @property
    def troubles(self) -> dict[str, int]:
        """The troubles of the run, by the names under which operators hear of them."""
        return {
            "AlertsFailed": self.failed,
            "NotWritten": len(self.not_written),
            "AlertsWithoutLinks": self.without_links,
            "AlertsLeft": int(self.left),
        }

    def count(self, records: Sequence[Record]) -> None:
        """Counts outcomes as they go into the ledger."""
        self.sent += sum(one.outcome is Outcome.SENT for one in records)
        self.held += sum(one.outcome is Outcome.HELD for one in records)
        failed = [one.alert for one in records if one.outcome is Outcome.FAILED]
        self.failed += len(failed)
        self.undelivered.update(failed)
