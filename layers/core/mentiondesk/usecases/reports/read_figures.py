"""The figures of one week for a person who may see them: the page, the CSV and the mail are made from this."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mentiondesk.domain.access.actor import Actor, NotAllowed
from mentiondesk.domain.alerts.roster import Audience, Roster, Staff
from mentiondesk.domain.figures.facts import Fact, TargetsFact, WaitEnd, WaitFact
from mentiondesk.domain.figures.figures import Figures
from mentiondesk.domain.figures.report import Now, report_of
from mentiondesk.domain.figures.targets import Targets
from mentiondesk.domain.figures.weeks import COMPARED, Week
from mentiondesk.ports.figures import FactStore, QueueCounts
from mentiondesk.ports.runtime import CurrentSettings

_PACE = timedelta(days=7)
# A run an hour notes the targets of a week that is over.
_NOTED_WITHIN = timedelta(days=1)


class ReadFigures:
    """Figures from facts. The facts of a week that is over never change, and so its figures do not."""

    def __init__(self, facts: FactStore, queue: QueueCounts, settings: CurrentSettings) -> None:
        self._facts = facts
        self._queue = queue
        self._settings = settings

    def __call__(self, week: Week, now: datetime) -> Figures:
        """The figures of a week, whoever asks."""
        weeks = [*week.before(), week]
        found = list(self._facts.between(weeks[0].first, week.last))
        parts = {one: [fact for fact in found if one.first <= fact.recorded_at < one.last] for one in weeks}
        told = [(one, report_of(parts[one], week.zone)) for one in weeks[:COMPARED]]
        before = report_of((fact for fact in found if fact.recorded_at < week.first), week.zone)
        facts = tuple(parts[week])
        targets = self._targets(week, facts, now)
        return Figures(week, report_of(facts, week.zone), facts, tuple(told), before, self._now(now), targets)

    def _targets(self, week: Week, facts: Iterable[Fact], now: datetime) -> Targets:
        """The targets that held at the week's end; of one that runs, or was just over, those of now."""
        noted = next((fact.targets for fact in facts if isinstance(fact, TargetsFact)), None)
        if noted is not None:
            return noted
        return self._settings().figures.targets if now < week.last + _NOTED_WITHIN else Targets()

    def shown(self, actor: Actor, name: str, now: datetime) -> Figures:
        """The week of this name, or the running one. Raises NotAllowed, and ValueError for a name of no week."""
        settings = self._settings()
        if actor.staff is None or not may_see(actor.staff, settings.roster):
            raise NotAllowed
        this = Week.of(now, settings.zone)
        week = Week.parse(name, settings.zone) if name else this
        if week.monday > this.monday:
            raise ValueError("this week has not begun")
        return self(week, now)

    def _now(self, now: datetime) -> Now:
        ended = [fact for fact in self._facts.between(now - _PACE, now) if isinstance(fact, WaitFact)]
        pace = sum(fact.end not in (WaitEnd.IGNORED, WaitEnd.WITHDRAWN) for fact in ended)
        return self._queue.now(now, pace)


def may_see(staff: Staff, roster: Roster) -> bool:
    """True for managers; where there are none, for leads."""
    managers = any(Audience.MANAGER in one.roles for one in roster.staff)
    return (Audience.MANAGER if managers else Audience.LEAD) in staff.roles
