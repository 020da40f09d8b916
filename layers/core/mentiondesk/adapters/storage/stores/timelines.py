"""Timelines: the items of posts and acts, each with the name of its type."""

from collections.abc import Iterator, Mapping

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.table import Absent, Put, Query, Table
from mentiondesk.domain.ids import CaseId, SubjectId
from mentiondesk.domain.timeline import (
    ENTRY_NAMES,
    Act,
    BrandPosted,
    CaseEntry,
    CustomerPosted,
    Entry,
    IncidentEntry,
    Posted,
)

TYPE = "type"
_TYPES: Mapping[str, type[Entry]] = {name: kind for kind, name in ENTRY_NAMES.items()}


def put_entry(subject_id: SubjectId, entry: Entry, expires: int) -> Put:
    """The write of an entry: an act once, refused when it is there; a post in place of its text before an edit."""
    beside: dict[str, Value] = {TYPE: ENTRY_NAMES[type(entry)], keys.EXPIRES: expires}
    if isinstance(entry, Act):
        return Put(Item(keys.act(subject_id, entry.entry_id), entry, beside), Absent())
    assert isinstance(subject_id, CaseId), "posts stand in cases"
    return Put(Item(keys.timeline(subject_id, entry.at, entry.post_id), entry, beside))


def timeline(table: Table, case_id: CaseId) -> list[CaseEntry]:
    """Every entry of a case, in their order."""
    return sorted(_entries(table, case_id), key=lambda entry: entry.order)  # type: ignore[arg-type]


def record(table: Table, subject_id: SubjectId) -> list[IncidentEntry]:
    """Every entry of an incident, oldest first."""
    return list(_entries(table, subject_id))  # type: ignore[arg-type]


def holds(table: Table, subject_id: SubjectId, entry_id: str) -> bool:
    """True when a timeline holds this act."""
    return table.get(keys.act(subject_id, entry_id)) is not None


def entry_in(item: Item) -> Entry:
    """The entry of an item."""
    name = item.get(TYPE)
    return post_entry(item) if name is None else item.read(_TYPES[name])


def post_entry(item: Item) -> Posted:
    """A post's entry in the form before entries had types: the brand's posts have no kind."""
    return item.read(BrandPosted) if item.get("kind") is None else item.read(CustomerPosted)


def _entries(table: Table, subject_id: SubjectId) -> Iterator[Entry]:
    return map(entry_in, table.query(Query(keys.subject(subject_id).pk, prefix=keys.TIMELINE)))
