"""The local page, as a browser gets it, and `make run`, as its user ends it."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.page import LocalPage
from infra.local.playback import Playback

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no browser")

HOSTILE = (
    "<script>globalThis.ran = 1; document.title = 'ran'</script>"
    "<img src=x onerror=\"document.title='ran'\"><b id=made>bold</b></title></textarea>"
    "<svg onload=document.title='ran'>"
)


def a_state(**overrides: Any) -> dict[str, Any]:
    """A snapshot for the page with hostile text in every field."""
    case = {
        "id": HOSTILE,
        "path": "/desk/cases/1-2",
        "number": "FF-4FQ33",
        "kind": "complaint",
        "urgency": "high",
        "state": "open",
        "phase": "private",
        "topics": [HOSTILE],
        "words": HOSTILE,
        "why": [HOSTILE],
        "posts": 2,
        "waiting": True,
        "since": "2026-03-10T13:00:00+00:00",
        "answer_by": "2026-03-10T14:00:00+00:00",
        "answered_at": None,
        "breached": False,
    }
    told = {"at": "2026-03-10T13:30:00+00:00", "to": HOSTILE, "name": HOSTILE, "about": HOSTILE}
    mail = {**told, "message_id": "1", "way": "mail", "subject": HOSTILE, "body": HOSTILE}
    text = {**told, "message_id": "2", "way": "text", "subject": "", "body": HOSTILE}
    notice = {"at": "2026-03-10T13:30:00+00:00", "name": f"desk: {HOSTILE}", "text": HOSTILE, "alarming": True}
    state = {
        "now": "2026-03-10T13:30:00+00:00",
        "brand": HOSTILE,
        "zone": "Europe/London",
        "desk": "http://127.0.0.1:1",
        "people": [
            {"id": "newcomer", "name": HOSTILE, "on_duty": False},
            {"id": "ana", "name": "Ana", "on_duty": True},
        ],
        "changes": [HOSTILE],
        "speed": 1,
        "cases": [
            case,
            {**case, "waiting": False, "answered_at": "2026-03-10T13:20:00+00:00", "words": "answered words"},
        ],
        "sent": 2,
        "messages": [mail, text],
        "incidents": [
            {
                "id": "one",
                "path": "/desk/incidents/one",
                "title": HOSTILE,
                "status": "investigating",
                "open": True,
                "impact": HOSTILE,
                "people": 12,
                "posts": 13,
                "started_at": "2026-03-10T13:05:00+00:00",
                "act": "http://127.0.0.1:1/act/one",
                "page": None,
            }
        ],
        "notices": [notice],
        "x": {"requests": 3, "feeds": {"own": {"requests": 3, "charged": 1}}, "by_status": {"200": 2, "503": 1}},
        "failures": {},
    }
    return {**state, **overrides}


@pytest.fixture
def page() -> Iterator[LocalPage]:
    with LocalPage(0) as found:
        yield found


def fetched(url: str) -> tuple[dict[str, str], bytes]:
    assert url.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(url, timeout=10) as answer:
        return dict(answer.headers), answer.read()


def test_the_page_and_its_state_are_served_to_this_machine_only(page: LocalPage) -> None:
    headers, body = fetched(page.url)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert body == (ROOT / "infra/local/page.html").read_bytes()
    page.show(a_state())
    headers, body = fetched(f"{page.url}/state.json")
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["cases"][0]["words"] == HOSTILE


@pytest.mark.parametrize("path", ["", "state.json"])
def test_nothing_from_elsewhere_is_let_into_the_page(page: LocalPage, path: str) -> None:
    headers, _ = fetched(f"{page.url}/{path}")
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert set(policy) == {"default-src", "style-src", "script-src", "connect-src"}
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_names_no_other_host_and_sets_no_html() -> None:
    written = (ROOT / "infra/local/page.html").read_text(encoding="utf-8")
    assert "//" not in re.sub(r"^\s*//.*$|  // .*$", "", written, flags=re.MULTILINE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", written)
    # Links in mails open in a window of their own; scripts in them run nowhere.
    assert 'frame.sandbox = "allow-popups allow-popups-to-escape-sandbox"' in written


def _press(page: LocalPage, button: str, method: str = "POST", **headers: str) -> int:
    connection = http.client.HTTPConnection(page.url.removeprefix("http://"), timeout=10)
    given = {"Content-Type": "application/x-www-form-urlencoded"}
    given |= {name.replace("_", "-"): told for name, told in headers.items()}
    connection.request(method, "/pace", body=f"press={button}", headers=given)
    return connection.getresponse().status


def test_only_the_page_itself_presses_its_buttons(page: LocalPage) -> None:
    assert _press(page, "pause", Sec_Fetch_Site="same-origin") == 404
    page.playback = Playback(220)
    assert _press(page, "pause", Sec_Fetch_Site="cross-site") == 403
    assert _press(page, "pause", Origin="https://example.com") == 403
    assert _press(page, "pause") == 403
    assert _press(page, "pause", "GET", Sec_Fetch_Site="same-origin") == 405
    assert _press(page, "stop", Sec_Fetch_Site="same-origin") == 400
    assert not page.playback.stands
    assert _press(page, "pause", Sec_Fetch_Site="same-origin") == 204
    assert page.playback.stands
    assert _press(page, "play", Origin=page.url) == 204
    assert not page.playback.stands


def test_a_name_from_elsewhere_is_refused(page: LocalPage) -> None:
    assert _press(page, "pause", Host="desk.example.com", Sec_Fetch_Site="same-origin") == 421


@pytest.mark.parametrize("path", ["etc/passwd", "../desk.py", "state.json/", "page.html"])
def test_other_paths_are_not_there(page: LocalPage, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetched(f"{page.url}/{path}")
    assert refused.value.code == 404
    refused.value.close()


def test_a_port_that_is_taken_is_no_obstacle(page: LocalPage) -> None:
    taken = int(page.url.rstrip("/").rpartition(":")[2])
    with LocalPage(taken) as other:
        assert other.url != page.url
        fetched(other.url)


# --- in a browser


@pytest.fixture
def rendered(page: LocalPage, tmp_path: Path) -> Callable[[dict[str, Any]], str]:
    """The document as it stands after the page has shown a state."""

    def render(state: dict[str, Any]) -> str:
        page.show(state)
        assert CHROMIUM is not None
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
        command = [CHROMIUM, *options, "--virtual-time-budget=3000", "--dump-dom", page.url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return render


@needs_browser
def test_hostile_words_are_shown_and_do_nothing(rendered: Callable[[dict[str, Any]], str]) -> None:
    document = rendered(a_state())
    # Without the page's own script, in which the words of this test do not stand.
    body = re.sub(r'<script>\n"use strict".*?</script>', "", document, flags=re.DOTALL)
    assert "&lt;script&gt;globalThis.ran = 1" in body
    assert "answered words" in body
    # Some browsers do not escape < in what attributes hold.
    body = re.sub(r' title="[^"]*"', "", body)
    for made in ("<script", "<img", "<svg", "<b id", "onload=document.title='ran'>\""):
        assert made not in body, made
    assert "<title>Mentiondesk on this machine</title>" in document


@needs_browser
def test_the_page_says_what_presses_and_whether_all_is_well(rendered: Callable[[dict[str, Any]], str]) -> None:
    (case, answered) = a_state()["cases"]
    late = {**case, "words": "late words", "answer_by": "2026-03-10T13:10:00+00:00"}
    soon = {**case, "words": "soon words", "answer_by": "2026-03-10T13:40:30+00:00"}
    document = rendered(a_state(brand="Fennel & Finch", cases=[late, soon, answered], notices=[], speed=0))
    assert "Mentiondesk for Fennel &amp; Finch" in document
    assert ">13:30<" in document
    assert "GMT, Europe/London" in document
    assert "The desk is working" in document
    order = ["Past the deadline: 1", "late words", "Waiting, the next deadline first: 1", "soon words", "Answered"]
    places = [document.index(told) for told in order]
    assert places == sorted(places)
    assert "20 min overdue" in document
    assert "10 min left" in document
    assert "1 × 503" in document


@needs_browser
def test_a_desk_in_trouble_says_so_at_the_top(rendered: Callable[[dict[str, Any]], str]) -> None:
    on = {"at": "2026-03-10T13:30:00+00:00", "name": "desk: X refuses the token", "text": "Do: …", "alarming": True}
    over = {**on, "name": "desk: runs have failed", "alarming": False}
    before = {**over, "at": "2026-03-10T13:20:00+00:00", "alarming": True}
    document = rendered(a_state(notices=[on, over, before]))
    status = re.search(r'<div id="status"[^>]*>([^<]*)</div>', document)
    assert status is not None
    assert status[1] == "X refuses the token"


@needs_browser
def test_before_anything_has_happened_the_page_is_calm(rendered: Callable[[dict[str, Any]], str]) -> None:
    assert "starting…" in rendered({})
    assert "Nobody has written yet." in rendered(a_state(cases=[], messages=[], notices=[]))


# --- make run


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "infra.local.run", "--port", "0", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"layers/core{os.pathsep}."},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _has_cases(running: subprocess.Popen[str], url: str) -> bool:
    """True when the page shows a case, after a moment in which the run should not have ended."""
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(timeout=0.1)
    return bool(json.loads(fetched(f"{url}/state.json")[1]).get("cases"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_ends_with_its_audit(number: signal.Signals) -> None:
    running = started("--speed", "5000")
    try:
        assert running.stdout is not None
        said = [running.stdout.readline() for _ in range(2)]
        url = said[1].split()[-1]
        assert any(_has_cases(running, url) for _ in range(600))
        running.send_signal(number)
        rest, _ = running.communicate(timeout=60)
    finally:
        running.kill()
        running.wait()
    assert "Traceback" not in rest
    assert "X gave out" in rest
    assert "Nothing is lost: the table, the ledger and X agree." in rest
    assert running.returncode == 0


def test_settings_that_cannot_be_used_are_named_without_a_traceback(tmp_path: Path) -> None:
    broken = tmp_path / "shop.yaml"
    broken.write_text("brand: {name: X}\nstaff: 7\n")
    running = started("--settings", str(broken))
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "Traceback" not in said
    assert f"{broken} line 1" in said
