"""Codes, sessions, and the way of a code to its reader."""

from datetime import datetime
from typing import Protocol

from mentiondesk.domain.access.sign_in import Code, MailedCode, Session
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.cases.waiting import Glance
from mentiondesk.domain.ids import CaseId, StaffId


class CodeStore(Protocol):
    """Codes that were asked for, under the browser that may use them."""

    def put(self, code: Code) -> None:
        """Keeps a code until its time is over."""

    def get(self, browser: str) -> Code | None:
        """The code that this browser asked for."""

    def tried(self, browser: str) -> bool:
        """Counts one try; False where the code's tries are used up or it is gone."""

    def use(self, browser: str) -> bool:
        """Ends the code; True for one caller alone, whoever else does the same at this moment."""

    def take(self, what: str, address: str, now: datetime, most: int) -> bool:
        """Counts one of `what` for the hash of an address; False, and nothing counted, above `most` in a window."""


class SessionStore(Protocol):
    """Sessions by person."""

    def put(self, session: Session) -> None: ...

    def get(self, staff_id: StaffId, session_id: str) -> Session | None: ...

    def glance(
        self, staff_id: StaffId, session_id: str, case_id: CaseId | None, now: datetime
    ) -> tuple[Session | None, Glance]:
        """The session, and the marks of the page of this case or of another page, by one request."""

    def acted(self) -> None:
        """Counts one act of a person on the desk, so that pages which are open learn of it with their next poll."""

    def seen(self, session: Session, now: datetime) -> None:
        """Writes the time of its last use; one that was ended meanwhile stays ended."""

    def of(self, staff_id: StaffId) -> list[Session]:
        """The person's sessions, the last used first."""

    def end(self, staff_id: StaffId, session_id: str) -> None: ...


class CodeMails(Protocol):
    """The queue of codes on their way. The door adds one for every address, so that its answer tells nothing."""

    def add(self, mailed: MailedCode) -> None: ...


class CodeWriter(Protocol):
    """Writes the mail with a code."""

    def code(self, staff: Staff, brand: str, code: str) -> Email: ...
