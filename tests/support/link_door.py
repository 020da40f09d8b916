"""The pages behind links in mails as Lambda runs them, on the table of a served desk."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from unittest.mock import patch

from infra.local.api import event_of
from infra.local.cloud import Function
from mentiondesk.adapters.tokens.links import SignedLinks
from mentiondesk.domain.access.actions import CASE_ACTIONS
from mentiondesk.domain.access.links import Link
from mentiondesk.domain.ids import CaseId, StaffId
from tests.support.builders import NOON
from tests.support.doors import Answer
from tests.support.served_desk import ROOT, ServedDesk

_KEYS = SignedLinks(lambda _: ("k" * 40,), "https://desk.example")


def token(case_id: CaseId, staff: str = "ana", minutes: float = 600) -> str:
    """A link's token for this person and case, good until so many minutes after noon."""
    return _KEYS.token(Link(StaffId(staff), case_id, CASE_ACTIONS, NOON + timedelta(minutes=minutes)))


class LinkDoor:
    """The function behind links, on the table of a served desk, whose browser it shares."""

    def __init__(self, served: ServedDesk) -> None:
        self._served = served
        variables = {
            "TABLE_NAME": "desk",
            "LINK_PARAMETER": "/links",
            "POWERTOOLS_SERVICE_NAME": "action_links",
            "POWERTOOLS_METRICS_NAMESPACE": "Mentiondesk/test",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }
        folder = ROOT / "functions/action_links"
        self._function = Function("ActionLinks", folder, variables, timedelta(15), 512, lambda *_: None)
        app = self._function.load()
        app.desk_stores = lambda _: served.stores()  # type: ignore[attr-defined]
        app.links = lambda: _KEYS  # type: ignore[attr-defined]

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        with patch("mentiondesk.runtime.clock.now", lambda: self._served.now):
            answer: dict[str, Any] = self._function(event)
        return answer

    def open(self, token: str) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self._served.cookies.items())
        got = self(event_of("GET", f"/act/{token}", {"Cookie": cookie} if cookie else {}, b"", "desk.example"))
        assert not SimpleCookie("".join(got.get("cookies", ())))
        return Answer(got["statusCode"], {n.lower(): v for n, v in got["headers"].items()}, got.get("body") or "")
