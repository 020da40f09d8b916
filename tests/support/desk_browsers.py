"""The signed-in desk in real browsers: the function of the desk on loopback, and people who use it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from infra.local.api import LocalApi
from mentiondesk.domain.ids import CaseId
from tests.support.chromium import Browser, Web, browser
from tests.support.served_desk import ServedDesk

URL = "http://localhost"
# The clock of pages is put forward by tests, and what pages do each second happens then.
_CLOCK = """{
  const now = Date.now.bind(Date);
  window.ahead = 0;
  Date.now = () => now() + window.ahead;
  window.setInterval = each => { window.second = each; };
}"""


class Office:
    """A desk that is served, its people, and the requests that were answered by (method, path, status)."""

    def __init__(self, page: Browser) -> None:
        self._page = page
        self._turn = RLock()
        self._people: list[Person] = []
        self.answered: list[tuple[str, str, int]] = []
        self.changed_headers: dict[str, str | None] = {}
        # Other functions by the beginning of their paths, such as the pages behind links.
        self.others: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
        self.begin()

    def begin(self) -> None:
        """A new desk, with nobody waiting and nobody there."""
        for one in self._people:
            one.page.leave()
        self._people.clear()
        self.desk = ServedDesk(URL)
        self.answered.clear()
        self.changed_headers.clear()
        self.others.clear()

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        path = event["rawPath"]
        function = next((do for prefix, do in self.others.items() if path.startswith(prefix)), self.desk)
        with self._turn:
            got = function(event)
        got["headers"] = {**got["headers"], **self.changed_headers}
        got["headers"] = {name: value for name, value in got["headers"].items() if value is not None}
        self.answered.append((event["requestContext"]["http"]["method"], path, got["statusCode"]))
        return got

    def person(self, staff_id: str) -> "Person":
        """A person who is signed in, at a browser of their own."""
        found = Person(self._page.of_somebody_else())
        self._people.append(found)
        for name, value in self.desk.cookie_of(staff_id).items():
            found.page.do("Network.setCookie", name=name, value=value, url=URL, httpOnly=True, sameSite="Lax")
        return found


class Person:
    """A person at a browser."""

    def __init__(self, page: Browser) -> None:
        self.page = page
        page.do("Page.addScriptToEvaluateOnNewDocument", source=_CLOCK)
        page.look(1280, 900, "light")

    def open(self, path: str) -> None:
        self.page.show(f"{URL}{path}")

    def case(self, case_id: CaseId) -> None:
        self.open(case_path(case_id))

    @property
    def said(self) -> str:
        return str(self.page.value("document.body.innerText"))

    @property
    def path(self) -> str:
        return str(self.page.value("location.pathname"))

    def poll(self) -> None:
        """Lets the page ask for news now, and waits until it has heard them."""
        self.page.value(
            "new Promise(go => { document.addEventListener('htmx:finally:request', () => setTimeout(go, 30),"
            " {once: true}); document.dispatchEvent(new Event('desk:poll')) })"
        )

    def later(self, seconds: float) -> bool:
        """Puts the clock of the page forward; True when the page asked for news."""
        asked = "document.addEventListener('htmx:before:request', () => { asked = true; }, {once: true})"
        heard = "new Promise(go => document.addEventListener('htmx:finally:request', () => go(true), {once: true}))"
        passed = f"window.ahead += {seconds * 1000}; const heard = {heard}; window.second()"
        return bool(self.page.value(f"(async () => {{ let asked; {asked}; {passed}; return asked && await heard }})()"))

    def press(self, words: str, times: int = 1) -> None:
        """Clicks the button that says so, in whatever is folded, and waits for the page that follows."""
        with self.page.followed():
            self.click(words, times)

    def click(self, words: str, times: int = 1) -> None:
        self.page.value("document.querySelectorAll('main details').forEach(one => one.open = true)")
        self.page.click(
            f"[...document.querySelectorAll('button')].find(one => one.innerText.trim().startsWith({words!r}))", times
        )

    def type(self, field: str, text: str) -> None:
        self.page.value(f"document.querySelector({field!r}).focus()")
        self.page.write(text)

    def offline(self, gone: bool) -> None:
        self.page.do(
            "Network.emulateNetworkConditions", offline=gone, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )


def case_path(case_id: CaseId) -> str:
    return f"/desk/cases/{case_id.conversation}-{case_id.customer}"


@contextmanager
def office(profile: Path) -> Iterator[Office]:
    """A desk in a browser that knows nothing else. Raises NoBrowser."""
    held: list[Office] = []
    with LocalApi(0, lambda event: held[0](event)) as api:  # noqa: PLW0108  there is no office yet
        way_out = Web("localhost", lambda _: (404, {}, b""), int(api.url.rpartition(":")[2]))
        with browser(way_out, profile) as page:
            held.append(Office(page))
            yield held[0]
