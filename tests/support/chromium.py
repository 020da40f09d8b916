"""A real Chromium, headless, driven through its DevTools protocol over pipes; everything it asks for comes to us."""

import base64
import json
import os
import select
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_QUIET = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--mute-audio"),
    *("--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync"),
    *("--disable-extensions", "--disable-domain-reliability", "--disable-client-side-phishing-detection"),
    *(
        "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,HttpsUpgrades,"
        # Pages of its own that the browser makes for every window and nobody sees: a third of its work.
        "WebUIOmniboxPopup,WebUIOmniboxAimPopup",
        "--disable-dev-shm-usage",
    ),
    *("--no-default-browser-check", "--metrics-recording-only", "--disable-breakpad", "--remote-debugging-pipe"),
)
_PATIENCE = 30.0

# Status, headers and body of a path; how a site is served.
Answer = tuple[int, dict[str, str], bytes]


class NoBrowser(RuntimeError):
    """The browser is there and does not run."""


@dataclass
class Web:
    """All the web there is for the browser: a proxy that answers for one host."""

    host: str
    answer: Callable[[str], Answer]
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://{self.host}"


@contextmanager
def web(host: str, answer: Callable[[str], Answer]) -> Iterator[Web]:
    served = Web(host, answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here = self.path.startswith(f"{served.url}/")
            status, headers, body = answer(self.path.removeprefix(served.url)) if here else _NOT_HERE
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_CONNECT(self) -> None:
            self.send_error(502)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_NOT_HERE: Answer = (502, {}, b"")


class _Pipe:
    """The browser's end of the DevTools protocol; what it says goes to the page that it is about."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, read
        self._buffer = b""
        self._number = 0
        self.pages: dict[str, Browser] = {}

    def do(self, session: str, method: str, **params: Any) -> Any:
        """Sends a command, to a page where `session` names one; returns its result."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("id") == number:
                if "error" in answer:
                    raise NoBrowser(f"{method}: {answer['error']}")
                return answer["result"]

    def next(self) -> dict[str, Any]:
        """The next message, after the page that it is about has heard it."""
        until = time.monotonic() + _PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(until - time.monotonic(), 0))
            part = os.read(self._read, 1 << 20) if ready else b""
            if not part:
                raise NoBrowser("the browser does not answer")
            self._buffer += part
        raw, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        page = self.pages.get(message.get("sessionId", ""))
        if page is not None:
            page._hear(message.get("method", ""), message.get("params", {}))
        return message


# The codes of keys that have no letter, with the text that they give.
_KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), "ArrowDown": (40, ""), "Space": (32, " ")}


class Browser:
    """A page of the browser: its requests, its console messages, and its failed loads."""

    def __init__(self, pipe: _Pipe, person: str | None = None) -> None:
        self._pipe = pipe
        self.asked: list[str] = []
        self.heard: list[str] = []
        # The arguments of scripts that called a binding which a test added.
        self.called: list[str] = []
        self._loaded = False
        self._person = person
        context = {"browserContextId": person} if person else {}
        target = pipe.do("", "Target.createTarget", url="about:blank", **context)["targetId"]
        self._session = pipe.do("", "Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        pipe.pages[self._session] = self
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")

    def of_somebody_else(self) -> "Browser":
        """A page of another person's browser: with cookies and storage of its own."""
        return Browser(self._pipe, self._pipe.do("", "Target.createBrowserContext")["browserContextId"])

    def leave(self) -> None:
        """Closes the browser of `of_somebody_else`, with its cookies and its storage."""
        del self._pipe.pages[self._session]
        self._pipe.do("", "Target.disposeBrowserContext", browserContextId=self._person)

    def do(self, method: str, **params: Any) -> Any:
        """Sends a command of the protocol; returns its result."""
        return self._pipe.do(self._session, method, **params)

    def show(self, url: str) -> None:
        """Goes there, and waits until everything is loaded."""
        self._loaded = False
        self.do("Page.navigate", url=url)
        while not self._loaded:
            self._next()

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Runs the block, which leads to another page, and waits until that page is there."""
        self._loaded = False
        yield
        while not self._loaded:
            self._next()

    def look(self, width: int, height: int, scheme: str, **more: Any) -> None:
        """As on a screen of this size, of somebody who prefers this scheme."""
        self.do(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.do("Emulation.setEmulatedMedia", features=[*features, *more.get("features", [])])

    def value(self, expression: str) -> Any:
        """Evaluates a JavaScript expression in the page; the page's own policy does not bind it."""
        found = self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, expression: str, seconds: float = 5) -> Any:
        """Waits until a JavaScript expression is true; returns its value. Raises AssertionError when it stays false."""
        give_up = time.monotonic() + seconds
        while not (found := self.value(expression)):
            assert time.monotonic() < give_up, f"never true: {expression}"
            self.value("new Promise(go => setTimeout(go, 20))")
        return found

    def press(self, key: str) -> None:
        """Presses one key: a named one, or the one of a character."""
        code, text = _KEYS.get(key, (ord(key[0].upper()), key))
        given = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.do("Input.dispatchKeyEvent", type="keyDown", **given, **({"text": text} if text else {}))
        self.do("Input.dispatchKeyEvent", type="keyUp", **given)

    def write(self, text: str) -> None:
        """Types a text into the field that has the focus."""
        self.do("Input.insertText", text=text)

    def click(self, element: str, times: int = 1) -> None:
        """Clicks with the mouse in the middle of the element that a JavaScript expression gives."""
        place = self.value(
            f"(one => {{ one.scrollIntoView({{block: 'center'}}); const box = one.getBoundingClientRect();"
            f" return {{x: box.x + box.width / 2, y: box.y + box.height / 2}} }})({element})"
        )
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.do("Input.dispatchMouseEvent", type=kind, button="left", clickCount=count, **place)

    def picture(self, path: Path, whole: bool = True) -> None:
        """The whole page, or the part of it on the screen, as a PNG."""
        found = self.do(
            "Page.captureScreenshot", captureBeyondViewport=whole, **({"clip": self._size()} if whole else {})
        )
        path.write_bytes(base64.b64decode(found["data"]))

    def _size(self) -> dict[str, float]:
        size = self.do("Page.getLayoutMetrics")["cssContentSize"]
        return {**size, "scale": 1}

    def _next(self) -> dict[str, Any]:
        return self._pipe.next()

    def _hear(self, method: str, params: dict[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
        elif method == "Runtime.consoleAPICalled":
            self.heard.append(f"console.{params['type']}")
        elif method == "Runtime.bindingCalled":
            self.called.append(params["payload"])
        elif method == "Runtime.exceptionThrown":
            self.heard.append(str(params["exceptionDetails"].get("text")))
        elif method == "Log.entryAdded":
            self.heard.append(f"{params['entry']['level']}: {params['entry']['text']}")
        elif method == "Network.loadingFailed" and not params.get("canceled"):
            self.heard.append(f"not loaded: {params.get('errorText')} {params.get('blockedReason', '')}")


@contextmanager
def browser(way_out: Web, profile: Path) -> Iterator[Browser]:
    """A browser whose only way out is `way_out`, which it treats as if it were encrypted. Raises NoBrowser."""
    assert CHROMIUM is not None, "tests skip without one"
    # The browser reads its commands from descriptor 3 and writes to descriptor 4.
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    proxy = (f"--proxy-server=http://127.0.0.1:{way_out.port}", "--proxy-bypass-list=<-loopback>")
    trust = f"--unsafely-treat-insecure-origin-as-secure={way_out.url}"
    command = [CHROMIUM, *_QUIET, *proxy, trust, f"--user-data-dir={profile}", "about:blank"]
    script = f'exec "$@" 3<&{to_read} 4>&{from_write}'
    process = subprocess.Popen(
        ["/bin/bash", "-c", script, "chromium", *command],
        pass_fds=(to_read, from_write),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(from_write)
    try:
        yield Browser(_Pipe(to_write, from_read))
    finally:
        os.close(to_write)
        os.close(from_read)
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
