"""Measures on X: what is to be hidden, muted or blocked now, what X has of it, and what is left to do.

The desk hides and mutes by X's API. Blocking has none on self-serve access, and X can refuse the others: both are tasks
for a person in the app. When a measure ends, is revoked or falls, the same steps are taken back.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.strikes.record import CustomerRecord, Deed, Enforced, Measure, NothingThere, TakenMeasure
from mentiondesk.values import Frozen, replace

# X is down, or names no end of its limit: the pause doubles with each attempt, up to the longest.
_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
_DEEDS = {Measure.HIDE_REPLIES: Deed.HIDE, Measure.MUTE: Deed.MUTE, Measure.BLOCK: Deed.BLOCK}


class Step(Frozen):
    """A thing to be done (`on`) or taken back, for a measure. `by_hand`: a person does it in X's app."""

    deed: Deed
    target: str
    on: bool
    measure: TakenMeasure
    known: Enforced
    by_hand: bool

    @property
    def name(self) -> str:
        return f"{self.deed}-{self.target}-{'on' if self.on else 'off'}"


def steps(record: CustomerRecord, now: datetime) -> tuple[Step, ...]:
    """All that differs between what measures ask for and what X has."""
    wanted, known = dict(_wanted(record, now)), {(one.deed, one.target): one for one in record.enforced}
    found = []
    for (deed, target), measure in wanted.items():
        has = known.get((deed, target), Enforced(deed, target))
        if not has.on:
            found.append(_step(has, True, measure))
    for key, has in known.items():
        if has.on and key not in wanted:
            found.append(_step(has, False, _latest(record, has.deed)))
    return tuple(found)


def next_step(record: CustomerRecord, now: datetime) -> Step | None:
    """A step that the desk takes by X's API now."""
    ready = (one for one in steps(record, now) if not one.by_hand)
    return next((one for one in ready if one.known.next_at is None or one.known.next_at <= now), None)


def untold(record: CustomerRecord, now: datetime) -> tuple[Step, ...]:
    """The tasks of which nobody was told yet."""
    return tuple(one for one in steps(record, now) if one.by_hand and not one.known.told)


def wakes_at(record: CustomerRecord, now: datetime) -> datetime | None:
    """The time at which there is something to do next; None for never."""
    found = [one.until for one in record.in_force(now) if one.measure in _DEEDS]
    for step in steps(record, now):
        if not step.by_hand:
            found.append(step.known.next_at or now)
        elif not step.known.told:
            found.append(now)
    return min(found, default=None)


def taken(record: CustomerRecord, step: Step, now: datetime, by: StaffId | None = None) -> CustomerRecord:
    """The record with a step that X took, or that a person did in the app."""
    return _with(record, Enforced(step.deed, step.target, step.on, now, by))


def refused(record: CustomerRecord, step: Step, refusal: str) -> CustomerRecord:
    """The record with a step that X refuses for good: it becomes a task."""
    return _with(record, replace(step.known, toward=step.on, refusal=refusal or "refused", next_at=None, told=False))


def postponed(record: CustomerRecord, step: Step, now: datetime, until: datetime | None) -> CustomerRecord:
    """The record with a step that is tried again: when X says so, or later and later."""
    attempts = step.known.attempts
    next_at = until or now + min(_PAUSE * 2**attempts, _LONGEST_PAUSE)
    return _with(record, replace(step.known, toward=step.on, attempts=attempts + 1, next_at=next_at))


def told(record: CustomerRecord, found: tuple[Step, ...]) -> CustomerRecord:
    """The record whose tasks a person was told of."""
    for step in found:
        record = _with(record, replace(step.known, toward=step.on, told=True))
    return record


def done_by_hand(record: CustomerRecord, name: str, by: StaffId, now: datetime) -> CustomerRecord:
    """The record with a task that a person says is done. Raises NothingThere where it is none."""
    step = next((one for one in steps(record, now) if one.by_hand and one.name == name), None)
    if step is None:
        raise NothingThere
    return taken(record, step, now, by)


def _wanted(record: CustomerRecord, now: datetime) -> Iterator[tuple[tuple[Deed, str], TakenMeasure]]:
    """The targets of the measures in force."""
    for measure in record.in_force(now):
        deed = _DEEDS.get(measure.measure)
        if deed is Deed.HIDE:
            proven = (one for one in record.strikes if one.strike_id in measure.strikes and one.withdrawn_by is None)
            yield from (((deed, post.post_id), measure) for one in proven for post in one.posts)
        elif deed is not None:
            yield (deed, record.customer), measure


def _step(has: Enforced, on: bool, measure: TakenMeasure) -> Step:
    """The step with its failures; those of the opposite step are over."""
    known = has if has.toward is on else Enforced(has.deed, has.target, has.on, has.at, has.by, toward=on)
    return Step(has.deed, has.target, on, measure, known, by_hand=has.deed is Deed.BLOCK or bool(known.refusal))


def _latest(record: CustomerRecord, deed: Deed) -> TakenMeasure:
    """The measure that asked for this last."""
    return [one for one in record.measures if _DEEDS.get(one.measure) is deed and one.confirmed_by is not None][-1]


def _with(record: CustomerRecord, changed: Enforced) -> CustomerRecord:
    others = (one for one in record.enforced if (one.deed, one.target) != (changed.deed, changed.target))
    return replace(record, enforced=(*others, changed))
