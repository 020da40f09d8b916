"""The team's duty now and next, and the word of each person about their own duty."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mentiondesk.domain.alerts.roster import Audience, Staff
from mentiondesk.presentation.action_pages.actions import Notice
from mentiondesk.presentation.action_pages.duty import DUTY, WORDS, duty_box, duty_in, word_of
from mentiondesk.presentation.action_pages.reading import MalformedForm
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.forms import event_in, new_event
from mentiondesk.presentation.desk.html import render, tag_of
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, go
from mentiondesk.usecases.alerts.change_duty import ChangeDuty
from mentiondesk.values import Frozen

TEAM = f"{ROOT}/team"

# Shifts repeat by the week.
_LOOKED_AHEAD = timedelta(days=8)


class Member(Frozen):
    """One of the staff: on duty now or not, and until or from when."""

    staff: Staff
    on_duty: bool
    changes_at: datetime | None
    roles: str


class TeamPage:
    """GET of the team's duty, and POST of a person's own word: on or off duty until a time."""

    def __init__(self, entrance: Entrance, duty: ChangeDuty) -> None:
        self._entrance = entrance
        self._duty = duty

    def show(self, request: Request, now: datetime) -> Response:
        visitor, event = self._entrance.visitor(request, now), new_event(now)
        # Read anew: the settings in force are up to a minute old.
        roster = self._duty.roster(visitor.settings.roster)
        members = [_member(one, visitor) for one in roster.staff]
        done = request.query.get("done", "")
        facts = {
            "visitor": visitor,
            "reader": visitor.reader,
            "tab": "team",
            "members": members,
            "stands_in": [one.name for one in roster.audience(Audience.DUTY, now)],
            "next": _next(members),
            "duty": duty_box(visitor.reader, roster, now),
            "notice": Notice(done=visitor.say(f"duty.done_{done}")) if done in WORDS else Notice(),
            "event": event,
        }
        html = render("desk/team.html", visitor.say, facts)
        # The event differs each time, and is no news.
        return Response(html, tag=tag_of(html.replace(event, "")))

    def press(self, request: Request, now: datetime) -> Response:
        """Keeps the person's word about their own duty; the last word holds."""
        visitor, typed = self._entrance.visitor(request, now), request.form
        if typed.get("action") != DUTY:
            raise MalformedForm
        event_in(typed, now)
        on, span = duty_in(typed)
        self._duty(visitor.actor, on, now + span, now)
        return go(f"{TEAM}?done={word_of(on)}")


def _next(members: Sequence[Member]) -> Member | None:
    """The person whose duty begins next."""
    coming = {one.changes_at: one for one in members if not one.on_duty and one.changes_at is not None}
    return coming[min(coming)] if coming else None


def _member(one: Staff, visitor: Visitor) -> Member:
    roles = ", ".join(visitor.say.label("role", role) for role in sorted(one.roles)) or visitor.say("role.agent")
    return Member(one, one.on_duty(visitor.now), _change(one, visitor.now), roles)


def _change(one: Staff, now: datetime) -> datetime | None:
    """The next moment at which the person's duty begins or ends; None where it never changes."""
    if one.said is not None and one.said.holds(now):
        return one.said.until
    if one.always_on_duty or one.shifts is None:
        return None
    until = one.shifts.closes(now)
    return until if until is not None else _opens(one, now)


def _opens(one: Staff, now: datetime) -> datetime | None:
    assert one.shifts is not None, "the person has shifts"
    start = one.shifts.add(now, timedelta(0))
    return start if now < start < now + _LOOKED_AHEAD else None
