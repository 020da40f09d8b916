"""Uptime of one component, day by day, from what was published about it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from mentiondesk.domain.ids import ComponentId
from mentiondesk.domain.incidents.incident import Health
from mentiondesk.domain.status.public_incident import PublicIncident
from mentiondesk.values import Frozen

_DAY = timedelta(days=1)
# The share of a time that counts as down. Source: Statuspage, "How is uptime calculated": a partial outage counts 30 %,
# degraded performance and maintenance count nothing.
_DOWN = {Health.PARTIAL_OUTAGE: 0.3, Health.MAJOR_OUTAGE: 1.0}


class Span(Frozen):
    """A time during which a component was not operational because of one incident."""

    begins: datetime
    ends: datetime
    health: Health


class UptimeDay(Frozen):
    """One day: the worst health, and the time that counts as down. `health` None: the desk did not exist yet."""

    day: date
    health: Health | None
    down: timedelta = timedelta(0)


class Uptime(Frozen):
    """A component's days, oldest first."""

    days: tuple[UptimeDay, ...]

    @property
    def share(self) -> float | None:
        """The share of the recorded days in which it worked, from 0 to 1; None where no day is recorded."""
        recorded = [one for one in self.days if one.health is not None]
        if not recorded:
            return None
        return 1 - sum((one.down for one in recorded), timedelta(0)) / (len(recorded) * _DAY)

    @property
    def troubled(self) -> int:
        """The number of days with a problem; maintenance is none."""
        well = (None, Health.OPERATIONAL, Health.UNDER_MAINTENANCE)
        return sum(one.health not in well for one in self.days)


def uptime(
    component: ComponentId, published: Iterable[PublicIncident], zone: ZoneInfo, days: list[date], since: datetime,
    until: datetime,
) -> Uptime:  # fmt: skip
    """The uptime on these days. Nothing is told of days before `since`; what goes on is counted up to `until`."""
    spans = [span for one in published for span in _spans(component, one, until)]
    first = since.astimezone(zone).date()
    return Uptime(tuple(_day(day, spans, zone) if day >= first else UptimeDay(day, None) for day in days))


def _spans(component: ComponentId, one: PublicIncident, until: datetime) -> Iterator[Span]:
    """The times in which an incident affected the component, from its start on."""
    changes = [(update.at, change.after) for update in one.updates for change in update.changes
               if change.component == component and change.real]  # fmt: skip
    if not changes:
        return
    ends = [*(at for at, _ in changes[1:]), one.incident.ended_at or until]
    for place, ((at, health), end) in enumerate(zip(changes, ends, strict=True)):
        begins = at if place or one.maintenance else min(at, one.incident.started_at)
        if health is not Health.OPERATIONAL and begins < end:
            yield Span(begins, end, health)


def _day(day: date, spans: list[Span], zone: ZoneInfo) -> UptimeDay:
    begins = datetime.combine(day, time(), zone)
    ends = datetime.combine(day + _DAY, time(), zone)
    touching = [one for one in spans if one.begins < ends and one.ends > begins]
    worst = max((one.health for one in touching), key=lambda health: health.rank, default=Health.OPERATIONAL)
    return UptimeDay(day, worst, _down(touching, begins, ends))


def _down(spans: list[Span], begins: datetime, ends: datetime) -> timedelta:
    """The time that counts as down; where incidents overlap, the worst of them counts."""
    cuts = sorted({begins, ends, *(min(max(at, begins), ends) for one in spans for at in (one.begins, one.ends))})
    down = timedelta(0)
    for start, end in pairwise(cuts):
        shares = [_DOWN.get(one.health, 0.0) for one in spans if one.begins <= start and one.ends >= end]
        down += (end - start) * max(shares, default=0.0)
    return min(down, _DAY)
