"""Signing in: codes and sessions on both tables, with every limit."""

from datetime import timedelta
from typing import Any

import pytest

from mentiondesk.adapters.storage.stores.sign_ins import Codes, Sessions
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.access.actor import Door
from mentiondesk.domain.access.sign_in import (
    CODE_LASTS,
    CODES_PER_ADDRESS,
    IDLE,
    SEEN_EVERY,
    SESSION_LASTS,
    TRIES_PER_ADDRESS,
    TRIES_PER_CODE,
    WINDOW,
    CodeOver,
    MailedCode,
    Session,
    SignedOut,
    TooManyTries,
    WrongCode,
    cookie_value,
    hashed,
    in_cookie,
    new_code,
    shown,
    spelt,
)
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.roster import Staff
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.ids import StaffId
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.usecases.access.sign_in import MailCode, SignedIn, SignIn
from tests.support.builders import NOON, at, minutes, settings
from tests.support.served_desk import TEAM, Mailed

ANA, BEN = StaffId("ana"), StaffId("ben")


class Gate:
    """Sign-in over one table."""

    def __init__(self, table: Table) -> None:
        self.table, self.mails, self.settings = table, Mailed(), settings(staff=TEAM)
        self.codes, self.sessions = Codes(table), Sessions(table)
        self.sign_in = SignIn(self.codes, self.sessions, self.mails, lambda: self.settings)
        self.signed_in = SignedIn(self.sessions, lambda: self.settings)

    def asked(self, address: str = "ana@example.com", minute: float = 0) -> tuple[str, str]:
        """The browser's secret, and the code that is on its way."""
        return self.sign_in.ask(address, at(minute)), self.mails.codes[-1].code

    def entered(self, browser: str, code: str, minute: float = 1) -> str:
        return self.sign_in.enter(browser, code, "Firefox", at(minute))[1]


@pytest.fixture
def gate(table: Table) -> Gate:
    return Gate(table)


def other(code: str) -> str:
    return ("1" if code[0] == "0" else "0") + code[1:]


def test_a_code_signs_its_person_in(gate: Gate) -> None:
    staff_id, cookie = gate.sign_in.enter(*gate.asked(), "Firefox", at(1))
    actor, session = gate.signed_in(cookie, at(2))
    assert staff_id == actor.by == session.staff_id == ANA
    assert (actor.door, session.browser) == (Door.DESK_WEB, "Firefox")


def test_an_address_counts_in_any_case(gate: Gate) -> None:
    assert gate.signed_in(gate.entered(*gate.asked(" Ana@EXAMPLE.com ")), at(1))[0].by == ANA


def test_a_code_is_taken_as_people_spell_it() -> None:
    assert spelt(" 7k2p-m4qx ") == "7K2PM4QX"
    assert spelt("oil0-abcd") == "0110ABCD"
    assert all(spelt(shown(code).lower()) == code for code in (new_code() for _ in range(50)))


def test_a_code_works_once(gate: Gate) -> None:
    browser, code = gate.asked()
    gate.entered(browser, code)
    with pytest.raises(CodeOver):
        gate.entered(browser, code, 2)


def test_a_code_is_worth_nothing_in_another_browser(gate: Gate) -> None:
    _, code = gate.asked()
    own, _ = gate.asked("ben@example.com")
    for browser in ("", "made up", own):
        with pytest.raises((WrongCode, CodeOver)):
            gate.entered(browser, code)


def test_a_code_ends_after_ten_minutes(gate: Gate) -> None:
    browser, code = gate.asked()
    with pytest.raises(CodeOver):
        gate.sign_in.enter(browser, code, "", NOON + CODE_LASTS)


def test_a_code_takes_five_tries(gate: Gate) -> None:
    browser, code = gate.asked()
    for _ in range(TRIES_PER_CODE):
        with pytest.raises(WrongCode):
            gate.entered(browser, other(code))
    with pytest.raises(CodeOver):
        gate.entered(browser, code)


def test_tries_in_many_browsers_count_for_one_address(gate: Gate) -> None:
    browsers = [gate.asked() for _ in range(3)]
    for browser, code in (browsers[0],) * TRIES_PER_CODE + (browsers[1],) * (TRIES_PER_ADDRESS - TRIES_PER_CODE):
        with pytest.raises(WrongCode):
            gate.entered(browser, other(code))
    with pytest.raises(TooManyTries):
        gate.entered(*browsers[2])
    assert gate.entered(*gate.asked(minute=15), minute=16)


def test_no_address_is_mailed_without_end(gate: Gate) -> None:
    for address in ("ana@example.com", "stranger@example.com"):
        for _ in range(CODES_PER_ADDRESS):
            gate.asked(address)
        with pytest.raises(TooManyTries):
            gate.asked(address, minute=WINDOW / minutes(1) - 1)
    assert gate.asked("ben@example.com")
    assert gate.asked(minute=WINDOW / minutes(1))


def test_strangers_get_the_same_answers_and_nothing_else(gate: Gate) -> None:
    browser, code = gate.asked("stranger@example.com")
    with pytest.raises(WrongCode):
        gate.entered(browser, code)


def test_the_table_holds_neither_codes_nor_secrets(gate: Gate) -> None:
    browser, code = gate.asked()
    cookie = gate.entered(*gate.asked())
    found = [gate.codes.get(one) for one in (browser, code)]
    assert found == [None, None]
    kept = str(gate.sessions.of(ANA)) + str(vars(gate.table))
    for secret in (browser, code, cookie, cookie.partition(".")[2]):
        assert secret not in kept


def test_a_session_ends_when_it_is_not_used(gate: Gate) -> None:
    cookie = gate.entered(*gate.asked())
    assert gate.signed_in(cookie, at(1) + IDLE - minutes(1))
    assert gate.signed_in(cookie, at(1) + 2 * (IDLE - minutes(1)))
    with pytest.raises(SignedOut):
        gate.signed_in(cookie, at(1) + 3 * IDLE)


def test_a_session_ends_after_a_week_of_use(gate: Gate) -> None:
    cookie, now = gate.entered(*gate.asked()), at(1)
    while (now := now + IDLE / 2) < at(1) + SESSION_LASTS:
        assert gate.signed_in(cookie, now)
    with pytest.raises(SignedOut):
        gate.signed_in(cookie, at(1) + SESSION_LASTS)


def test_a_session_is_written_now_and_then(gate: Gate) -> None:
    cookie = gate.entered(*gate.asked())
    assert gate.signed_in(cookie, at(1) + SEEN_EVERY - minutes(1))[1].seen_at == at(1)
    later = at(1) + SEEN_EVERY
    assert gate.signed_in(cookie, later)[1].seen_at == later
    assert [one.seen_at for one in gate.sessions.of(ANA)] == [later]


def test_people_who_leave_the_team_are_signed_out(gate: Gate) -> None:
    cookie = gate.entered(*gate.asked())
    gate.settings = settings(staff=[one for one in TEAM if one["id"] != "ana"])
    with pytest.raises(SignedOut):
        gate.signed_in(cookie, at(2))


def test_sessions_are_ended_one_by_one_or_all_others(gate: Gate) -> None:
    here, there, far = (gate.entered(*gate.asked()) for _ in range(3))
    gate.signed_in.end(ANA, in_cookie(there)[1])
    with pytest.raises(SignedOut):
        gate.signed_in(there, at(2))
    gate.signed_in.end_others(gate.signed_in(here, at(2))[1])
    assert [one.session_id for one in gate.signed_in.of(ANA, at(2))] == [in_cookie(here)[1]]
    with pytest.raises(SignedOut):
        gate.signed_in(far, at(2))


def test_a_session_that_was_ended_is_not_revived_by_its_last_use(gate: Gate) -> None:
    session = gate.signed_in(gate.entered(*gate.asked()), at(1))[1]
    gate.signed_in.end(ANA, session.session_id)
    gate.sessions.seen(session, at(30))
    assert gate.sessions.of(ANA) == []


def test_nobody_ends_the_session_of_another(gate: Gate) -> None:
    session = gate.signed_in(gate.entered(*gate.asked()), at(1))[1]
    gate.signed_in.end(BEN, session.session_id)
    assert gate.sessions.of(ANA) == [session]


@pytest.mark.parametrize("value", ["", "ana", "ana.", "ana.short", "Ana.%s", "../x.%s", "ana.%s;x", "ana#.%s"])
def test_what_is_no_cookie_of_ours_signs_nobody_in(gate: Gate, value: str) -> None:
    with pytest.raises(SignedOut):
        gate.signed_in(value.replace("%s", "x" * 43), NOON)


def test_the_token_of_one_person_is_not_another_s(gate: Gate) -> None:
    _, _, token = gate.entered(*gate.asked()).partition(".")
    with pytest.raises(SignedOut):
        gate.signed_in(cookie_value(BEN, token), at(2))


def test_one_of_two_presses_at_once_uses_the_code(gate: Gate) -> None:
    browser, _ = gate.asked()
    found = gate.codes.get(hashed(browser))
    assert found is not None
    assert gate.codes.use(found.browser)
    assert not gate.codes.use(found.browser)


def test_sessions_stand_in_the_order_of_their_use(gate: Gate) -> None:
    for number, seen in enumerate((3, 9, 5)):
        gate.sessions.put(Session(f"s{number}", ANA, NOON, at(seen)))
    assert [one.seen_at for one in gate.sessions.of(ANA)] == [at(9), at(5), at(3)]


# --- The mail ---------------------------------------------------------------------------------------------


class Post:
    """Mailer and CodeWriter that keep what they get."""

    def __init__(self, refusal: Undeliverable | None = None) -> None:
        self.sent: list[tuple[str, str]] = []
        self._refusal = refusal

    def send(self, address: str, email: Email) -> str:
        if self._refusal:
            raise self._refusal
        self.sent.append((address, email.text))
        return "id"

    def code(self, staff: Staff, brand: str, code: str) -> Email:
        return Email("subject", f"{staff.name} {brand} {code}", "")


def mailed(post: Post, address: str, now: Any = NOON, known: DeskSettings | None = None) -> bool:
    return MailCode(post, post, lambda: known or settings(staff=TEAM))(MailedCode(address, "7K2PM4QX", NOON), now)


def test_a_code_goes_to_the_address_in_the_settings() -> None:
    post = Post()
    assert mailed(post, "ana@example.com")
    assert post.sent == [("ana@example.com", "Ana Fennel & Finch 7K2PM4QX")]


@pytest.mark.parametrize("address", ["stranger@example.com", "", "+447700900123", "ana@example.com.evil.example"])
def test_no_other_address_is_mailed(address: str) -> None:
    post = Post()
    assert not mailed(post, address)
    assert post.sent == []


def test_a_code_whose_time_is_over_is_not_mailed() -> None:
    post = Post()
    assert not mailed(post, "ana@example.com", NOON + CODE_LASTS)
    assert mailed(post, "ana@example.com", NOON + CODE_LASTS - timedelta(seconds=1))


def test_a_mail_that_is_refused_says_so() -> None:
    with pytest.raises(Undeliverable):
        mailed(Post(Undeliverable("Throttled", passing=True)), "ana@example.com")
