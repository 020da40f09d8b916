"""The review of replies on the desk: one blind reply at a time, and each person's own results."""

from datetime import datetime
from http import HTTPStatus

from mentiondesk.domain.review.sample import QUESTIONS, OwnReply, ReviewIncomplete, ReviewRefused
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.presentation.action_pages.reading import FormFields
from mentiondesk.presentation.desk.entrance import Entrance, Visitor
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.responses import ROOT, Request, Response, go
from mentiondesk.usecases.review.review_replies import ReviewReplies

REVIEW = f"{ROOT}/review"
_ANSWERS = {"yes": True, "no": False}


class ReviewPages:
    """GET and POST of the review, and the page on which people read the reviews of their own replies."""

    def __init__(self, entrance: Entrance, review: ReviewReplies) -> None:
        self._entrance = entrance
        self._review = review

    def show(self, request: Request, now: datetime) -> Response:
        visitor = self._entrance.visitor(request, now)
        return self._page(visitor, done=request.query.get("done", ""))

    def press(self, request: Request, now: datetime) -> Response:
        """Keeps the answers about a reply, and goes on to the next."""
        visitor, typed = self._entrance.visitor(request, now), request.form
        try:
            self._review.mark(visitor.actor, typed.get("reply", ""), _marks(typed), typed.get("note", ""), now)
        except ReviewIncomplete:
            return self._page(visitor, typed, HTTPStatus.UNPROCESSABLE_ENTITY)
        except (AlreadyDone, OwnReply, ReviewRefused):
            return go(f"{REVIEW}?done=taken")
        return go(f"{REVIEW}?done=saved")

    def mine(self, request: Request, now: datetime) -> Response:
        """The results of the person's own replies."""
        visitor = self._entrance.visitor(request, now)
        facts = {"visitor": visitor, "tab": "review", "results": self._review.results(visitor.actor)}
        return Response(render("desk/review_mine.html", visitor.say, facts))

    def _page(
        self, visitor: Visitor, typed: FormFields | None = None, status: HTTPStatus = HTTPStatus.OK, done: str = ""
    ) -> Response:
        facts = {
            "visitor": visitor,
            "tab": "review",
            "sample": self._review.look(visitor.actor, visitor.now),
            "typed": typed or {},
            "done": done if done in ("saved", "taken") else "",
            "questions": range(1, QUESTIONS + 1),
        }
        return Response(render("desk/review.html", visitor.say, facts), status)


def _marks(typed: FormFields) -> list[bool | None]:
    return [_ANSWERS.get(typed.get(f"question_{number}", "")) for number in range(1, QUESTIONS + 1)]
