"""Sign-in by a mailed code, and the sessions that follow."""

from datetime import datetime

from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.access.sign_in import (
    CODE_LASTS,
    CODES_PER_ADDRESS,
    SEEN_EVERY,
    TRIES_PER_ADDRESS,
    Code,
    CodeOver,
    MailedCode,
    Session,
    SignedOut,
    TooManyTries,
    WrongCode,
    cookie_value,
    hashed,
    in_cookie,
    mailbox,
    new_code,
    new_secret,
    proof,
    same,
    spelt,
    staff_with,
)
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.waiting import Glance
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.ports.access import CodeMails, CodeStore, CodeWriter, SessionStore
from mentiondesk.ports.channels import Mailer
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.values import replace


class SignIn:
    """Codes for addresses, and sessions for codes."""

    def __init__(self, codes: CodeStore, sessions: SessionStore, mails: CodeMails, settings: CurrentSettings) -> None:
        self._codes = codes
        self._sessions = sessions
        self._mails = mails
        self._settings = settings

    def ask(self, address: str, now: datetime) -> str:
        """Asks for a code to be mailed; returns the secret for the browser that asked.

        The same is done for every address, so that nobody learns from it who is staff: the address is looked up
        again where the mail is sent. Raises TooManyTries.
        """
        browser, code, box = new_secret(), new_code(), hashed(mailbox(address))
        if not self._codes.take("codes", box, now, CODES_PER_ADDRESS):
            raise TooManyTries
        staff = staff_with(self._settings().roster, address)
        made = Code(hashed(browser), box, proof(browser, code), now, staff.staff_id if staff else None)
        self._codes.put(made)
        self._mails.add(MailedCode(mailbox(address), code, now))
        return browser

    def enter(self, browser: str, typed: str, agent: str, now: datetime) -> tuple[StaffId, str]:
        """The person who is now signed in, and the value of the session's cookie.

        `browser` is the secret of the browser that asked, `agent` a name for it. Raises SignInRefused.
        """
        code = self._codes.get(hashed(browser))
        if code is None or code.over(now):
            raise CodeOver
        if not self._codes.take("tries", code.address, now, TRIES_PER_ADDRESS):
            raise TooManyTries
        if not self._codes.tried(code.browser):
            raise CodeOver
        staff_id = self._owner(code, browser, typed)
        if not self._codes.use(code.browser):
            raise WrongCode
        return staff_id, begin_session(self._sessions, staff_id, agent, now)

    def _owner(self, code: Code, browser: str, typed: str) -> StaffId:
        right = same(code.proof, proof(browser, spelt(typed)))
        staff = self._settings().roster.find(code.staff_id) if code.staff_id else None
        if not right or staff is None:
            raise WrongCode
        return staff.staff_id


def begin_session(sessions: SessionStore, staff_id: StaffId, agent: str, now: datetime) -> str:
    """Begins a session; returns the value of its cookie."""
    token = new_secret()
    sessions.put(Session(hashed(token), staff_id, now, now, agent))
    return cookie_value(staff_id, token)


class SignedIn:
    """The sessions of people who have signed in."""

    def __init__(self, sessions: SessionStore, settings: CurrentSettings) -> None:
        self._sessions = sessions
        self._settings = settings

    def __call__(self, cookie: str, now: datetime) -> tuple[Actor, Session]:
        """The person behind a cookie, and their session. Raises SignedOut."""
        actor, session = self.actor(cookie, now)
        return actor, self._used(session, now)

    def actor(self, cookie: str, now: datetime) -> tuple[Actor, Session]:
        """The same, for doors that may not write: the session's last use stays as it was. Raises SignedOut."""
        staff_id, session_id = in_cookie(cookie)
        session = self._sessions.get(staff_id, session_id)
        if session is None:
            raise SignedOut
        return session.actor(self._settings().roster, now), session

    def glance(self, cookie: str, case_id: CaseId | None, now: datetime) -> tuple[Actor, Session, Glance]:
        """The same with the marks of the page that the person looks at. Raises SignedOut."""
        staff_id, session_id = in_cookie(cookie)
        session, marks = self._sessions.glance(staff_id, session_id, case_id, now)
        if session is None:
            raise SignedOut
        actor = session.actor(self._settings().roster, now)
        return actor, self._used(session, now), marks

    def _used(self, session: Session, now: datetime) -> Session:
        """The session with its last use, which is written now and then."""
        if now - session.seen_at < SEEN_EVERY:
            return session
        self._sessions.seen(session, now)
        return replace(session, seen_at=now)

    def acted(self) -> None:
        """Tells the pages that are open of an act."""
        self._sessions.acted()

    def of(self, staff_id: StaffId, now: datetime) -> list[Session]:
        """The sessions of a person that have not ended, the last used first."""
        return [one for one in self._sessions.of(staff_id) if now < one.ends_at]

    def end(self, staff_id: StaffId, session_id: str) -> None:
        """Ends one session of this person; nothing happens where there is none."""
        self._sessions.end(staff_id, session_id)

    def end_others(self, session: Session) -> None:
        """Ends every session of this person but this one."""
        for one in self._sessions.of(session.staff_id):
            if one.session_id != session.session_id:
                self._sessions.end(one.staff_id, one.session_id)


class MailCode:
    """Mails a code to the person whose address it is; to nobody else."""

    def __init__(self, mailer: Mailer, writer: CodeWriter, settings: CurrentSettings) -> None:
        self._mailer = mailer
        self._writer = writer
        self._settings = settings

    def __call__(self, mailed: MailedCode, now: datetime) -> bool:
        """True when a mail went out: the address is a person's and the code is still good. Raises Undeliverable."""
        settings = self._settings()
        staff = staff_with(settings.roster, mailed.address)
        if staff is None or now >= mailed.asked_at + CODE_LASTS:
            return False
        # The mail takes the address of the settings, not the one that a stranger typed.
        self._mailer.send(staff.addresses[Channel.EMAIL], self._writer.code(staff, settings.brand.name, mailed.code))
        return True
