"""The list of who waits, from the queue index; and presence, one item a case."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import merge

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.table import Exists, Query, Table, Update
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.cases.waiting import PRESENT_FOR, Place, Presence, Row, Scan, Tab, WaitingCase
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.draft import ReplyDraft

# People by attributes of one item. Their ids have no capitals; names in expressions have no hyphens.
_LOOKS, _WRITES, _DRAFTS, _HYPHEN = "looks_", "writes_", "drafts_", "X"
# A draft is marked for so long.
_KEPT = timedelta(days=30)


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

    def listed(self, tab: Tab, after: Place | None, most: int) -> Sequence[Place]:
        query = Query(keys.listed(tab), keys.DUE, first=after[0] if after else None, limit=most + 1)
        found = ((item.value(keys.DUE_AT, datetime), item.key.pk) for item in self._table.query(query))
        places = sorted((at, pk.removeprefix(keys.CASE_PREFIX)) for at, pk in found if at is not None)
        return [place for place in places if after is None or place > after][:most]

    def cases(self, case_ids: Sequence[CaseId], now: datetime) -> Mapping[CaseId, WaitingCase]:
        wanted = [key for case_id in case_ids for key in (keys.case(case_id), keys.presence(case_id))]
        found = {item.key: item for item in self._table.get_many(wanted)}
        return {
            case_id: _waiting(item.read(Case), found.get(keys.presence(case_id)), now)
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


def draft_mark(draft: ReplyDraft) -> Update:
    """The write by which lists know of a draft: beside the presence of its author, with the answers that it knows."""
    seen: dict[str, Value] = {_drafts(draft.author): draft.thread.answers}
    seen |= {keys.EXPIRES: keys.expiry(draft.saved_at + _KEPT), keys.SCHEMA: 1}
    return Update(keys.presence(draft.case_id), seen)


def draft_gone(case_id: CaseId, author: StaffId) -> Update:
    """The write by which lists know that a person's draft is gone."""
    return Update(keys.presence(case_id), {_drafts(author): None}, Exists())


def _drafts(author: StaffId) -> str:
    return f"{_DRAFTS}{author.replace('-', _HYPHEN)}"


def _waiting(case: Case, item: Item | None, now: datetime) -> WaitingCase:
    """The case with the people in it. A draft that knows fewer answers than the case has is retired."""
    marks = [(name, item.value(name, int)) for name in sorted(item.beside) if name.startswith(_DRAFTS)] if item else []
    drafting = (name for name, answers in marks if answers is not None and answers >= case.thread.answers)
    people = (StaffId(one.removeprefix(_DRAFTS).replace(_HYPHEN, "-")) for one in drafting)
    return WaitingCase(case, people_in(item, now), tuple(people))


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
    """The time at which the person last had the case open; the item keeps it for a month."""
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
