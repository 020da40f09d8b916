"""The list of who waits, from the queue index; and presence, one item a case."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import merge

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.table import Query, Table, Update
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.cases.waiting import PRESENT_FOR, Place, Presence, Row, Scan, WaitingCase
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.posts.tags import Kind, Urgency

# People by attributes of one item. Their ids have no capitals; names in expressions have no hyphens.
_LOOKS, _WRITES, _HYPHEN = "looks_", "writes_", "X"
_KEPT = timedelta(days=1)


class WaitingCases:
    """WaitingStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def scan(self, after: Place | None, most: int) -> Scan:
        each = most // keys.SHARDS
        shards = [self._shard(number, after, each) for number in range(keys.SHARDS)]
        # Behind the last row of a shard that has more, rows of the others would come too early.
        ends = [shard[-1].place for shard in shards if len(shard) >= each]
        until = min(ends, default=None)
        rows = merge(*shards, key=lambda row: row.place)
        kept = tuple(row for row in rows if (until is None or row.place <= until) and (not after or row.place > after))
        return Scan(kept, until is not None)

    def cases(self, case_ids: Sequence[CaseId], now: datetime) -> Mapping[CaseId, WaitingCase]:
        wanted = [key for case_id in case_ids for key in (keys.case(case_id), keys.presence(case_id))]
        found = {item.key: item for item in self._table.get_many(wanted)}
        return {
            case_id: WaitingCase(item.read(Case), people_in(found.get(keys.presence(case_id)), now))
            for case_id in case_ids
            if (item := found.get(keys.case(case_id))) is not None
        }

    def present(self, case_id: CaseId, now: datetime) -> tuple[Presence, ...]:
        return people_in(self._table.get(keys.presence(case_id)), now)

    def come(self, case_id: CaseId, staff_id: StaffId, writing: bool, now: datetime) -> tuple[Presence, ...]:
        name = staff_id.replace("-", _HYPHEN)
        seen: dict[str, Value] = {f"{_LOOKS}{name}": now, f"{_WRITES}{name}": now if writing else None}
        seen |= {keys.EXPIRES: keys.expiry(now + _KEPT), keys.SCHEMA: 1}
        return people_in(self._table.update(Update(keys.presence(case_id), seen)), now)

    def _shard(self, number: int, after: Place | None, most: int) -> list[Row]:
        partition = keys.queue(State.OPEN, number)
        query = Query(partition, keys.WAITING, first=after[0] if after else None, limit=most)
        return [_row(item) for item in self._table.query(query)]


def _row(item: Item) -> Row:
    answer_by = item.value(keys.ANSWER_BY, datetime)
    kind, urgency = item.value("kind", Kind), item.value("urgency", Urgency)
    assert answer_by is not None, "the index's sort key"
    owner = item.get("owner")
    return Row(
        CaseId.parse(item.key.pk.removeprefix(keys.CASE_PREFIX)),
        answer_by,
        kind or Kind.QUESTION,
        urgency or Urgency.LOW,
        StaffId(owner) if owner else None,
    )


def last_look(item: Item | None, staff_id: StaffId) -> datetime | None:
    """The time at which the person last had the case open; the item keeps it for a day."""
    return item.value(f"{_LOOKS}{staff_id.replace('-', _HYPHEN)}", datetime) if item is not None else None


def people_in(item: Item | None, now: datetime) -> tuple[Presence, ...]:
    """The people who have a case open, by its item of presence."""
    return tuple(_people(item, now)) if item is not None else ()


def _people(item: Item, now: datetime) -> Iterator[Presence]:
    for name in sorted(item.beside):
        if name.startswith(_LOOKS):
            at, person = item.value(name, datetime), name.removeprefix(_LOOKS)
            if at is not None and now - at < PRESENT_FOR:
                writing = item.get(f"{_WRITES}{person}") is not None
                yield Presence(StaffId(person.replace(_HYPHEN, "-")), at, writing)
