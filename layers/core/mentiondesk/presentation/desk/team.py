"""The settings, to be read, and who is on duty now and next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mentiondesk.domain.alerts.roster import Audience, Staff
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.html import render, tag_of
from mentiondesk.presentation.desk.responses import Request, Response
from mentiondesk.presentation.times import short_duration

# Shifts repeat by the week.
_LOOKED_AHEAD = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff: on duty now or not, and until or from when."""

    staff: Staff
    on_duty: bool
    changes_at: datetime | None
    roles: str


class TeamPage:
    """Who is on duty, and the targets in force."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance

    def show(self, request: Request, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        roster, policy = visitor.settings.roster, visitor.settings.policy
        targets = sorted(policy.first_reply.items(), key=lambda item: (item[0][0], -item[0][1].rank))
        facts = {
            "visitor": visitor,
            "tab": "team",
            "members": [_member(one, visitor) for one in roster.staff],
            "stands_in": [one.name for one in roster.audience(Audience.DUTY, now)],
            "targets": [(*of, short_duration(visitor.say, target.within)) for of, target in targets],
        }
        html = render("desk/team.html", visitor.say, facts)
        return Response(html, tag=tag_of(html))


def _member(one: Staff, visitor: Visitor) -> Member:
    roles = ", ".join(visitor.say.label("role", role) for role in sorted(one.roles)) or visitor.say("role.agent")
    return Member(one, one.on_duty(visitor.now), _change(one, visitor.now), roles)


def _change(one: Staff, now: datetime) -> datetime | None:
    """The next moment at which the person's duty begins or ends, to the half hour; None where it never changes."""
    if one.always_on_duty or one.shifts is None:
        return None
    until = one.shifts.closes(now)
    return until if until is not None else _opens(one, now)


def _opens(one: Staff, now: datetime) -> datetime | None:
    assert one.shifts is not None, "the person has shifts"
    start = one.shifts.add(now, timedelta(0))
    return start if now < start < now + _LOOKED_AHEAD else None
