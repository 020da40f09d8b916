"""Batching: the notices that go to one person on one channel, as one message or several."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice, Notice
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.subject import Subject

Pair = tuple[Subject, Alert]


@dataclass(frozen=True, slots=True)
class Pile:
    """All alerts of one round for one person on one channel about one incident, or (None) about none."""

    staff_id: StaffId
    channel: Channel
    incident_id: IncidentId | None
    alerts: tuple[Pair, ...]


def piles(alerts: Iterable[Pair]) -> list[Pile]:
    """The alerts by person, channel and incident, in the order in which each pile has its first."""
    found: dict[tuple[StaffId, Channel, IncidentId | None], list[Pair]] = defaultdict(list)
    for subject, alert in alerts:
        found[alert.staff_id, alert.channel, subject.incident_id].append((subject, alert))
    return [Pile(*key, tuple(pile)) for key, pile in found.items()]


def batches(notices: Sequence[Notice], together: bool) -> Iterator[tuple[Notice, ...]]:
    """The notices that go out as one message each: an incident by itself, cases by themselves or `together`."""
    cases = tuple(notice for notice in notices if isinstance(notice, CaseNotice))
    yield from ((notice,) for notice in notices if isinstance(notice, IncidentNotice))
    if together and cases:
        yield cases
    else:
        yield from ((notice,) for notice in cases)
