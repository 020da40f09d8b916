"""Pages of the signed-in desk: server time, requests to the table and weight, with few and with very many open cases.

The function's own door makes each page, from the event to the compressed response, on the table in memory. Time is
that of the CPU: other work on the machine counts less.
"""

import base64
import gc
import gzip
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.ids import CaseId, ConversationId, StaffId, UserId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.values import replace
from tests.benchmarks.figures import Figure
from tests.integration.conftest import MemoryDesk
from tests.support.builders import NOON, a_case
from tests.support.counted import Counted
from tests.support.served_desk import TEAM, ServedDesk, waiting

# The list looks at 500 rows at most: beyond them, a page costs the same.
_OPEN = (100, 1_000, 1_000_000)
_RUNS = 200
_KB = 1000
_LONG = "My parcel has not come, the tracking page says nothing since Monday, and nobody picks up the phone. What now?"
_OWNERS = (None, StaffId("ana"), StaffId("ben"))
_COMPRESSED = {"Accept-Encoding": "gzip"}


@dataclass(frozen=True)
class Visits:
    """Many requests for one page: milliseconds of each, the most requests to the table, and the last response."""

    took: list[float]
    requests: int
    response: dict[str, Any]

    @property
    def p50(self) -> float:
        return median(self.took)

    @property
    def p95(self) -> float:
        return quantiles(self.took, n=20)[-1]


def measure() -> Iterator[Figure]:
    found = {count: _visited(count) for count in _OPEN}
    full, many = found[_OPEN[1]], found[_OPEN[-1]]
    for page in many:
        told = ", ".join(
            f"{by[page].p50:.1f} / {by[page].p95:.1f} ms with {count:,} open" for count, by in found.items()
        )
        yield Figure(f"desk: {page}, p95", round(many[page].p95, 1), "ms", 50, timed=True, why=f"p50 / p95: {told}")
        most = 1 if page == "poll without news" else 6
        yield Figure(f"desk: {page}, requests to the table", max(by[page].requests for by in found.values()), "", most)
    ratio = many["queue"].p50 / full["queue"].p50
    yield Figure("desk: queue, 1,000,000 open against 1,000", round(ratio, 2), "×", 1.2, timed=True)
    yield from _weight(many)


def _weight(pages: dict[str, Visits]) -> Iterator[Figure]:
    desk = ServedDesk()
    for page in ("queue", "case"):
        html = _body(pages[page].response)
        names = sorted(set(re.findall(rb"/desk/assets/[\w.]+", gzip.decompress(html))))
        files = [_body(desk.asked("GET", name.decode(), _COMPRESSED)) for name in names]
        told = ", ".join(f"{len(one) / _KB:.1f}" for one in (html, *files))
        weight = sum(map(len, (html, *files))) / _KB
        yield Figure(f"desk: {page}, weight gzipped", round(weight, 1), "kB", 60, why=f"page, style and script: {told}")
        yield Figure(f"desk: {page}, requests beyond the page", len(names), "", 2)


def _body(response: dict[str, Any]) -> bytes:
    assert response["isBase64Encoded"], "compressed"
    return base64.b64decode(response["body"])


def _visited(count: int) -> dict[str, Visits]:
    """Visits of each page of a desk with so many open cases, by a person who has signed in."""
    desk, counted, case_id = served(count)
    gc.collect()
    gc.freeze()
    case = f"/desk/cases/{case_id.conversation}-{case_id.customer}"
    found = {
        "queue": _visits(desk, counted, "/desk"),
        "case": _visits(desk, counted, case),
        "poll without news": _visits(desk, counted, "/desk", poll=True),
        "search": _visits(desk, counted, "/desk/search?q=parcel+tracking", runs=40),
    }
    gc.unfreeze()
    return found


def served(count: int) -> tuple[ServedDesk, Counted, CaseId]:
    """A desk with so many open cases and one more, which has a long timeline."""
    table = MemoryTable()
    desk, counted = ServedDesk(), Counted(table)
    desk.desk = MemoryDesk(table)
    desk.store(TEAM)
    desk.desk.table = counted
    table.put_many(_items(count, Cases(table, lambda: timedelta(days=400))))
    case_id = waiting(desk.desk, 1, _LONG, -1)
    desk.enter()
    for number in range(20):
        desk.later(seconds=1)
        desk.press(f"/desk/cases/{case_id.conversation}-{case_id.customer}", "note", text=f"{number} {_LONG}")
    return desk, counted, case_id


def _items(count: int, cases: Cases) -> Iterator[Item]:
    models = [
        replace(a_case(), words=_LONG, why=("nobody picks up",), kind=kind, urgency=urgency, owner=owner)
        for kind in (Kind.COMPLAINT, Kind.QUESTION)
        for urgency in Urgency
        for owner in _OWNERS
    ]
    for number in range(count):
        yield cases._item(_case(models[number % len(models)], number))


def _case(model: Case, number: int) -> Case:
    at = NOON + timedelta(seconds=number % 100_000)
    timers = (replace(model.timers[0], since=at, answer_by=at + timedelta(hours=1), alerts=()),)
    case_id = CaseId(ConversationId(str(10_000_000_000 + number)), UserId(str(20_000_000 + number)))
    return replace(model, case_id=case_id, timers=timers)


def _visits(desk: ServedDesk, counted: Counted, path: str, poll: bool = False, runs: int = _RUNS) -> Visits:
    headers, took, most, response = dict(_COMPRESSED), [], 0, {}
    # The first fills caches: templates, and the settings, which are read once a minute.
    for number in range(runs + 1):
        counted.requests = 0
        began = time.process_time()
        response = desk.asked("GET", path, headers)
        if number:
            took.append((time.process_time() - began) * 1000)
            most = max(most, counted.requests)
        if poll:
            headers["If-None-Match"] = response["headers"]["ETag"]
            assert response["statusCode"] == (304 if number else 200)
    return Visits(took, most, response)
