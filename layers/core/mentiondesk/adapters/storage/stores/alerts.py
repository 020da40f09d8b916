"""Due escalations and messages, their leases, and the ledger of alerts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.stores.escalations import escalation_item, is_critical, message_item
from mentiondesk.adapters.storage.table import (
    Absent,
    AtMost,
    Check,
    Conflict,
    Delete,
    Equals,
    Exists,
    Or,
    Put,
    Query,
    Refused,
    Table,
    Update,
)
from mentiondesk.domain.alerts.budget import HOUR, Interruptions
from mentiondesk.domain.alerts.escalation import Escalation, started
from mentiondesk.domain.alerts.ledger import Record
from mentiondesk.domain.alerts.limits import TextLimit, may_text
from mentiondesk.domain.alerts.message import (
    BECAME_CRITICAL,
    HOURLY,
    AboutIncident,
    CaseReleased,
    FollowUpList,
    IncidentCritical,
    IncidentHourly,
    IncidentNoticed,
    OwnerNews,
    OwnerTold,
    StaffMessage,
    escalated,
    told_owner,
)
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import ReplyTimer
from mentiondesk.domain.ids import CaseId, StaffId, SubjectId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.subject import Subject
from mentiondesk.ports.alerts import DueItem, Lease
from mentiondesk.ports.audit import Escalated
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.values import Frozen, replace

_TRIES = 5
# A message of a kind that this version does not know stays for one that does.
_UNKNOWN_WAITS = timedelta(hours=1)
_MESSAGES: Mapping[str, type[StaffMessage]] = {
    "released": CaseReleased,
    **dict.fromkeys(OwnerNews, OwnerTold),
    "noticed": IncidentNoticed,
    "go_back": FollowUpList,
    HOURLY: IncidentHourly,
    BECAME_CRITICAL: IncidentCritical,
}
# The messages with which an incident's timers begin.
_BEGIN = ("noticed", "go_back")


class _Texts(Frozen):
    """The times of the latest texts to one person."""

    sent: tuple[datetime, ...] = ()
    version: int = 0


class Alerts:
    """AlertStore and AlertAudit on the table. `keep`: how long an outcome stays in the ledger.

    A lease moves an item's place in the due index into the future, as a queue hides a message: a notifier that
    dies holding it loses it, and the item is due again. Cases and incidents of the form before there were
    escalations stand in the due index themselves; reading them through their stores writes their escalations.
    """

    def __init__(self, table: Table, keep: Callable[[], timedelta], cases: CaseStore, incidents: IncidentStore) -> None:
        self._table = table
        self._keep = keep
        self._cases = cases
        self._incidents = incidents

    def critical_due(self, now: datetime, limit: int) -> Sequence[DueItem]:
        return self._due((keys.CRITICAL_SHARD,), now, limit)

    def due(self, now: datetime, limit: int) -> Sequence[DueItem]:
        return self._due(keys.OTHER_SHARDS, now, limit)

    def _due(self, shards: Iterable[int], now: datetime, limit: int) -> Sequence[DueItem]:
        rows = [
            row
            for number in shards
            for row in self._table.query(Query(keys.due_shard(number), keys.DUE, last=now, limit=limit))
        ]
        rows.sort(key=lambda row: (row.value(keys.DUE_AT, datetime), row.key.pk, row.key.sk))
        return [self._due_item(row) for row in rows[:limit]]

    def count_due(self, until: datetime) -> int:
        shards = (keys.due_shard(number) for number in keys.OTHER_SHARDS)
        return sum(self._table.count(Query(shard, keys.DUE, last=until)) for shard in shards)

    def _due_item(self, row: Item) -> DueItem:
        subject_id, sk = keys.subject_in(row.key.pk), row.key.sk
        if sk.startswith(keys.MESSAGE):
            return DueItem(subject_id, sk.removeprefix(keys.MESSAGE))
        if sk != keys.ESCALATION:
            self._subject(subject_id)
        return DueItem(subject_id)

    def _subject(self, subject_id: SubjectId) -> Subject | None:
        return self._cases.get(subject_id) if isinstance(subject_id, CaseId) else self._incidents.get(subject_id)

    def lease(self, item: DueItem, now: datetime, until: datetime) -> Lease | None:
        try:
            leased = self._table.update(Update(_key(item), {keys.DUE_AT: until}, AtMost(keys.DUE_AT, now)))
        except (Refused, Conflict):
            # Not due any more, or changing in this moment; what is still due then is leased by the next run.
            return None
        if item.message_id is None:
            return self._lease(item, leased.read(Escalation), until)
        # The name of a message to one person ends with theirs.
        kind = _MESSAGES.get(item.message_id.partition("-")[0])
        if kind is None:
            self._table.update(Update(_key(item), {keys.DUE_AT: now + _UNKNOWN_WAITS}, Exists()))
            return None
        message = leased.read(kind)
        match message:
            case CaseReleased():
                return self._take_over(item, until)
            case OwnerTold():
                return self._lease_told(item, leased, message, until)
            case IncidentNoticed() | IncidentCritical() | FollowUpList() | IncidentHourly():
                return self._lease_message(item, leased, message, until)
            case _:
                assert_never(message)

    def peek(self, item: DueItem) -> Lease | None:
        found = self._table.get(keys.escalation(item.subject_id))
        if found is None:
            return None
        escalation = found.read(Escalation)
        return self._lease(item, escalation, escalation.due_at) if escalation.due_at is not None else None

    def hold(self, peeked: Lease, until: datetime) -> Lease | None:
        unchanged = Equals(keys.DUE_AT, peeked.until)
        try:
            self._table.update(Update(_key(peeked.item), {keys.DUE_AT: until}, unchanged))
        except (Refused, Conflict):
            return None
        return replace(peeked, until=until)

    def _lease(self, item: DueItem, escalation: Escalation, until: datetime) -> Lease | None:
        """The lease of an escalation, with its subject and its ledger from one query."""
        timer = escalation.timer
        subject, part = keys.subject(item.subject_id), keys.alerts_of(item.subject_id, timer.planned_at or timer.since)
        # The records of later timers and whatever else sorts between the two come along.
        rows = list(self._table.query(Query(subject.pk, first=part.sk, last=subject.sk)))
        if not rows or rows[-1].key != subject:
            return None
        ledger = tuple(_record(row) for row in rows if row.key.sk.startswith(part.sk))
        return Lease(item, _read(rows[-1], item.subject_id), escalation, until, ledger)

    def _lease_message(self, item: DueItem, leased: Item, message: AboutIncident, until: datetime) -> Lease | None:
        """The lease of a message as an escalation; the message is gone where its subject needs it no more."""
        subject = self._incidents.get(message.subject_id)
        attempts, marked = leased.value("attempts", int) or 0, leased.value("alerted_until", datetime)
        escalation = escalated(message, subject, attempts, marked)
        if escalation is None:
            self._table.delete(leased.key)
            return None
        return self._lease(item, replace(escalation, due_at=until), until)

    def _lease_told(self, item: DueItem, leased: Item, message: OwnerTold, until: datetime) -> Lease | None:
        """The lease of a message to one person; the message is gone where nobody waits any more."""
        subject = self._subject(message.subject_id)
        attempts, marked = leased.value("attempts", int) or 0, leased.value("alerted_until", datetime)
        escalation = told_owner(message, subject, attempts, marked) if subject else None
        lease = self._lease(item, replace(escalation, due_at=until), until) if escalation else None
        if lease is None:
            self._table.delete(leased.key)
            return None
        return replace(lease, to=message.staff_id)

    def _take_over(self, item: DueItem, until: datetime) -> Lease | None:
        """The lease of the case's escalation, all of whose stages count as not done, in place of the message's."""
        key, whole, subject = keys.escalation(item.subject_id), DueItem(item.subject_id), self._subject(item.subject_id)
        shard = keys.due_shard_of(item.subject_id, subject is not None and is_critical(subject))
        anew = {keys.DUE_AT: until, keys.DUE_SHARD: shard, "alerted_until": None, "attempts": 0}
        message_key = _key(item)
        try:
            self._table.transact({"message": Delete(message_key), "escalation": Update(key, anew, Exists())})
        except Refused:
            # The customer has an answer: there is nothing to catch up with.
            self._table.delete(message_key)
            return None
        except Conflict:
            return None
        found = self._table.get(key)
        return self._lease(whole, found.read(Escalation), until) if found else None

    def escalated(self, subject_ids: Sequence[SubjectId]) -> Iterator[Escalated]:
        wanted = [key for one in subject_ids for key in (keys.subject(one), keys.escalation(one))]
        wanted += [keys.message(one, name) for one in subject_ids if not isinstance(one, CaseId) for name in _BEGIN]
        found = {item.key: item for item in self._table.get_many(wanted)}
        for subject_id in subject_ids:
            subject, escalation = found.get(keys.subject(subject_id)), found.get(keys.escalation(subject_id))
            if subject is not None and subject.schema:
                messages = frozenset(name for name in _BEGIN if keys.message(subject_id, name) in found)
                known = escalation.read(Escalation) if escalation is not None else None
                yield Escalated(_read(subject, subject_id), known, messages)

    def ledger(self, subject_id: SubjectId, timer: ReplyTimer) -> Sequence[Record]:
        part = keys.alerts_of(subject_id, timer.planned_at or timer.since)
        return [_record(row) for row in self._table.query(Query(part.pk, prefix=part.sk))]

    def restart(self, subject: Subject, timer: ReplyTimer, now: datetime) -> bool:
        snoozed = subject.snoozed_until if isinstance(subject, Case) else None
        due_at = max(filter(None, (now, snoozed)))
        again = replace(started(subject.subject_id, timer), due_at=due_at)
        item = escalation_item(again, keys.expiry(now + self._keep()), is_critical(subject))
        unchanged = Check(keys.subject(subject.subject_id), Equals("version", subject.version))
        try:
            self._table.transact({"subject": unchanged, "escalation": Put(item)})
        except (Refused, Conflict):
            return False
        return True

    def message_again(self, message: StaffMessage) -> None:
        subject = self._subject(message.subject_id)
        critical = subject is not None and is_critical(subject)
        self._table.put(message_item(message, keys.expiry(message.at + self._keep()), critical))

    def record(self, records: Iterable[Record]) -> None:
        # The latest outcome of an alert is its item; a batch may name an item only once.
        items = map(self._record_item, records)
        self._table.put_many({item.key: item for item in items}.values())

    def _record_item(self, record: Record) -> Item:
        return Item(keys.alert(record.alert), record, {keys.EXPIRES: keys.expiry(record.at + self._keep())})

    def done(self, lease: Lease, alerted_until: datetime | None, next_at: datetime | None, attempts: int) -> None:
        key, lease_is_ours = _key(lease.item), Equals(keys.DUE_AT, lease.until)
        changes: dict[str, Value] = {"attempts": attempts, keys.DUE_AT: next_at}
        if alerted_until is not None:
            changes["alerted_until"] = alerted_until
        if next_at is None:
            changes[keys.DUE_SHARD] = None
        try:
            if lease.item.message_id is not None and next_at is None:
                self._table.delete(key, lease_is_ours)
            else:
                self._table.update(Update(key, changes, lease_is_ours))
        except (Refused, Conflict):
            # It has moved on (an answer, a new timer), and what was written there holds; or another write is at it in
            # this moment, and the lease will run out: the ledger knows what has gone out.
            return

    def interruptions(self, staff_id: StaffId) -> Interruptions:
        item = self._table.get(keys.interruptions(staff_id))
        return item.read(Interruptions) if item else Interruptions()

    def interrupted(self, staff_id: StaffId, latest: Interruptions, now: datetime) -> None:
        self._table.put(Item(keys.interruptions(staff_id), latest, {keys.EXPIRES: keys.expiry(now + HOUR)}))

    def take_text_slot(self, staff_id: StaffId, now: datetime, limits: Sequence[TextLimit]) -> bool:
        longest = max(limit.span for limit in limits)
        for _ in range(_TRIES):
            item = self._table.get(keys.texts(staff_id))
            stored = item.read(_Texts) if item else _Texts()
            sent = tuple(at for at in stored.sent if at > now - longest)
            if not may_text(sent, now, limits):
                return False
            counted = _Texts((*sent, now), stored.version + 1)
            expires = {keys.EXPIRES: keys.expiry(now + longest)}
            unchanged = Or((Absent(), Equals("version", stored.version)))
            try:
                self._table.put(Item(keys.texts(staff_id), counted, expires), unchanged)
            except Refused:
                continue
            return True
        return False


def _key(item: DueItem) -> keys.Key:
    return keys.message(item.subject_id, item.message_id) if item.message_id else keys.escalation(item.subject_id)


def _read(row: Item, subject_id: SubjectId) -> Subject:
    return row.read(Case) if isinstance(subject_id, CaseId) else row.read(Incident)


def _record(row: Item) -> Record:
    """A line of the ledger; before there were schema numbers, alerts named their subject in another way."""
    if row.schema == 0:
        alert = row.get("alert")
        alert = {"subject_id": alert["matter_id"], **alert}
        row = Item(row.key, None, {**row.beside, "alert": alert})
    return row.read(Record)
