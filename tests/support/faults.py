"""The desk where things go wrong: template.yaml's stack in this process, and every call a place to meddle.

The functions run as Lambda would run them, against moto in this process and a stand-in X without a socket,
so that a fork of the process is a copy of the whole world. Nothing sleeps; time is the virtual clock's.
"""

import contextlib
import json
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch
from urllib.parse import urlsplit

import boto3
import requests
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends
from requests.adapters import HTTPAdapter

from infra.local.cloud import Context, Function, LocalCloud, _only
from infra.local.desk import SENDER, TEMPLATE, VirtualClock
from infra.local.printed import printed_by_this_thread
from infra.local.x_standin import StandInX
from infra.transform import REGION
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.runtime import aws
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import desk_settings
from tests.support.straight_x import answered

FETCH, CLASSIFY, NOTIFY = "FetchMentions", "ClassifyMention", "NotifyStaff"
SCHEDULED = (FETCH, NOTIFY, "DetectIncidents", "PublishStatus", "SendReport", "AuditDesk")
MINUTE = timedelta(minutes=1)
# The time after a failure in which every minute is run: leases have ended by then.
_AFTERMATH = 3 * MINUTE
_X_TIMEOUT = timedelta(seconds=10)
_KEYS = dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "made-up")


SEND_TEXT = "pinpoint-sms-voice-v2.SendTextMessage"


class Killed(BaseException):
    """The process ends here; passes through `except Exception` as a real end would."""


class Died(Exception):
    """The end of a function's process, as Lambda sees it."""


class Instead(Exception):
    """Raised by a meddler: the call is not made, and this is its answer."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True)
class Call:
    """A call that a function makes to AWS ("dynamodb.PutItem") or to X ("x.mentions")."""

    function: str
    operation: str
    client: Any = None
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def on_table(self) -> bool:
        return self.operation.startswith("dynamodb.")

    @property
    def on_x(self) -> bool:
        return self.operation.startswith("x.")

    @property
    def kind(self) -> tuple[str, ...]:
        """The operation and its target: calls of one kind stand at one place of the code."""
        key = self.params.get("Item") or self.params.get("Key") or {}
        change = str(self.params.get("UpdateExpression"))[:20]
        # A file's key is its path; one file is written like the other.
        place = str(key.get("pk")).partition("#")[0] if isinstance(key, dict) else "file"
        return self.function, self.operation, place, change

    @property
    def only_reads(self) -> bool:
        """True when the call changes no state; X charges for posts that it gives out."""
        return self.operation.endswith((".GetItem", ".BatchGetItem", ".Query", ".GetParameter", ".ListObjectsV2"))

    @property
    def sends(self) -> bool:
        return self.operation in ("sesv2.SendEmail", "sns.Publish", SEND_TEXT)


def refusal(call: Call, code: str, **more: Any) -> ClientError:
    """Botocore's error when AWS refuses a call for good, its own retries spent."""
    kind: type[ClientError] = call.client.exceptions.from_code(code)
    answer: Any = {"Error": {"Code": code, "Message": "made up"}, **more}
    return kind(answer, call.operation.partition(".")[2])


class Meddler:
    """Changes what happens around a call; this one changes nothing."""

    def before(self, call: Call) -> None:
        """Before the call takes effect; what is raised here is raised instead of it."""

    def after(self, call: Call, answer: Any) -> Any:
        """After it took effect and before the function sees the answer; returns what it will see."""
        del call
        return answer


@dataclass
class _Running:
    """The run of a function that is going on."""

    function: str
    event: dict[str, Any]
    spent: timedelta = timedelta()


class Mortal(Function):
    """A function of the template whose process can die; the next event finds a new one."""

    desk: "FaultyDesk"

    def __call__(self, event: dict[str, Any]) -> Any:
        running = _Running(self.name, event)
        context = _CountingContext(self.name, self.timeout, self.memory, f"arn:aws:lambda:{REGION}:1:{self.name}")
        context.running = running
        with (
            _only(self.environment),
            printed_by_this_thread() as printed,
            warnings.catch_warnings(),
            self.desk.running(running),
        ):
            # Powertools warns of runs without metrics, which those that fail are.
            warnings.simplefilter("ignore", UserWarning)
            try:
                return self._app.handler(json.loads(json.dumps(event)), context)
            except Killed:
                self.forget()
                raise Died(self.name) from None
            finally:
                self.desk.printed.append(printed.getvalue())
                self.desk.note_run(self.name)

    def forget(self) -> None:
        """A new process: no module state, no clients, nothing remembered."""
        self.__dict__.pop("_app", None)
        aws.forget_clients()


class _CountingContext(Context):
    """The time a function has left shrinks by what its calls took."""

    running: _Running

    def get_remaining_time_in_millis(self) -> int:
        return int((self.timeout - self.running.spent).total_seconds() * 1000)


class _InProcess(contextlib.AbstractContextManager[None]):
    """moto without its server, in the place of it."""

    url = "http://127.0.0.1:0"

    def __init__(self) -> None:
        self._mock = mock_aws()

    def __enter__(self) -> None:
        self._mock.start()

    def __exit__(self, *_: object) -> None:
        self._mock.stop()


class _Stream:
    """The table's stream, straight from moto: reading it through its API is half of a story's time."""

    def __init__(self, desk: "FaultyDesk") -> None:
        self._desk = desk

    def describe_stream(self, **_: str) -> dict[str, Any]:
        return {"StreamDescription": {"Shards": [{"ShardId": "0"}]}}

    def get_shard_iterator(self, *, SequenceNumber: str = "", **_: str) -> dict[str, str]:  # noqa: N803  its names
        before_all = self._desk.moto_table.stream_shard.starting_sequence_number - 1
        return {"ShardIterator": str(int(SequenceNumber or before_all) - before_all)}

    def get_records(self, *, ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803  its names
        first = int(ShardIterator)
        return {"Records": [record.to_json() for record in self._desk.stream[first : first + Limit]]}


BUCKET = "status-site"
# Resource types that moto does not make.
STAND_INS = {
    "Api.ApiEndpoint": "https://api.example.com",
    "StatusSite.Outputs.BucketName": BUCKET,
    "StatusSite.Outputs.SiteUrl": "https://status.example.com",
    "MailEvents": "mail-events",
    "StaffMail": "staff-mail",
}


class _Cloud(LocalCloud):
    """LocalCloud on moto in this process, with functions that can die."""

    def __init__(self, desk: "FaultyDesk", x_url: str) -> None:
        super().__init__(TEMPLATE, {"AlertSender": SENDER, "XApiUrl": x_url}, lambda *_: None, STAND_INS, desk.aws)
        self._desk = desk

    @property
    def _lambda_environment(self) -> dict[str, str]:
        return {name: value for name, value in super()._lambda_environment.items() if name != "AWS_ENDPOINT_URL"}

    def client(self, service: str) -> Any:
        if service == "dynamodbstreams":
            return _Stream(self._desk)
        if service not in self._clients:
            self._clients[service] = boto3.client(service, region_name=REGION)  # type: ignore[call-overload]
        return self._clients[service]

    def _function(self, name: str) -> Function:
        plain = super()._function(name)
        mortal = Mortal(plain.name, plain.folder, plain.environment, plain.timeout, plain.memory, plain.hear)
        mortal.desk = self._desk
        return mortal


class FaultyDesk:
    """The whole desk, with a meddler at every call its functions make. Use as a context manager."""

    def __init__(
        self, stand_in: StandInX, clock: VirtualClock, settings: SettingsFile, incidents: Iterable[Incident] = ()
    ) -> None:
        self._incidents = tuple(incidents)
        self.x = stand_in
        self.clock = clock
        self._settings_file = settings
        self.settings = desk_settings(settings)
        self.meddler = Meddler()
        self.aws = _InProcess()
        self.printed: list[str] = []
        self.texts: dict[str, tuple[str, str]] = {}
        self.failed_runs = 0
        self.calls: list[tuple[datetime, Call]] = []
        self.runs: list[tuple[datetime, str]] = []
        self.failed_at: datetime | None = None
        self._stack: list[_Running] = []
        self._exit = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._exit.callback(_restore, dict(os.environ))
        self._exit.callback(self.x._server.server_close)
        for patched in self._clocks():
            self._exit.enter_context(patched)
        self.cloud = self._exit.enter_context(_Cloud(self, "http://stand-in.example"))
        self.cloud.on_run = self._count_run
        for patched in self._wires():
            self._exit.enter_context(patched)
        self.table = self.cloud.resource("Desk")
        self.cloud.client("ses").verify_email_identity(EmailAddress=SENDER)
        self.cloud.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        for name in ("links", "subscribers"):
            self.put_parameter(name, "made-up " * 4 + "x" * 32)
        self.renew_credentials()
        table = DynamoTable(aws.dynamodb(), self.table)
        SettingsVersions(table).store(self._settings_file, self.clock.now())
        store = Incidents(table, lambda: self.settings.keep)
        for incident in self._incidents:
            store.add(incident_change(None, incident))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._exit.__exit__(kind, error, at)

    def _clocks(self) -> Iterator[Any]:
        yield patch("mentiondesk.runtime.clock.now", self.clock.now)

    def _wires(self) -> Iterator[Any]:
        """Later than moto's own, which would send what goes to X to the network."""
        original = BaseClient._make_api_call  # type: ignore[attr-defined]

        def aws_call(client: Any, operation: str, params: dict[str, Any]) -> Any:
            name = f"{client.meta.service_model.service_name}.{operation}"
            if name == SEND_TEXT:
                return self._called(name, client, params, lambda: self._take_text(params))
            return self._called(name, client, params, lambda: original(client, operation, params))

        def x_call(_: object, request: requests.PreparedRequest, *__: Any, **___: Any) -> requests.Response:
            name = f"x.{_feed(request)}"
            response: requests.Response = self._called(name, None, {}, lambda: self._answer(request))
            return response

        yield patch.object(BaseClient, "_make_api_call", aws_call)
        yield patch.object(HTTPAdapter, "send", x_call)

    def _called(self, operation: str, client: Any, params: dict[str, Any], go_on: Callable[[], Any]) -> Any:
        if not self._stack:
            return go_on()
        call = Call(self._stack[-1].function, operation, client, params)
        self.calls.append((self.clock.now(), call))
        try:
            self.meddler.before(call)
        except Instead as instead:
            return instead.answer
        return self.meddler.after(call, go_on())

    def _answer(self, request: requests.PreparedRequest) -> requests.Response:
        """Returns the stand-in X's response, or raises as requests would; waiting takes the run's time."""
        try:
            return answered(self.x, request)
        except requests.ReadTimeout:
            self._stack[-1].spent += _X_TIMEOUT
            raise

    @contextlib.contextmanager
    def running(self, run: _Running) -> Iterator[None]:
        """Inside, calls are this run's."""
        self._stack.append(run)
        try:
            yield
        finally:
            self._stack.pop()

    @property
    def current_run(self) -> object:
        """The run that is going on, as a thing that is equal to itself only."""
        return self._stack[-1]

    def note_run(self, function: str) -> None:
        self.runs.append((self.clock.now(), function))

    def function(self, name: str) -> Mortal:
        found = self.cloud.functions[name]
        assert isinstance(found, Mortal), "the functions of this cloud"
        return found

    def run_again(self) -> None:
        """The event of the run that is going on, given to a second copy of the function as well."""
        running = self._stack[-1]
        first = self.function(running.function)
        copy = Mortal(first.name, first.folder, first.environment, first.timeout, first.memory, first.hear)
        copy.desk = self
        copy(running.event)

    def run(self, minutes: Iterable[datetime]) -> None:
        """The desk through these minutes, and through every minute for a while after a failure."""
        for at in minutes:
            while self._in_aftermath() and self.clock.now() + MINUTE < at:
                self._tick(self.clock.now() + MINUTE)
            self._tick(at)

    def run_only(self, function: str, at: datetime) -> None:
        """Runs a minute of one schedule, then the stream's records."""
        self.clock.time = at
        for schedule in self.cloud.schedules:
            if schedule.function.name == function:
                schedule.run(at)
        self.cloud.pump()

    def renew_credentials(self) -> None:
        """A person stores new credentials for X."""
        self.put_parameter("x", json.dumps(_KEYS))

    def put_parameter(self, name: str, value: str) -> None:
        """A person stores a secret of the stack."""
        path = f"/mentiondesk/mentiondesk/{name}"
        self.cloud.client("ssm").put_parameter(Name=path, Value=value, Type="SecureString", Overwrite=True)

    def _take_text(self, params: dict[str, Any]) -> dict[str, str]:
        """SendTextMessage of End User Messaging, which moto does not know."""
        name = f"text-{len(self.texts)}"
        self.texts[name] = (params["DestinationPhoneNumber"], params["MessageBody"])
        return {"MessageId": name}

    def _in_aftermath(self) -> bool:
        return self.failed_at is not None and self.clock.now() < self.failed_at + _AFTERMATH

    def _tick(self, at: datetime) -> None:
        self.clock.time = at
        failures = self.failures()
        self.cloud.tick(at)
        if self.failures() > failures:
            self.failed_at = at

    def failures(self) -> int:
        """The number of failures and crashes of a function."""
        return sum(len(function.failures) for function in self.cloud.functions.values())

    def _count_run(self, _: Function, failed: int) -> None:
        """Counts the runs of scheduled functions that failed."""
        self.failed_runs += failed

    def waiting(self, queue: str) -> int:
        """Messages in one of the failure queues."""
        found = self.cloud.client("sqs").get_queue_attributes(
            QueueUrl=self.cloud.resource(queue), AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def items(self) -> list[dict[str, Any]]:
        """Every item of the table, from moto itself."""
        return [item.to_json()["Attributes"] for item in self.moto_table.all_items()]

    @property
    def stream(self) -> list[Any]:
        """Every record the table's stream ever held."""
        found: list[Any] = self.moto_table.stream_shard.items
        return found

    @property
    def moto_table(self) -> Any:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table(self.table)

    def messages(self) -> dict[str, tuple[str, str]]:
        """Messages accepted by the providers: (address, words) by message id."""
        mails = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        return {
            mail.id: (mail.destinations["ToAddresses"][0], f"{mail.subject}\n{mail.body}") for mail in mails
        } | self.texts

    def site_file(self, path: str) -> bytes:
        """A file of the status site."""
        found: bytes = self.cloud.client("s3").get_object(Bucket=BUCKET, Key=path)["Body"].read()
        return found

    @property
    def log(self) -> str:
        """Everything the functions printed."""
        return "".join(self.printed)


def _feed(request: requests.PreparedRequest) -> str:
    path = urlsplit(str(request.url)).path
    return "search" if path.endswith("recent") else "own" if path.endswith("tweets") else path.rpartition("/")[2]


def _restore(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
