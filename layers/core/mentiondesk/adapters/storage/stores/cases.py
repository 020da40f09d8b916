"""Cases with their timelines and their customers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.stores import escalations, timelines, upgrades
from mentiondesk.adapters.storage.stores.claims import claim_part
from mentiondesk.adapters.storage.stores.customers import LATEST_CASE, LATEST_OPENED_AT, cases_of_customer
from mentiondesk.adapters.storage.stores.facts import fact_parts
from mentiondesk.adapters.storage.stores.posts import place_by_time
from mentiondesk.adapters.storage.stores.reply_words import forget_drafts, forget_replies
from mentiondesk.adapters.storage.stores.signals import signal_item
from mentiondesk.adapters.storage.table import (
    Absent,
    And,
    Conflict,
    Delete,
    Equals,
    Exists,
    Put,
    Query,
    Refused,
    Table,
    Update,
    Write,
    transact_each,
)
from mentiondesk.domain.cases.case import WORDS, Case
from mentiondesk.domain.cases.changes import CaseChange
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.cases.waiting import listed_in
from mentiondesk.domain.ids import CaseId, PostId, UserId
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.praise import MOST_MONTHS, LatestCase, Regard, last_months, month_of
from mentiondesk.domain.timeline import BrandPosted, CaseAct, CaseEntry, CustomerPosted, written_in
from mentiondesk.ports.cases import CaseChanged, Classified
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.values import replace

_THANKED_AT = "thanked_at"
# Counts of praise, an attribute a month.
_PRAISED = "praised_"


class Cases:
    """CaseStore on the table. `keep`: how long a case stays, after its last change, before TTL removes it.

    A case in the form before there were timelines is written in the new form when it is read.
    """

    def __init__(self, table: Table, keep: Callable[[], timedelta]) -> None:
        self._table = table
        self._keep = keep

    def get(self, case_id: CaseId) -> Case | None:
        return self._case(self._table.get(keys.case(case_id)))

    def get_each(self, case_ids: Iterable[CaseId]) -> Iterator[Case]:
        found = self._table.get_many(map(keys.case, case_ids))
        return (item.read(Case) for item in found if not upgrades.is_old(item))

    def timeline(self, case_id: CaseId) -> list[CaseEntry]:
        return timelines.timeline(self._table, case_id)

    def holds(self, case_id: CaseId, entry_id: str) -> bool:
        return timelines.holds(self._table, case_id, entry_id)

    def commit_each(self, changes: Sequence[Classified]) -> Sequence[bool]:
        return transact_each(self._table, [self._classified(change) for change in changes])

    def save_each(self, changes: Sequence[CaseChange]) -> Sequence[bool]:
        return transact_each(self._table, [self.parts(change) for change in changes])

    def _classified(self, change: Classified) -> dict[str, Write]:
        """The writes of a classified post, for one transaction."""
        parts: dict[str, Write] = {"post": _tag(change)}
        if change.case is not None:
            parts |= self.parts(change.case)
            if change.case.before is None:
                expires = keys.expiry(change.case.after.opened_at + self._keep())
                parts |= cases_of_customer(change, expires)
        if change.tags is not None:
            parts["customer"] = self._count(change)
            parts |= _signal(change)
        return parts

    def commit(self, change: Classified) -> bool:
        try:
            self._table.transact(self._classified(change))
        except Refused as refused:
            if "post" in refused.found:
                return False
            if change.case is None or "case" in refused.found:
                raise CaseChanged(self._case(refused.found["case"])) from refused
            raise CaseChanged(self.get(change.case.after.case_id)) from refused
        except Conflict as conflict:
            if change.case is None:
                raise
            raise CaseChanged(self.get(change.case.after.case_id)) from conflict
        return True

    def save(self, change: CaseChange) -> Case:
        case_id, parts = change.after.case_id, self.parts(change)
        try:
            escalations.transact(self._table, parts)
        except Refused as refused:
            if "entry" in refused.found:
                raise AlreadyDone from refused
            raise CaseChanged(self._case(refused.found["case"])) from refused
        except Conflict as conflict:
            raise CaseChanged(self.get(case_id)) from conflict
        return _next(change)

    def latest_of(self, customer: UserId) -> Case | None:
        found = self._table.get(keys.customer(customer))
        case_id = found.value(LATEST_CASE, str) if found else None
        return self.get(CaseId.parse(case_id)) if case_id else None

    def regard(self, customer: UserId) -> Regard:
        found = self._table.get(keys.customer(customer))
        if found is None:
            return Regard()
        months = (name.removeprefix(_PRAISED) for name, count in found.beside.items() if _counted(name, count))
        case_id, opened_at = found.value(LATEST_CASE, str), found.value(LATEST_OPENED_AT, datetime)
        latest = LatestCase(CaseId.parse(case_id), opened_at) if case_id else None
        return Regard(frozenset(months), found.value(_THANKED_AT, datetime), latest)

    def open(self, limit: int) -> list[CaseId]:
        shards = (keys.queue(State.OPEN, number) for number in range(keys.SHARDS))
        return list(islice(self._queued(Query(shard, keys.WAITING, limit=limit) for shard in shards), limit))

    def silent(self, now: datetime, limit: int) -> list[CaseId]:
        shards = (keys.queue(State.PENDING, number) for number in range(keys.SHARDS))
        silent = (Query(shard, keys.WAITING, last=now, limit=limit) for shard in shards)
        return list(islice(self._queued(silent), limit))

    def idle(self, first: datetime, last: datetime, limit: int) -> list[CaseId]:
        shards = (keys.queue(keys.IDLE, number) for number in range(keys.SHARDS))
        idle = (Query(shard, keys.WAITING, first=first, last=last, limit=limit) for shard in shards)
        return list(islice(self._queued(idle), limit))

    def forget_words(self, case_id: CaseId, now: datetime) -> None:
        for entry in self.timeline(case_id):
            if isinstance(entry, CustomerPosted | BrandPosted):
                self._blank(keys.timeline(case_id, entry.at, entry.post_id), "words", "why")
                self._blank(keys.post(entry.post_id), "text", "tags")
        self.forget_notes(case_id, now)
        forget_replies(self._table, case_id)
        forget_drafts(self._table, case_id)
        self._blank(keys.case(case_id), *WORDS, keys.QUEUE, keys.ANSWER_BY)

    def forget_notes(self, case_id: CaseId, now: datetime) -> None:
        for entry in self.timeline(case_id):
            if isinstance(entry, CaseAct) and (written := written_in(entry)):
                blanks: dict[str, Value] = {**dict.fromkeys(written, ""), "forgotten_at": now}
                self._update(Update(keys.act(case_id, entry.entry_id), blanks, Exists()))
                if "reason" in written:
                    self._blank(keys.case(case_id), "reason")

    def forget_answers(self, case_id: CaseId, post_id: PostId) -> None:
        forget_replies(self._table, case_id, lambda reply: post_id in (reply.to, reply.post_id))

    def _blank(self, key: keys.Key, text: str, *others: str) -> None:
        """Empties a text, and removes other attributes, of the item under a key, if there is one."""
        self._update(Update(key, {text: "", **dict.fromkeys(others)}, Exists()))

    def _update(self, update: Update) -> None:
        """Changes an item, if there is one."""
        try:
            self._table.update(update)
        except Refused:
            return

    def _queued(self, queries: Iterable[Query]) -> Iterator[CaseId]:
        found = (row for query in queries for row in self._table.query(query))
        return (CaseId.parse(row.key.pk.removeprefix(keys.CASE_PREFIX)) for row in found)

    def _case(self, item: Item | None) -> Case | None:
        """The case in an item; one of the old form is upgraded first."""
        if item is None:
            return None
        if upgrades.is_old(item):
            return upgrades.upgraded_case(self._table, item, self._item)
        return item.read(Case)

    def parts(self, change: CaseChange) -> dict[str, Write]:
        """The writes of a change, for a transaction.

        The case with the next version, if it still is as it was before; its entry, and what alerts follow.
        """
        unchanged = Equals("version", change.before.version) if change.before else Absent()
        case, entry = _next(change), change.entry
        expires = keys.expiry(case.last_post[0] + self._keep())
        return {
            "case": Put(self._item(case), unchanged),
            "entry": timelines.put_entry(case.case_id, entry, keys.expiry(entry.at + self._keep())),
            **escalations.escalation_part(case, change.escalation, expires),
            **escalations.message_parts(change.messages, expires, escalations.is_critical(case)),
            **fact_parts(self._table, change.facts),
            **claim_part(change, expires),
            **self._thanks(change),
        }

    def _thanks(self, change: CaseChange) -> dict[str, Write]:
        """The time at which the customer was last thanked; an act that is undone gives way to the one before."""
        before = change.before.thanked_at if change.before else None
        thanked_at = change.after.thanked_at
        if isinstance(change.entry, CustomerPosted) or thanked_at == before:
            return {}
        expires = keys.expiry((thanked_at or change.after.last_post[0]) + self._keep())
        kept = {_THANKED_AT: thanked_at, keys.EXPIRES: expires, keys.SCHEMA: 1}
        return {"thanks": Update(keys.customer(change.after.customer_id), kept)}

    def _item(self, case: Case) -> Item:
        beside: dict[str, Value] = {keys.EXPIRES: keys.expiry(max(case.opened_at, case.last_post[0]) + self._keep())}
        number = keys.shard(case.case_id)
        if case.state is State.OPEN and case.timer is not None:
            beside |= {keys.QUEUE: keys.queue(case.state, number), keys.ANSWER_BY: case.timer.answer_by}
        elif case.resolve_at is not None:
            beside |= {keys.QUEUE: keys.queue(case.state, number), keys.ANSWER_BY: case.resolve_at}
        elif case.words:
            beside |= {keys.QUEUE: keys.queue(keys.IDLE, number), keys.ANSWER_BY: case.last_post[0]}
        if (tab := listed_in(case)) is not None and case.timer is not None:
            beside |= {keys.DUE_SHARD: keys.listed(tab), keys.DUE_AT: case.timer.answer_by}
        # Each kilobyte of an item costs as much again at each of its writes.
        return Item(keys.case(case.case_id), case, beside, lean=True)

    def _count(self, change: Classified) -> Update:
        """The customer's counts: posts, and posts of each kind. New text moves a post to its new kind."""
        assert change.tags is not None, "customers' posts have tags"
        post, kind = change.post, change.tags.kind
        counts = {"posts": int(post.case_id is None), str(kind): int(kind is not post.kind)}
        if post.kind is not None and post.kind is not kind:
            counts[str(post.kind)] = -1
        latest: dict[str, Value] = {
            "latest_post_at": post.created_at,
            LATEST_CASE: str(change.case.after.case_id) if change.case else None,
            LATEST_OPENED_AT: change.case.after.opened_at if change.case else None,
            keys.EXPIRES: keys.expiry(post.created_at + self._keep()),
            keys.SCHEMA: 1,
        }
        praised = (kind is Kind.PRAISE) - (post.kind is Kind.PRAISE)
        if praised:
            counts[f"{_PRAISED}{month_of(post.created_at)}"] = praised
            old = islice(last_months(post.created_at, 2 * MOST_MONTHS), MOST_MONTHS, None)
            latest |= {f"{_PRAISED}{month}": None for month in old}
        first = {"first_post_at": post.created_at}
        opens_first = change.case is not None and change.case.before is None and change.earlier is None
        return Update(
            keys.customer(post.author_id), latest, Absent(LATEST_CASE) if opens_first else None, first, counts
        )


def _next(change: CaseChange) -> Case:
    """The case after a change, with the version that follows the stored one."""
    return replace(change.after, version=change.before.version + 1 if change.before else 1)


def _tag(change: Classified) -> Update:
    """The post with its tags and its case, if this very text is not tagged yet."""
    found: dict[str, Value] = {keys.TAGGED_AT: change.at, **place_by_time(change.post)}
    if change.tags is not None:
        found |= {"tags": change.tags, "kind": change.tags.kind}
    if change.case is not None:
        found["case_id"] = change.case.after.case_id
    not_tagged_yet = And((Exists(), Absent(keys.TAGGED_AT), Equals("edits", change.post.edits)))
    return Update(keys.post(change.post.post_id), found, not_tagged_yet)


def _counted(name: str, count: object) -> bool:
    """True for a month with praise; its count is 0 where an edit took the praise back."""
    return name.startswith(_PRAISED) and bool(count)


def _signal(change: Classified) -> dict[str, Write]:
    if change.signal is not None:
        return {"signal": Put(signal_item(change.signal))}
    if change.post.edits:
        # The text before the edit may have been a complaint.
        return {"signal": Delete(keys.signal(change.post.created_at, change.post.post_id))}
    return {}
