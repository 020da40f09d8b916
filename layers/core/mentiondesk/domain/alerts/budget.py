"""The interruption budget: when the next message may go to a person, over all channels.

The first messages of an hour go when they are due. Once a person is busy, later ones are gathered: they wait, and one
message lists what is due. A message brings forward the warnings that fall due before the next one may go, so that
the budget never makes a warning late. `make run ACT=no` shows the effect of the numbers.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.ids import CaseId, UserId
from mentiondesk.values import Frozen

HOUR = timedelta(hours=1)
# A person with so many messages in the last hour is busy; until then, messages are this far apart.
_BUSY_FROM, _CALM_GAP = 3, timedelta(minutes=5)
# A warning goes out so long before its deadline at the latest, whatever the budget says.
_LAST_CALL = timedelta(minutes=2)
# The critical cases of so many customers within this time ring one by one; those of later ones ring together.
_RING_ALONE, _RING_WITHIN = 3, timedelta(minutes=10)
# While many ring, one that has rung before does so again no sooner than this gap after the latest.
_RING_AGAIN = timedelta(minutes=3)
# The cases of one customer that ring at once and again; a further one joins what rings, or waits for this long.
_RING_OF_ONE, _RING_OF_ONE_AGAIN = 3, timedelta(minutes=30)
# The stages of danger are over so long after a case's first ring; what is late about it then rings with the others.
_RING_BY_ITSELF = timedelta(minutes=20)
# A customer with more cases in an hour's messages floods: what is late about them causes one message an hour.
_FLOODS_FROM = 3
# A message counts no alert whose timer began this shortly before: the case may have been stored after the message.
_TO_BE_STORED = timedelta(minutes=5)
# The cases that one person was told of, by customer, each with the latest time.
_Told = Mapping[UserId, Mapping[CaseId, datetime]]


class Budget(Frozen):
    """At most `most` messages an hour to one person; those to a busy person are `gather` apart."""

    most: int = 8
    gather: timedelta = timedelta(minutes=25)

    def gap(self, busy: bool, warns: bool) -> timedelta:
        """The shortest time between two messages to one person. A warning waits for less than a full gathering."""
        if not busy:
            return _CALM_GAP
        return min(HOUR / self.most, self.gather) if warns else self.gather


class Counted(Frozen):
    """The alerts that a message does not name and gives the number of: all that fall due `until` then."""

    until: datetime
    via: Channel
    message_id: str


class Interruption(Frozen):
    """One message to a person, and the cases that it was about. `critical` ones are outside of the budget."""

    at: datetime
    cases: tuple[CaseId, ...] = ()
    critical: bool = False
    counted: Counted | None = None

    def counts(self, alert: Alert) -> bool:
        """True when this alert is among those that the message gave the number of."""
        began = alert.planned_at or alert.since
        return self.counted is not None and alert.due_at <= self.counted.until and began <= self.at - _TO_BE_STORED


class Interruptions(Frozen):
    """The messages to one person within the last hour, oldest first."""

    latest: tuple[Interruption, ...] = ()

    def after(self, one: Interruption) -> "Interruptions":
        """The messages with one more; messages older than an hour are dropped."""
        return Interruptions((*(old for old in self.latest if old.at > one.at - HOUR), one))

    def next_message(self, alerts: Iterable[Alert], now: datetime, budget: Budget) -> datetime:
        """The moment, `now` or later, at which a message with these alerts may go."""
        alerts, sent = list(alerts), self._ordinary(now)
        told = self._told_of({one.subject_id.customer for one in alerts if isinstance(one.subject_id, CaseId)}, now)
        soonest = min(self._moment(alert, sent, told, now, budget) for alert in alerts)
        return max(soonest, self.room(now, budget))

    def room(self, now: datetime, budget: Budget) -> datetime:
        """The moment, `now` or later, at which the last hour holds fewer messages than the budget."""
        sent = self._ordinary(now)
        return max(now, sent[-budget.most] + HOUR) if len(sent) >= budget.most else now

    def horizon(self, now: datetime, budget: Budget) -> datetime:
        """The moment up to which a message at `now` brings warnings forward."""
        return now + budget.gap(self.busy(now), warns=False)

    def busy(self, now: datetime) -> bool:
        """True when later messages are gathered."""
        return len(self._ordinary(now)) >= _BUSY_FROM

    def rings_alone(self, cases: Iterable[CaseId], now: datetime) -> bool:
        """True when each customer of these critical cases rings by themselves, as the first few do."""
        return len({case.customer for case in (*self._rung(now, _RING_WITHIN), *cases)}) <= _RING_ALONE

    def ring(self, case: CaseId, alone: bool, now: datetime) -> datetime:
        """The moment, `now` or later, at which this critical case may cause a message. Nobody's first one waits."""
        rung = self._rung(now, HOUR)
        same = {one: at for one, at in rung.items() if one.customer == case.customer}
        joins = len(same) > _RING_OF_ONE and self._rung_before(case, now - _RING_BY_ITSELF)
        if case in list(same)[:_RING_OF_ONE] and not joins:
            return now if alone else max(now, max(rung.values()) + _RING_AGAIN)
        return max(now, max(same.values()) + _RING_OF_ONE_AGAIN) if len(same) >= _RING_OF_ONE else now

    def counting(self, alerts: Iterable[Alert], now: datetime) -> dict[Alert, Counted]:
        """The alerts that the latest message counted, while the time of the next one has not come."""
        latest = next((one for one in reversed(self.latest) if one.counted is not None), None)
        if latest is None or latest.counted is None or latest.counted.until <= now:
            return {}
        return {alert: latest.counted for alert in alerts if latest.counts(alert)}

    def _rung(self, now: datetime, within: timedelta) -> dict[CaseId, datetime]:
        """The cases about which the person was rung within this time, with their latest rings, the first rung first."""
        return {case: one.at for one in self.latest if one.critical and one.at > now - within for case in one.cases}

    def _rung_before(self, case: CaseId, moment: datetime) -> bool:
        return any(one.critical and one.at < moment and case in one.cases for one in self.latest)

    def _ordinary(self, now: datetime) -> list[datetime]:
        return [one.at for one in self.latest if not one.critical and one.at > now - HOUR]

    def _moment(self, alert: Alert, sent: Sequence[datetime], told: _Told, now: datetime, budget: Budget) -> datetime:
        """The moment at which this alert may cause a message; the deadline of a warning cannot wait."""
        warns = now < alert.answer_by and alert.due_at < alert.answer_by
        moment = sent[-1] + budget.gap(len(sent) >= _BUSY_FROM, warns) if sent else now
        latest = _told_of_customer(alert, told)
        if latest is not None:
            # The customer has another case in alert: this one joins a message that goes anyway.
            moment = max(moment, latest + HOUR)
        return max(now, min(moment, alert.answer_by - _LAST_CALL) if warns else moment)

    def _told_of(self, customers: Container[UserId], now: datetime) -> _Told:
        """The cases of these customers in the last hour's messages, each with its latest message."""
        told: dict[UserId, dict[CaseId, datetime]] = defaultdict(dict)
        for one in self.latest:
            for case in one.cases if one.at > now - HOUR else ():
                if case.customer in customers:
                    told[case.customer][case] = one.at
        return told


def _told_of_customer(alert: Alert, told: _Told) -> datetime | None:
    """The latest message about the alert's customer, unless it is about this case and few others."""
    if not isinstance(alert.subject_id, CaseId):
        return None
    theirs = told.get(alert.subject_id.customer, {})
    if alert.subject_id in theirs and len(theirs) <= _FLOODS_FROM:
        return None
    return max(theirs.values(), default=None)
