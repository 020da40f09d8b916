"""The table of a long replay: it holds as much as one in memory, and most of it in a file."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest

from infra.replay.packing import Packer
from infra.replay.spilling_table import SpillingTable
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.keys import Key
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.table import Query, Update
from mentiondesk.domain.ids import CaseId, ConversationId, UserId
from mentiondesk.values import Frozen

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


class Note(Frozen):
    text: str
    number: int = 0
    about: tuple[CaseId, ...] = ()


class Either(Frozen):
    """A fact that msgpack can't tell from others by its form."""

    held: Note | Colour | tuple[int, ...]
    other: "Note | Either | None" = None


CASE = CaseId(ConversationId("1"), UserId("2"))


def note(number: int, queue: str = "OPEN#1") -> Item:
    beside = {keys.QUEUE: queue, keys.ANSWER_BY: NOON + timedelta(minutes=number)}
    return Item(Key(f"N#{number}", "NOTE"), Note(f"note {number}", number), beside)


@pytest.fixture
def table() -> SpillingTable:
    """A table with a hundred notes, the largest number first, of which all but the last few rest in the file."""
    found = SpillingTable(most=3)
    for number in reversed(range(100)):
        found.put(note(number))
    return found


@pytest.mark.parametrize(
    "value",
    [
        Note("ä", 3, (CASE,)),
        Either(Colour.RED, Note("x")),
        Either((1, 2)),
        Colour.RED,
        CASE,
        (Note("x"), NOON),
        frozenset(("a",)),
        NOON + timedelta(microseconds=1),
        datetime(2026, 1, 1),  # noqa: DTZ001
        {"a": Colour.RED},
        "text",
        1.5,
        True,
        None,
    ],
)
def test_what_is_packed_comes_back_as_it_was(value: object) -> None:
    packer = Packer()
    item = Item(Key("p", "s"), value, {"value": value, "expires_at": 7}, schema=3, lean=True)
    (found,) = packer.unpack("p", packer.pack([item]))
    assert found == item
    assert repr(found) == repr(item)


def test_facts_come_in_the_order_in_which_they_were_first_put(table: SpillingTable) -> None:
    table.update(Update(Key("N#50", "NOTE"), {"text": "changed"}))
    found = table.facts("NOTE", Note)
    assert [one.number for one in found] == list(reversed(range(100)))
    assert found[49].text == "changed"


def test_facts_come_once_each_though_other_items_are_read_meanwhile(table: SpillingTable) -> None:
    found = []
    for one in table.each("NOTE", Note):
        found.append(one.number)
        for other in range(one.number, max(one.number - 5, 0), -1):
            assert table.get(Key(f"N#{other}", "NOTE"))
    assert found == list(reversed(range(100)))


def test_a_deleted_item_comes_back_at_the_end(table: SpillingTable) -> None:
    table.delete(Key("N#50", "NOTE"))
    assert table.get(Key("N#50", "NOTE")) is None
    table.put(note(50))
    assert [one.number for one in table.each("NOTE", Note)][-2:] == [0, 50]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [None, 1, 30])
@pytest.mark.parametrize("after", [None, 20, 98])
def test_an_index_finds_items_in_memory_and_in_the_file_alike(
    table: SpillingTable, newest_first: bool, limit: int | None, after: int | None
) -> None:
    memory = MemoryTable()
    memory.put_many(table.scan())
    for one in (memory, table):
        one.update(Update(Key("N#40", "NOTE"), {keys.QUEUE: "OPEN#2"}))
        one.update(Update(Key("N#41", "NOTE"), {keys.ANSWER_BY: NOON + timedelta(minutes=90)}))
        one.update(Update(Key("N#42", "NOTE"), {keys.QUEUE: None}))
    behind = {**note(after).beside, **note(after).key.attributes} if after is not None else None
    query = Query(
        "OPEN#1",
        keys.WAITING,
        first=NOON + timedelta(minutes=10),
        last=NOON + timedelta(minutes=95),
        after=behind,
        newest_first=newest_first,
        limit=limit,
    )
    assert list(table.query(query)) == list(memory.query(query))
    assert table.count(query) == memory.count(query)


def test_the_earliest_alert_is_known_however_long_ago_its_item_was_used(table: SpillingTable) -> None:
    due = Item(Key("ALERT", "A"), None, {keys.DUE_SHARD: keys.due_shard(1), keys.DUE_AT: NOON})
    table.put(due)
    for number in range(100, 200):
        table.put(note(number))
    assert table.earliest(keys.DUE, keys.ALERTS_DUE) == NOON
    assert list(table.query(Query(keys.due_shard(1), keys.DUE))) == [due]
