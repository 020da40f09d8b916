"""Messages to staff are short, complete, and inert whatever a customer wrote."""

import re
import string
import unicodedata
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.domain.alerts.ledger import Alert
from mentiondesk.domain.alerts.messages import KIND_HEADER, Email, MessageKind
from mentiondesk.domain.alerts.notices import CaseNotice, IncidentNotice
from mentiondesk.domain.alerts.roster import Channel, Staff
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.ids import CaseId, ConversationId, PostId, StaffId, UserId
from mentiondesk.domain.incidents.incident import Sample
from mentiondesk.domain.posts.profile import Attention, Draw, Profile, PublicMetrics
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.text import clean, quotable
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.presentation.staff_messages.gsm7 import fitted, readable, segments, to_gsm7
from mentiondesk.presentation.staff_messages.views import CaseView
from mentiondesk.presentation.times import short_duration
from mentiondesk.presentation.wording import Sentences, capitalised
from mentiondesk.values import replace
from tests.support.builders import (
    CASE_ID,
    NOON,
    a_case,
    a_post_id,
    a_staff,
    a_story,
    an_alert,
    answered,
    at,
    minutes,
    said,
)
from tests.support.telling import INCIDENT_ID, a_candidate

WRITER = StaffMessages()
ANA = a_staff("ana")
POST_ID = a_post_id(2067000000000000001)
LINK = f"https://x.com/i/status/{POST_ID}"
BRAND = "Fennel & Finch"
NUMBER = case_number(CASE_ID, BRAND)

HOSTILE = {
    "html": '<script>alert(1)</script><img src=x onerror=alert(1)><a href="https://evil.example">click</a>',
    "attribute": '" onmouseover="alert(1)" x=\'',
    "template": "{{ 7 * 7 }}{% raw %}{{ notices }}",
    "right to left": "safe \u202egpj.exe\u202c \u2066x\u2069 \u200fy\ufeff",
    "control": "a\0b\x1b[31mc\x07\x08",
    "header": "hello\r\nBcc: everyone@example.com\r\nContent-Type: text/html\r\n\r\nbody\u2028more\u2029",
    "links": "https://evil.example/pay www.evil.example evil.example/x HTTP://EVIL.EXAMPLE ftp://evil.example",
    "nested links": "http:http:////evil.example hthttp://tp://evil.example sms://evil.example",
    "wide links": "ｅｖｉｌ．ｃｏｍ https：／／evil．example evil☃.example evil․example",
    "csv": '=HYPERLINK("http://evil.example","x")',
    "surrogates": "half \ud800 and \udfff",
    "nothing": "\u200b\n",
    "long": "help! " * 5000,
}
LIVE_LINK = re.compile(r"[a-z][a-z0-9+.-]*://|[^\W_]\.[^\W\d_]{2}", re.IGNORECASE)


def a_notice(words: str = "it broke", stage: str = "breach", **overrides: Any) -> CaseNotice:
    case = a_case(**{"words": words, "first_words": words, "post_id": POST_ID, **overrides})
    return CaseNotice(case, an_alert(stage))


def email(*notices: CaseNotice, staff: Staff = ANA, now: datetime = NOON) -> Email:
    written = WRITER.write(Channel.EMAIL, staff, notices, BRAND, now)
    assert isinstance(written, Email)
    return written


def text(*notices: CaseNotice, staff: Staff = ANA, now: datetime = NOON) -> str:
    written = WRITER.write(Channel.TEXT, staff, notices, BRAND, now)
    assert isinstance(written, str)
    return written


class _Tags(HTMLParser):
    """Each tag of a page with its attributes, and the words between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize(
    ("minute", "urgency", "ground"),
    [
        (0, Urgency.NORMAL, "calm-band"),
        (29, Urgency.NORMAL, "calm-band"),
        (30, Urgency.NORMAL, "soon-band"),
        (60, Urgency.NORMAL, "soon-band"),
        (61, Urgency.NORMAL, "late-band"),
        (0, Urgency.HIGH, "soon-band"),
        (0, Urgency.CRITICAL, "late-band"),
    ],
)
def test_the_ground_of_a_mail_tells_how_little_time_is_left(minute: float, urgency: Urgency, ground: str) -> None:
    assert f'class="g-{ground}"' in email(a_notice(urgency=urgency), now=at(minute)).html


def test_a_text_counts_what_falls_due_after_the_customer_s_words() -> None:
    said = text(replace(a_notice("the kettle does not boil"), beside=4))
    assert '"the kettle does not boil" 4 more due soon. https://' in said


def test_a_count_of_what_falls_due_leads_to_the_list_of_all_who_wait() -> None:
    notices = [CaseNotice(_case(number), an_alert(), beside=4, desk="https://desk.example.com") for number in range(2)]
    for mail in (email(*notices), email(notices[0])):
        for body in (mail.text, mail.html):
            assert "4 more alerts fall due before the next message." in body
            assert "https://desk.example.com/desk" in body.partition("fall due before the next message")[2]


def test_the_mail_says_who_waits_for_what_until_when_and_why() -> None:
    mail = email(a_notice(why=("broke", "third time"), topics=("delivery",)), now=at(48))
    assert mail.subject == f"{NUMBER}: it broke"
    page = _Tags(mail.html)
    for told in (
        "13:00 UTC",
        "12 min left",
        "Customer 2000000001",
        "our first reply",
        "it broke",
        "“broke”, “third time”",
        "delivery",
        NUMBER,
        BRAND,
    ):
        assert told.casefold() in mail.text.casefold(), told
        assert told.casefold() in page.words.casefold(), told
    assert LINK in mail.text
    assert [dict(attrs)["href"] for tag, attrs in page.tags if tag == "a"] == [LINK]


def test_a_mail_offers_what_to_do_about_it() -> None:
    act = "https://desk.example/act/x"
    mail = email(replace(a_notice(), act=act))
    links = [dict(attrs)["href"] for tag, attrs in _Tags(mail.html).tags if tag == "a"]
    assert links == [LINK, f"{act}#claim", f"{act}#answered", f"{act}#correct"]
    assert mail.text.count(act) == 1


def test_a_conversation_in_private_is_asked_about_with_yes_and_not_yet() -> None:
    act = "https://desk.example/act/x"
    mail = email(replace(on_clock_of(Clock.PRIVATE), act=act))
    for part in (mail.text, _Tags(mail.html).words):
        assert "Answered by direct message?" in part
        assert "by 13:00 UTC" in part
    links = [dict(attrs)["href"] for tag, attrs in _Tags(mail.html).tags if tag == "a"]
    assert links == [LINK, f"{act}#answered", f"{act}#snooze"]
    assert "Yes, answered" in mail.html
    assert f"did you answer {NUMBER} by direct message?" in text(on_clock_of(Clock.PRIVATE))


PRIYA = Profile("Priya Shah", "priya_bakes", 120_000)


def test_a_mail_says_who_the_customer_is_where_x_was_asked() -> None:
    mail = email(a_notice(profile=PRIYA, metrics=PublicMetrics(views=5400)))
    for part in (mail.text, _Tags(mail.html).words):
        assert "Priya Shah · @priya_bakes" in part
        assert "120,000 followers · seen 5,400 times" in part
        assert "Customer 2" not in part
    assert "@priya_bakes" in text(a_notice(profile=PRIYA))


@pytest.mark.parametrize(
    "name", ["\u202eevil\u202c", "http://evil.example", "<b>Bo</b>", "=?utf-8?q?x?=", "\n\nBcc: x@y.example"]
)
def test_a_name_is_as_inert_as_words(name: str) -> None:
    notice = a_notice(profile=Profile(name, "a_b", 1))
    for part in (email(notice).text, _Tags(email(notice).html).words, email(notice).subject):
        assert not LIVE_LINK.search(part.replace(LINK, ""))
        assert "\u202e" not in part
    assert "<b>Bo" not in email(notice).html


def test_a_mail_shows_the_first_post_our_last_reply_and_the_latest_post() -> None:
    first, again = said(0, words="my son’s lips swell"), said(9, words="batch sent")
    case = a_story(first, answered(4, "Which batch?"), again, said(12, words="hello?"))
    mail = email(CaseNotice(case, an_alert()))
    for part in (mail.text, _Tags(mail.html).words):
        told = re.findall("my son’s lips swell|Which batch\\?|batch sent|hello\\?", part)
        assert list(dict.fromkeys(told)) == ["my son’s lips swell", "Which batch?", "hello?"]
        for label in ("Their first post, 12:00 UTC", "Our last reply, 12:04 UTC", "Their latest post, 12:12 UTC"):
            assert label in part
        assert "4 posts so far" in part
    assert mail.subject.endswith(": my son’s lips swell")


def test_a_single_post_is_shown_once() -> None:
    mail = email(a_notice())
    assert mail.text.count("it broke") == _Tags(mail.html).words.count("“it broke”") + 1 == 1
    assert "Their post, 12:00 UTC" in mail.text
    assert "so far" not in mail.text


def test_all_mails_about_a_case_are_one_thread() -> None:
    first = email(a_notice(), now=at(30))
    later = email(a_notice("any news?", first_words="it broke", said_at=at(40), owner=StaffId("bob")), now=at(95))
    other = email(CaseNotice(_case(1), an_alert(subject_id=_case(1).case_id)))
    assert first.subject == later.subject != other.subject
    assert dict(first.headers)["References"] == dict(later.headers)["References"]
    assert dict(first.headers)["In-Reply-To"] == dict(first.headers)["References"] != dict(other.headers)["References"]
    assert re.fullmatch(r"<[0-9a-f]+@[a-z.]+>", dict(first.headers)["References"])
    assert "References" not in dict(email(*digest(2)).headers)
    assert first.sender == f"{BRAND} · Mentiondesk"


def test_a_case_number_is_short_and_made_of_its_case_and_brand() -> None:
    assert re.fullmatch("FF-[2-9B-DF-HJ-NP-TV-Z]{5}", NUMBER)
    numbers = {case_number(CaseId(ConversationId("1"), UserId(str(one))), BRAND) for one in range(2000)}
    assert len(numbers) == 2000
    brands = ("Spotify", "The Very Long Name Co", "日本航空", "O2")
    assert [case_number(CASE_ID, brand).split("-")[0] for brand in brands] == ["SP", "TVL", "C", "O"]
    assert case_number(CASE_ID, "a").split("-")[1] == NUMBER.split("-")[1]


def test_urgent_cases_say_so() -> None:
    assert email(a_notice(urgency=Urgency.CRITICAL)).subject.startswith(f"{NUMBER} critical: ")
    assert text(a_notice(urgency=Urgency.HIGH)).startswith(f"{BRAND}: urgent complaint {NUMBER}, ")
    assert email(a_notice(kind=Kind.QUESTION, urgency=Urgency.LOW)).text.startswith("Question ")


def test_the_mail_tells_when_x_showed_us_the_post_late() -> None:
    assert "X delivered this post 7 min after it was written" in email(a_notice(seen_at=at(7))).text
    assert "X delivered" not in email(a_notice(seen_at=at(2))).text


def test_the_mail_tells_whose_case_it_is() -> None:
    assert "claimed by Bob" in email(replace(a_notice(owner=StaffId("bob")), owner_name="Bob")).text
    assert "claimed by you" in email(a_notice(owner=ANA.staff_id)).text
    assert "claimed" not in email(a_notice()).text


def on_clock_of(clock: Clock) -> CaseNotice:
    timer = a_case().timer
    assert timer is not None
    return a_notice(timers=(replace(timer, clock=clock),))


def seen(notice: CaseNotice, now: datetime = NOON) -> CaseView:
    return CaseView(notice, ANA, now, Sentences(), BRAND)


@pytest.mark.parametrize("clock", list(Clock))
def test_every_clock_has_its_words(clock: Clock) -> None:
    one = on_clock_of(clock)
    for mail in (email(one), email(one, one)):
        assert LINK in mail.text
        assert LINK in mail.html
    assert seen(one).asks or capitalised(seen(one).waits_for) in email(one).text
    assert len({seen(on_clock_of(c)).waits_for for c in Clock}) == len(Clock)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (at(0), "1 h left"),
        (at(59), "1 min left"),
        (at(59.5), "due now"),
        (at(60.5), "due now"),
        (at(61), "1 min overdue"),
        (at(185), "2 h 5 min overdue"),
    ],
)
def test_what_is_left_or_how_late_it_is(now: datetime, left: str) -> None:
    assert email(a_notice(), now=now).text.split("\n")[0].endswith(f": {left}")
    assert left in text(a_notice(), now=now)


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(0), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (minutes(1), "1 min"),
        (minutes(60), "1 h"),
        (minutes(61), "1 h 1 min"),
        (minutes(24 * 60), "24 h"),
        (minutes(47 * 60 + 59), "47 h 59 min"),
        (minutes(48 * 60), "2 days"),
    ],
)
def test_durations_in_words(duration: timedelta, words: str) -> None:
    assert short_duration(Sentences(), duration) == words


@pytest.mark.parametrize(
    ("zone", "minute", "shown"),
    [
        ("UTC", 0, "13:00 UTC"),
        ("Europe/London", 0, "14:00 BST"),
        ("Asia/Kolkata", 0, "18:30 IST"),
        ("Asia/Dubai", 0, "17:00 UTC+04"),
        ("America/New_York", 0, "09:00 EDT"),
        ("Pacific/Auckland", -1, "Thu 18 Jun 01:00 NZST"),
        ("UTC", 24 * 60, "Wed 17 Jun 13:00 UTC"),
    ],
)
def test_times_are_on_the_reader_s_clock_with_the_day_where_it_is_not_today(zone: str, minute: int, shown: str) -> None:
    reader = replace(ANA, zone=zone)
    assert f"due by {shown}\n" in email(a_notice(), staff=reader, now=at(minute)).text
    assert f"(by {shown})" in text(a_notice(), staff=reader, now=at(minute))


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_words_are_inert_in_a_mail(words: str) -> None:
    notice, harmless = a_notice(words, why=(words,)), a_notice(why=("it broke",))
    for mail, plain in ((email(notice), email(harmless)), (email(notice, notice), email(harmless, harmless))):
        for part in (mail.subject, mail.text, mail.html):
            part.encode()
            assert not [c for c in part if unicodedata.category(c)[0] == "C" and c not in "\n\u200d"]
        assert mail.subject.split(":")[0] == plain.subject.split(":")[0]
        assert not LIVE_LINK.search(mail.subject)
        assert mail.text.count("\n") == plain.text.count("\n")
        assert _Tags(mail.html).tags == _Tags(plain.html).tags
        for shown in (mail.text, _Tags(mail.html).words):
            assert not LIVE_LINK.search(shown.replace(LINK, ""))


def test_a_customer_s_words_are_shown_as_they_were_written() -> None:
    words = "Tom & Jerry's <order> is 3.5 days late…"
    mail = email(a_notice(words))
    assert words in mail.text
    assert words in _Tags(mail.html).words


def _case(number: int, urgency: Urgency = Urgency.NORMAL, **overrides: Any) -> Case:
    """A case of a series; each is due a minute later than the one before."""
    timer = a_case().timer
    assert timer is not None
    return a_case(
        case_id=CaseId(ConversationId(f"{number}"), UserId(f"{3000 + number}")),
        post_id=a_post_id(4000 + number),
        urgency=urgency,
        timers=(replace(timer, answer_by=at(60 + number)),),
        **overrides,
    )


def digest(count: int) -> list[CaseNotice]:
    return [CaseNotice(_case(number), an_alert()) for number in range(count)]


def test_mails_carry_their_kind_in_a_header() -> None:
    assert (KIND_HEADER, MessageKind.CASE) in email(a_notice()).headers
    assert (KIND_HEADER, MessageKind.CASES) in email(*digest(2)).headers


def test_mails_ask_for_no_automatic_answer() -> None:
    for mail in (email(a_notice()), email(*digest(2))):
        assert ("Auto-Submitted", "auto-generated") in mail.headers
        assert ("X-Auto-Response-Suppress", "All") in mail.headers


@pytest.mark.parametrize("words", ["=?utf-8?B?4oCuZ25w?= help", "=?iso-8859-1?Q?=E4?=", "a=?=?utf-8?q?x?=?="])
def test_no_mail_program_decodes_a_customer_s_words_in_a_subject(words: str) -> None:
    subject = email(a_notice(words)).subject
    assert str(make_header(decode_header(subject))) == subject


def test_a_digest_lists_everybody_the_most_pressing_first() -> None:
    urgent = CaseNotice(_case(9, Urgency.CRITICAL), an_alert())
    mail = email(*digest(2), urgent)
    number = case_number(urgent.case.case_id, BRAND)
    assert mail.subject == f"3 customers are waiting: {number} first, by 13:09 UTC, 1 h 9 min left"
    assert re.findall(r"Customer (\d{4})", mail.text) == ["3009", "3000", "3001"]
    assert re.findall(r"status/(\d+)", mail.html) == ["4009", "4000", "4001"]
    assert "One message instead of 3." in mail.text


def test_news_about_a_customer_for_whom_no_timer_runs_is_written_too() -> None:
    untimed = a_notice(stage="reply_refused", timers=())
    assert "A reply is not on X" in email(untimed).text
    assert "No timer runs for this customer" in email(untimed).html
    assert text(untimed).startswith(f"{BRAND}: complaint {NUMBER}. Customer 2000000001:")
    both = email(untimed, CaseNotice(_case(9, Urgency.LOW), an_alert()))
    assert re.findall(r"Customer (\d{4})", both.text) == ["3009", "2000"]
    assert "no deadline" in both.text


def test_a_digest_counts_people_and_lists_cases() -> None:
    """Two cases of one customer are one customer who waits."""
    cases = [_case(number) for number in range(3)]
    mine = [replace(one, case_id=CaseId(one.case_id.conversation, UserId("3000"))) for one in cases[:2]]
    mail = email(*(CaseNotice(one, an_alert()) for one in (*mine, cases[2])))
    assert mail.subject.startswith("2 customers are waiting: ")
    assert mail.text.count("https://x.com/") == 3
    assert email(*(CaseNotice(one, an_alert()) for one in mine)).subject.startswith("1 customer is waiting: ")


@pytest.mark.parametrize(("count", "more"), [(50, None), (51, "And 1 due later."), (120, "And 70 due later.")])
def test_a_long_digest_says_how_many_it_leaves_out(count: int, more: str | None) -> None:
    mail = email(*digest(count))
    assert mail.text.count("https://x.com/") == mail.html.count("https://x.com/") == min(count, 50)
    assert f"{count} customers are waiting" in mail.subject
    for part in (mail.text, mail.html):
        assert (more in part) if more else ("due later" not in part)
    assert f"One message instead of {count}." in mail.text


def test_a_digest_of_texts_counts_the_urgent_and_shows_what_is_due_first() -> None:
    urgent = CaseNotice(_case(9, Urgency.HIGH, words="nobody answers"), an_alert())
    first, *others = digest(30)
    told = text(urgent, *others, first, now=at(59))
    number = case_number(first.case.case_id, BRAND)
    assert told.startswith(f"{BRAND}: 30 customers are waiting, 1 urgent. First {number}, 1 min left (by 13:00 UTC).")
    assert told.endswith('"complaint at 0" https://x.com/i/status/4000')
    assert ", 0 urgent" not in text(*digest(2))


def test_the_text_says_who_what_when_and_where() -> None:
    assert text(a_notice("It broke again!"), now=at(48)) == (
        f'{BRAND}: complaint {NUMBER}, 12 min left (by 13:00 UTC). Customer 2000000001: "It broke again!" {LINK}'
    )


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        (Attention(Draw.BAND, 52_000, Urgency.HIGH, "influencer"), "influencer: 52,000 followers"),
        (Attention(Draw.PILE_ON, 40, Urgency.HIGH), "40 reposts, quotes and replies"),
        (Attention(Draw.LOYAL, 3, Urgency.HIGH), "loyal: praised us in 3 months"),
    ],
)
def test_the_text_names_the_reason_for_the_urgency(drawn: Attention, said: str) -> None:
    told = text(a_notice("It broke again!", urgency=Urgency.HIGH, attention=(drawn,)), now=at(48))
    assert f"(by 13:00 UTC); {said}. Customer 2000000001:" in told
    assert '"It broke again!"' in told
    assert segments(told) <= 2


def test_a_reason_that_leaves_no_room_for_the_words_is_left_out() -> None:
    drawn = Attention(Draw.BAND, 52_000, Urgency.HIGH, "people " * 12)
    notice = a_notice("It broke again, and nobody tells me when the new one comes. " * 3, attention=(drawn,))
    told = text(replace(notice, act="https://api.example/act/" + "x" * 90), now=at(48))
    assert "followers" not in told
    assert "It broke again" in told


def test_a_text_without_words_is_still_whole() -> None:
    assert text(a_notice("\u200b\n"), now=at(48)).endswith(f"(by 13:00 UTC). Customer 2000000001: {LINK}")


_words = st.text(max_size=300) | st.text(st.characters(codec=None), max_size=60) | st.sampled_from([*HOSTILE.values()])


@profile(derandomize=True, deadline=None, max_examples=300)
@given(
    _words, st.sampled_from(list(Urgency)), st.sampled_from(list(Kind)), st.integers(-5000, 200_000), st.integers(1, 7)
)
@example("ｅｖｉｌ．ｃｏｍ evil☃.example", Urgency.CRITICAL, Kind.COMPLAINT, 0, 1)
@example("^{}\\[~]|€" * 40, Urgency.CRITICAL, Kind.COMPLAINT, -4000, 2)
@example("Привет" * 40, Urgency.CRITICAL, Kind.COMPLAINT, -4000, 1)
def test_a_text_is_two_segments_at_most_with_all_that_matters_whatever_the_words(
    words: str, urgency: Urgency, kind: Kind, minute: int, count: int
) -> None:
    longest = a_notice(words, urgency=urgency, kind=kind, case_id=CaseId(ConversationId("9" * 20), UserId("9" * 20)))
    longest = replace(longest, case=replace(longest.case, post_id=a_post_id(10**19)))
    act = "https://abcdefghij.execute-api.ap-southeast-2.amazonaws.com/act/" + "x" * 65
    for notice, link in ((longest, f"https://x.com/i/status/{10**19}"), (replace(longest, act=act), act)):
        told = text(*[notice] * count, now=at(minute))
        assert segments(told) <= 2
        assert told.endswith(f" {link}")
        assert seen(longest, at(minute)).left in told
        assert seen(longest).number in told
        assert not LIVE_LINK.search(told.removesuffix(link))
        if count == 1 and readable(quotable(words, 160)):
            assert seen(longest).what in told


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("“Ça va?” – naïve café…", '"Ça va?" - naive café...'),
        ("ça", "ca"),
        ("Ärger in Łódź", "Ärger in Lodz"),
        ("5 € → ok 👍🏽", "5 € ok"),
        ("a\u00a0b\tc\nd", "a b c d"),
        ("日本語", ""),
    ],
)
def test_words_in_the_alphabet_of_texts(written: str, sent: str) -> None:
    assert to_gsm7(written) == sent


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("2½ weeks, ¾ of it", "2 1/2 weeks, 3/4 of it"),
        ("7¼½", "7 1/4 1/2"),
        ("10² and m³", "10^2 and m^3"),
        ("steps ①② and 3❌4", "steps 1 2 and 3 4"),
        ("٣٫٥ and ५०० and ５", "3.5 and 500 and 5"),
        ("−8°C, 5×3, 9÷3, 2·5", "-8 deg C, 5x3, 9/3, 2.5"),
        ("₹500 not ₽500", "INR 500 not RUB 500"),
        ("1️⃣5️⃣", "15"),
        ("10–12, 3‑4", "10-12, 3-4"),
        ("≤3 ≥4 ±5", "<=3 >=4 +/-5"),
    ],
)
def test_numbers_never_change_in_the_alphabet_of_texts(written: str, sent: str) -> None:
    assert to_gsm7(written) == sent


@profile(derandomize=True, max_examples=300)
@given(st.lists(st.integers(0, 9999).map(str), min_size=1, max_size=5), st.characters(codec="utf-8"))
def test_no_two_numbers_become_one_whatever_stands_between_them(numbers: list[str], between: str) -> None:
    if unicodedata.category(between)[0] in "MN" or between in string.printable:
        return
    assert re.findall(r"\d+", to_gsm7(clean(between.join(numbers))))[: len(numbers)] == (
        numbers if clean(f"1{between}2") != "12" else ["".join(numbers)]
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "b" * 151, 2),
        # The escape and its character go into the second segment together, which leaves a place unused.
        ("a" * 152 + "€" + "b" * 152, 3),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("👍" * 35, 1),
        ("👍" * 66, 2),
        ("👍" * 67, 3),
        ("a" * 69 + "ж", 1),
        ("", 1),
    ],
)
def test_the_segments_of_a_text(text: str, count: int) -> None:
    assert segments(text) == count


def test_words_are_cut_where_the_text_would_need_one_segment_more() -> None:
    assert fitted(str, "abc", 1) == "abc"
    assert fitted(str, "a" * 200, 1) == "a" * 157 + "..."
    assert fitted(str, "€" * 81, 1) == "€" * 78 + "..."
    assert fitted("{} end".format, "[" * 400, 2) == "[" * 149 + "... end"


def test_words_that_the_alphabet_loses_are_not_readable_in_it() -> None:
    assert readable("naïve café 🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂")
    assert readable("Приве hello to the world")
    assert not readable("Привет world")
    assert not readable("注文がまだ届きません")
    assert readable("")


@pytest.mark.parametrize(
    "words",
    ["Заказ не пришёл, уже пятый день жду", "注文がまだ届きません", "لم يصل طلبي بعد", "Η παραγγελία μου δεν ήρθε"],
)
def test_a_text_in_any_script_is_readable_and_at_most_two_segments(words: str) -> None:
    told = text(a_notice(words))
    assert words[:8] in told
    assert segments(told) <= 2
    assert segments(text(a_notice(words * 20))) <= 2


def test_an_incident_without_posts_announces_none() -> None:
    alert = Alert(INCIDENT_ID, NOON, "noticed", ANA.staff_id, Channel.EMAIL, NOON, at(30))
    sample = Sample(PostId("1"), UserId("1"), NOON, "the page stays white")
    for samples in ((), (sample,)):
        incident = a_candidate(samples=samples).timed(Clock.CONFIRM, timedelta(minutes=30), NOON)
        mail = StaffMessages().write(Channel.EMAIL, ANA, [IncidentNotice(incident, alert)], "F", NOON)
        assert isinstance(mail, Email)
        assert ("Examples of their posts" in mail.html) == ("Examples of their posts" in mail.text) == bool(samples)
