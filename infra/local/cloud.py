"""template.yaml on this machine: moto's server is the cloud, and the functions run in this process.

Whatever the template says holds here: table, queues and topics are deployed from it, each function
gets exactly its own environment, and schedules and stream batches behave as configured. What moto cannot
run (functions, their triggers, roles, alarms) is left out of what it deploys and driven here.
"""

import contextlib
import importlib.util
import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from threading import RLock
from types import ModuleType, TracebackType
from typing import Any, Protocol, Self

import boto3
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.events.models import EventPattern

from infra.local.guard import loopback_only
from infra.local.moto_server import MotoServer
from infra.local.printed import printed_by_this_thread
from infra.local.quick_moto import quick_table
from infra.local.routes import NO_ROUTE, HttpRoutes
from infra.transform import REGION, decided, transformed
from mentiondesk.runtime import aws, clock

STACK = "mentiondesk"
_DEPLOYED = (
    "AWS::DynamoDB::Table",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
)
# The only things a function finds in its environment here that it would not find, or find otherwise, in Lambda.
_LIKE_LAMBDA = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "PATH": os.defpath,
    # Files in ~/.aws could lead calls past AWS_ENDPOINT_URL.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

# Operations after which a table's stream, or a queue, holds more. A topic here has no queue that listens.
_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
_MESSAGES = {"SendMessage", "SendMessageBatch", "PutEvents"}

# As many records as a stream gives at once.
_MOST_RECORDS = 1000

Resources = dict[str, dict[str, Any]]
Output = Callable[[str, str], None]


@dataclass
class Context:
    """The context that Lambda gives a handler beside the event."""

    function_name: str
    timeout: timedelta
    memory_limit_in_mb: int
    invoked_function_arn: str
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        """All of the time there is: here no function is stopped."""
        return int(self.timeout.total_seconds() * 1000)


@dataclass
class Function:
    """A Lambda function of the template; `hear` gets each line it prints."""

    name: str
    folder: Path
    environment: Mapping[str, str]
    timeout: timedelta
    memory: int
    hear: Output
    failures: list[str] = field(default_factory=list)

    def __call__(self, event: dict[str, Any]) -> Any:
        """Runs the handler as Lambda would. What it raises is raised here too."""
        context = Context(self.name, self.timeout, self.memory, self.arn)
        with _only(self.environment), printed_by_this_thread() as printed:
            try:
                return self._app.handler(json.loads(json.dumps(event)), context)
            except Exception as failure:
                print(f"[ERROR] {type(failure).__name__}: {failure}")
                raise
            finally:
                for line in printed.getvalue().splitlines():
                    self.hear(self.name, line)

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:123456789012:function:{self.name}"

    def load(self) -> ModuleType:
        """The function's module, made in the function's own environment."""
        with _only(self.environment):
            return self._app

    @cached_property
    def _app(self) -> ModuleType:
        """The function's own app.py, fresh; every function has a module of that name."""
        spec = importlib.util.spec_from_file_location(f"{self.folder.name}_app", self.folder / "app.py")
        assert spec is not None, "a folder with an app.py"
        assert spec.loader is not None, "a file has a loader"
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


# The environment is the process's, and functions run in several threads: of the desk, of its pages, of tests.
_environment_turn = RLock()


@contextlib.contextmanager
def _only(environment: Mapping[str, str]) -> Iterator[None]:
    """Inside, the process has this environment and nothing else; one thread at a time."""
    with _environment_turn:
        before = dict(os.environ)
        _restore(environment)
        try:
            yield
        finally:
            _restore(before)


@dataclass
class Schedule:
    """A schedule of the template. `on_run` gets 1 for a run that failed and 0 for one that did not."""

    function: Function
    every: timedelta
    on_run: Callable[[Function, int], None]
    next_at: datetime | None = None

    def run(self, now: datetime) -> None:
        """Runs the function if it is due at `now`; the next run makes good for one that fails."""
        if self.next_at is not None and now < self.next_at:
            return
        self.next_at = now + self.every
        failures = len(self.function.failures)
        self._invoke(now)
        self.on_run(self.function, len(self.function.failures) - failures)

    def _invoke(self, now: datetime) -> None:
        try:
            self.function({"source": "aws.scheduler", "time": now.isoformat()})
        except Exception as failure:  # noqa: BLE001  whatever a function raises, Lambda goes on
            self.function.failures.append(repr(failure))


@dataclass
class StreamReader:
    """Reads a table's stream, from the record after `last` on; from its beginning where `last` is empty."""

    stream_arn: str
    streams: Any
    shard: str = ""
    last: str = ""

    def all(self) -> Iterator[list[dict[str, Any]]]:
        """Everything that was not read before, in batches; nothing that is written meanwhile is promised."""
        more = True
        while more and (records := self.read()):
            yield records
            more = len(records) == _MOST_RECORDS

    def read(self) -> list[dict[str, Any]]:
        """Up to 1,000 records that were not read before, as Lambda passes them on."""
        if not self.shard:
            described = self.streams.describe_stream(StreamArn=self.stream_arn)["StreamDescription"]
            self.shard = described["Shards"][0]["ShardId"]
        # A new iterator each time: when moto undoes a transaction, those it has given out see no new records.
        start = {"SequenceNumber": self.last} if self.last else {}
        iterator = self.streams.get_shard_iterator(
            StreamArn=self.stream_arn,
            ShardId=self.shard,
            ShardIteratorType="AFTER_SEQUENCE_NUMBER" if self.last else "TRIM_HORIZON",
            **start,
        )["ShardIterator"]
        records = self.streams.get_records(ShardIterator=iterator, Limit=_MOST_RECORDS)["Records"]
        if records:
            self.last = records[-1]["dynamodb"]["SequenceNumber"]
        return [_as_event(record, self.stream_arn) for record in records]


class TableMirror:
    """A table's items, kept from its stream: the cost follows what changed, where moto's scan copies every item."""

    def __init__(self, reader: StreamReader) -> None:
        self._reader = reader
        self._items: dict[tuple[str, ...], dict[str, Any]] = {}

    def items(self) -> list[dict[str, Any]]:
        """Every item as it is now, in DynamoDB's form."""
        for records in self._reader.all():
            for record in records:
                self._apply(record["dynamodb"])
        return list(self._items.values())

    def item(self, pk: str, sk: str) -> dict[str, Any] | None:
        """The item with this key as it is now; None where there is none."""
        self.items()
        return self._items.get((pk, sk))

    def _apply(self, change: dict[str, Any]) -> None:
        key = tuple(part["S"] for _, part in sorted(change["Keys"].items()))
        if "NewImage" in change:
            self._items[key] = change["NewImage"]
        else:
            self._items.pop(key, None)


@dataclass
class QueueSource:
    """A queue as a function's event source; messages that fail stay for a later delivery."""

    function: Function
    queue_url: str
    queues: Any
    batch_size: int

    def pump(self) -> int:
        """Delivers everything that can be received by now; returns how many messages were handled."""
        handled = 0
        while messages := self._receive():
            handled += self._deliver(messages)
        return handled

    def _receive(self) -> list[dict[str, Any]]:
        found = self.queues.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=self.batch_size)
        return list(found.get("Messages", []))

    def _deliver(self, messages: list[dict[str, Any]]) -> int:
        records = [{"messageId": one["MessageId"], "body": one["Body"], "eventSource": "aws:sqs"} for one in messages]
        try:
            answer = self.function({"Records": records})
        except Exception as failure:  # noqa: BLE001  whatever a function raises, Lambda goes on
            self.function.failures.append(repr(failure))
            return 0
        failed = {item["itemIdentifier"] for item in (answer or {}).get("batchItemFailures", [])}
        done = [one for one in messages if one["MessageId"] not in failed]
        for one in done:
            self.queues.delete_message(QueueUrl=self.queue_url, ReceiptHandle=one["ReceiptHandle"])
        return len(done)


@dataclass
class NotesSource(QueueSource):
    """A rule of a bus as a function's source, by way of a queue like the one that Lambda keeps for asynchronous runs.

    A note whose run fails is tried again later, `retries` times at most, and then handed to `set_aside`.
    """

    retries: int = 2
    set_aside: Callable[[dict[str, Any]], None] | None = None

    def _receive(self) -> list[dict[str, Any]]:
        found = self.queues.receive_message(QueueUrl=self.queue_url, AttributeNames=["ApproximateReceiveCount"])
        return list(found.get("Messages", []))

    def _deliver(self, messages: list[dict[str, Any]]) -> int:
        return sum(self._done(one) for one in messages)

    def _done(self, message: dict[str, Any]) -> bool:
        """True when the note needs no further delivery."""
        event = json.loads(message["Body"])
        try:
            self.function(event)
        except Exception as failure:  # noqa: BLE001  whatever a function raises, Lambda goes on
            self.function.failures.append(repr(failure))
            if int(message["Attributes"]["ApproximateReceiveCount"]) <= self.retries:
                return False
            if self.set_aside:
                # The record of a failed asynchronous run: Lambda, "Invocation record".
                self.set_aside({"requestContext": {"functionArn": self.function.arn}, "requestPayload": event})
        self.queues.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return True


@dataclass
class TimerSource(QueueSource):
    """A rule of a bus that starts a state machine which waits until a note's time, and then starts a function.

    A run that fails is not tried again: the machine of the template repeats only what Lambda did not start.
    """

    _waiting: list[dict[str, Any]] = field(default_factory=list)

    def pump(self) -> int:
        """Runs the function for each note whose time has come; returns how many there were."""
        while messages := self._receive():
            self._waiting += [json.loads(one["Body"]) for one in messages]
            for one in messages:
                self.queues.delete_message(QueueUrl=self.queue_url, ReceiptHandle=one["ReceiptHandle"])
        due = [one for one in self._waiting if _is_over(one)]
        self._waiting = [one for one in self._waiting if one not in due]
        for note in due:
            self._run(note["detail"])
        return len(due)

    @property
    def is_due(self) -> bool:
        """True when the time of a note has come."""
        return any(_is_over(one) for one in self._waiting)

    def _run(self, detail: dict[str, Any]) -> None:
        try:
            self.function(detail)
        except Exception as failure:  # noqa: BLE001  whatever a function raises, the machine ends
            self.function.failures.append(repr(failure))


def _is_over(note: dict[str, Any]) -> bool:
    return datetime.fromisoformat(note["detail"]["at"]) <= clock.now()


@dataclass
class StreamSource:
    """A table's stream as a function's event source: filter, batches, partial failures, retries, dead letters."""

    function: Function
    reader: StreamReader
    patterns: list[EventPattern]
    batch_size: int
    retries: int
    bisects: bool
    send_failure: Callable[[dict[str, Any]], None]

    def pump(self) -> int:
        """Delivers everything the stream holds by now; returns how many records matched."""
        delivered = 0
        for records in self.reader.all():
            matching = [record for record in records if self._matches(record)]
            delivered += len(matching)
            for start in range(0, len(matching), self.batch_size):
                self._deliver(matching[start : start + self.batch_size], self.retries)
        return delivered

    def _matches(self, record: dict[str, Any]) -> bool:
        return not self.patterns or any(_matches(pattern, record) for pattern in self.patterns)

    def _deliver(self, records: list[dict[str, Any]], retries: int) -> None:
        """As Lambda does: from the first failed record on again, halved where configured, then set aside."""
        left = records[self._done(records) :]
        if not left:
            return
        if self.bisects and len(left) > 1:
            middle = (len(left) + 1) // 2
            self._deliver(left[:middle], retries)
            self._deliver(left[middle:], retries)
        elif retries > 0:
            self._deliver(left, retries - 1)
        else:
            self.function.failures.append(f"{len(left)} stream records given up")
            numbers = [record["dynamodb"]["SequenceNumber"] for record in left]
            self.send_failure({"DDBStreamBatchInfo": {"startSequenceNumber": numbers[0], "batchSize": len(left)}})

    def _done(self, records: list[dict[str, Any]]) -> int:
        """The number of records at the front that need no further delivery."""
        try:
            answer = self.function({"Records": records})
        except Exception as failure:  # noqa: BLE001  whatever a function raises, Lambda goes on
            self.function.failures.append(repr(failure))
            return 0
        failed = {item["itemIdentifier"] for item in (answer or {}).get("batchItemFailures", [])}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        return min((numbers.index(number) for number in failed), default=len(records))


def _matches(pattern: EventPattern, event: dict[str, Any]) -> bool:
    """True for an event that matches; moto gets what the pattern names: it copies and flattens all it gets."""
    named: Any = _named(event, pattern.get_pattern())
    return pattern.matches_event(named)


def _named(event: dict[str, Any], pattern: dict[str, Any]) -> dict[str, Any]:
    """The parts of an event that a pattern names."""
    assert "$or" not in pattern, "no pattern of the template has one"
    return {
        key: _named(event[key], part) if isinstance(part, dict) and isinstance(event[key], dict) else event[key]
        for key, part in pattern.items()
        if key in event
    }


def _as_event(record: dict[str, Any], arn: str) -> dict[str, Any]:
    """A record of the streams API as Lambda passes it on."""
    plain = json.loads(json.dumps(record, default=lambda moment: moment.timestamp()))
    return {**plain, "eventSourceARN": arn, "eventSource": "aws:dynamodb"}


class AwsServer(AbstractContextManager[Any], Protocol):
    """AWS, as far as the stack needs it. `url` is known before it is entered."""

    @property
    def url(self) -> str: ...


@dataclass
class Changes:
    """The numbers of requests after which a stream, or a queue, may hold more than before."""

    tables: int = 0
    queues: int = 0

    def count(self, operation: str) -> None:
        self.tables += operation in _WRITES
        self.queues += operation in _MESSAGES


class LocalCloud:
    """The stack on moto. Use as a context manager; leaves nothing behind.

    `parameters` are the template's; `hear` gets (function, line) for everything the functions print.
    `stand_ins` give the values of resources that are left out, as {"Api.ApiEndpoint": "http://..."}. `server` is
    AWS, on loopback unless it is given. While the stack is up, this process can connect to loopback only.
    """

    def __init__(
        self,
        template: Path,
        parameters: Mapping[str, str],
        hear: Output,
        stand_ins: Mapping[str, str] | None = None,
        server: AwsServer | None = None,
    ) -> None:
        stack = decided(transformed(template), parameters)
        self.stand_ins = dict(stand_ins or {})
        self._resources: Resources = stack["Resources"]
        # moto's CloudFormation knows no id of a bus: it is made by a call, under this name.
        self._buses = {name: f"{STACK}-{name}" for name, one in self._resources.items() if _is(one, "Events::EventBus")}
        self.stand_ins |= self._buses
        self._routes = HttpRoutes(self._resources)
        self._parameters: dict[str, Any] = stack.get("Parameters", {})
        self._given = dict(parameters)
        self._hear = hear
        self._server = server or MotoServer()
        self._outputs: dict[str, Any] = {}
        self._found: dict[str, str] = {}
        self._physical: dict[str, str] = {}
        self._clients: dict[str, Any] = {}
        self.url = self._server.url
        self.on_run: Callable[[Function, int], None] = lambda *_: None
        self._changes = Changes()
        # The count of changes when each source was read last.
        self._read_at: dict[int, int] = {}

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as begun:
            _forget_what_moto_holds()
            begun.callback(_forget_what_moto_holds)
            begun.callback(aws.forget_clients)
            begun.callback(_restore, dict(os.environ))
            begun.enter_context(quick_table(self._changes.count))
            begun.enter_context(loopback_only())
            begun.enter_context(self._server)
            self._set_up()
            self._ends = begun.pop_all()
        return self

    def _set_up(self) -> None:
        os.environ.update(self._lambda_environment)
        aws.forget_clients()
        self.functions = {
            name: self._function(name) for name, found in self._resources.items() if _is(found, "Lambda::Function")
        }
        environments = {name: self._environment(name) for name in self.functions}
        schedules = [found["Properties"] for found in self._resources.values() if _is(found, "Scheduler::Schedule")]
        sources = [
            found["Properties"] for found in self._resources.values() if _is(found, "Lambda::EventSourceMapping")
        ]
        wires = [self._wire(one) for one in sources]
        rules = [found["Properties"] for found in self._resources.values() if _is(found, "Events::Rule")]
        rules = [one for one in rules if "EventBusName" in one]
        timed = [(one, self._timer_wire(one)) for one in rules if self._machine(one)]
        notes = [(one, self._note_wire(one)) for one in rules if not self._machine(one)]
        self._deploy()
        for name, function in self.functions.items():
            values = {key: self._here(self._found[output]) for key, output in environments[name].items()}
            function.environment = {**self._lambda_environment, "AWS_LAMBDA_FUNCTION_NAME": name, **values}
        self.schedules = [self._schedule(one) for one in schedules]
        self.sources = [self._source(*pair) for pair in zip(sources, wires, strict=True)]
        self.sources += [self._notes_source(*pair) for pair in notes]
        self.sources += [self._timer_source(*pair) for pair in timed]

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ends.__exit__(kind, error, at)

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud."""
        if service not in self._clients:
            self._clients[service] = boto3.client(service, endpoint_url=self.url, region_name=REGION)  # type: ignore[call-overload]
        return self._clients[service]

    def mirror(self, logical_id: str) -> TableMirror:
        """The items of a table of the template that has a stream of new images."""
        table = self.client("dynamodb").describe_table(TableName=self.resource(logical_id))["Table"]
        return TableMirror(StreamReader(table["LatestStreamArn"], self.client("dynamodbstreams")))

    def resource(self, logical_id: str) -> str:
        """The physical id of a resource of the template."""
        return self._physical[logical_id]

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        """A request to the HTTP API, answered by the function that its route leads to, and what its writes bring."""
        route = self._routes.match(event["requestContext"]["http"]["method"], event["rawPath"])
        if route is None:
            return NO_ROUTE
        answer: dict[str, Any] = self.functions[route.function]({**event, "routeKey": route.key})
        self.pump()
        return answer

    def tick(self, now: datetime) -> None:
        """Runs the schedules that are due at `now`, and delivers the stream after each."""
        self.deliver()
        for schedule in self.schedules:
            self.pump()
            schedule.run(now)
        self.pump()

    def deliver(self) -> None:
        """Delivers what the streams and queues hold by now."""
        # A message that was sent with a delay appears in its queue without another request.
        self._read_at.clear()
        self.pump()

    def pump(self) -> None:
        """Delivers what the streams and queues hold, if anything was written, until they hold nothing more."""
        while sum(source.pump() for source in self._stirred()):
            pass

    def _stirred(self) -> Iterator["StreamSource | QueueSource"]:
        """The sources that may hold something that was not there when they were read last."""
        for number, source in enumerate(self.sources):
            changes = self._changes.queues if isinstance(source, QueueSource) else self._changes.tables
            due = isinstance(source, TimerSource) and source.is_due
            if due or self._read_at.get(number) != changes:
                self._read_at[number] = changes
                yield source

    @property
    def _lambda_environment(self) -> dict[str, str]:
        return {**_LIKE_LAMBDA, "AWS_ENDPOINT_URL": self.url}

    def _function(self, name: str) -> Function:
        properties = self._resources[name]["Properties"]
        return Function(
            name=name,
            folder=Path(properties["Code"]["S3Key"]),
            environment={},
            timeout=timedelta(seconds=properties["Timeout"]),
            memory=properties["MemorySize"],
            hear=self._hear,
        )

    def _environment(self, name: str) -> dict[str, str]:
        variables = self._resources[name]["Properties"]["Environment"]["Variables"]
        return {key: self._ask(value) for key, value in variables.items()}

    def _wire(self, properties: dict[str, Any]) -> dict[str, str]:
        """The outputs with the source of a reader and, for a stream's, the queue of its failures."""
        wanted = {
            "source": properties["EventSourceArn"],
            "stream_failures": properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
        }
        return {name: self._ask(value) for name, value in wanted.items() if value is not None}

    def _note_wire(self, rule: dict[str, Any]) -> dict[str, str]:
        """The outputs with the bus of a rule and, where there is one, the queue of runs that failed."""
        failures = self._runs_of(rule).get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        wanted = {"bus": rule["EventBusName"], "failures": failures}
        return {name: self._ask(value) for name, value in wanted.items() if value is not None}

    def _timer_wire(self, rule: dict[str, Any]) -> dict[str, str]:
        return {"bus": self._ask(rule["EventBusName"])}

    def _machine(self, rule: dict[str, Any]) -> dict[str, Any] | None:
        """The state machine that a rule starts; None where it starts a function."""
        target = self._resources.get(_name(rule["Targets"][0]["Arn"]), {"Type": ""})
        return target["Properties"] if _is(target, "StepFunctions::StateMachine") else None

    def _runs_of(self, rule: dict[str, Any]) -> dict[str, Any]:
        """The settings by which Lambda runs the function of a rule, which is an asynchronous run."""
        name = rule["Targets"][0]["Arn"]["Fn::GetAtt"][0]
        found = (one["Properties"] for one in self._resources.values() if _is(one, "Lambda::EventInvokeConfig"))
        return next(one for one in found if one["FunctionName"] == {"Ref": name})

    def _here(self, value: str) -> str:
        """The value of a variable; a queue's address has AWS's own host in moto."""
        _, found, place = value.partition(f"/{DEFAULT_ACCOUNT_ID}/")
        return f"{self.url}/{DEFAULT_ACCOUNT_ID}/{place}" if found and "://" in value else value

    def _ask(self, value: object) -> str:
        """The name of an output that will hold what an intrinsic comes to."""
        name = f"Answer{len(self._outputs)}"
        self._outputs[name] = {"Value": self._stood_in(value)}
        return name

    def _stood_in(self, value: Any) -> Any:
        """A value in which what is left out of the deployment has its stand-in, also inside of conditions."""
        found = self.stand_ins.get(_name(value))
        if found is not None:
            return found
        match value:
            case dict():
                return {key: self._stood_in(one) for key, one in value.items()}
            case list():
                return [self._stood_in(one) for one in value]
        return value

    def _deploy(self) -> None:
        for name in self._buses.values():
            self.client("events").create_event_bus(Name=name)
        stack = {
            "Parameters": self._parameters,
            "Resources": {name: found for name, found in self._resources.items() if found["Type"] in _DEPLOYED},
            "Outputs": self._outputs,
        }
        formation = self.client("cloudformation")
        formation.create_stack(
            StackName=STACK,
            TemplateBody=json.dumps(stack),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in self._given.items()],
        )
        outputs = formation.describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
        self._found = {output["OutputKey"]: output["OutputValue"] for output in outputs}
        made = formation.describe_stack_resources(StackName=STACK)["StackResources"]
        self._physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made}
        self._physical |= self._given | self._buses

    def _schedule(self, properties: dict[str, Any]) -> Schedule:
        function = self.functions[properties["Target"]["Arn"]["Fn::GetAtt"][0]]
        return Schedule(function, _rate(properties["ScheduleExpression"]), self._ran)

    def _ran(self, function: Function, failed: int) -> None:
        self.on_run(function, failed)

    def _source(self, properties: dict[str, Any], wire: dict[str, str]) -> "StreamSource | QueueSource":
        if "stream_failures" not in wire:
            return self._queue_source(properties, wire)
        filters = properties.get("FilterCriteria", {}).get("Filters", [])
        return StreamSource(
            function=self.functions[properties["FunctionName"]["Ref"]],
            reader=StreamReader(self._found[wire["source"]], self.client("dynamodbstreams")),
            patterns=[EventPattern.load(one["Pattern"]) for one in filters],
            batch_size=properties["BatchSize"],
            retries=properties["MaximumRetryAttempts"],
            bisects=properties.get("BisectBatchOnFunctionError", False),
            send_failure=self._queue(wire["stream_failures"]),
        )

    def _queue_source(self, properties: dict[str, Any], wire: dict[str, str]) -> QueueSource:
        return QueueSource(
            function=self.functions[properties["FunctionName"]["Ref"]],
            queue_url=self._queue_url(wire["source"]),
            queues=self.client("sqs"),
            batch_size=properties["BatchSize"],
        )

    def _notes_source(self, rule: dict[str, Any], wire: dict[str, str]) -> NotesSource:
        name = rule["Targets"][0]["Arn"]["Fn::GetAtt"][0]
        return NotesSource(
            function=self.functions[name],
            queue_url=self._listening(rule, self._found[wire["bus"]], f"notes-to-{name}"),
            queues=self.client("sqs"),
            batch_size=1,
            retries=self._runs_of(rule)["MaximumRetryAttempts"],
            set_aside=self._queue(wire["failures"]) if "failures" in wire else None,
        )

    def _timer_source(self, rule: dict[str, Any], wire: dict[str, str]) -> TimerSource:
        machine = self._machine(rule)
        assert machine is not None, "the rule starts one"
        until, send = machine["Definition"]["States"].values()
        # The only machine that is understood here.
        assert (until["Type"], until["TimestampPath"], send["Type"]) == ("Wait", "$.at", "Task"), machine
        name = send["Resource"]["Fn::GetAtt"][0]
        url = self._listening(rule, self._found[wire["bus"]], f"timer-of-{name}")
        return TimerSource(self.functions[name], url, self.client("sqs"), batch_size=10)

    def _listening(self, rule: dict[str, Any], bus: str, place: str) -> str:
        """The address of a new queue that gets the notes of a rule."""
        queues, bridge = self.client("sqs"), self.client("events")
        # Lambda tries again after a minute.
        url = queues.create_queue(QueueName=place, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
        bridge.put_rule(Name=place, EventBusName=bus, EventPattern=json.dumps(rule["EventPattern"]))
        target = {"Id": place, "Arn": f"arn:aws:sqs:{REGION}:{DEFAULT_ACCOUNT_ID}:{place}"}
        bridge.put_targets(Rule=place, EventBusName=bus, Targets=[target])
        return str(url)

    def _queue_url(self, output: str) -> str:
        name = self._found[output].rpartition(":")[2]
        return str(self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def _queue(self, output: str) -> Callable[[dict[str, Any]], None]:
        queues = self.client("sqs")
        url = self._queue_url(output)
        return lambda message: queues.send_message(QueueUrl=url, MessageBody=json.dumps(message))


def _restore(environment: Mapping[str, str]) -> None:
    with _environment_turn:
        os.environ.clear()
        os.environ.update(environment)


def _forget_what_moto_holds() -> None:
    """moto keeps everything in this process; the next cloud begins empty."""
    BackendDict.reset()
    reset_model_data()


def _is(resource: dict[str, Any], kind: str) -> bool:
    return bool(resource["Type"] == f"AWS::{kind}")


def _name(value: object) -> str:
    """The name in an intrinsic: a resource, or one of its attributes; empty where there is none."""
    match value:
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"{name}.{attribute}"
    return ""


def _rate(expression: str) -> timedelta:
    """rate(1 minute), as EventBridge reads it."""
    count, unit = expression.removeprefix("rate(").removesuffix(")").split()
    return timedelta(**{f"{unit.rstrip('s')}s": int(count)})
