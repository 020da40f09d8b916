"""The policy page of a case's customer: strikes, how many are left before a measure, and measures with their ends."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.strikes.record import Measure, StrikesRefuse, TakenMeasure
from mentiondesk.ports.storage import SubjectGone
from mentiondesk.presentation.action_pages.reading import FormFields, MalformedForm
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.forms import event_in, new_event
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, go
from mentiondesk.presentation.phrases import post_url
from mentiondesk.presentation.wording import Sentences
from mentiondesk.usecases.strikes.keep_policy import KeepPolicy, PolicyView

_POST = "post_"
_Act = Callable[[Visitor, CaseId, FormFields], None]


class StrikePages:
    """GET and POST of a customer's policy page, which hangs on a case."""

    def __init__(self, entrance: Entrance, policy: KeepPolicy) -> None:
        self._entrance = entrance
        self._policy = policy
        self._acts: Mapping[str, _Act] = {
            "strike": self._strike,
            "confirm_strike": self._confirm_strike,
            "withdraw": self._withdraw,
            "ask": self._ask,
            "confirm": self._confirm,
            "revoke": self._revoke,
            "done": self._done,
        }

    def show(self, request: Request, case_id: str, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        return self._page(visitor, _case_id(case_id), done=request.query.get("done") == "saved")

    def press(self, request: Request, case_id: str, now: datetime) -> Response:
        """Does what the pressed button says, once."""
        visitor, typed, id_ = self._entrance.visitor(request, now), request.form, _case_id(case_id)
        act = self._acts.get(typed.get("action", ""))
        if act is None:
            raise MalformedForm
        try:
            act(visitor, id_, typed)
        except StrikesRefuse as refused:
            return self._page(visitor, id_, type(refused).__name__)
        return go(f"{ROOT}/cases/{id_.conversation}-{id_.customer}/policy?done=saved")

    def _page(self, visitor: Visitor, case_id: CaseId, fault: str = "", *, done: bool = False) -> Response:
        view = self._policy.look(case_id, visitor.now)
        names = {one.staff_id: one.name for one in visitor.settings.roster.staff}
        facts = {
            "visitor": visitor,
            "tab": "",
            "view": view,
            "number": case_number(case_id, visitor.settings.brand.name),
            "case_id": case_id,
            "event": new_event(visitor.now),
            "fault": fault,
            "done": done,
            "measures": [(one, _price(view, one, visitor.now)) for one in Measure],
            "tasks": [one for one in view.steps if one.by_hand],
            "state": lambda measure: _state(view, measure, visitor.say),
            "post_url": post_url,
            "name": lambda staff_id: names.get(staff_id, staff_id),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
        return Response(render("desk/policy.html", visitor.say, facts), status)

    def _strike(self, visitor: Visitor, case_id: CaseId, typed: FormFields) -> None:
        posts = [name.removeprefix(_POST) for name in typed if name.startswith(_POST)]
        event = event_in(typed, visitor.now)
        self._policy.strike(visitor.actor, case_id, typed.get("rule", ""), posts, event, visitor.now)

    def _confirm_strike(self, visitor: Visitor, case_id: CaseId, typed: FormFields) -> None:
        self._policy.confirm_strike(visitor.actor, case_id, typed.get("id", ""), visitor.now)

    def _withdraw(self, visitor: Visitor, case_id: CaseId, typed: FormFields) -> None:
        self._policy.withdraw(visitor.actor, case_id, typed.get("id", ""), typed.get("reason", ""), visitor.now)

    def _ask(self, visitor: Visitor, case_id: CaseId, typed: FormFields) -> None:
        try:
            measure = Measure(typed.get("measure", ""))
        except ValueError:
            raise MalformedForm from None
        self._policy.ask(visitor.actor, case_id, measure, event_in(typed, visitor.now), visitor.now)

    def _confirm(self, visitor: Visitor, case_id: CaseId, typed: FormFields) -> None:
        self._policy.confirm(visitor.actor, case_id, typed.get("id", ""), visitor.now)

    def _revoke(self, visitor: Visitor, case_id: CaseId, typed: FormFields) -> None:
        self._policy.revoke(visitor.actor, case_id, typed.get("id", ""), typed.get("reason", ""), visitor.now)

    def _done(self, visitor: Visitor, case_id: CaseId, typed: FormFields) -> None:
        self._policy.done(visitor.actor, case_id, typed.get("id", ""), visitor.now)


def _price(view: PolicyView, measure: Measure, now: datetime) -> tuple[str, str] | None:
    """The price of a measure in dollars, at its beginning and at its end; None where X charges nothing."""
    posts = {post.post_id for one in view.record.counting(now) for post in one.posts}
    begins, ends = view.rules.prices.of(measure, len(posts))
    return (f"{begins:.3f}", f"{ends:.3f}") if begins or ends else None


def _state(view: PolicyView, measure: TakenMeasure, say: Sentences) -> str:
    """X's part of a measure in words: what it has done, and what it has yet to do."""
    open_steps = [one for one in view.steps if one.measure.measure_id == measure.measure_id and not one.by_hand]
    if open_steps:
        again = any(one.known.attempts for one in open_steps)
        return say("strikes.on_x.tries" if again else "strikes.on_x.waits")
    return ""


def _case_id(text: str) -> CaseId:
    """The case in an address, like "1800-2000". Raises SubjectGone."""
    conversation, mark, customer = text.partition("-")
    if not mark or not conversation.isdecimal() or not customer.isdecimal():
        raise SubjectGone
    return CaseId.parse(f"{conversation}#{customer}")
