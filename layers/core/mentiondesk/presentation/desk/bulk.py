"""One act on the customers ticked in the list: a page that says what it will do, and one that says what it did."""

import re
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.cases.commands import Dismiss, HandOver, LinkIncident, MarkAnswered
from mentiondesk.domain.ids import CaseId, ConversationId, UserId
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.presentation.action_pages.actions import Notice, refusal_notice
from mentiondesk.presentation.action_pages.acts import action_in
from mentiondesk.presentation.action_pages.forms import OTHER, REASONS
from mentiondesk.presentation.action_pages.reading import FormFields, FormInvalid, MalformedForm
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.forms import desk_command, event_in, must_name_staff, new_event
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.queue import BULK_ACTS, TICK, RowView, tick_name
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, place
from mentiondesk.usecases.cases.change_many import ChangeMany, Decided, ManyCommand, Ticked, TooManyCases
from mentiondesk.values import Frozen, field, replace

BULK = f"{ROOT}/bulk"
_CASE = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")
_VERSION = re.compile(r"[0-9]{1,9}")


class DecidedRow(Frozen):
    """One ticked customer with the result, or what it would be, in the reader's words."""

    decided: Decided
    row: RowView | None
    why: str = ""

    @property
    def name(self) -> str:
        return tick_name(self.decided.case_id)

    @property
    def version(self) -> int:
        return self.row.case.version if self.row else 0


class _Asked(Frozen):
    """A press of a button below the list, or on the page that asks for the rest."""

    action: Action
    ticked: tuple[Ticked, ...]
    back: str
    typed: FormFields = field(default_factory=dict)


class BulkPages:
    """POST of the list's form: first what will happen, then (`confirm`) what did. Opening it shows the list."""

    def __init__(self, entrance: Entrance, change: ChangeMany, incidents: IncidentStore) -> None:
        self._entrance = entrance
        self._change = change
        self._incidents = incidents

    def press(self, request: Request, now: datetime) -> Response:
        """Raises MalformedForm for what no form of ours sends: another act, or more cases than a page has."""
        visitor, asked = self._entrance.visitor(request, now), _asked(request.form)
        try:
            if "confirm" in asked.typed and asked.ticked:
                return self._do(visitor, asked)
            return self._confirm(visitor, asked, Notice())
        except TooManyCases:
            raise MalformedForm from None

    def _do(self, visitor: Visitor, asked: _Asked) -> Response:
        event = event_in(asked.typed, visitor.now)
        try:
            command = _command(visitor, asked)
        except FormInvalid as invalid:
            notice = refusal_notice(invalid, visitor.reader)
            return self._confirm(visitor, asked, replace(notice, action=asked.action, faults=invalid.faults))
        decided = self._change(visitor.actor, asked.ticked, command, event, visitor.now)
        self._entrance.acted()
        rows = _rows(decided, visitor)
        done = [one for one in rows if one.decided.done]
        facts = {**_facts(visitor, asked), "done": done, "refused": [one for one in rows if not one.decided.done]}
        return Response(render("desk/bulk_done.html", visitor.say, facts))

    def _confirm(self, visitor: Visitor, asked: _Asked, notice: Notice) -> Response:
        """The page that lists what will happen, and asks for the rest."""
        rows = _rows(self._change.foresee(visitor.actor, asked.ticked, _foreseen(asked.action), visitor.now), visitor)
        facts = {
            **_facts(visitor, asked),
            "notice": notice,
            "event": new_event(visitor.now),
            "fit": [one for one in rows if one.decided.done],
            "refused": [one for one in rows if not one.decided.done],
            "reasons": (*REASONS, OTHER),
            "colleagues": visitor.settings.roster.staff,
            "incidents": self._open_incidents() if asked.action is Action.LINK_INCIDENT else (),
        }
        status = notice.status if asked.ticked else HTTPStatus.UNPROCESSABLE_ENTITY
        return Response(render("desk/bulk.html", visitor.say, facts), status)

    def _open_incidents(self) -> tuple[object, ...]:
        return tuple(one for one in self._incidents.open() if not one.status.maintenance)


def _facts(visitor: Visitor, asked: _Asked) -> dict[str, object]:
    facts = {"visitor": visitor, "reader": visitor.reader, "tab": "queue", "action": asked.action, "back": asked.back}
    return {**facts, "path": BULK, "notice": Notice(typed=asked.typed, action=asked.action)}


def _rows(decided: Sequence[Decided], visitor: Visitor) -> list[DecidedRow]:
    return [
        DecidedRow(
            one,
            RowView(one.found, visitor) if one.found else None,
            refusal_notice(one.refusal, visitor.reader).refused if one.refusal else "",
        )
        for one in decided
    ]


def _asked(typed: FormFields) -> _Asked:
    action = action_in(typed)
    if action not in BULK_ACTS:
        raise MalformedForm
    return _Asked(action, tuple(map(_ticked, filter(_is_tick, typed.items()))), place(typed.get("back", "")), typed)


def _is_tick(field_: tuple[str, str]) -> bool:
    return field_[0].startswith(TICK)


def _ticked(field_: tuple[str, str]) -> Ticked:
    """The case of a ticked box. Raises MalformedForm."""
    named, version = _CASE.fullmatch(field_[0].removeprefix(TICK)), _VERSION.fullmatch(field_[1])
    if named is None or version is None:
        raise MalformedForm
    return Ticked(CaseId(ConversationId(named[1]), UserId(named[2])), int(version[0]))


def _command(visitor: Visitor, asked: _Asked) -> ManyCommand:
    """The command with what was typed. Raises FormInvalid."""
    _, command = desk_command(asked.typed, visitor.say)
    must_name_staff(command, visitor.settings.roster)
    assert isinstance(command, MarkAnswered | Dismiss | HandOver | LinkIncident), "an act of this page"
    return command


def _foreseen(action: Action) -> ManyCommand | None:
    """The command as far as it is known before the page has asked; None where all depends on the answer."""
    if action is Action.ANSWERED:
        return MarkAnswered()
    return Dismiss("") if action is Action.NO_ANSWER else None
