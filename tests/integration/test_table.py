"""The promises of the table port, kept in memory and on DynamoDB alike."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from mentiondesk.adapters.storage.attributes import from_attributes, from_item, to_attributes
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.keys import DUE, DUE_AT, DUE_SHARD, PK, SCHEMA, SK, Key
from mentiondesk.adapters.storage.memory_table import MemoryTable
from mentiondesk.adapters.storage.table import (
    Absent,
    And,
    AtMost,
    Check,
    Condition,
    Conflict,
    Delete,
    Equals,
    Exists,
    Less,
    Or,
    Put,
    Query,
    Refused,
    Table,
    TableBusy,
    Update,
    Write,
    transact_each,
)
from mentiondesk.values import Frozen
from tests.integration.conftest import TABLE
from tests.support.builders import NOON, at
from tests.support.counted import Counted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="module")
def on_the_wire() -> bool:
    return True


class Mood(StrEnum):
    SUNNY = "sunny"


class Part(Frozen):
    name: str
    at: datetime
    weight: float = 0.1


class Note(Frozen):
    """A fact with a field of each sort that the stores keep."""

    text: str
    author: str | None
    made_at: datetime = NOON
    edits: int = 0
    mood: Mood = Mood.SUNNY
    parts: tuple[Part, ...] = ()
    approved_by: str | None = None
    approved_at: datetime | None = None


def key(sk: str, pk: str = "NOTE#1") -> Key:
    return Key(pk, sk)


def found(table: Table, sk: str, pk: str = "NOTE#1") -> Item:
    item = table.get(key(sk, pk))
    assert item is not None
    return item


def sks(items: Iterable[Item]) -> list[str]:
    return [item.key.sk for item in items]


# --- items ------------------------------------------------------------------------------------------------


def test_every_field_of_a_fact_comes_back(table: Table) -> None:
    parts = (Part("é\x00", at(0.5), -1e-9), Part("", at(1), 3.0))
    note = Note("Füße 🧵", "ana", at(2) + timedelta(microseconds=1), 3, Mood.SUNNY, parts, "ben", at(3))
    table.put(Item(key("a"), note))
    assert found(table, "a").read(Note) == note


def test_what_is_none_is_not_there(table: Table) -> None:
    table.put(Item(key("a"), Note("x", None), {"queue": None}))
    item = found(table, "a")
    assert item.read(Note) == Note("x", None)
    assert [item.get(name) for name in ("author", "approved_at", "queue")] == [None, None, None]
    table.put(Item(key("a"), Note("y", None)), And((Absent("author"), Absent("queue"), Exists("text"))))


def test_attributes_beside_the_fact_are_read_by_kind(table: Table) -> None:
    beside = {"version": 3, "sent": [at(1), at(2)], "until": at(3), "mood": Mood.SUNNY, "done": True}
    table.put(Item(key("a"), None, beside))
    item = found(table, "a")
    assert (item.value("version", int), item.value("sent", list[datetime])) == (3, [at(1), at(2)])
    assert (item.value("until", datetime), item.value("mood", Mood), item.value("done", bool)) == (at(3), "sunny", True)
    assert item.value("gone", int) is None


def test_an_item_carries_its_schema(table: Table) -> None:
    table.put(Item(key("a"), Note("x", "ana"), schema=7))
    assert found(table, "a").schema == 7
    assert table.update(Update(key("a"), {"edits": 1})).schema == 7
    assert table.update(Update(key("a"), {SCHEMA: 8})).schema == 8
    assert table.update(Update(key("new"), {"edits": 1})).schema == 0


def test_an_item_of_a_later_form_may_hold_more() -> None:
    item = Item(key("a"), Note("x", "ana"), {"wind": "north"})
    assert from_item(Note, to_attributes(item)) == Note("x", "ana")


def test_moments_sort_as_text() -> None:
    """Conditions and sort keys compare them as text."""
    moments = [at(0), at(0) + timedelta(microseconds=1), at(0) + timedelta(seconds=1)]
    stored = [to_attributes(Item(key("a"), Note("x", "ana", moment), {"until": moment})) for moment in moments]
    assert sorted(cast(Any, item)["made_at"]["S"] for item in stored) == [item["made_at"]["S"] for item in stored]
    assert all(item["until"] == item["made_at"] for item in stored)


# --- reads ------------------------------------------------------------------------------------------------


def test_nothing_under_a_key(table: Table) -> None:
    assert table.get(key("a")) is None
    assert list(table.query(Query("NOTE#1"))) == []
    assert list(table.get_many([key("a")])) == []


@pytest.mark.parametrize("count", [0, 1, 100, 101, 230])
def test_many_are_written_and_read(table: Table, count: int) -> None:
    table.put_many(Item(key(f"{n:03}"), Note(str(n), "ana")) for n in range(count))
    items = table.get_many(key(f"{n:03}") for n in range(count + 5))
    assert sorted(sks(items)) == [f"{n:03}" for n in range(count)]


@pytest.fixture
def notes(table: Table) -> Table:
    """Notes a1 to a4 and b1 in one partition, and one in another."""
    table.put_many(Item(key(sk), Note(sk, "ana")) for sk in ("a2", "b1", "a4", "a1", "a3"))
    table.put(Item(key("a9", "NOTE#2")))
    return table


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query("NOTE#1"), "a1 a2 a3 a4 b1"),
        (Query("NOTE#1", newest_first=True), "b1 a4 a3 a2 a1"),
        (Query("NOTE#1", prefix="a"), "a1 a2 a3 a4"),
        (Query("NOTE#1", prefix="a", newest_first=True, limit=2), "a4 a3"),
        (Query("NOTE#1", prefix="c"), ""),
        (Query("NOTE#1", first="a2", last="a4"), "a2 a3 a4"),
        (Query("NOTE#1", first="a2~"), "a3 a4 b1"),
        (Query("NOTE#1", last="a2"), "a1 a2"),
        (Query("NOTE#1", first="a2", limit=2), "a2 a3"),
        (Query("NOTE#1", prefix="a", after=key("a2").attributes), "a3 a4"),
        (Query("NOTE#1", after=key("a25").attributes, limit=1), "a3"),
        (Query("NOTE#1", after=key("a3").attributes, newest_first=True), "a2 a1"),
        (Query("NOTE#1", after=key("b1").attributes), ""),
    ],
)
def test_queries(notes: Table, query: Query, expected: str) -> None:
    assert sks(notes.query(query)) == expected.split()
    assert notes.count(query) == len(expected.split())


def test_a_query_of_more_than_a_page(table: Table) -> None:
    """A page of DynamoDB holds a megabyte."""
    table.put_many(Item(key(f"{n:02}"), Note("w" * 50_000, "ana")) for n in range(45))
    assert sks(table.query(Query("NOTE#1"))) == [f"{n:02}" for n in range(45)]
    assert sks(table.query(Query("NOTE#1", limit=30))) == [f"{n:02}" for n in range(30)]
    assert table.count(Query("NOTE#1")) == 45


def due(sk: str, shard: str, moment: datetime) -> Item:
    return Item(key(sk), Note(sk, "ana"), {DUE_SHARD: shard, DUE_AT: moment})


def test_an_index_holds_what_has_its_attributes(table: Table) -> None:
    table.put_many([due("a", "DUE#1", at(2)), due("b", "DUE#1", at(1)), due("c", "DUE#2", at(1)), Item(key("d"))])
    assert sks(table.query(Query("DUE#1", DUE))) == ["b", "a"]
    assert sks(table.query(Query("DUE#1", DUE, last=at(1)))) == ["b"]
    assert sks(table.query(Query("DUE#1", DUE, last=at(1) - timedelta(microseconds=1)))) == []
    assert sks(table.query(Query("DUE#1", DUE, newest_first=True, limit=1))) == ["a"]
    (first,) = table.query(Query("DUE#1", DUE, limit=1))
    assert first.value(DUE_AT, datetime) == at(1)


def test_an_index_is_paged_by_the_key_of_its_last_item(table: Table) -> None:
    """Items of one moment stand in an order of their own, which DynamoDB does not promise and keeps."""
    moments = {"b": at(1), "a": at(1), "c": at(1), "d": at(0)}
    table.put_many(due(sk, "DUE#1", moment) for sk, moment in moments.items())
    whole = sks(table.query(Query("DUE#1", DUE)))
    assert (whole[0], set(whole)) == ("d", {*moments})
    for place, sk in enumerate(whole):
        last = key(sk).attributes | cast(Any, {DUE_SHARD: "DUE#1", DUE_AT: moments[sk]})
        assert sks(table.query(Query("DUE#1", DUE, after=last))) == whole[place + 1 :]
        back = sks(table.query(Query("DUE#1", DUE, after=last, newest_first=True)))
        assert back == whole[:place][::-1]


def test_an_index_follows_its_items(table: Table) -> None:
    table.put(due("a", "DUE#1", at(1)))
    table.put(due("b", "DUE#1", at(2)))
    table.update(Update(key("a"), {DUE_AT: at(3)}))
    assert sks(table.query(Query("DUE#1", DUE))) == ["b", "a"]
    table.update(Update(key("b"), {DUE_AT: None, DUE_SHARD: None}))
    assert sks(table.query(Query("DUE#1", DUE))) == ["a"]
    table.put(Item(key("a"), Note("x", "ana")))
    table.put(due("c", "DUE#1", at(2)))
    table.delete(key("c"))
    assert sks(table.query(Query("DUE#1", DUE))) == []


# --- conditions -------------------------------------------------------------------------------------------

HOLD: list[Condition] = [
    Exists(),
    Absent("approved_by"),
    Exists("author"),
    Equals("author", "ana"),
    Equals("edits", 2),
    Equals("mood", Mood.SUNNY),
    Equals("made_at", NOON),
    Less("edits", 3),
    AtMost("edits", 2),
    Less("made_at", at(0.001)),
    AtMost("made_at", NOON),
    AtMost(DUE_AT, at(5)),
    And((Equals("edits", 2), Exists("author"))),
    Or((Absent(), Equals("edits", 2))),
    And((Or((Absent("author"), Less("edits", 3))), Absent("approved_by"))),
]
FAIL: list[Condition] = [
    Absent(),
    Exists("approved_by"),
    Absent("author"),
    Equals("author", "ben"),
    Equals("approved_by", "ana"),
    Less("edits", 2),
    AtMost("edits", 1),
    Less("made_at", NOON),
    AtMost("made_at", at(-0.001)),
    Less("approved_at", at(1000)),
    AtMost("gone", "z"),
    AtMost(DUE_AT, at(4.999)),
    And((Equals("edits", 2), Absent("author"))),
    Or((Absent(), Equals("edits", 1))),
]


@pytest.fixture
def noted(table: Table) -> Table:
    """A note that is due."""
    table.put(Item(key("a"), Note("x", "ana", edits=2), {DUE_SHARD: "DUE#1", DUE_AT: at(5)}))
    return table


@pytest.mark.parametrize("when", HOLD, ids=str)
def test_conditions_that_hold(noted: Table, when: Condition) -> None:
    noted.put(Item(key("a"), Note("put", "ana", edits=2), {DUE_SHARD: "DUE#1", DUE_AT: at(5)}), when)
    noted.update(Update(key("a"), {"text": "updated"}, when))
    noted.transact({"check": Check(key("a"), when), "put": Put(Item(key("b")))})
    assert found(noted, "a").read(Note).text == "updated"
    noted.delete(key("a"), when)
    assert noted.get(key("a")) is None


@pytest.mark.parametrize("when", FAIL, ids=str)
def test_conditions_that_fail_write_nothing(noted: Table, when: Condition) -> None:
    before = found(noted, "a")
    for write in (
        lambda: noted.put(Item(key("a"), Note("put", "ben")), when),
        lambda: noted.update(Update(key("a"), {"text": "updated"}, when)),
        lambda: noted.delete(key("a"), when),
    ):
        with pytest.raises(Refused) as refused:
            write()
        assert refused.value.item is not None
        assert refused.value.item.read(Note) == before.read(Note)
    with pytest.raises(Refused) as refused:
        noted.transact({"put": Put(Item(key("b"))), "check": Check(key("a"), when)})
    assert {name: item and item.read(Note) for name, item in refused.value.found.items()} == {
        "check": before.read(Note)
    }
    assert (noted.get(key("b")), found(noted, "a").read(Note)) == (None, before.read(Note))


@pytest.mark.parametrize("when", [Exists(), Equals("edits", 0), Less("edits", 9), AtMost("until", at(9))], ids=str)
def test_an_item_that_is_not_there_holds_nothing(table: Table, when: Condition) -> None:
    with pytest.raises(Refused) as refused:
        table.update(Update(key("a"), {"text": "x"}, when))
    assert refused.value.item is None
    assert table.get(key("a")) is None


# --- updates ----------------------------------------------------------------------------------------------


def test_an_update_changes_fields_and_attributes_beside_them(noted: Table) -> None:
    after = noted.update(
        Update(
            key("a"),
            {"approved_by": "ben", "approved_at": at(1), "parts": (Part("p", at(2)),), "until": at(9), DUE_AT: None},
            add={"edits": 2, "reads": -3},
        )
    )
    expected = Note("x", "ana", NOON, 4, Mood.SUNNY, (Part("p", at(2)),), "ben", at(1))
    assert (after.read(Note), found(noted, "a").read(Note)) == (expected, expected)
    assert (after.value("until", datetime), after.value("reads", int), after.get(DUE_AT)) == (at(9), -3, None)


def test_a_field_that_is_removed_is_none(noted: Table) -> None:
    noted.update(Update(key("a"), {"approved_by": "ben", "approved_at": at(1)}))
    assert noted.update(Update(key("a"), {"approved_by": None})).read(Note).approved_by is None
    noted.put(Item(key("a"), Note("again", "ana")), Absent("approved_by"))


def test_what_is_set_if_absent_stays(table: Table) -> None:
    for moment in (at(1), at(2)):
        table.update(Update(key("a"), {"latest": moment}, set_if_absent={"first": moment}))
    item = found(table, "a")
    assert (item.value("first", datetime), item.value("latest", datetime)) == (at(1), at(2))


def test_an_update_makes_the_item(table: Table) -> None:
    after = table.update(Update(key("a"), {"text": "x", "author": "ana", "made_at": at(1), SCHEMA: 1}))
    assert after.read(Note) == Note("x", "ana", at(1))
    assert (found(table, "a").read(Note), found(table, "a").schema) == (Note("x", "ana", at(1)), 1)


def test_counts_begin_at_nothing(table: Table) -> None:
    for number in (1, 2):
        table.update(Update(key("a"), add={"posts": number}))
    assert found(table, "a").value("posts", int) == 3


def test_deleting_what_is_not_there(table: Table) -> None:
    table.delete(key("a"))
    table.put(Item(key("a")))
    table.delete(key("a"))
    assert table.get(key("a")) is None


# --- transactions -----------------------------------------------------------------------------------------


def test_a_transaction_writes_all_parts(noted: Table) -> None:
    noted.put(Item(key("old")))
    noted.transact(
        {
            "new": Put(Item(key("b"), Note("b", "ben")), Absent()),
            "note": Update(key("a"), {"text": "y"}, Equals("edits", 2), add={"edits": 1}),
            "old": Delete(key("old"), Exists()),
            "check": Check(key("gone"), Absent()),
        }
    )
    assert found(noted, "b").read(Note) == Note("b", "ben")
    assert found(noted, "a").read(Note) == Note("y", "ana", edits=3)
    assert noted.get(key("old")) is None


def test_a_refused_transaction_names_every_part_that_failed(noted: Table) -> None:
    with pytest.raises(Refused) as refused:
        noted.transact(
            {
                "fine": Put(Item(key("b")), Absent()),
                "moved": Put(Item(key("a"), Note("y", "ben")), Equals("edits", 1)),
                "gone": Update(key("c"), {"text": "z"}, Exists()),
                "plain": Delete(key("d")),
            }
        )
    moved, gone = refused.value.found["moved"], refused.value.found["gone"]
    assert list(refused.value.found) == ["moved", "gone"]
    assert moved is not None
    assert (moved.read(Note), gone) == (Note("x", "ana", edits=2), None)
    assert noted.get(key("b")) is None


def test_two_parts_of_a_transaction_have_two_keys(table: Table) -> None:
    with pytest.raises(ValueError, match="key of its own"):
        table.transact({"one": Put(Item(key("a"))), "other": Delete(key("a"))})
    with pytest.raises(ValueError, match="100 parts"):
        table.transact({str(n): Put(Item(key(str(n)))) for n in range(101)})


def test_changes_share_transactions_and_one_that_is_refused_leaves_the_others(noted: Table) -> None:
    def change(name: str, when: Absent | None = None) -> dict[str, Write]:
        return {"one": Put(Item(key(name)), when), "other": Put(Item(key(f"{name}-other")))}

    counted: Any = Counted(noted)
    done = transact_each(counted, [change("b"), change("a", Absent()), change("c"), change("b")])
    assert done == [True, False, True, True]
    assert noted.get(key("a-other")) is None
    assert all(noted.get(key(name)) for name in ("b", "b-other", "c", "c-other"))
    # Refused once, written without the refused one, and the second change of one item by itself.
    assert counted.requests == 3
    assert transact_each(counted, []) == []


def test_changes_of_more_parts_than_a_transaction_takes_go_in_several(table: Table) -> None:
    counted: Any = Counted(table)
    changes = [{str(n): Put(Item(key(f"{one}-{n}"))) for n in range(30)} for one in range(7)]
    assert transact_each(counted, changes) == [True] * 7
    assert counted.requests == 3
    assert len(list(table.get_many(key(f"{one}-{n}") for one in range(7) for n in range(30)))) == 210


# --- conflicts: moto raises none, so each table is told to ------------------------------------------------


class Meeting:
    """A table whose next write meets another one on its way."""

    def __init__(self, table: Table, db: "DynamoDBClient | None") -> None:
        self.table = table
        self._db = db

    def write(self, call: str, *arguments: Any) -> None:
        """Makes one write of the table meet another one."""
        if isinstance(self.table, MemoryTable):
            self.table.conflict_next()
            getattr(self.table, call)(*arguments)
            return
        assert self._db is not None
        with Stubber(self._db) as stub:
            if call == "transact":
                _cancel(stub, "None", "TransactionConflict")
            else:
                stub.add_client_error(f"{call}_item", "TransactionConflictException")
            getattr(self.table, call)(*arguments)


def _cancel(stub: Stubber, *codes: str) -> None:
    reasons = [{"Code": code} for code in codes]
    stub.add_client_error(
        "transact_write_items", "TransactionCanceledException", modeled_fields={"CancellationReasons": reasons}
    )


@pytest.fixture
def meeting(table: Table, request: pytest.FixtureRequest) -> Meeting:
    return Meeting(table, None if isinstance(table, MemoryTable) else request.getfixturevalue("db"))


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("put", (Item(key("a"), Note("new", "ben")), Absent("gone"))),
        ("update", (Update(key("a"), {"text": "new"}),)),
        ("delete", (key("a"),)),
        ("transact", ({"other": Put(Item(key("b"))), "note": Update(key("a"), {"text": "new"})},)),
    ],
)
def test_a_write_that_meets_another_is_a_conflict_and_writes_nothing(
    meeting: Meeting, call: str, arguments: tuple[Any, ...]
) -> None:
    note = Note("x", "ana")
    meeting.table.put(Item(key("a"), note))
    with pytest.raises(Conflict):
        meeting.write(call, *arguments)
    assert (found(meeting.table, "a").read(Note), meeting.table.get(key("b"))) == (note, None)
    getattr(meeting.table, call)(*arguments)


@pytest.fixture
def dynamo(db: "DynamoDBClient") -> DynamoTable:
    return DynamoTable(db, TABLE)


PARTS = {"one": Put(Item(key("a")), Absent()), "other": Put(Item(key("b")), Absent())}


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_may_go_through_later_is_a_conflict(
    dynamo: DynamoTable, db: "DynamoDBClient", code: str
) -> None:
    with Stubber(db) as stub:
        _cancel(stub, "None", code)
        with pytest.raises(Conflict):
            dynamo.transact(PARTS)


def test_the_same_transaction_still_on_its_way_is_a_conflict(dynamo: DynamoTable, db: "DynamoDBClient") -> None:
    with Stubber(db) as stub:
        stub.add_client_error("transact_write_items", "TransactionInProgressException")
        with pytest.raises(Conflict):
            dynamo.transact(PARTS)


def test_a_refused_condition_counts_for_more_than_a_conflict(dynamo: DynamoTable, db: "DynamoDBClient") -> None:
    with Stubber(db) as stub:
        _cancel(stub, "TransactionConflict", "ConditionalCheckFailed")
        with pytest.raises(Refused) as refused:
            dynamo.transact(PARTS)
    assert refused.value.found == {"other": None}


@pytest.mark.parametrize("code", ["ValidationError", "ItemCollectionSizeLimitExceeded"])
def test_any_other_reason_is_raised_as_it_is(dynamo: DynamoTable, db: "DynamoDBClient", code: str) -> None:
    with Stubber(db) as stub:
        _cancel(stub, "None", code)
        with pytest.raises(ClientError, match="TransactionCanceled"):
            dynamo.transact(PARTS)


# --- batches that are taken in part -----------------------------------------------------------------------


def test_what_a_batch_leaves_undone_is_asked_for_again(
    dynamo: DynamoTable, db: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    write, asked = db.batch_write_item, list[int]()

    def busy(RequestItems: Any) -> Any:  # noqa: N803
        """Takes all but two of what it is given."""
        (batch,) = RequestItems.values()
        asked.append(len(batch))
        write(RequestItems={TABLE: batch[:-2] or batch})
        return {"UnprocessedItems": {TABLE: batch[-2:]} if batch[:-2] else {}}

    monkeypatch.setattr(db, "batch_write_item", busy)
    dynamo.put_many(Item(key(f"{n:02}")) for n in range(30))
    assert asked == [25, 2, 5, 2]
    assert dynamo.count(Query("NOTE#1")) == 30


def test_a_table_that_takes_nothing_fails_the_run(
    dynamo: DynamoTable, db: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def refuse(RequestItems: object) -> Any:  # noqa: N803
        calls.append(RequestItems)
        return {"UnprocessedItems": RequestItems, "UnprocessedKeys": RequestItems, "Responses": {}}

    monkeypatch.setattr(db, "batch_write_item", refuse)
    monkeypatch.setattr(db, "batch_get_item", refuse)
    with pytest.raises(TableBusy):
        dynamo.put_many([Item(key("a"))])
    with pytest.raises(TableBusy):
        list(dynamo.get_many([key("a")]))
    assert len(calls) == 10


def test_stored_attributes_of_today_are_read() -> None:
    """Items written before they had a number: their moments are of any width."""
    stored: Any = {
        PK: {"S": "NOTE#1"},
        SK: {"S": "a"},
        "text": {"S": "x"},
        "made_at": {"S": "2026-06-17T12:00:00Z"},
        "edits": {"N": "2"},
    }
    item = from_attributes(stored)
    assert (item.read(Note), item.schema, item.key) == (Note("x", None, NOON, 2), 0, key("a"))
