"""Codes and sessions of people who sign in. TTL removes what is over; every reader compares the times itself."""

from datetime import datetime

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.waiting import people_in
from mentiondesk.adapters.storage.table import Absent, And, Exists, Less, Or, Query, Refused, Table, Update
from mentiondesk.domain.access.sign_in import CODE_LASTS, SESSION_LASTS, TRIES_PER_CODE, WINDOW, Code, Session
from mentiondesk.domain.cases.waiting import Glance
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.values import replace

_TAKEN = "taken"
_ACTS = "acts"


class Codes:
    """CodeStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, code: Code) -> None:
        expires = {keys.EXPIRES: keys.expiry(code.asked_at + CODE_LASTS)}
        self._table.put(Item(keys.sign_in_code(code.browser), code, expires))

    def get(self, browser: str) -> Code | None:
        found = self._table.get(keys.sign_in_code(browser))
        return found.read(Code) if found else None

    def tried(self, browser: str) -> bool:
        left = And((Exists(), Less("tries", TRIES_PER_CODE)))
        try:
            self._table.update(Update(keys.sign_in_code(browser), when=left, add={"tries": 1}))
        except Refused:
            return False
        return True

    def use(self, browser: str) -> bool:
        try:
            self._table.delete(keys.sign_in_code(browser), Exists())
        except Refused:
            return False
        return True

    def take(self, what: str, address: str, now: datetime, most: int) -> bool:
        since = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % WINDOW
        expires = {keys.EXPIRES: keys.expiry(since + WINDOW), keys.SCHEMA: 1}
        left = Or((Absent(_TAKEN), Less(_TAKEN, most)))
        try:
            self._table.update(Update(keys.sign_in_tries(address, what, since), expires, left, add={_TAKEN: 1}))
        except Refused:
            return False
        return True


class Sessions:
    """SessionStore on the table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, session: Session) -> None:
        expires = {keys.EXPIRES: keys.expiry(session.began_at + SESSION_LASTS)}
        self._table.put(Item(keys.session(session.staff_id, session.session_id), session, expires))

    def get(self, staff_id: StaffId, session_id: str) -> Session | None:
        found = self._table.get(keys.session(staff_id, session_id))
        return found.read(Session) if found else None

    def glance(
        self, staff_id: StaffId, session_id: str, case_id: CaseId | None, now: datetime
    ) -> tuple[Session | None, Glance]:
        wanted = [keys.session(staff_id, session_id), keys.acts()]
        wanted += [keys.case(case_id), keys.presence(case_id)] if case_id else []
        found = {item.key: item for item in self._table.get_many(wanted)}
        session, acts = found.get(wanted[0]), found.get(wanted[1])
        case, presence = (found.get(key) for key in wanted[2:]) if case_id else (None, None)
        marks = Glance(int(acts.get(_ACTS)) if acts else 0, int(case.get("version")) if case else 0)
        people = people_in(presence, now)
        return session.read(Session) if session else None, replace(marks, present=people)

    def acted(self) -> None:
        self._table.update(Update(keys.acts(), {keys.SCHEMA: 1}, add={_ACTS: 1}))

    def seen(self, session: Session, now: datetime) -> None:
        try:
            self._table.update(Update(keys.session(session.staff_id, session.session_id), {"seen_at": now}, Exists()))
        except Refused:
            # Ended in this moment: the answer that is on its way is the last one.
            return

    def of(self, staff_id: StaffId) -> list[Session]:
        found = self._table.query(Query(keys.session(staff_id, "").pk))
        return sorted((item.read(Session) for item in found), key=lambda one: one.seen_at, reverse=True)

    def end(self, staff_id: StaffId, session_id: str) -> None:
        self._table.delete(keys.session(staff_id, session_id))
