"""Measures that begin or end → X, by its API; what X has no way for, or refuses → a task for a person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mentiondesk.domain.alerts.message import OwnerNews, OwnerTold
from mentiondesk.domain.ids import PostId, UserId
from mentiondesk.domain.replies.reply import Refusal
from mentiondesk.domain.strikes.enforcement import Step, next_step, postponed, refused, taken, told, untold
from mentiondesk.domain.strikes.record import CustomerRecord, Deed
from mentiondesk.ports.replies import PostInDoubt, PostLater, PostRefused
from mentiondesk.ports.runtime import TimeLeft
from mentiondesk.ports.strikes import RecordChanged, StrikeStore, XModerator

_MOST_DUE = 100
# Left over for the outcome of a request that takes as long as it may.
_ENOUGH_TIME = timedelta(seconds=20)
# Refusals that concern the brand's account, whatever the customer: operators hear, and mend it.
_ACCOUNT, _ACCOUNT_PAUSE = (Refusal.ACCESS, Refusal.NO_CREDITS, Refusal.SUSPENDED), timedelta(hours=1)


@dataclass(slots=True)
class EnforcedMeasures:
    """The outcome of one run: steps that X took, those that it refused, and those that concern the whole account."""

    taken: int = 0
    refused: int = 0
    account: int = 0


class EnforceMeasures:
    """Takes the steps of measures. Each step can be taken twice without harm, so that a crash repeats it."""

    def __init__(self, strikes: StrikeStore, x: XModerator, clock: Callable[[], datetime]) -> None:
        self._strikes = strikes
        self._x = x
        self._clock = clock

    def __call__(self, time_left: TimeLeft) -> EnforcedMeasures:
        """Does what is due, while there is time."""
        outcome = EnforcedMeasures()
        for customer in self._strikes.due(self._clock(), _MOST_DUE):
            if time_left() < _ENOUGH_TIME:
                break
            try:
                self._one(customer, time_left, outcome)
            except RecordChanged:
                # A person changed the record meanwhile: the next run looks at it again.
                continue
        return outcome

    def _one(self, customer: UserId, time_left: TimeLeft, outcome: EnforcedMeasures) -> None:
        record = self._strikes.get(customer)
        while (step := next_step(record, self._clock())) is not None and time_left() >= _ENOUGH_TIME:
            record = self._strikes.save(self._after(record, step, outcome))
        tasks = untold(record, self._clock())
        # Also without tasks: the record stands in the index by when it is to be looked at next.
        self._strikes.save(told(record, tasks), _messages(tasks, self._clock()))

    def _after(self, record: CustomerRecord, step: Step, outcome: EnforcedMeasures) -> CustomerRecord:
        """The record with the outcome of a step."""
        now = self._clock()
        try:
            self._do(step, now)
        except PostRefused as refusal:
            if refusal.refusal in _ACCOUNT:
                outcome.account += 1
                return postponed(record, step, now, now + _ACCOUNT_PAUSE)
            outcome.refused += 1
            return refused(record, step, refusal.refusal)
        except PostLater as later:
            return postponed(record, step, now, later.until)
        except PostInDoubt:
            return postponed(record, step, now, None)
        outcome.taken += 1
        return taken(record, step, now)

    def _do(self, step: Step, now: datetime) -> None:
        if step.deed is Deed.HIDE:
            self._x.hide(PostId(step.target), step.on, now)
        else:
            self._x.mute(UserId(step.target), step.on, now)


def _messages(tasks: tuple[Step, ...], now: datetime) -> tuple[OwnerTold, ...]:
    """One message about the tasks of a measure to the person who confirmed it."""
    measures = {one.measure.measure_id: one.measure for one in tasks}.values()
    return tuple(
        OwnerTold(one.case_id, now, OwnerNews.MEASURE, one.confirmed_by)
        for one in measures
        if one.case_id is not None and one.confirmed_by is not None
    )
