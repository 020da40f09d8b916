"""The functions as `sam build` built them, run by Lambda's own runtime client (PyPI's awslambdaric) on a local desk.

Each function is a process of its own: its folder is the task root, its layers stand on the path in Lambda's order, and
nothing of this checkout does. A post goes all the way: fetched, classified, told, opened by its link, answered at the
signed-in desk, sent; then each function that the morning did not need is invoked once.
"""

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from infra.local.cloud import Function, LocalCloud
from infra.local.desk import LocalDesk, VirtualClock
from infra.local.visitor import Visitor
from infra.local.x_standin import StandInX, User
from infra.transform import transformed
from mentiondesk.domain.alerts.messages import MessageKind
from mentiondesk.domain.alerts.roster import Channel
from tests.emulators.checkout import BUILT, built_here
from tests.emulators.tools import pypi
from tests.support.builders import BRAND_ID, settings_file
from tests.support.mailed_links import opened, pressed

PACKAGES = ("awslambdaric==4.2.2", "boto3==1.40.4")
_SENT_WITHIN = 30.0
# Functions behind a queue or the stream take records, those behind a note its detail; all others take any event.
_EVENTS: Mapping[str, dict[str, Any]] = {name: {"Records": []} for name in ("SendEvents", "RelayChanges")}
_BRAND = User(str(BRAND_ID), "FennelAndFinch", "Fennel & Finch")


class _Now(VirtualClock):
    """The machine's clock: functions in processes of their own know no other."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class _RuntimeApi(ThreadingHTTPServer):
    """Lambda's runtime API for one function: hands out events, takes results and errors."""

    daemon_threads = True

    def __init__(self, timeout: float) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.events: Queue[bytes] = Queue()
        self.results: Queue[tuple[str, bytes]] = Queue()
        self.started: float | None = None
        self.seconds = timeout

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: _RuntimeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.server.started is None:
            self.server.started = time.monotonic()
        event = self.server.events.get()
        deadline = int((time.time() + self.server.seconds) * 1000)
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", str(uuid.uuid4()))
        self.send_header("Content-Type", "application/json")
        self.send_header("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:built")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.results.put((self.path.rpartition("/")[2], body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Requests are not printed."""


class FunctionFailed(Exception):
    """The function raised, or never came to its first event; the text is what the runtime reported."""


@dataclass
class Built(Function):
    """A built function in a process of Lambda's runtime client, which starts at the first event."""

    layers: list[Path] = field(default_factory=list)
    done: Callable[[], None] = lambda: None
    served: int = 0
    init: float = 0.0
    _api: _RuntimeApi | None = None
    _process: "subprocess.Popen[bytes] | None" = None

    def __call__(self, event: dict[str, Any]) -> Any:
        api = self._api or self._start()
        api.events.put(json.dumps(event).encode())
        kind, body = api.results.get(timeout=60)
        self.served += 1
        self.done()
        if kind == "error":
            raise FunctionFailed(f"{self.name}: {body.decode()[:2000]}")
        return json.loads(body) if body else None

    def _start(self) -> _RuntimeApi:
        self._api = api = _RuntimeApi(self.timeout.total_seconds())
        Thread(target=api.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        began = time.monotonic()
        self._process = subprocess.Popen(
            [pypi(*PACKAGES), "-m", "awslambdaric", "app.handler"],
            cwd=self.folder,
            env={**self.environment, **self._as_lambda_has_it(api.address)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while api.started is None:
            if self._process.poll() is not None or time.monotonic() - began > 60:
                raise FunctionFailed(
                    f"{self.name} did not start: {api.results.get_nowait() if api.results.qsize() else ''}"
                )
            time.sleep(0.01)
        self.init = api.started - began
        return api

    def _as_lambda_has_it(self, address: str) -> Mapping[str, str]:
        path = [str(self.folder), *(str(layer / "python") for layer in self.layers)]
        return {
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "LAMBDA_TASK_ROOT": str(self.folder),
            "PATH": os.defpath,
            # Lambda's mounts take no bytecode either.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": os.pathsep.join(path),
        }

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._api is not None:
            self._api.shutdown()


def check(say: Callable[[str], None]) -> int:
    """Plays the morning on built functions and says what each served; returns the number of faults."""
    built_here()
    before = _files()
    with _desk() as (desk, functions):
        _morning(desk, say)
        _the_rest(desk, functions)
        for function in functions.values():
            say(f"  {function.name}: {function.served} events, start {1000 * function.init:.0f} ms")
        failures = [failure for function in functions.values() for failure in function.failures]
    faults = [*failures, *(f"written into what Lambda mounts read-only: {name}" for name in sorted(_files() ^ before))]
    for fault in faults:
        say(fault)
    say(f"Lambda runtime client: {len(functions)} built functions served their events, {len(faults)} faults")
    return len(faults)


def _files() -> set[str]:
    """Every file of the build with its size and time of change."""
    found = ((path, path.stat()) for path in BUILT.rglob("*") if path.is_file())
    return {f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in found}


@contextmanager
def _desk() -> Iterator[tuple[LocalDesk, dict[str, Built]]]:
    """A local desk whose functions are the built ones."""
    resources = transformed(BUILT / "template.yaml")["Resources"]
    plain = LocalCloud._function
    made: dict[str, Built] = {}

    def built(cloud: LocalCloud, name: str) -> Function:
        properties = resources[name]["Properties"]
        layers = [BUILT / resources[one["Ref"]]["Properties"]["Content"]["S3Key"] for one in properties["Layers"]]
        like = plain(cloud, name)
        folder = (BUILT / properties["Code"]["S3Key"]).resolve()
        made[name] = Built(name, folder, {}, like.timeout, like.memory, like.hear, layers=layers)
        # The cloud hears of writes in its own process only: after each event its sources may hold more.
        made[name].done = cloud._read_at.clear
        return made[name]

    clock = _Now(datetime.now(UTC))
    with (
        patch.object(LocalCloud, "_function", built),
        LocalDesk(StandInX(_BRAND, clock.now), clock, settings_file(), parameters={"EventsOut": "yes"}) as desk,
    ):
        try:
            yield desk, made
        finally:
            for function in made.values():
                function.stop()


def _morning(desk: LocalDesk, say: Callable[[str], None]) -> None:
    """A complaint, its mail, its page, a signed-in answer, and the reply on X."""
    earlier = desk.clock.now() - timedelta(minutes=1)
    for author, said in (("2001", "your kettle gave my son an electric shock"), ("2002", "my parcel is lost")):
        desk.x.post(author_id=author, at=earlier, text=f"@FennelAndFinch {said}")
    desk.minute()
    mail = next(one for one in desk.mails() if one.kind == MessageKind.CASE and one.link)
    page = pressed(mail.link or "", opened(mail.link or ""), "claim")
    if mail.link and "You own this case now" not in page.text:
        raise FunctionFailed(f"the link's page says {page.text[:200]}")
    browser = _signed_in(desk)
    case = next(one.case_id for one in desk.cases() if one.case_id.customer == "2002")
    place = f"/desk/cases/{case.conversation}-{case.customer}"
    text = {"text": "Sorry about your parcel! We are asking the depot.", "press": "send"}
    answered = browser.send(f"{place}/reply", **{**browser.open(place).form("reply"), **text})
    if answered.alert:
        raise FunctionFailed(f"the desk does not take the reply: {answered.alert}")
    ends = time.monotonic() + _SENT_WITHIN
    while not desk.x.sent and time.monotonic() < ends:
        time.sleep(1)
        desk.minute()
    say(f"  on X: {desk.x.sent[-1].text if desk.x.sent else 'no reply'}")
    if not desk.x.sent:
        raise FunctionFailed("the reply did not reach X")


def _the_rest(desk: LocalDesk, functions: Mapping[str, Built]) -> None:
    """Subscribing to the status page, a report of a bounce, SES's own test message, and a run of what else there is."""
    asked = Request(f"{desk.api.url}/subscribers", data=urlencode({"email": "jo@example.com"}).encode())
    urlopen(asked, timeout=60).read()
    desk.minute()
    functions["ForgetBounced"]({"detail": "Successfully validated SNS topic for Amazon SES event publishing."})
    for name, function in functions.items():
        if not function.served:
            function(_EVENTS.get(name, {}))


def _signed_in(desk: LocalDesk) -> Visitor:
    browser = Visitor(desk.api.url)
    to = desk.settings.roster.staff[0].addresses[Channel.EMAIL]
    browser.send("/desk/sign-in", email=to)
    desk.minute()
    code = next(one for one in reversed(desk.messages) if one.kind == MessageKind.SIGN_IN)
    browser.send("/desk/sign-in/code", code=code.subject.split()[0])
    return browser
