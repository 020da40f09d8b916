"""A run of the notifier with ten alerts due costs the same whatever else is open."""

import gc
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from infra.local.desk import TEMPLATE
from infra.transform import REGION, transformed
from mentiondesk.adapters.storage.attributes import to_attributes
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.alerts import Alerts
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.escalations import escalation_item
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.alerts.escalation import started
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock, Due, ReplyTimer
from mentiondesk.domain.ids import CaseId, ConversationId, PostId, UserId
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.runtime import aws
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff
from mentiondesk.values import replace
from tests.benchmarks.figures import Figure
from tests.benchmarks.units import Meter, indexes_of, steps
from tests.support.builders import NOON, a_case, settings

DUE = 10
_OPEN = (1_000, 100_000, 1_000_000)
_ON_THE_TABLE = (100, 1_000, 10_000)
_RUNS = 41
# Longer than a person's messages are gathered: each run finds its own ten and counts no others beside them.
_STEP = timedelta(hours=1)
_LATER = timedelta(days=30)
_KEPT = timedelta(days=400)


class _Provider:
    """Takes every message."""

    def send(self, address: str, message: str | Email) -> str:
        del address, message
        return "taken"


def measure() -> Iterator[Figure]:
    """Time on the memory stores, as a ratio; calls and units on the table, as counts."""
    times = _times()
    told = ", ".join(f"{1000 * median(taken):.1f} ms with {count:,} open" for count, taken in times.items())
    first, last = times[_OPEN[0]], times[_OPEN[-1]]
    yield Figure(
        f"notifier run, {DUE} due: {_OPEN[-1]:,} open against {_OPEN[0]:,}",
        round(median(one / other for one, other in zip(last, first, strict=True)), 3),
        "×",
        reach=1.2,
        timed=True,
        why=f"{told}; median of {_RUNS} pairs of runs, one after the other",
    )
    counted = {count: _units(count) for count in _ON_THE_TABLE}
    fewest, most = counted[_ON_THE_TABLE[0]], counted[_ON_THE_TABLE[-1]]
    told = ", ".join(f"{calls} calls, {writes:g} write and {reads:g} read units" for calls, writes, reads in [most])
    yield Figure(
        f"the same in units on the table: {_ON_THE_TABLE[-1]:,} open against {_ON_THE_TABLE[0]:,}",
        round(sum(most) / sum(fewest), 3),
        "×",
        reach=1.2,
        why=told,
    )


def _items(count: int, cases: Cases) -> Iterator[Item]:
    """The items of open cases, each with its escalation."""
    for case in _cases(count):
        yield cases._item(case)
        yield escalation_item(started(case.case_id, case.timers[0]), 0, critical=False)


def _cases(count: int) -> Iterator[Case]:
    """Open cases with one alert to come: ten of them in each of the hours that are run, all others a month later."""
    model = a_case()
    due = [NOON + hour * _STEP for hour in range(_RUNS)] + [NOON + _LATER]
    models = [replace(model, timers=(_timer(at),)) for at in due]
    for number in range(count):
        conversation, customer = ConversationId(str(10_000_000_000 + number)), UserId(str(20_000_000 + number))
        yield replace(models[min(number // DUE, _RUNS)], case_id=CaseId(conversation, customer))


def _timer(due_at: datetime) -> ReplyTimer:
    half = timedelta(minutes=30)
    alerts = (Due("half_time", due_at),)
    return ReplyTimer(PostId("1"), due_at - half, due_at + half, Clock.FIRST_REPLY, alerts)


def _times() -> dict[int, list[float]]:
    """CPU seconds of each run by the number of open cases; the sizes take turns and meet the same disturbance."""
    desks = {count: _memory(count) for count in _OPEN}
    # In life the table is another process: its items are none of the collector's work.
    gc.collect()
    gc.freeze()
    times: dict[int, list[float]] = {count: [] for count in _OPEN}
    for run in range(_RUNS):
        for count in _OPEN[run % len(_OPEN) :] + _OPEN[: run % len(_OPEN)]:
            began = time.process_time()
            notified = _notify(desks[count], NOON + run * _STEP)
            times[count].append(time.process_time() - began)
            assert notified == DUE, f"{notified} cases in a run of {DUE}"
    gc.unfreeze()
    return times


def _memory(count: int) -> Table:
    table = MemoryTable()
    table.put_many(_items(count, Cases(table, _keep)))
    return table


def _keep() -> timedelta:
    return _KEPT


_WRITER = StaffMessages()
_SETTINGS = settings()


def _notify(table: Table, now: datetime) -> int:
    incidents = Incidents(table, _keep)
    alerts = Alerts(table, _keep, Cases(table, _keep), incidents)
    senders = dict.fromkeys(Channel, _Provider())
    notify = NotifyStaff(alerts, incidents, senders, _WRITER, lambda: _SETTINGS)
    return notify(now, lambda: timedelta(hours=1)).subjects


def _units(count: int) -> tuple[int, float, float]:
    """Calls, write units and read units of one run on a table in moto."""
    properties: dict[str, Any] = transformed(TEMPLATE)["Resources"]["Desk"]["Properties"]
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    with mock_aws(), Meter(indexes_of(properties), everybody="NotifyStaff") as meter:
        aws.forget_clients()
        db = aws.dynamodb()
        db.create_table(TableName="desk", **{name: properties[name] for name in wanted})
        table = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].get_table("desk")
        desk = DynamoTable(db, "desk")
        for item in _items(count, Cases(desk, _keep)):
            table.put_item(to_attributes(item))
        meter.calls.clear()
        notified = _notify(desk, NOON)
        calls = steps(meter.calls).values()
    aws.forget_clients()
    assert notified == DUE
    return tuple(sum(column) for column in zip(*calls, strict=True))
