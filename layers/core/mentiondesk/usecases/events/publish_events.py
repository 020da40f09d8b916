"""Events of the relay, of deadlines that pass and of weeks that are over → the log, and a queue for each endpoint."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from mentiondesk.domain.events.delivery import BUS
from mentiondesk.domain.events.event import Event, case_events, weekly_event, weekly_id
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.events import EventStore
from mentiondesk.ports.figures import FactStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.usecases.reports.read_figures import ReadFigures

# The index of open cases may be a little stale.
_OVERLAP = timedelta(minutes=5)
# A first run, or one after a long pause, looks no further back.
_REACH = timedelta(days=1)
# By then everything of Sunday is recorded, as for the mail with these figures.
_WEEK_OVER_AT = time(7)


class PublishEvents:
    """Keeps each event once, however often it is told. `bus`: there is a bus of EventBridge, which gets all."""

    def __init__(self, events: EventStore, settings: CurrentSettings, bus: bool) -> None:
        self._events = events
        self._settings = settings
        self._bus = bus

    def __call__(self, events: Iterable[Event], now: datetime) -> set[str]:
        """The endpoints that have something to get."""
        wanted: set[str] = set()
        for event in {one.event_id: one for one in events}.values():
            endpoints = self._settings().events.endpoints
            to = [one.endpoint_id for one in endpoints if one.wants(event.type)] + [BUS] * self._bus
            if self._events.add(event, to, now):
                wanted.update(to)
        return wanted


class FindEvents:
    """Events that no change of the table brings: a deadline passes, a week is over."""

    def __init__(
        self, events: EventStore, cases: CaseStore, facts: FactStore, read: ReadFigures, settings: CurrentSettings
    ) -> None:
        self._events = events
        self._cases = cases
        self._facts = facts
        self._read = read
        self._settings = settings

    def __call__(self, now: datetime, publish: PublishEvents) -> set[str]:
        """The endpoints that have something to get."""
        wanted = publish((*self._late(now), *self._week(now)), now)
        self._events.look_until(now)
        return wanted

    def _late(self, now: datetime) -> Iterable[Event]:
        since = max(self._events.looked_until() or now, now - _REACH) - _OVERLAP
        cases = (self._cases.get(case_id) for case_id in self._facts.late_since(since, now))
        return (event for case in cases if case is not None for event in case_events(case, now))

    def _week(self, now: datetime) -> Iterable[Event]:
        zone = self._settings().zone
        week = Week.of(now, zone)
        over, told_from = week.plus(-1), datetime.combine(week.monday, _WEEK_OVER_AT, ZoneInfo(zone))
        if now >= told_from and self._events.get(weekly_id(over)) is None:
            yield weekly_event(over, self._read(over, now).report, now)
