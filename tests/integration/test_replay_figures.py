"""The replay's figures are those that the desk's page would show of the same facts."""

from datetime import timedelta

from infra.replay.engine import Observer, VirtualDesk
from infra.replay.report import Replay, Row
from infra.replay.spilling_table import SpillingTable
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.figures.report import report_of
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.domain.ids import ConversationId
from mentiondesk.usecases.reports.read_figures import ReadFigures
from mentiondesk.values import replace
from tests.benchmarks import traffic
from tests.support.builders import NOON, a_post, a_post_id, an_answer, at, settings
from tests.support.recorded import recording


def test_the_replay_and_the_page_tell_the_same() -> None:
    found = settings()
    desk = VirtualDesk(found)
    for number, took in enumerate((10, 45, 200), start=1):
        post_id = a_post_id(1000 + number)
        asked = replace(
            a_post(created_at=at(number)), post_id=post_id, version_id=post_id, conversation_id=ConversationId(post_id)
        )
        desk.hear(asked)
        answer_id = a_post_id(2000 + number)
        desk.hear(replace(an_answer(asked), post_id=answer_id, version_id=answer_id, created_at=at(number + took)))
    replayed = report_of(desk.stored_facts(), found.zone)
    read = ReadFigures(Facts(desk.table), CountedQueue(desk.table), lambda: found)
    shown = read(Week.of(NOON, found.zone), NOON + timedelta(days=1)).report
    assert shown == replayed
    assert (shown.first.waits, shown.first.within["1h"]) == (3, 2)


def test_a_table_that_spills_makes_no_difference_to_a_replay() -> None:
    said = traffic.mentions(150, timedelta(hours=30), answered=0.5)
    text = "\n".join(traffic.lines(said))
    spilled, held = _rows(text, SpillingTable(most=10)), _rows(text, MemoryTable())
    assert len(held[0]) > 100
    assert spilled == held


def test_the_only_notifier_tells_what_one_of_many_would() -> None:
    text = "\n".join(traffic.lines(traffic.mentions(150, timedelta(hours=10), answered=0.5)))
    alone, among_others = _records(text, keep_ledger=False), _records(text, keep_ledger=True)
    assert len({record.message_id for record in alone if record.digest}) > 5, "there are messages about several cases"
    assert alone == among_others


class _Ledger(Observer):
    def __init__(self) -> None:
        self.records: list[Record] = []

    def recorded(self, record: Record) -> None:
        self.records.append(record)


def _records(text: str, *, keep_ledger: bool) -> list[Record]:
    ledger, found = _Ledger(), settings()
    desk = VirtualDesk(found, ledger, keep_ledger=keep_ledger)
    for post in recording(text).posts:
        desk.hear(post)
    desk.finish()
    return ledger.records


def _rows(text: str, table: MemoryTable) -> tuple[list[Row], list[Row], list[Row], Row]:
    alerts: list[Row] = []
    replay = Replay(settings(), alerts.append, table)
    replay.read(recording(text))
    replay.finish()
    return alerts, list(replay.case_rows()), list(replay.incident_rows()), replay.summary()
