"""The desk's own health on a page: what the alarms know, in the operators' words."""

from datetime import datetime

from mentiondesk.domain.health import GivenUp, SetAside, Trouble
from mentiondesk.domain.ids import time_of
from mentiondesk.domain.posts.cursor import Cursor
from mentiondesk.domain.posts.post import Source
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.html import render, tag_of
from mentiondesk.presentation.desk.responses import ROOT, Request, Response
from mentiondesk.presentation.operator_mails import texts
from mentiondesk.usecases.audit.read_health import ReadHealth
from mentiondesk.values import Frozen

HEALTH = f"{ROOT}/health"


class TroubleView(Frozen):
    """A trouble in the words of the mail to the operators."""

    title: str
    text: str
    since: str
    told: str


class HealthPage:
    """GET of the desk's health, for everybody who works there."""

    def __init__(self, entrance: Entrance, health: ReadHealth) -> None:
        self._entrance = entrance
        self._health = health

    def show(self, request: Request, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        health = self._health(now)
        facts = {
            "visitor": visitor,
            "tab": "team",
            "fine": health.fine(now),
            "troubles": [_trouble(one, visitor) for one in health.troubles],
            "reading": [_reading(one, visitor) for one in health.cursors if _in_use(one)],
            "late": health.audit_late(now),
            "set_aside": _set_aside(health.set_aside, visitor),
            "audited": visitor.at(health.audited_until) if health.audited_until else "",
            "findings": [(visitor.at(one.at), str(finding)) for one in health.findings for finding in one.findings],
        }
        html = render("desk/health.html", visitor.say, facts)
        return Response(html, tag=tag_of(html))


def _trouble(one: Trouble, visitor: Visitor) -> TroubleView:
    words = texts()[one.name]
    told = (
        visitor.say("own_health.told", at=visitor.at(one.told_at))
        if one.told_at
        else visitor.say("own_health.not_told")
    )
    return TroubleView(words["title"], words["text"], visitor.at(one.since), told)


def _set_aside(counted: SetAside | None, visitor: Visitor) -> list[str]:
    """A sentence for each queue of what was given up, with the time at which it was counted."""
    if counted is None:
        return []
    at = visitor.at(counted.at)
    return [visitor.say(f"own_health.given_up.{name}", count=counted.counts.get(name, 0), at=at) for name in GivenUp]


def _in_use(one: Cursor) -> bool:
    """False for the search that takes over in a flood, while there is none."""
    return one.source is not Source.OVERFLOW or one.gap is not None


def _reading(one: Cursor, visitor: Visitor) -> str:
    say, source = visitor.say, visitor.say(f"own_health.source.{one.source}")
    newest = visitor.at(time_of(one.newest)) if one.newest else say("own_health.never")
    if one.obstacle is not None:
        return say("own_health.blocked", source=source, newest=newest, why=say(f"own_health.block.{one.obstacle}"))
    if one.swept_at is not None:
        return say("own_health.swept", source=source, newest=newest, at=visitor.at(one.swept_at))
    return say("own_health.reading", source=source, newest=newest)
