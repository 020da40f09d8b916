"""Facts for figures, by the day on which they were recorded; written once, and never in place of another."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores import timelines
from mentiondesk.adapters.storage.table import Absent, Delete, Exists, Query, Refused, Table, Update, Write
from mentiondesk.domain.alerts.ledger import Outcome
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.figures.facts import (
    FACTS_LAST,
    Fact,
    IncidentFact,
    ReplyFact,
    ReviewFact,
    SecondAnswer,
    TargetsFact,
    WaitFact,
)
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.values import replace

# The names in the table; a name never changes its meaning.
_TYPES: Mapping[str, type[Fact]] = {
    "wait": WaitFact,
    "second_answer": SecondAnswer,
    "incident": IncidentFact,
    "reply": ReplyFact,
    "review": ReviewFact,
    "targets": TargetsFact,
}
_NAMES: Mapping[type[Fact], str] = {kind: name for name, kind in _TYPES.items()}
_FACT = "fact"


def put_fact(fact: Fact) -> Update:
    """The write of a fact. One that is there stays as it is, so that the write can be part of any transaction."""
    about = {timelines.TYPE: _NAMES[type(fact)], keys.EXPIRES: keys.expiry(fact.recorded_at + FACTS_LAST)}
    return Update(keys.fact(fact.recorded_at, fact.fact_id), {keys.SCHEMA: 1}, None, {_FACT: fact, **about})


def replaced(item: Item, fact: Fact) -> dict[str, Write]:
    """The writes that put an anonymous fact in the place of one about a person who is erased."""
    if keys.fact(fact.recorded_at, fact.fact_id) == item.key:
        return {item.key.sk: Update(item.key, {_FACT: fact}, Exists())}
    return {f"old {item.key.sk}": Delete(item.key), f"new {item.key.sk}": put_fact(fact)}


def fact_parts(table: Table, facts: Iterable[Fact]) -> dict[str, Write]:
    """The writes of facts as parts of a transaction; a wait gets its first alert from the ledger."""
    told = (with_warning(table, one) if isinstance(one, WaitFact) else one for one in facts)
    return {f"fact {one.recorded_at} {one.fact_id}": put_fact(one) for one in told}


def with_warning(table: Table, fact: WaitFact) -> WaitFact:
    """The fact with the first alert about its wait that went out."""
    begins, case = keys.alerts_of(fact.case_id, fact.since), keys.alerts_of(fact.case_id, fact.recorded_at)
    rows = table.query(Query(begins.pk, first=begins.sk, last=case.sk))
    sent = [at for row in rows if row.get("outcome") == Outcome.SENT and (at := row.value("at", datetime))]
    return replace(fact, warned_at=min(sent)) if sent else fact


class Facts:
    """FactStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, fact: Fact) -> None:
        self._table.update(put_fact(with_warning(self._table, fact) if isinstance(fact, WaitFact) else fact))

    def between(self, first: datetime, last: datetime) -> Iterator[Fact]:
        day = first
        while keys.facts(day) <= keys.facts(last):
            for item in self._table.query(Query(keys.facts(day))):
                fact = fact_in(item)
                if fact is not None and first <= fact.recorded_at < last:
                    yield fact
            day += timedelta(days=1)

    def late_since(self, first: datetime, last: datetime) -> Iterator[CaseId]:
        for number in range(keys.SHARDS):
            query = Query(keys.queue(State.OPEN, number), keys.WAITING, first=first, last=last)
            for item in self._table.query(query):
                yield CaseId.parse(item.key.pk.removeprefix(keys.CASE_PREFIX))

    def send_once(self, week: str, staff_id: StaffId, now: datetime) -> bool:
        key = keys.report(week, staff_id)
        try:
            self._table.put(Item(key, None, {"sent_at": now, keys.EXPIRES: keys.expiry(now + FACTS_LAST)}), Absent())
        except Refused:
            return False
        return True

    def not_sent(self, week: str, staff_id: StaffId) -> None:
        self._table.delete(keys.report(week, staff_id))


def fact_in(item: Item) -> Fact | None:
    """The fact of an item; None for a type that a later version of the desk wrote."""
    kind = _TYPES.get(str(item.get(timelines.TYPE)))
    return item.value(_FACT, kind) if kind else None
