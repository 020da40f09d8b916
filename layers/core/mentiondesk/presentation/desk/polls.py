"""Polls of pages that are open, answered by one request to the table while nothing happens.

A page's tag has two parts: the marks that it was made from, and its words. While the marks are the same, nothing more
is read. They change with each act on the desk, and four times a minute: a new customer, or a reply typed in X's app,
changes no mark.
"""

from datetime import timedelta
from http import HTTPStatus

from mentiondesk.domain.cases.waiting import Presence
from mentiondesk.presentation.desk.entrance import Visitor
from mentiondesk.presentation.desk.html import digest, marks_of, tag_of
from mentiondesk.presentation.desk.responses import Request, Response

WRITING = "writing"
_LOOKED_AGAIN = timedelta(seconds=15)
# Presence is written this often, so that it never lapses while the page is open.
_STAYS_FOR = timedelta(seconds=30)


def no_news(request: Request, visitor: Visitor) -> Response | None:
    """The answer to a poll whose page was made from the same marks; None where the page has to be made."""
    if marks_of(request.seen) != _marks(request, visitor):
        return None
    return Response(status=HTTPStatus.NOT_MODIFIED, tag=request.seen)


def tag(request: Request, visitor: Visitor, html: str) -> str:
    """The tag of a page. `html` without what differs each time and is no news."""
    return tag_of(html, _marks(request, visitor))


def still_there(visitor: Visitor, writing: bool) -> bool:
    """True when the table knows already that the reader looks at the case, or writes."""
    there = _own(visitor)
    return there is not None and there.writing == writing and visitor.now - there.at < _STAYS_FOR


def came(visitor: Visitor, writing: bool) -> bool:
    """True when the reader has just come, or begun or stopped to write: news for colleagues."""
    there = _own(visitor)
    return there is None or there.writing != writing


def _own(visitor: Visitor) -> Presence | None:
    mine = (one for one in visitor.glance.present if one.staff_id == visitor.staff.staff_id)
    return next(mine, None)


def _marks(request: Request, visitor: Visitor) -> str:
    glance, reader = visitor.glance, visitor.staff.staff_id
    others = sorted((one.staff_id, one.writing) for one in glance.present if one.staff_id != reader)
    asked = sorted((name, value) for name, value in request.query.items() if name != WRITING)
    time = int(visitor.now.timestamp() // _LOOKED_AGAIN.total_seconds())
    return digest(repr((reader, request.path, asked, glance.acts, glance.version, others, time)))
