"""Claims that lapse: a case whose owner does nothing goes back to the queue while there is time to answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from mentiondesk.domain.cases.case import OWN_CLOCKS, Case
from mentiondesk.domain.posts.tags import Urgency

# The part of the time to the deadline that an idle owner may take; the others need the rest.
_IDLE_SHARE = 0.75


def lapses_at(case: Case, seen: datetime | None, spans: Mapping[Urgency, timedelta]) -> datetime | None:
    """The moment at which the claim lapses unless its owner does something before.

    `seen`: when the owner last had the case's page open. It is the span of the case's urgency after the owner's last
    sign of work, and before the deadline. None where the claim stays: nobody owns the case, its customer does not
    wait for an answer, or the settings give this urgency no span.
    """
    timer, span = case.timer, spans.get(case.urgency)
    if case.owner is None or span is None or timer is None or not timer.running or timer.clock in OWN_CLOCKS:
        return None
    last = max(_signs(case, timer.since, seen))
    left = timer.answer_by - last
    return last + (min(span, left * _IDLE_SHARE) if left > timedelta(0) else span)


def _signs(case: Case, since: datetime, seen: datetime | None) -> list[datetime]:
    """Times of the owner's signs of work; a wait begins with a whole span, and a snooze stands for one."""
    act = case.latest_act
    own = act.at if act is not None and act.by == case.owner else None
    return [one for one in (since, seen, case.claimed_at, case.snoozed_until, own) if one is not None]
