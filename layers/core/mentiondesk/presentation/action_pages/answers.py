"""What is answered: a page and its status. Each failure is a type, and is given its status here alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from mentiondesk.domain.access.actor import NotAllowed
from mentiondesk.domain.access.links import LinkExpired, LinkForged, NoLongerStaff
from mentiondesk.domain.cases.case import (
    AlreadyClaimed,
    AlreadyYours,
    CaseClosed,
    CaseNotClosed,
    NotClaimed,
    NothingToSnooze,
    NotWaiting,
)
from mentiondesk.domain.incidents.incident import NotPossible
from mentiondesk.ports.cases import CaseChanged
from mentiondesk.ports.incidents import IncidentChanged
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.presentation.action_pages.forms import (
    FormInvalid,
    MalformedForm,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from mentiondesk.presentation.action_pages.html import render


@dataclass(frozen=True, slots=True)
class Answer:
    """One page and its status. `gave_up`: a change was not saved, because others kept changing the same subject."""

    status: HTTPStatus
    html: str
    gave_up: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """How a failure is answered: what happened, and what the reader can do."""

    status: HTTPStatus
    what: str
    then: str


_LATEST = "Links come with alerts: use the one in the latest."

FAILURES: Mapping[type[Exception], Told] = {
    LinkForged: Told(
        HTTPStatus.FORBIDDEN,
        "This link is not one of ours",
        "It may have been cut off or changed on its way. Open it from the alert itself, or copy the whole of it.",
    ),
    LinkExpired: Told(HTTPStatus.GONE, "This link's time is over", _LATEST),
    NoLongerStaff: Told(
        HTTPStatus.FORBIDDEN, "This link was made for somebody who is not on the team any more", "Ask your lead."
    ),
    NotAllowed: Told(HTTPStatus.FORBIDDEN, "This link was not made for that", _LATEST),
    SubjectGone: Told(HTTPStatus.GONE, "What this link is about is not kept any more", "There is nothing left to do."),
    MalformedForm: Told(
        HTTPStatus.BAD_REQUEST,
        "That did not come from the page's own form",
        "Open the link again, and use its buttons.",
    ),
    UnsupportedMediaType: Told(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "That is not a form", "Open the link, and use its buttons."
    ),
    PayloadTooLarge: Told(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is too long", "Nothing was done. Write less, please."
    ),
    FormInvalid: Told(
        HTTPStatus.UNPROCESSABLE_ENTITY, "Something is not right yet", "Nothing was done. See what is marked below."
    ),
    AlreadyDone: Told(HTTPStatus.OK, "This was done before", "Once is enough; nothing more was done."),
    AlreadyYours: Told(HTTPStatus.OK, "This was done before", "You have this case; nothing more was done."),
    AlreadyClaimed: Told(HTTPStatus.CONFLICT, "Somebody else has this case", "Nothing was changed."),
    CaseClosed: Told(HTTPStatus.CONFLICT, "This case is closed", "Nothing was changed."),
    CaseNotClosed: Told(HTTPStatus.CONFLICT, "This case is not closed", "Nothing was changed."),
    NotWaiting: Told(HTTPStatus.CONFLICT, "The customer does not wait any more", "Nothing was changed."),
    NotClaimed: Told(HTTPStatus.CONFLICT, "Nobody has this case now", "Nothing was changed."),
    NothingToSnooze: Told(HTTPStatus.CONFLICT, "No alert is left that could wait until then", "Nothing was changed."),
    NotPossible: Told(HTTPStatus.CONFLICT, "This incident has moved on meanwhile", "Nothing was changed."),
    CaseChanged: Told(HTTPStatus.CONFLICT, "Too much is happening here at once", "Nothing was changed. Try again."),
    IncidentChanged: Told(HTTPStatus.CONFLICT, "Too much is happening here at once", "Nothing was changed. Try again."),
}


def plain(what: str, then: str = "", status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """A page that only says something."""
    return Answer(status, render("plain.html", {"title": what, "then": then}))


def refused(failure: Exception) -> Answer:
    """A failure as a page of its own."""
    told = FAILURES[type(failure)]
    return plain(told.what, told.then, told.status)
