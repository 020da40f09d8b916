"""Requests to the desk's pages and the responses to them, free of what serves them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus

from mentiondesk.presentation.action_pages.reading import FormFields
from mentiondesk.values import Frozen, field

ROOT = "/desk"
_LONGEST_PLACE = 300


class Request(Frozen):
    """The parts of a request that pages use. `form` is read on demand: it raises what reading raises."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    agent: str = ""
    seen: str = ""
    read_form: Callable[[], FormFields] = dict

    @property
    def form(self) -> FormFields:
        return self.read_form()


class SetCookie(Frozen):
    """A cookie that no script can read; without a value it is taken back."""

    name: str
    value: str
    lasts: timedelta = timedelta(0)


class Response(Frozen):
    """A page, or (`to`) the place where the browser goes on. `tag` names what the page shows, for polls.

    With `file`, it is saved under that name; `media` is its type.
    """

    html: str = ""
    status: HTTPStatus = HTTPStatus.OK
    to: str = ""
    cookies: tuple[SetCookie, ...] = ()
    tag: str = ""
    gave_up: bool = False
    media: str = "text/html; charset=utf-8"
    file: str = ""


Page = Callable[[Request, datetime], Response]


def go(to: str, *cookies: SetCookie) -> Response:
    """Another place, asked for by GET (303)."""
    return Response(status=HTTPStatus.SEE_OTHER, to=to, cookies=cookies)


def place(wanted: str) -> str:
    """A place of the desk itself to go on to; its first page where `wanted` is anything else."""
    ours = wanted == ROOT or wanted.startswith((f"{ROOT}/", f"{ROOT}?"))
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and "//" not in wanted
    return wanted if ours and plain and ".." not in wanted and len(wanted) <= _LONGEST_PLACE else ROOT
