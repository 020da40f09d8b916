"""Presses of the composer's buttons: check, send, take back; and drafts, which a script saves while somebody types."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.cases.case import Case, CaseRefuses
from mentiondesk.domain.cases.commands import Claim
from mentiondesk.domain.ids import CaseId, ReplyId
from mentiondesk.domain.replies.commands import Confirm, Withdraw
from mentiondesk.domain.replies.draft import ReplyDraft
from mentiondesk.domain.replies.reply import ReplyBlocked, ReplyRefuses, ThreadMoved
from mentiondesk.domain.replies.thread import Thread
from mentiondesk.domain.replies.way import Way
from mentiondesk.ports.cases import CaseChanged
from mentiondesk.ports.replies import DraftChanged, ReplyChanged, ReplyKey, Review
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.presentation.action_pages.actions import Notice
from mentiondesk.presentation.action_pages.reading import FormFields, MalformedForm
from mentiondesk.presentation.desk.cases import CasePages, case_in
from mentiondesk.presentation.desk.composer import FOLLOW_UP, GO_BACK, MOVE, Attempt, offered
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.findings import accepted_in
from mentiondesk.presentation.desk.forms import event_in
from mentiondesk.presentation.desk.queue import case_path
from mentiondesk.presentation.desk.responses import Request, Response, go
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.replies.change_reply import ChangeReply
from mentiondesk.usecases.replies.save_draft import SaveDraft
from mentiondesk.usecases.replies.write_reply import Typed, WriteReply
from mentiondesk.values import Frozen, replace

_LONGEST_NOTE = 600
_THREAD = re.compile(r"[0-9a-f]{0,8}\.-?[0-9]{1,6}")
# The place of the case's page that shows what happens to a reply.
OUTBOX = "#outbox"


class ReplyActs(Frozen):
    """The use cases behind the composer."""

    drafts: SaveDraft
    write: WriteReply
    change: ChangeReply
    review: Review
    on_case: ChangeCase


class Press(Frozen):
    """One press: who, on which case, with what typed."""

    request: Request
    visitor: Visitor
    case_id: CaseId
    typed: FormFields

    @property
    def seen(self) -> Thread:
        return seen_in(self.typed)

    @property
    def text(self) -> str:
        return self.typed.get("text", "")

    @property
    def version(self) -> int:
        return number_in(self.typed.get("version", "0"))

    @property
    def accepted(self) -> frozenset[str]:
        return accepted_in(self.typed)

    @property
    def way(self) -> Way | None:
        """The private way that the reply asks the customer to take. Raises MalformedForm."""
        named = self.typed.get("way", "")
        if named and named not in set(Way):
            raise MalformedForm
        return Way(named) if named else None

    @property
    def attempt(self) -> Attempt:
        saved, note = self.typed.get("saved", ""), self.typed.get("note", "")
        return Attempt(self.text, accepted=self.accepted, saved=saved, way=self.way, note=note)

    def event(self, *names: str) -> str:
        """The id of this press by these fields: others may change between two presses that mean the same."""
        kept = {name: self.typed.get(name, "") for name in names}
        return event_in({**kept, "event": self.typed.get("event", "")}, self.visitor.now)


class ReplyPages:
    """POST of the composer of one case. What is not sent stays in the field and is kept as a draft."""

    def __init__(self, entrance: Entrance, cases: CasePages, acts: ReplyActs) -> None:
        self._entrance = entrance
        self._cases = cases
        self._acts = acts
        self._presses: Mapping[str, Callable[[Press], Response]] = {
            "send": self._send,
            "check": self._check,
            "use": self._use,
            "discard": self._discard,
            "withdraw": self._withdraw,
            "confirm": self._confirm,
        }

    def show(self, request: Request, case_id: str, now: datetime) -> Response:
        """The case: what a press showed is asked for again by polls, and by reloads."""
        return self._cases.show(request, case_id, now)

    def press(self, request: Request, case_id: str, now: datetime) -> Response:
        """Does what the pressed button says, once. The page that it shows holds the other buttons of the case, too."""
        press = Press(request, self._entrance.visitor(request, now), case_in(case_id), request.form)
        # A saved reply is a button of its own.
        name = "use" if "use" in press.typed else press.typed.get("press", press.typed.get("action", ""))
        act = self._presses.get(name)
        if act is None:
            return self._cases.press(request, case_id, now)
        try:
            return act(press)
        except ReplyBlocked as blocked:
            attempt = replace(self._kept(press, press.attempt), findings=blocked.findings)
            return self._again(press, "blocked", attempt)
        except ThreadMoved as moved:
            # The page shows what is new, so that the draft is one for the thread as it is.
            kept = self._kept(press, press.attempt, moved.now)
            return self._again(press, "moved", replace(kept, seen=moved.seen))
        except (ReplyRefuses, ReplyChanged) as refusal:
            return self._again(press, refusal_name(refusal), self._kept(press, press.attempt))
        except AlreadyDone:
            # A second press of one button is the first one's success.
            return self._done(press)

    def save_draft(self, request: Request, case_id: str, now: datetime) -> Response:
        """Keeps what is being typed, for the script, and claims the case for who writes first."""
        press = Press(request, self._entrance.visitor(request, now), case_in(case_id), request.form)
        try:
            draft = self._saved(press)
        except DraftChanged as changed:
            current = changed.current
            found = {"version": current.version if current else 0, "elsewhere": current.text if current else ""}
            return _told(found, HTTPStatus.CONFLICT)
        case = self._claimed(press) if draft else None
        retired = bool(draft and case and draft.retired(case.thread))
        return _told({"version": draft.version if draft else 0, "retired": retired})

    def _send(self, press: Press) -> Response:
        saved, note = press.typed.get("saved", ""), press.typed.get("note", "")[:_LONGEST_NOTE]
        typed = Typed(press.text, press.seen, press.accepted, press.way, saved, note if press.way else "")
        self._acts.write(press.visitor.actor, press.case_id, typed, press.event("text"), press.visitor.now)
        self._claimed(press)
        return self._done(press)

    def _check(self, press: Press) -> Response:
        """The page with what the checks say; nothing is sent."""
        visitor, attempt = press.visitor, self._kept(press, press.attempt)
        case = self._acts.on_case.look(visitor.actor, press.case_id, visitor.now).case
        reviewed = self._acts.review(case, press.text, visitor.staff.staff_id, visitor.now)
        attempt = replace(attempt, findings=reviewed.findings)
        if press.seen != case.thread:
            attempt = replace(attempt, seen=press.seen)
        return self._cases.again(press.request, press.case_id, visitor, Notice(), attempt)

    def _use(self, press: Press) -> Response:
        """The page with a saved reply below what is typed already."""
        visitor, key = press.visitor, press.typed["use"]
        case = self._acts.on_case.look(visitor.actor, press.case_id, visitor.now).case
        found = next((one for one in offered(case, visitor) if one.key == key), None)
        if found is None:
            raise MalformedForm
        text = "\n".join(filter(None, (press.text, found.text)))
        saved = "" if key in (MOVE, FOLLOW_UP, GO_BACK) else key
        attempt = replace(press.attempt, text=text, saved=saved, way=found.way or press.way, version=press.version)
        return self._cases.again(press.request, press.case_id, visitor, Notice(), attempt)

    def _discard(self, press: Press) -> Response:
        self._acts.drafts.discard(press.visitor.actor, press.case_id)
        return go(case_path(press.case_id))

    def _withdraw(self, press: Press) -> Response:
        return self._changed(press, Withdraw())

    def _confirm(self, press: Press) -> Response:
        return self._changed(press, Confirm(press.seen, press.visitor.settings.replies.undo_public))

    def _changed(self, press: Press, command: Withdraw | Confirm) -> Response:
        key = ReplyKey(press.case_id, ReplyId(press.typed.get("reply", "")))
        event = press.event("reply", "action")
        self._acts.change(press.visitor.actor, key, command, event, press.visitor.now)
        return self._done(press)

    def _done(self, press: Press) -> Response:
        return go(f"{case_path(press.case_id)}{OUTBOX}")

    def _kept(self, press: Press, attempt: Attempt, thread: Thread | None = None) -> Attempt:
        """The attempt whose text is kept as a draft; a text that another device saved is shown beside it."""
        if "text" not in press.typed:
            return Attempt()
        try:
            draft = self._saved(press, thread)
        except DraftChanged as changed:
            if changed.current is None:
                return attempt
            return replace(attempt, elsewhere=changed.current.text, version=changed.current.version)
        self._claimed(press)
        return replace(attempt, version=draft.version if draft else 0)

    def _saved(self, press: Press, thread: Thread | None = None) -> ReplyDraft | None:
        actor, now = press.visitor.actor, press.visitor.now
        return self._acts.drafts(actor, press.case_id, press.text, thread or press.seen, press.version, now, press.way)

    def _claimed(self, press: Press) -> Case:
        """The case, claimed for the person where nobody owns it: who writes works on it."""
        visitor = press.visitor
        view = self._acts.on_case.look(visitor.actor, press.case_id, visitor.now)
        if Action.CLAIM not in view.actions or view.case.owner is not None:
            return view.case
        try:
            claimed = self._acts.on_case(visitor.actor, press.case_id, Claim(), press.event(), visitor.now)
        except (CaseRefuses, CaseChanged, AlreadyDone):
            # A colleague was first, or it is claimed already.
            return view.case
        self._entrance.acted()
        return claimed

    def _again(self, press: Press, refusal: str, attempt: Attempt) -> Response:
        """The page with the refusal and the text: nothing that was typed is lost."""
        say = press.visitor.say
        notice = Notice(
            HTTPStatus.CONFLICT if refusal != "blocked" else HTTPStatus.UNPROCESSABLE_ENTITY,
            refused=say(f"reply.refused.{refusal}.what"),
            then=say(f"reply.refused.{refusal}.then"),
            gave_up=refusal == "changed",
        )
        return self._cases.again(press.request, press.case_id, press.visitor, notice, attempt)


def seen_in(typed: FormFields) -> Thread:
    """The thread that the page showed. Raises MalformedForm."""
    if not _THREAD.fullmatch(typed.get("seen", "")):
        raise MalformedForm
    return Thread.parse(typed["seen"])


def number_in(text: str) -> int:
    """A number that a form of ours sends. Raises MalformedForm."""
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise MalformedForm
    return int(text)


_NAMES: Mapping[str, str] = {
    "TooLate": "too_late",
    "NotHeld": "not_held",
    "NeedsAnother": "needs_another",
    "NotTheirs": "not_theirs",
    "ReplyChanged": "changed",
}


def refusal_name(refusal: Exception) -> str:
    """The end of the key of the refusal's sentences."""
    return _NAMES.get(type(refusal).__name__, "not_held")


def _told(found: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(json.dumps(found), status, media="application/json")
