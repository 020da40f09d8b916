"""The messages of a day by person and hour: how often the desk interrupted each of its people."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.table import Table

from infra.local.desk import LocalDesk
from mentiondesk.domain.alerts.ledger import Outcome
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.tags import Urgency

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Interruptions:
    """Messages to staff, by person and hour; those about danger are counted apart.

    `identical` counts messages that say to a person what another one of the same minute said.
    """

    ordinary: Counter[tuple[str, datetime]]
    critical: Counter[tuple[str, datetime]]
    identical: int
    busiest: int

    @property
    def summary(self) -> str:
        """Like "96 messages, at most 6 in an hour to one person; 12 about danger apart; 0 identical"."""
        return (
            f"{self.ordinary.total()} messages to staff, at most {self.busiest} within an hour to one person; "
            f"{self.critical.total()} about danger apart; {self.identical} identical"
        )

    def table(self) -> Table:
        """A row for each person, a column for each hour: messages, and after a + those about danger."""
        counted = self.ordinary | self.critical
        hours = sorted({hour for _, hour in counted})
        table = Table("", *(f"{hour:%H}" for hour in hours), box=None, pad_edge=False)
        for name in sorted({name for name, _ in counted}):
            table.add_row(name, *(self._cell(name, hour) for hour in hours))
        return table

    def _cell(self, name: str, hour: datetime) -> str:
        ordinary, critical = self.ordinary[name, hour], self.critical[name, hour]
        return f"{ordinary or ''}{f'+{critical}' if critical else ''}"


def interruptions(desk: LocalDesk) -> Interruptions:
    """The messages that this desk sent to people in its settings."""
    staff = {address for one in desk.settings.roster.staff for address in one.addresses.values()}
    messages = [one for one in desk.messages if one.to in staff]
    dangerous = _about_danger(desk)
    hours = [(desk.name_of(one.to), one.at.replace(minute=0, second=0, microsecond=0), one) for one in messages]
    said = Counter((desk.name_of(one.to), one.at, one.subject, one.body) for one in messages)
    return Interruptions(
        Counter((name, hour) for name, hour, one in hours if one.message_id not in dangerous),
        Counter((name, hour) for name, hour, one in hours if one.message_id in dangerous),
        sum(count - 1 for count in said.values()),
        _busiest([(name, one.at) for name, _, one in hours if one.message_id not in dangerous]),
    )


def _busiest(sent: list[tuple[str, datetime]]) -> int:
    """The most messages to one person within an hour that begins with one of them."""
    within = (sum(name == other and at <= later < at + _HOUR for other, later in sent) for name, at in sent)
    return max(within, default=0)


def _about_danger(desk: LocalDesk) -> set[str]:
    """The ids of the messages that are about critical cases and incidents alone."""
    subjects: list[Case | Incident] = [*desk.cases(), *desk.incidents()]
    critical = {one.subject_id for one in subjects if one.urgency is Urgency.CRITICAL}
    sent = [record for record in desk.records() if record.outcome is Outcome.SENT]
    others = {record.message_id for record in sent if record.alert.subject_id not in critical}
    return {record.message_id for record in sent} - others
