"""Monday morning in the desk's zone → the report of the week that is over, once to each person who may see it."""

from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from mentiondesk.domain.alerts.roster import Channel, Staff
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.ports.channels import Sender, Undeliverable
from mentiondesk.ports.figures import FactStore, ReportWriter
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.usecases.reports.read_figures import ReadFigures, may_see
from mentiondesk.values import Frozen

# By then everything of Sunday is recorded, ignored waits included.
_FROM = time(7)


class Sent(Frozen):
    """A run: the reports that went out, and the people whom none reached."""

    reports: int = 0
    failed: tuple[str, ...] = ()


class SendReport:
    """A run an hour is enough: the report goes out in the first one after seven on Monday, or as soon as it can."""

    def __init__(
        self, facts: FactStore, read: ReadFigures, writer: ReportWriter, sender: Sender, settings: CurrentSettings
    ) -> None:
        self._facts = facts
        self._read = read
        self._writer = writer
        self._sender = sender
        self._settings = settings

    def __call__(self, now: datetime) -> Sent:
        settings = self._settings()
        week = Week.of(now, settings.zone)
        local = now.astimezone(ZoneInfo(settings.zone))
        if not settings.figures.mail or local.date() != week.monday or local.time() < _FROM:
            return Sent()
        over, sent, failed = week.plus(-1), 0, []
        wanted = [one for one in self._readers() if self._facts.send_once(over.name, one.staff_id, now)]
        if not wanted:
            return Sent()
        mail = self._writer.report(self._read(over, now), settings.roster, settings.brand.name, now)
        for one in wanted:
            try:
                self._sender.send(one.addresses[Channel.EMAIL], mail)
                sent += 1
            except Undeliverable as refused:
                failed.append(refused.reason)
                if refused.passing:
                    self._facts.not_sent(over.name, one.staff_id)
        return Sent(sent, tuple(failed))

    def _readers(self) -> Iterator[Staff]:
        roster = self._settings().roster
        return (one for one in roster.staff if may_see(one, roster) and one.addresses.get(Channel.EMAIL))
