"""Answers: a page and its status. Each refusal is a type, which has its status and its words."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from mentiondesk.domain.access.actor import NotAllowed
from mentiondesk.domain.access.links import LinkExpired, LinkForged, NoLongerStaff
from mentiondesk.domain.cases.case import CaseRefuses
from mentiondesk.domain.incidents.incident import AlreadyOver, NotPossible, PublicStays
from mentiondesk.ports.cases import CaseChanged
from mentiondesk.ports.incidents import IncidentChanged
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.presentation.action_pages.html import render
from mentiondesk.presentation.action_pages.reading import (
    FormInvalid,
    MalformedForm,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from mentiondesk.presentation.wording import Sentences
from mentiondesk.usecases.incidents.change_incident import ActedMeanwhile, NoSuchPost
from mentiondesk.values import Frozen

# AlreadyYours → Already_Yours
_NEXT_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Answer(Frozen):
    """One page and its status. `gave_up`: a change was not saved, because others kept changing the same subject."""

    status: HTTPStatus
    html: str
    gave_up: bool = False


class Home(Frozen):
    """The name above a page, and the address of the site that it belongs to."""

    name: str = ""
    url: str = ""


NOWHERE = Home()


class Refusal(Frozen):
    """The status of a refused request, and the key of its words: what is wrong, and what the reader can do."""

    status: HTTPStatus
    key: str

    def what(self, say: Sentences, **facts: object) -> str:
        return say(f"refusal.{self.key}.what", **facts)

    def then(self, say: Sentences) -> str:
        return say(f"refusal.{self.key}.then")


# The refusals that are none of a case.
REFUSALS: Mapping[type[Exception], Refusal] = {
    LinkForged: Refusal(HTTPStatus.FORBIDDEN, "link_forged"),
    LinkExpired: Refusal(HTTPStatus.GONE, "link_expired"),
    NoLongerStaff: Refusal(HTTPStatus.FORBIDDEN, "no_longer_staff"),
    NotAllowed: Refusal(HTTPStatus.FORBIDDEN, "not_allowed"),
    SubjectGone: Refusal(HTTPStatus.GONE, "subject_gone"),
    MalformedForm: Refusal(HTTPStatus.BAD_REQUEST, "malformed_form"),
    UnsupportedMediaType: Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
    PayloadTooLarge: Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "payload_too_large"),
    FormInvalid: Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "form_invalid"),
    AlreadyDone: Refusal(HTTPStatus.OK, "already_done"),
    AlreadyOver: Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "already_over"),
    NotPossible: Refusal(HTTPStatus.CONFLICT, "not_possible"),
    PublicStays: Refusal(HTTPStatus.CONFLICT, "public_stays"),
    ActedMeanwhile: Refusal(HTTPStatus.CONFLICT, "acted_meanwhile"),
    NoSuchPost: Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "no_such_post"),
    CaseChanged: Refusal(HTTPStatus.CONFLICT, "changed"),
    IncidentChanged: Refusal(HTTPStatus.CONFLICT, "changed"),
}


def refusal_of(failure: Exception) -> Refusal:
    """The status and the words of a failure that is a refusal."""
    if isinstance(failure, CaseRefuses):
        return case_refusal(type(failure))
    return next(refusal for kind, refusal in REFUSALS.items() if isinstance(failure, kind))


def case_refusal(kind: type[CaseRefuses]) -> Refusal:
    """The status and the words of a case's refusal, by its type alone."""
    key = _NEXT_WORD.sub("_", kind.__name__).lower()
    return Refusal(HTTPStatus.OK if kind.as_wanted else HTTPStatus.CONFLICT, key)


def plain(
    say: Sentences, what: str, then: str = "", status: HTTPStatus = HTTPStatus.OK, home: Home = NOWHERE
) -> Answer:
    """A page with a heading and a sentence."""
    return Answer(status, render("plain.html", say, {"title": what, "then": then, "home": home}))


def refused(say: Sentences, failure: Exception, home: Home = NOWHERE) -> Answer:
    """A refusal as a page of its own."""
    refusal = refusal_of(failure)
    return plain(say, refusal.what(say), refusal.then(say), refusal.status, home)
