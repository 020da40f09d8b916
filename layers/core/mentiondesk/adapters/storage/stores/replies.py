"""Replies with their place in the outbox, and the drafts that they come from."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.stores import escalations
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.facts import fact_parts
from mentiondesk.adapters.storage.stores.waiting import draft_gone, draft_mark
from mentiondesk.adapters.storage.table import (
    Absent,
    Conflict,
    Delete,
    Equals,
    Put,
    Query,
    Refused,
    Table,
    Update,
    Write,
)
from mentiondesk.domain.figures.facts import reply_fact
from mentiondesk.domain.ids import CaseId, ReplyId, StaffId, SubjectId, UserId
from mentiondesk.domain.replies.checks.context import RecentReply
from mentiondesk.domain.replies.draft import ReplyDraft
from mentiondesk.domain.replies.eligibility import Experience
from mentiondesk.domain.replies.reply import Refusal, Reply, ReplyState
from mentiondesk.ports.replies import DraftChanged, ReplyChange, ReplyChanged, ReplyKey, SavedUse
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.values import replace

# The part of a transaction that gives a text back to its author; a newer draft of theirs stays.
_DRAFT = "draft"
# A new reply is compared with so many of the last day.
MOST_RECENT, _RECENT_LASTS = 100, timedelta(days=1)
_COUNTS_LAST = timedelta(days=15)
_FAR = datetime(9999, 1, 1, tzinfo=UTC)
_SENT, _UNCHANGED = "sent", "unchanged"
_IMPLIED_SENT, _IMPLIED_REFUSED = "implied_sent_at", "implied_refused_at"


class Replies:
    """ReplyStore on the table. `keep`: how long a reply stays after it was made.

    A reply stands in the due index for as long as somebody has to do something: the sender (OUTBOX, by when it is
    due), or a person (HELD, by when it was made; sent back, by author).
    """

    def __init__(self, table: Table, keep: Callable[[], timedelta], cases: Cases) -> None:
        self._table = table
        self._keep = keep
        self._cases = cases

    def get(self, key: ReplyKey) -> Reply | None:
        found = self._table.get(keys.reply(*key))
        return found.read(Reply) if found else None

    def of(self, subject_id: SubjectId) -> list[Reply]:
        part = keys.reply(subject_id)
        found = [item.read(Reply) for item in self._table.query(Query(part.pk, prefix=part.sk))]
        return sorted(found, key=lambda one: (one.made_at, one.reply_id))

    def save(self, change: ReplyChange) -> Reply:
        saved = replace(change.after, version=change.before.version + 1 if change.before else 1)
        parts = self._parts(change, saved)
        try:
            self._transact(parts)
        except Refused as refused:
            if "entry" in refused.found or (change.before is None and "reply" in refused.found):
                raise AlreadyDone from refused
            raise ReplyChanged from refused
        except Conflict as conflict:
            raise ReplyChanged from conflict
        return saved

    def _transact(self, parts: dict[str, Write]) -> None:
        try:
            escalations.transact(self._table, parts)
        except Refused as refused:
            if set(refused.found) != {_DRAFT}:
                raise
            escalations.transact(self._table, {name: part for name, part in parts.items() if name != _DRAFT})

    def _parts(self, change: ReplyChange, saved: Reply) -> dict[str, Write]:
        unchanged = Equals("version", change.before.version) if change.before else Absent()
        parts: dict[str, Write] = {"reply": Put(self._item(saved), unchanged)}
        if change.case is not None:
            parts |= self._cases.parts(change.case)
        if change.sent_draft is not None and saved.case_id is not None:
            parts["sent draft"] = Delete(keys.reply_draft(saved.case_id, change.sent_draft))
        if change.draft is not None:
            parts[_DRAFT] = Put(_draft_item(change.draft, self._keep), Absent())
        parts |= escalations.message_parts(change.messages, keys.expiry(saved.made_at + self._keep()))
        if saved.state.final and (fact := reply_fact(saved)) is not None:
            parts |= fact_parts(self._table, (fact,))
        return parts | _known_to_all(saved)

    def _item(self, reply: Reply) -> Item:
        beside: dict[str, Value] = {keys.EXPIRES: keys.expiry(reply.made_at + self._keep())}
        if reply.wakes_at is not None:
            beside |= {keys.DUE_SHARD: keys.OUTBOX, keys.DUE_AT: reply.wakes_at}
        elif reply.state is ReplyState.HELD:
            beside |= {keys.DUE_SHARD: keys.HELD, keys.DUE_AT: reply.made_at}
        elif reply.state is ReplyState.WITHDRAWN and reply.reason:
            beside |= {keys.DUE_SHARD: keys.sent_back(reply.author), keys.DUE_AT: reply.ended_at or reply.made_at}
        return Item(keys.reply(reply.subject_id, reply.reply_id), reply, beside)

    def recent(self, since: datetime) -> Sequence[RecentReply]:
        first, last = keys.sent(since), keys.sent(_FAR)
        query = Query(first.pk, first=first.sk, last=last.sk, newest_first=True, limit=MOST_RECENT)
        return [item.read(RecentReply) for item in self._table.query(query)][::-1]

    def saved_sent(self, now: datetime) -> Mapping[str, SavedUse]:
        part = keys.saved_sent(_week(now))
        rows = self._table.query(Query(part.pk, prefix=part.sk))
        return {
            row.key.sk.removeprefix(part.sk): SavedUse(row.value(_SENT, int) or 0, row.value(_UNCHANGED, int) or 0)
            for row in rows
        }

    def experience(self) -> Experience:
        found = self._table.get(keys.experience())
        if found is None:
            return Experience()
        refused, sent = (found.value(name, datetime) for name in (_IMPLIED_REFUSED, _IMPLIED_SENT))
        return Experience(implied_refused_at=refused, implied_sent_at=sent)

    def due(self, now: datetime, limit: int) -> Sequence[ReplyKey]:
        return self._listed(Query(keys.OUTBOX, keys.DUE, last=now, limit=limit))

    def waiting(self, limit: int) -> Sequence[ReplyKey]:
        return self._listed(Query(keys.HELD, keys.DUE, limit=limit))

    def sent_back(self, author: StaffId, since: datetime, limit: int) -> Sequence[ReplyKey]:
        return self._listed(Query(keys.sent_back(author), keys.DUE, first=since, limit=limit, newest_first=True))

    def count_due(self, until: datetime) -> int:
        return self._table.count(Query(keys.OUTBOX, keys.DUE, last=until))

    def _listed(self, query: Query) -> list[ReplyKey]:
        rows = (row.key for row in self._table.query(query))
        return [ReplyKey(keys.subject_in(key.pk), ReplyId(key.sk.removeprefix(keys.REPLY))) for key in rows]


def _known_to_all(reply: Reply) -> dict[str, Write]:
    """The writes by which replies to other customers know of one that X took, or refused."""
    if reply.ended_at is None or reply.state not in (ReplyState.SENT, ReplyState.REFUSED):
        return {}
    sent, schema = reply.state is ReplyState.SENT, {keys.SCHEMA: 1}
    parts: dict[str, Write] = {}
    if sent:
        parts["recent"] = Put(_recent_item(reply, reply.ended_at))
    if sent and reply.saved:
        expires = {keys.EXPIRES: keys.expiry(reply.ended_at + _COUNTS_LAST)}
        counted = {_SENT: 1, **({_UNCHANGED: 1} if reply.unchanged else {})}
        parts["saved"] = Update(keys.saved_sent(_week(reply.ended_at), reply.saved), schema | expires, add=counted)
    if reply.implied and (sent or reply.refusal is Refusal.NOT_SUMMONED):
        name = _IMPLIED_SENT if sent else _IMPLIED_REFUSED
        parts["experience"] = Update(keys.experience(), schema | {name: reply.ended_at})
    return parts


def _recent_item(reply: Reply, at: datetime) -> Item:
    customer = reply.case_id.customer if reply.case_id else UserId("")
    beside: dict[str, Value] = {keys.EXPIRES: keys.expiry(at + _RECENT_LASTS)}
    return Item(keys.sent(at, reply.reply_id), RecentReply(reply.text, at, customer), beside)


def _week(moment: datetime) -> str:
    """The running week by ISO 8601, in UTC."""
    return f"{moment.astimezone(UTC):%G-W%V}"


class ReplyDrafts:
    """ReplyDraftStore on the table. `keep`: how long a draft stays after it was last saved."""

    def __init__(self, table: Table, keep: Callable[[], timedelta]) -> None:
        self._table = table
        self._keep = keep

    def get(self, case_id: CaseId, author: StaffId) -> ReplyDraft | None:
        found = self._table.get(keys.reply_draft(case_id, author))
        return found.read(ReplyDraft) if found else None

    def of(self, case_id: CaseId) -> list[ReplyDraft]:
        part = keys.reply_draft(case_id)
        return [item.read(ReplyDraft) for item in self._table.query(Query(part.pk, prefix=part.sk))]

    def save(self, draft: ReplyDraft) -> ReplyDraft:
        saved = replace(draft, version=draft.version + 1)
        unchanged = Equals("version", draft.version) if draft.version else Absent()
        try:
            self._table.put(_draft_item(saved, self._keep), unchanged)
        except Refused as refused:
            raise DraftChanged(refused.item.read(ReplyDraft) if refused.item else None) from refused
        except Conflict as conflict:
            raise DraftChanged(self.get(draft.case_id, draft.author)) from conflict
        # Lists show who has a draft; a mark that a crash leaves out comes with the next save.
        self._table.update(draft_mark(saved))
        return saved

    def discard(self, case_id: CaseId, author: StaffId) -> None:
        self._table.delete(keys.reply_draft(case_id, author))
        with suppress(Refused):
            self._table.update(draft_gone(case_id, author))


def _draft_item(draft: ReplyDraft, keep: Callable[[], timedelta]) -> Item:
    key = keys.reply_draft(draft.case_id, draft.author)
    return Item(key, draft, {keys.EXPIRES: keys.expiry(draft.saved_at + keep())})
