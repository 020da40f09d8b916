"""The cost of mentions and of silence in calls, request units and money. Counted, not timed."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from infra.local.cloud import Function
from infra.local.desk import TEMPLATE, LocalDesk, VirtualClock
from infra.local.quick_moto import quick_transactions
from infra.local.x_standin import StandInX
from infra.transform import decided, template, transformed
from mentiondesk.adapters.storage import keys
from tests.benchmarks import traffic
from tests.benchmarks.figures import Figure, number
from tests.benchmarks.units import Call, Meter, indexes_of, steps
from tests.support.builders import settings_file

FETCH, CLASSIFY, NOTIFY = "FetchMentions", "ClassifyMention", "NotifyStaff"
DETECT, PUBLISH = "DetectIncidents", "PublishStatus"
SCHEDULED = (FETCH, NOTIFY, DETECT, PUBLISH, "SendReport", "AuditDesk")
PRICES = json.loads(Path(__file__).with_name("prices.json").read_text(encoding="utf-8"))
# Enough for a mean that stands still; moto takes its time over each.
MENTIONS = 300
# 1,000 in an hour. The fewer there are in a minute, the fewer share what each minute's run costs by itself.
_SPAN = timedelta(minutes=18)
_FEW, _FEW_SPAN = 30, timedelta(minutes=15)
_MORNING = traffic.BEGINS + timedelta(hours=9)
_IDLE_MINUTES = 60
_MINUTES_IN_MONTH = 730 * 60
# CloudWatch adds so much to each line that it takes in.
_LINE_OVERHEAD = 26
_MINUTE = timedelta(minutes=1)


@dataclass
class Run:
    """AWS and X calls of some minutes of the whole desk."""

    calls: list[list[Call]] = field(default_factory=list)
    x_calls: list[int] = field(default_factory=list)
    invocations: Counter[str] = field(default_factory=Counter)
    metrics: set[tuple[str, str]] = field(default_factory=set)
    logged: int = 0
    posts: int = 0
    # Minutes in which mentions came in; in the others only alerts went out.
    fetched: int = 0

    def forget(self) -> None:
        """Forgets the calls noted so far, which belong to the preparation."""
        self.calls.clear()
        self.x_calls.clear()
        self.invocations.clear()
        self.logged = 0

    def of(self, *functions: str) -> list[Call]:
        return [call for minute in self.calls for call in minute if call.function in functions]

    @property
    def minutes(self) -> int:
        return len(self.calls)


def measure() -> tuple[list[Figure], list[tuple[str, str, float, float, float]]]:
    """The figures, and what they consist of: function, step, calls, write and read units per 1,000 mentions."""
    busy, alerting, idle = _busy(), _alerting(), _idle()
    figures = [*_mentions(busy, idle), *_alerts(alerting, idle), *_money(busy, alerting, idle), *_silence(idle)]
    share = 1000 / busy.posts
    told = [
        (function, step, calls * share, writes * share, reads * share)
        for (function, step), (calls, writes, reads) in steps(busy.of(FETCH, CLASSIFY)).items()
    ]
    return figures, told


# --- The runs ---------------------------------------------------------------------------------------------


def _busy() -> Run:
    """Mentions come in; their alerts are left for another run."""
    said = traffic.mentions(MENTIONS, _SPAN, begins=_MORNING)
    with _desk(said) as (desk, run, minute):
        # The cold start: settings, credentials, the first look.
        desk.cloud.tick(desk.clock.now())
        while desk.clock.now() < said[-1].at + 5 * _MINUTE:
            minute(FETCH)
        audit = desk.audit()
    assert not (audit.lost or audit.untagged or audit.in_no_case), audit
    run.posts = audit.delivered
    return run


def _alerting() -> Run:
    """Each stage of some customers' waits, nobody answering."""
    said = traffic.mentions(_FEW, _FEW_SPAN, begins=_MORNING, seed=2)
    with _desk(said) as (desk, run, minute):
        desk.cloud.tick(desk.clock.now())
        while desk.clock.now() < said[-1].at + 3 * _MINUTE:
            minute(FETCH)
        run.fetched = run.minutes
        run.posts = len(desk.x.delivered)
        for _ in range(60):
            desk.clock.time += 5 * _MINUTE
            minute(NOTIFY)
    return run


def _idle() -> Run:
    """An hour in which nobody says anything, hours after the last alert."""
    said = traffic.mentions(5, 4 * _MINUTE, begins=_MORNING)
    with _desk(said) as (desk, run, minute):
        for wait in (6 * _MINUTE, timedelta(hours=6), _MINUTE):
            for _ in range(3):
                minute(*SCHEDULED)
            desk.clock.time += wait
        run.forget()
        for _ in range(_IDLE_MINUTES):
            minute(*SCHEDULED)
    return run


@contextmanager
def _desk(said: list[traffic.Said]) -> Iterator[tuple[LocalDesk, Run, Callable[..., None]]]:
    """The whole desk with these posts to come, and what runs and notes a minute of the schedules it is given.

    What the functions keep in memory ages by the desk's clock, as it does where a minute lasts a minute.
    """
    begins = said[0].at.replace(second=0, microsecond=0)
    clock = VirtualClock(begins)
    x = StandInX(traffic.BRAND, clock.now)
    traffic.publish(x, said)
    run = Run()
    with ExitStack() as all_of:
        all_of.enter_context(quick_transactions())
        table = transformed(TEMPLATE)["Resources"]["Desk"]["Properties"]
        meter = all_of.enter_context(Meter(indexes_of(table)))
        desk = all_of.enter_context(LocalDesk(x, clock, settings_file()))

        all_of.enter_context(_counted(run.invocations))

        def minute(*wanted: str) -> None:
            calls, requests, logs = len(meter.calls), len(x.requests), len(desk.logs)
            for schedule in desk.cloud.schedules:
                if schedule.function.name in wanted:
                    schedule.run(clock.now())
                    desk.cloud.pump()
            clock.time += _MINUTE
            run.calls.append(meter.calls[calls:])
            run.x_calls.append(len(x.requests) - requests)
            for name, line in desk.logs[logs:]:
                run.logged += len(line.encode()) + _LINE_OVERHEAD
                run.metrics |= _metrics_in(name, line)

        yield desk, run, minute
        failures = {name: found for name, function in desk.cloud.functions.items() if (found := function.failures)}
        assert not failures, failures


@contextmanager
def _counted(invocations: Counter[str]) -> Iterator[None]:
    invoke = Function.__call__

    def counted(function: Function, event: dict[str, Any]) -> object:
        invocations[function.name] += 1
        return invoke(function, event)

    with patch.object(Function, "__call__", counted):
        yield


def _metrics_in(function: str, line: str) -> set[tuple[str, str]]:
    if '"_aws"' not in line:
        return set()
    blocks = json.loads(line)["_aws"]["CloudWatchMetrics"]
    return {(function, metric["Name"]) for block in blocks for metric in block["Metrics"]}


# --- The figures ------------------------------------------------------------------------------------------


def _mentions(busy: Run, idle: Run) -> Iterator[Figure]:
    calls = busy.of(FETCH, CLASSIFY)
    silent = _silent(idle, busy.minutes)
    each = 1000 / busy.posts
    by_operation = Counter(call.operation for call in calls)
    told = ", ".join(f"{number(round(count * each))} {name}" for name, count in by_operation.most_common())
    yield Figure(
        "AWS calls per 1,000 new mentions, in an hour",
        round((len(calls) - silent) * each),
        "calls",
        reach=2500,
        why=f"{told}; less {round(silent * each)} that its {busy.minutes} minutes cost anyway",
    )
    writes = sum(call.writes for call in calls) / busy.posts
    index = sum(call.index_writes for call in calls) / busy.posts
    yield Figure(
        "table write units per mention",
        round(writes, 2),
        "units",
        reach=20,
        why=f"{index:.2f} of them in the indexes; the parts of a transaction count twice",
    )
    reads = sum(call.reads for call in calls) / busy.posts
    yield Figure("table read units per mention", round(reads, 2), "units", why="with all that the minutes cost anyway")


def _silent(idle: Run, minutes: int) -> float:
    """The calls that so many minutes make when nobody is talking."""
    return len(idle.of(FETCH, CLASSIFY)) / idle.minutes * minutes


def _alerts(run: Run, idle: Run) -> Iterator[Figure]:
    more = len(run.of(FETCH, CLASSIFY)) - _silent(idle, run.fetched)
    yield Figure(
        "AWS calls per 1,000 new mentions, two a minute",
        round(more * 1000 / run.posts),
        "calls",
        why="each minute's settings, cursors and counts of reads are shared by two; a quiet shop pays cents for them",
    )
    alerts = run.of(NOTIFY)
    sent = sum(call.operation in ("SendEmail", "Publish") for call in alerts)
    told = _alerts_told(alerts)
    yield Figure(
        "table write units per alert",
        round(sum(call.writes for call in alerts) / told, 2),
        "units",
        why=f"lease, ledger, mark; {told} alerts in the ledger, {sent} messages",
    )


def _alerts_told(calls: Iterable[Call]) -> int:
    """The alerts that stand in the ledger after these calls: one for each subject, stage, person and channel."""
    return sum(call.what.split("+").count("A") for call in calls if call.writes)


def _seconds(calls: list[Call]) -> float:
    assumed = PRICES["assumed"]
    return sum(float(assumed[call.operation]) for call in calls) / 1000


def _money(busy: Run, alerting: Run, idle: Run) -> Iterator[Figure]:
    prices: dict[str, float] = PRICES["prices"]
    each = 1000 / busy.posts
    calls = busy.of(FETCH, CLASSIFY)
    silent = busy.minutes / idle.minutes
    table = _table_price(calls) - silent * _table_price(idle.of(FETCH, CLASSIFY))
    extra_pages = sum(busy.x_calls) - silent * sum(idle.x_calls)
    seconds = _seconds(calls) - silent * _seconds(idle.of(FETCH, CLASSIFY))
    seconds += (extra_pages * PRICES["assumed"]["x_page"] + busy.posts * PRICES["assumed"]["cpu_per_post"]) / 1000
    runs = busy.invocations[CLASSIFY]
    functions = seconds * _gigabytes() * prices["lambda_gb_second_arm64"]
    functions += runs * prices["lambda_requests_million"] / 1e6
    yield Figure(
        "table and Lambda per 1,000 mentions",
        round((table + functions) * each, 4),
        "$",
        reach=0.03,
        why=f"table ${table * each:.4f}, Lambda ${functions * each:.4f} ({seconds * each:.0f} s at assumed latencies); "
        f"prices of {PRICES['dated']}, {PRICES['region']}",
    )
    yield from _silent_month(idle)
    yield from _whole_line(busy, alerting)


def _silent_month(idle: Run) -> Iterator[Figure]:
    """Everything that is billed while nobody says anything, by list prices and with what AWS gives every account."""
    prices: dict[str, float] = PRICES["prices"]
    monthly = _MINUTES_IN_MONTH / idle.minutes
    everything = idle.of(*SCHEDULED, CLASSIFY)
    by_operation = Counter(call.operation for call in everything)
    pages = sum(idle.x_calls) * PRICES["assumed"]["x_page"] / 1000
    runs = sum(idle.invocations.values())
    parts = {
        "table": monthly * _table_price(everything),
        "Lambda": monthly * (_seconds(everything) + pages) * _gigabytes() * prices["lambda_gb_second_arm64"]
        + monthly * runs * prices["lambda_requests_million"] / 1e6,
        "schedules": monthly * runs * prices["scheduler_invocations_million"] / 1e6,
        "keys": monthly * by_operation["GetParameter"] * prices["kms_requests_10000"] / 10_000,
        "site": monthly * by_operation["ListObjectsV2"] * prices["s3_lists_1000"] / 1000,
        "queue": _polls() * prices["sqs_requests_million"] / 1e6,
        "metrics": len(idle.metrics) * prices["cloudwatch_custom_metric_month"],
        "alarms": _alarms() * prices["cloudwatch_alarm_month"],
        "logs": monthly * idle.logged / 1e9 * prices["cloudwatch_logs_ingested_gb"],
    }
    told = ", ".join(f"{name} ${price:.2f}" for name, price in parts.items())
    yield Figure("a month of silence", round(sum(parts.values()), 2), "$", reach=1.5, why=f"{told}; list prices")
    # Free for every account, always: a million runs of Lambda, ten alarms and metrics, 5 GB of logs, 14 million
    # schedules, a million requests of SQS, 20,000 of KMS.
    left = parts["table"] + parts["site"] + max(0, _alarms() - 10) * prices["cloudwatch_alarm_month"]
    left += max(0, len(idle.metrics) - 10) * prices["cloudwatch_custom_metric_month"]
    left += max(0.0, _polls() - 1e6) * prices["sqs_requests_million"] / 1e6
    told = f"table, site, and the {_polls() / 1e6:.1f} million polls of queues above the first"
    yield Figure("the same with the always-free tiers", round(left, 2), "$", reach=0.3, why=told)


def _polls() -> float:
    """Requests of Lambda's five pollers to each queue that starts a function: one in 20 seconds each.

    For a stack with the default parameters, which tells no endpoint.
    """
    resources = decided(transformed(TEMPLATE), {})["Resources"].values()
    sources = [one["Properties"] for one in resources if one["Type"] == "AWS::Lambda::EventSourceMapping"]
    queues = sum("StartingPosition" not in one for one in sources)
    return queues * 5 * 3 * _MINUTES_IN_MONTH


def _alarms() -> int:
    """The alarms of a stack with the default parameters."""
    found = template(Path("infra/alarms.yaml"))["Resources"].values()
    return sum(one["Type"] == "AWS::CloudWatch::Alarm" and "Condition" not in one for one in found)


# The shares of mentions that a desk of middling trouble sees; assumed.
_COMPLAINTS, _STAGES, _TEXTED, _KEPT_MONTHS, _KILOBYTES = 0.3, 1.6, 0.25, 400 / 30, 2.5


def _whole_line(busy: Run, alerting: Run) -> Iterator[Figure]:
    """The cost of a month beyond its silence, texts and X apart."""
    prices: dict[str, float] = PRICES["prices"]
    calls = busy.of(FETCH, CLASSIFY)
    stages = alerting.of(NOTIFY)
    told_of = _alerts_told(stages)
    for mentions in (1_000, 100_000, 3_000_000):
        alerts = mentions * _COMPLAINTS * _STAGES
        stored = mentions * _KEPT_MONTHS * _KILOBYTES / 1e6
        parts = {
            "requests": _table_price(calls) / busy.posts * mentions + _table_price(stages) / told_of * alerts,
            "storage of 400 days": stored * (prices["dynamodb_storage_gb_month"] + prices["dynamodb_pitr_gb_month"]),
            "Lambda": mentions / busy.posts * _seconds(calls) * _gigabytes() * prices["lambda_gb_second_arm64"],
            "mails": alerts / 1000 * prices["ses_mails_1000"],
        }
        told = ", ".join(f"{name} ${price:,.2f}" for name, price in parts.items())
        texts = mentions * _COMPLAINTS * _TEXTED * prices["text"]
        x = mentions * (prices["x_owned_read"] * 0.7 + prices["x_read"] * 0.3)
        yield Figure(
            f"AWS for {number(mentions)} mentions a month",
            round(sum(parts.values()), 2),
            "$",
            why=f"{told}; besides, texts ${texts:,.2f} and X ${x:,.2f}; 30 % complaints, 1.6 stages, a quarter texted",
        )


def _table_price(calls: list[Call]) -> float:
    prices: dict[str, float] = PRICES["prices"]
    writes = sum(call.writes for call in calls) * prices["dynamodb_write_units_million"]
    return (writes + sum(call.reads for call in calls) * prices["dynamodb_read_units_million"]) / 1e6


def _gigabytes() -> float:
    return float(template(TEMPLATE)["Globals"]["Function"]["MemorySize"]) / 1024


def _silence(idle: Run) -> Iterator[Figure]:
    aws = [sum(call.function == FETCH for call in minute) for minute in idle.calls]
    notify = [[call for call in minute if call.function == NOTIFY] for minute in idle.calls]
    queries = max(sum(call.operation == "Query" for call in minute) for minute in notify)
    others = Counter(call.operation for minute in notify for call in minute if call.operation != "Query")
    sweeps = sum(count > median(idle.x_calls) for count in idle.x_calls)
    yield Figure(
        "idle minute: fetch, X calls",
        median(idle.x_calls),
        "calls",
        reach=3,
        why=f"{max(idle.x_calls)} in {sweeps} of {idle.minutes} minutes, those of the sweeps",
    )
    yield Figure(
        "idle minute: fetch, AWS calls",
        median(aws),
        "calls",
        reach=4,
        why=f"{max(aws)} at most: cursors after a sweep, credentials every five minutes; "
        f"{sum(aws) / len(aws):.2f} on average",
    )
    more = ", ".join(f"{count / idle.minutes:.2f} {name}" for name, count in others.items())
    yield Figure(
        "idle minute: notify, queries per shard",
        queries / keys.SHARDS,
        "queries",
        reach=1,
        why=f"{keys.SHARDS} shards; besides, {more or 'nothing'}",
    )
