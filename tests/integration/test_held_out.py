"""Siblings of faults that were mended: settings, hours, mails, repeated messages, handles.

They were written after the rules, and nobody who works on the rules writes towards them: what fails here shows that
one case was mended and not its kind.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.header import decode_header, make_header
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mentiondesk.domain.alerts.messages import KIND_HEADER, Email
from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.presentation.customer_mails.writer import CustomerMails
from mentiondesk.presentation.desk.mails import CodeMailWriter
from mentiondesk.settings.problems import SettingsInvalid
from mentiondesk.settings.to_domain import parse_settings
from mentiondesk.triage import triage
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from tests.integration.conftest import MemoryDesk
from tests.integration.test_notify import ANA, LEA, MAX, NAMES, Office
from tests.support.builders import a_post, at, raw_settings, tags


def an_office(*staff: dict[str, Any], **alerts: Any) -> Office:
    return Office(MemoryDesk(), list(staff or (ANA, LEA, MAX)), alerts)


def hears(office: Office, text: str, minute: float = 0, customer: int = 1, **facts: Any) -> None:
    """A post as triage reads it."""
    post: Post = a_post(text, created_at=at(minute), author_id=UserId(str(customer)), **facts)
    found = office.settings
    office.desk.posts.add(post)
    ClassifyMention(office.desk.posts, office.desk.cases, triage, lambda: found)(post, post.created_at)


def opens(office: Office, text: str, customer: int = 1, **said: Any) -> None:
    """A complaint in these words."""
    office._hears(a_post(text, author_id=UserId(str(customer)), created_at=at(customer / 100)), **said)


def told(office: Office, until: float, start: float = 0) -> list[tuple[float, str, str | Email]]:
    """Every message with its minute and person."""
    found: list[tuple[float, str, str | Email]] = []
    for minute in range(int(start), int(until) + 1):
        office.run(minute)
        for provider in (office.mail, office.texts):
            found += [(minute, NAMES[address], message) for address, message in provider.taken]
            provider.taken.clear()
    return found


def people(messages: Iterable[tuple[float, str, object]]) -> set[str]:
    return {name for _, name, _ in messages}


def words_of(message: str | Email) -> str:
    return f"{message.subject}\n{message.text}\n{message.html}" if isinstance(message, Email) else message


# --- SETTINGS: a change of the stages silences no open case --------------------------------------------------

_HALF = {"name": "half", "at": "50%", "send": [{"to": "duty", "by": "email"}]}
_LATE = {"name": "late", "at": "100%", "send": [{"to": "lead", "by": "email"}]}


@pytest.mark.parametrize(
    "after",
    [
        [_HALF, {**_LATE, "name": "late_"}],
        [{**_HALF, "name": "early"}, {**_LATE, "name": "over"}],
        [{**_LATE, "name": "only"}],
        [_HALF, {"name": "sooner", "at": "75%", "send": [{"to": "lead", "by": "email"}]}, {**_LATE, "name": "end"}],
        [_LATE, {"name": "much_later", "at": "2h after", "send": [{"to": "manager", "by": "email"}]}],
    ],
    ids=["one", "both", "one left", "one more", "another behind"],
)
def test_a_stage_with_another_name_still_tells_the_lead_of_an_open_case(after: list[dict[str, Any]]) -> None:
    office = an_office(stages=[_HALF, _LATE])
    office.opens()
    told(office, 31)
    office.alerts = {"stages": after}
    assert "lea" in people(told(office, 150, start=32))


@pytest.mark.parametrize(
    "quiet",
    [
        {"mon-sun": ["00:00-24:00"]},
        {"daily": ["22:00-22:00"]},
        {"daily": ["00:00-08:00", "08:00-16:00", "16:00-24:00"]},
        {"mon": ["00:00-24:00"], "tue-sun": ["00:00-24:00"]},
        {"daily": ["20:00-09:00", "09:00-20:00"]},
    ],
)
def test_quiet_hours_without_an_end_are_refused_or_the_person_is_told(quiet: dict[str, list[str]]) -> None:
    ana = {name: value for name, value in ANA.items() if name != "email"}
    office = an_office({**ana, "quiet": {"week": quiet}}, LEA, MAX)
    with pytest.raises(SettingsInvalid, match="never end"):
        assert office.settings


# --- HOURS: a deadline that the hours can never hold is refused, any other can be reckoned --------------------


@pytest.mark.parametrize(
    ("week", "within"),
    [
        ({"sat": ["00:00-00:30"]}, "30m"),
        ({"mon": ["09:00-09:15"], "tue": ["09:00-09:15"]}, "5h"),
        ({"wed": ["22:00-02:00"]}, "12h"),
        ({"sun": ["23:00-24:00"]}, "3h"),
        ({"mon-fri": ["09:00-17:00"]}, "120h"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Australia/Lord_Howe", "America/Santiago"])
def test_hours_that_are_taken_hold_the_deadline_from_any_moment(
    week: dict[str, list[str]], within: str, zone: str
) -> None:
    target = {"within": within, "hours": "shop"}
    raw = raw_settings(zone=zone, hours={"shop": {"week": week}}, targets={"first_reply": {"complaint": target}})
    found, desk = parse_settings(raw), MemoryDesk()
    classify = ClassifyMention(desk.posts, desk.cases, lambda _: tags(), lambda: found)
    for day, hour in product(range(1, 8), (0, 9, 17, 23)):
        asked = datetime(2026, 6, day, hour, 1, tzinfo=ZoneInfo(zone))
        post = a_post(created_at=asked, author_id=UserId(f"{day}{hour:02}"))
        desk.posts.add(post)
        change = classify(post, asked)
        assert change is not None and change.case is not None
        timer = change.case.after.timer
        assert timer is not None
        assert timer.answer_by > asked


@pytest.mark.parametrize(
    ("week", "within"),
    [
        ({"sun": ["23:00-24:00"]}, "200h"),
        ({"sat": ["00:00-00:30"]}, "300h"),
        ({"mon": ["09:00-09:15"], "tue": ["09:00-09:15"]}, "60h"),
        ({"wed": ["22:00-02:00"]}, "800h"),
    ],
)
def test_hours_that_can_never_hold_a_deadline_are_refused(week: dict[str, list[str]], within: str) -> None:
    targets = {"first_reply": {"complaint": {"within": within, "hours": "shop"}}}
    with pytest.raises(SettingsInvalid, match="open too seldom"):
        parse_settings(raw_settings(hours={"shop": {"week": week}}, targets=targets))


# --- MAIL: a subject shows a customer's words as they are, and no mail asks for an answer ---------------------

_ENCODED = [
    "=?UTF-8?b?4oCuZ25w?= my order",
    "=?utf-8*en?B?4oCuZ25w?= my order",
    "my =?us-ascii?Q?order?= =?us-ascii?Q?_is_late?=",
    "=\u200b?utf-8?Q?=E2=80=AE?= order",
    "＝?utf-8?B?4oCuZ25w?= order",
    "the kettle\r\nBcc: everybody@example.com\r\n\r\nbroke",
    "the kettle\u2028Subject: free\u2029broke \u202eorder\u202c",
]


@pytest.mark.parametrize("words", _ENCODED)
def test_a_subject_is_one_line_that_no_mail_program_decodes(words: str) -> None:
    office = an_office()
    for customer, urgency in ((1, Urgency.NORMAL), (2, Urgency.CRITICAL)):
        opens(office, words, customer=customer, urgency=urgency)
    mails = [mail for _, _, mail in told(office, 31) if isinstance(mail, Email)]
    assert mails
    for mail in mails:
        assert len(mail.subject.splitlines()) == 1
        assert str(make_header(decode_header(mail.subject))) == mail.subject
        assert "\u202e" not in mail.subject


def test_every_kind_of_mail_says_that_a_machine_sent_it() -> None:
    office = an_office()
    for customer in range(3):
        office.opens(customer / 10, customer=customer + 1)
    office.opens(40, customer=9, urgency=Urgency.CRITICAL)
    mails = [mail for _, _, mail in told(office, 100) if isinstance(mail, Email)]
    mails.append(CustomerMails().confirmation("Shop", "https://status.example.com/yes"))
    mails.append(CodeMailWriter().code(office.settings.roster.staff[0], "Shop", "123456"))
    assert {dict(mail.headers)["Auto-Submitted"] for mail in mails} == {"auto-generated"}
    assert len({dict(mail.headers)[KIND_HEADER] for mail in mails}) >= 4


# --- NOISE: one subject, one message to a person; customers are counted by id --------------------------------


def repeated(messages: Sequence[tuple[float, str, str | Email]]) -> list[tuple[float, str, str]]:
    """Messages that a person got before in the same minute."""
    said = Counter((minute, name, words_of(message)) for minute, name, message in messages)
    return [one for one, count in said.items() if count > 1]


def _all_roles(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "duty": "always", "roles": ["lead", "manager"]}


@pytest.mark.parametrize(
    "staff",
    [
        [_all_roles(LEA)],
        [_all_roles(LEA), ANA],
        [{name: value for name, value in _all_roles(LEA).items() if name != "phone"}, ANA],
        [{name: value for name, value in ANA.items() if name != "phone"}, _all_roles(LEA), MAX],
        [{name: value for name, value in ANA.items() if name != "email"}, _all_roles(LEA)],
    ],
    ids=["alone", "with another", "no phone", "duty without phone", "duty without mail"],
)
@pytest.mark.parametrize("refused", [None, "mail", "texts"])
def test_no_person_gets_a_message_twice_in_a_minute(staff: list[dict[str, Any]], refused: str | None) -> None:
    office = an_office(*staff)
    if refused:
        getattr(office, refused).down = True
    for customer in range(6):
        office.opens(customer / 10, customer=customer + 1)
    office.opens(20, customer=90, urgency=Urgency.CRITICAL)
    messages = told(office, 130)
    assert messages
    assert repeated(messages) == []


@pytest.mark.parametrize("gap", [0.2, 3, 11])
def test_posts_of_one_customer_are_one_customer_who_waits(gap: float) -> None:
    office = an_office()
    for number in range(7):
        hears(office, f"@FennelAndFinch parcel {number} never arrived", number * gap, customer=5)
    hears(office, "@FennelAndFinch my kettle leaks", 1, customer=6)
    for _, _, message in told(office, 200):
        counted = re.findall(r"(\d+) customers? (?:is|are) waiting", words_of(message))
        assert all(int(count) <= 2 for count in counted)


# --- HANDLES: people read a customer's words, not the handles before them ------------------------------------

_HANDLED = [
    "@FennelAndFinch @one @two my parcel never came",
    ".@FennelAndFinch @one my parcel never came",
    "@FennelAndFinch, @one: my parcel never came",
    "@FennelAndFinch\n@one\n\nmy parcel never came",
    "＠FennelAndFinch @one my parcel never came",
    "@fennelandfinch @FENNELANDFINCH my parcel never came",
    " ".join(f"@somebody_{number}" for number in range(50)) + " @FennelAndFinch my parcel never came",
]


@pytest.mark.parametrize("text", _HANDLED)
def test_handles_before_the_words_stand_in_no_message(text: str) -> None:
    office = an_office()
    opens(office, text)
    messages = told(office, 60)
    assert {type(message) for _, _, message in messages} == {Email, str}
    for _, _, message in messages:
        said = message.subject if isinstance(message, Email) else message
        assert "my parcel never came" in said
        assert not re.search("@one|@two|somebody|@fennel", said, re.IGNORECASE)


def test_handles_within_the_words_stay() -> None:
    office = an_office()
    opens(office, "@FennelAndFinch you and @parcel_firm lost my order")
    assert all("@parcel_firm lost my order" in words_of(message) for _, _, message in told(office, 60))


@pytest.mark.parametrize("text", ["@FennelAndFinch", "@FennelAndFinch @one @two", "@FennelAndFinch ???"])
def test_a_post_of_handles_alone_is_told_with_a_subject(text: str) -> None:
    office = an_office()
    opens(office, text)
    mails = [mail for _, _, mail in told(office, 31) if isinstance(mail, Email)]
    assert mails and all(
        mail.subject.rstrip(": ") and text.rsplit(maxsplit=1)[-1].strip("@") in mail.text for mail in mails
    )
