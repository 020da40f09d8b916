"""The signed-in desk as Lambda runs it, over the table in memory: the function's own door, without AWS."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from infra.local.api import event_of
from infra.local.cloud import Function
from mentiondesk.adapters.storage.desk_stores import DeskStores
from mentiondesk.adapters.storage.stores.duty import staffed_settings
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.adapters.storage.stores.sign_ins import Sessions
from mentiondesk.domain.access.sign_in import MailedCode
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.fold import apply, new_case
from mentiondesk.domain.cases.timers import Policy
from mentiondesk.domain.ids import CaseId, ConversationId, StaffId, UserId
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import desk_settings
from mentiondesk.usecases.access.sign_in import begin_session
from tests.integration.conftest import Desk, MemoryDesk
from tests.support.builders import NOON, said, settings_file
from tests.support.doors import FORM, Answer

ROOT = Path(__file__).parents[2]
HOST = "desk.example"
URL = f"https://{HOST}"
TEAM: list[dict[str, Any]] = [
    {"id": "ana", "name": "Ana", "email": "ana@example.com", "duty": "always"},
    {"id": "ben", "name": "Ben", "email": "ben@example.com", "duty": "always"},
    {"id": "mo", "name": "Mo", "email": "mo@example.com", "duty": "always", "roles": ["lead"]},
]


@dataclass
class Mailed:
    """CodeMails that keeps every code."""

    codes: list[MailedCode] = field(default_factory=list)

    def add(self, mailed: MailedCode) -> None:
        self.codes.append(mailed)


class ServedDesk:
    """The desk's function. `now` is its clock; `mails` holds the codes that were handed on."""

    def __init__(self, url: str = URL) -> None:
        self.desk, self.now, self.url, self.mails = MemoryDesk(), NOON, url, Mailed()
        self.cookies: dict[str, str] = {}
        self.printed: list[str] = []
        self.store(TEAM)
        variables = {
            "TABLE_NAME": "desk",
            "DESK_URL": url,
            "NOTES_BUS": "none",
            "SITE_URL": "https://status.example",
            "POWERTOOLS_SERVICE_NAME": "desk_web",
            "POWERTOOLS_METRICS_NAMESPACE": "Mentiondesk/test",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }
        self._function = Function(
            "DeskWeb",
            ROOT / "functions/desk_web",
            variables,
            timedelta(15),
            512,
            lambda _, line: self.printed.append(line),
        )
        app = self._function.load()
        app.desk_stores = lambda *_: self.stores()  # type: ignore[attr-defined]
        app.NotedCodes = lambda *_: self.mails  # type: ignore[attr-defined]

    def stores(self) -> DeskStores:
        return DeskStores(self.desk.table, lambda: self.now, staffed_settings)

    def store(self, staff: list[dict[str, Any]]) -> None:
        """Puts settings with these people in force."""
        self.store_settings(settings_file(staff=staff))

    def store_settings(self, settings: SettingsFile) -> None:
        SettingsVersions(self.desk.table).store(settings, self.now)

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        with patch("mentiondesk.runtime.clock.now", lambda: self.now):
            answer: dict[str, Any] = self._function(event)
        return answer

    def ask(
        self, method: str, path: str, typed: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """A request of the browser, which keeps cookies; it follows no redirect."""
        form = {"Content-Type": FORM} if typed is not None else {}
        got = self.asked(method, path, {**form, **(headers or {})}, urlencode(typed or {}).encode())
        for cookie in got.get("cookies", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return Answer(got["statusCode"], {n.lower(): v for n, v in got["headers"].items()}, got.get("body") or "")

    def asked(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
        """The function's own answer to the browser."""
        sent = {"Sec-Fetch-Site": "same-origin", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self(event_of(method, path, {name: value for name, value in sent.items() if value}, body, HOST))

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, **typed: str) -> Answer:
        return self.ask("POST", path, typed)

    def press(self, path: str, action: str, **typed: str) -> Answer:
        """Opens a page, types, and presses the button of a form."""
        return self.ask("POST", path, self.get(path).page.form(action) | typed)

    def enter(self, staff_id: str = "ana") -> None:
        """Signs a person in without a mail."""
        self.cookies = self.cookie_of(staff_id)

    def cookie_of(self, staff_id: str) -> dict[str, str]:
        name = "__Host-desk" if self.url.startswith("https:") else "desk"
        return {name: begin_session(Sessions(self.desk.table), StaffId(staff_id), "Chrome, Linux", self.now)}

    @contextmanager
    def by(self, staff_id: str) -> Iterator[None]:
        """Another person's browser."""
        before, self.cookies = self.cookies, self.cookie_of(staff_id)
        try:
            yield
        finally:
            self.cookies = before

    def later(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


def waiting(desk: Desk, number: int, words: str, minute: float = 0, **tags: Any) -> CaseId:
    """Puts a customer with this number into the list of who waits: they posted at this minute after noon."""
    case_id = CaseId(ConversationId(str(1_800_000_000_000_000_000 + number)), UserId(str(2_000_000_000 + number)))
    entry = said(minute, words=words, **tags)
    after = apply(new_case(case_id, entry.at), entry, settings_file_policy())
    desk.cases.save(case_change(None, after, entry))
    return case_id


def settings_file_policy() -> Policy:
    return desk_settings(settings_file(staff=TEAM)).policy
