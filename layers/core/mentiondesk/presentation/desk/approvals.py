"""Replies that wait for a person: approve with the text as it is or edited, or send back with a reason."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from mentiondesk.domain.access.places import subject_path
from mentiondesk.domain.cases.waiting import WaitingCase
from mentiondesk.domain.ids import IncidentId, ReplyId, SubjectId
from mentiondesk.domain.incidents.incident import Incident, NotPossible
from mentiondesk.domain.replies.commands import Approve, SendBack
from mentiondesk.domain.replies.finding import Outcome
from mentiondesk.domain.replies.reply import Reply, ReplyBlocked, ReplyRefuses, ReplyState, ThreadMoved
from mentiondesk.domain.replies.thread import NO_THREAD, Thread
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.replies import ReplyChanged, ReplyKey, ReplyStore, Reviewed
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.presentation.action_pages.actions import Notice
from mentiondesk.presentation.action_pages.reading import FormFields, MalformedForm
from mentiondesk.presentation.desk.cases import case_in
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.findings import FindingView, finding_view
from mentiondesk.presentation.desk.forms import event_in, new_event
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.queue import RowView
from mentiondesk.presentation.desk.reply_pages import ReplyActs, refusal_name, seen_in
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, go
from mentiondesk.presentation.desk.under_way import ReplyView, reply_view
from mentiondesk.usecases.cases.list_for_me import ListForMe
from mentiondesk.values import Frozen, field, replace

APPROVALS = f"{ROOT}/approvals"
_MOST = 50
_DONE = ("approved", "sent_back")


class Refused(Frozen):
    """A press that was refused: the reply, what was typed, and what the checks say to that."""

    reply_id: str = ""
    notice: Notice = field(default_factory=Notice)
    findings: tuple[FindingView, ...] = ()


NOTHING_REFUSED = Refused()


class HeldView(Frozen):
    """A reply that waits for a person, with its case or the incident that it is about, for who looks at the list."""

    view: ReplyView
    text: str
    row: RowView | None = None
    incident: Incident | None = None
    reason: str = ""
    findings: tuple[FindingView, ...] = ()

    @property
    def reply(self) -> Reply:
        return self.view.reply

    @property
    def seen(self) -> Thread:
        """The thread that the page shows."""
        return self.row.case.thread if self.row else NO_THREAD

    @property
    def path(self) -> str:
        """The page of its case or incident."""
        return subject_path(self.reply.subject_id)


class PostApproval(NamedTuple):
    """The review and the store that approving posts about incidents needs."""

    review: Callable[[Reply, str, datetime], Reviewed]
    incidents: IncidentStore


class ApprovalPages:
    """The page "Waiting for me".

    Others' replies are for leads. Everybody sees their own that wait or were sent back, and those of their customers
    who wait for them.
    """

    def __init__(
        self, entrance: Entrance, replies: ReplyStore, acts: ReplyActs, posts: PostApproval, for_me: ListForMe
    ) -> None:
        self._entrance = entrance
        self._replies = replies
        self._acts = acts
        self._review_post, self._incidents = posts
        self._for_me = for_me

    def show(self, request: Request, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        done = request.query.get("done", "")
        notice = Notice(done=visitor.say(f"reply.done.{done}")) if done in _DONE else Notice()
        return self._page(visitor, Refused(notice=notice))

    def press(self, request: Request, now: datetime) -> Response:
        """Approves or sends back, once."""
        visitor, typed = self._entrance.visitor(request, now), request.form
        try:
            done = self._act(visitor, typed)
        except ReplyBlocked as blocked:
            views = tuple(finding_view(visitor.say, one) for one in blocked.findings)
            return self._refused(visitor, typed, "blocked", views)
        except (ThreadMoved, NotPossible):
            return self._refused(visitor, typed, "moved_approval")
        except (ReplyRefuses, ReplyChanged) as refusal:
            return self._refused(visitor, typed, refusal_name(refusal))
        return go(f"{APPROVALS}?done={done}")

    def _act(self, visitor: Visitor, typed: FormFields) -> str:
        """The name of what was done. Raises MalformedForm, ReplyRefuses, ReplyChanged, NotAllowed or SubjectGone."""
        key = ReplyKey(_subject_in(typed), ReplyId(typed.get("reply", "")))
        press, names = typed.get("press", ""), ("reply", "text", "reason")
        kept = {name: typed.get(name, "") for name in (*names, "event")} | {"press": press}
        event = event_in(kept, visitor.now)
        if press == "approve":
            command: Approve | SendBack = self._approval(visitor, key, typed)
        elif press == "send_back":
            command = SendBack(typed.get("reason") or visitor.say("reply.no_reason"))
        else:
            raise MalformedForm
        # A second press of one button is the first one's success.
        with suppress(AlreadyDone):
            self._acts.change(visitor.actor, key, command, event, visitor.now)
        return "approved" if press == "approve" else "sent_back"

    def _approval(self, visitor: Visitor, key: ReplyKey, typed: FormFields) -> Approve:
        """The approval of the text as it stands in the field. Raises ReplyBlocked where checks stop that text."""
        reply = self._replies.get(key)
        if reply is None:
            raise SubjectGone
        text = typed.get("text", "")
        reviewed = self._reviewed(visitor, reply, text)
        stopping = tuple(one for one in reviewed.findings if one.outcome is Outcome.BLOCK)
        if stopping:
            raise ReplyBlocked(stopping)
        return Approve(text, reviewed.post, seen_in(typed), reviewed.undo, reviewed.findings)

    def _reviewed(self, visitor: Visitor, reply: Reply, text: str) -> Reviewed:
        """The text as it would go out now. Raises SubjectGone or NotPossible."""
        if reply.case_id is None:
            return self._review_post(reply, text, visitor.now)
        case = self._acts.on_case.look(visitor.actor, reply.case_id, visitor.now).case
        return self._acts.review(case, text, reply.author, visitor.now)

    def _refused(
        self, visitor: Visitor, typed: FormFields, refusal: str, findings: tuple[FindingView, ...] = ()
    ) -> Response:
        say = visitor.say
        notice = Notice(
            HTTPStatus.UNPROCESSABLE_ENTITY if findings else HTTPStatus.CONFLICT,
            refused=say(f"reply.refused.{refusal}.what"),
            then=say(f"reply.refused.{refusal}.then"),
            typed=typed,
            gave_up=refusal == "changed",
        )
        return self._page(visitor, Refused(typed.get("reply", ""), notice, findings))

    def _page(self, visitor: Visitor, refused: Refused) -> Response:
        held, mine = list(self._held(visitor, refused)), self._for_me(visitor.actor, visitor.now)
        rows = {reason: [RowView(one, visitor) for one in found] for reason, found in mine.customers.items() if found}
        facts = {
            "visitor": visitor,
            "reader": visitor.reader,
            "tab": "approvals",
            "notice": refused.notice,
            "to_approve": [one for one in held if one.view.may_approve],
            "own": [one for one in held if one.reply.author == visitor.actor.by],
            "sent_back": [self._held_view(reply_view(one, visitor), visitor) for one in mine.sent_back],
            "customers": rows,
            "cut": mine.cut,
            "event": new_event(visitor.now),
        }
        html = render("desk/approvals.html", visitor.say, facts)
        return Response(html, refused.notice.status, gave_up=refused.notice.gave_up)

    def _held(self, visitor: Visitor, refused: Refused) -> Iterator[HeldView]:
        """The held replies that this person may do something about; the index is a little stale."""
        for key in self._replies.waiting(_MOST):
            reply = self._replies.get(key)
            if reply is None or reply.state is not ReplyState.HELD:
                continue
            shown = reply_view(reply, visitor)
            if shown.may_approve or reply.author == visitor.actor.by:
                yield _typed_again(self._held_view(shown, visitor), refused)

    def _held_view(self, shown: ReplyView, visitor: Visitor) -> HeldView:
        found = HeldView(shown, shown.reply.text, findings=shown.findings)
        if shown.reply.incident_id is not None:
            return replace(found, incident=self._incidents.get(shown.reply.incident_id))
        assert shown.reply.case_id is not None, "a reply has a case or an incident"
        case = self._acts.on_case.look(visitor.actor, shown.reply.case_id, visitor.now).case
        return replace(found, row=RowView(WaitingCase(case), visitor))


def _subject_in(typed: FormFields) -> SubjectId:
    """The case or the incident of a form. Raises MalformedForm, or SubjectGone for a case that there cannot be."""
    if "case" in typed:
        return case_in(typed["case"])
    if not typed.get("incident"):
        raise MalformedForm
    return IncidentId(typed["incident"])


def _typed_again(held: HeldView, refused: Refused) -> HeldView:
    """The reply with what its approver typed, where that was refused."""
    if refused.reply_id != held.reply.reply_id:
        return held
    typed = refused.notice.typed
    found = refused.findings or held.findings
    return replace(held, text=typed.get("text", ""), reason=typed.get("reason", ""), findings=found)
