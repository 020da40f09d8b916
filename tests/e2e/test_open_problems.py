"""Problems that are known and not solved yet: each test states the promise, and its mark says what is wrong.

A solved problem makes its test pass, which fails the run (strict) until the mark is taken away.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infra.replay.containers import Document
from infra.replay.recording import read_recording
from infra.replay.report import Replay
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.ids import IncidentId, PostId, UserId
from mentiondesk.domain.incidents.incident import Incident, Sample, Status
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.text import quotable
from mentiondesk.presentation.staff_messages.gsm7 import to_gsm7
from mentiondesk.settings.problems import SettingsInvalid
from mentiondesk.settings.to_domain import parse_settings
from tests.support.builders import at, raw_settings, settings
from tests.support.memory_desk import ANA, BEN, LEA, MAX, TEAM, MemoryDesk

FIRE: dict[str, Any] = {"text": "@FennelAndFinch the toaster is on fire", "urgency": Urgency.CRITICAL}
SHIFT = {"week": {"mon-fri": ["09:00-17:00"]}}


def problem(reason: str) -> pytest.MarkDecorator:
    """A promise that does not hold yet, with what is wrong today."""
    return pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError)


def person(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def day(number: int, clock: str = "12:00") -> datetime:
    """A day of June 2026; the 17th is the one of NOON."""
    return datetime.fromisoformat(f"2026-06-{number} {clock}").replace(tzinfo=UTC)


def daily(period: str) -> dict[str, Any]:
    return {"week": {"daily": [period]}}


# --- urgency that rises


def test_danger_after_the_last_stage_is_alerted() -> None:
    desk = MemoryDesk()
    case = desk.post(0)
    desk.post(120, case=case, **FIRE)
    desk.run(day(18))
    assert desk.told(since=120, until=150)


def test_danger_breaks_quiet_hours() -> None:
    desk = MemoryDesk([person(one, quiet=daily("21:30-08:00")) for one in TEAM], start=day(17, "21:45"))
    case = desk.post(day(17, "21:45"))
    desk.post(day(17, "23:30"), case=case, **FIRE)
    desk.run(day(18))
    assert [line for line in desk.told(day(17, "23:30"), day(18, "00:00")) if line.endswith("text")]


def test_danger_after_the_breach_reaches_those_on_duty() -> None:
    desk = MemoryDesk()
    case = desk.post(0)
    desk.post(65, case=case, **FIRE)
    desk.run(240)
    assert desk.told_to("ana", since=65, until=95)


# --- outages, owners, silence


def test_an_alert_survives_an_outage_of_the_providers() -> None:
    desk = MemoryDesk()
    desk.post(0)
    for channel in desk.senders.values():
        channel.down = lambda now: at(89) <= now < at(101)
    desk.run(day(18))
    assert desk.told(since=89)


def test_a_case_that_waits_again_reaches_the_people_on_duty() -> None:
    weekend = person(BEN, duty={"week": {"sat-sun": ["09:00-17:00"]}})
    desk = MemoryDesk([person(ANA, duty=SHIFT), weekend, LEA, MAX], start=day(15, "10:00"))
    case = desk.post(day(15, "10:00"))
    desk.act("ana", "claim", case, day(15, "10:05"))
    desk.answer(case, day(15, "10:20"))
    desk.post(day(20, "10:00"), case=case)
    desk.run(day(20, "10:59"))
    assert desk.told_to("ben")


def test_after_the_owner_s_shift_the_people_on_duty_hear() -> None:
    early, late = person(ANA, duty=daily("09:00-17:00")), person(BEN, duty=daily("17:00-21:00"))
    desk = MemoryDesk([early, late, LEA, MAX], start=day(17, "16:50"))
    case = desk.post(day(17, "16:50"))
    desk.act("ana", "claim", case, day(17, "16:55"))
    desk.run(day(17, "17:49"))
    assert desk.told_to("ben")


def test_a_case_of_a_former_member_can_be_claimed() -> None:
    desk = MemoryDesk([ANA, BEN, LEA, MAX])
    case = desk.post(0)
    desk.act("ben", "claim", case, at=10)
    desk.set(staff=list(TEAM))
    assert refusal(lambda: desk.act("ana", "claim", case, at=51)) is None


def test_a_customer_who_writes_again_is_alerted_again() -> None:
    desk = MemoryDesk()
    case = desk.post(0)
    for number in (18, 19, 20):
        desk.post(day(number, "15:00"), "@FennelAndFinch any news?", case=case)
    desk.run(day(25))
    assert desk.told(since=91)


def test_an_unconfirmed_incident_is_alerted_again() -> None:
    desk = MemoryDesk()
    sample = Sample(PostId("9"), UserId("9"), at(-10), "the app crashes")
    found = Incident(
        IncidentId("app"), Status.CANDIDATE, "App crashes", at(0), at(-10), people=30, posts=40, samples=(sample,)
    )
    desk.add_incident(found.timed(Clock.CONFIRM, timedelta(minutes=30), at(0)))
    desk.run(480)
    assert desk.told(since=30)


# --- settings


def test_renaming_a_stage_keeps_the_alerts_of_open_cases() -> None:
    early = {"name": "early", "at": "50%", "send": [{"to": "duty", "by": "email"}]}
    late = {"name": "late", "at": "100%", "send": [{"to": "lead", "by": "email"}]}
    desk = MemoryDesk(alerts={"stages": [early, late]})
    desk.post(0)
    desk.run(31)
    desk.set(alerts={"stages": [early, {**late, "name": "overdue"}]})
    desk.run(480)
    assert desk.told_to("lea")


def test_quiet_hours_that_never_end_are_refused() -> None:
    with pytest.raises(SettingsInvalid):
        assert not parse_settings(raw_settings(staff=[person(ANA, quiet=daily("00:00-24:00"), email=None), LEA]))


def test_a_target_that_its_hours_can_never_meet_is_refused() -> None:
    hours = {"short": {"week": {"thu": ["10:00-16:30"]}}}
    target = {"first_reply": {"complaint": {"within": "744h", "hours": "short"}}}
    with pytest.raises(SettingsInvalid):
        MemoryDesk(hours=hours, targets=target)


def test_the_repeated_hour_belongs_to_no_period_that_ends_before_it() -> None:
    bar = {"bar": {"week": {"sat": ["18:00-02:00"], "sun": ["12:00-20:00"]}}}
    target = {"first_reply": {"complaint": {"within": "1h", "hours": "bar"}}}
    asked = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    desk = MemoryDesk(start=asked, zone="Europe/Berlin", hours=bar, targets=target)
    timer = desk.case(desk.post(asked)).timer
    assert timer
    assert timer.answer_by.astimezone(ZoneInfo("Europe/Berlin")).isoformat() == "2026-10-25T12:30:00+01:00"


# --- words in alerts


def test_leading_handles_are_left_out_of_alerts() -> None:
    desk = MemoryDesk()
    handles = " ".join(f"@a_long_handle_{number}" for number in range(50))
    desk.post(0, f"@FennelAndFinch {handles} the mug has a hole")
    desk.run(60)
    assert desk.messages
    assert all("the mug has a hole" in message.words for message in desk.messages)


def test_nobody_gets_the_same_mail_twice() -> None:
    desk = MemoryDesk([person(LEA, duty="always")])
    for number in range(8):
        desk.post(number, f"@FennelAndFinch parcel {number} is lost", customer=str(60 + number))
    desk.run(180)
    got = [(one.at, one.staff, one.channel, one.words) for one in desk.messages]
    assert len(got) == len(set(got))


def test_many_cases_of_one_customer_are_one_customer() -> None:
    desk = MemoryDesk()
    for number in range(7):
        desk.post(number / 10, f"@FennelAndFinch {number}. my parcel is lost")
    desk.run(31)
    assert desk.messages
    assert not [one for one in desk.messages if re.search(r"\b[2-9] customers are waiting", one.words)]


def test_a_numeric_address_is_no_link() -> None:
    assert not re.search(r"\d+\.\d+\.\d+\.\d+", quotable("sign in at http://10.2.3.4/now", 600))


def test_a_host_of_emoji_is_no_link() -> None:
    assert ".la" not in quotable("go to \N{PILE OF POO}.la", 600)


def test_fractions_keep_their_value_in_a_text() -> None:
    assert "11/2" not in to_gsm7("after 1\N{VULGAR FRACTION ONE HALF} days").replace(" ", "_")
    assert "112" not in to_gsm7("after 1\N{VULGAR FRACTION ONE HALF} days")


# --- posts that reach the desk in another form


def raw(post_id: str, text: str, author: str, minute: float, **more: Any) -> dict[str, Any]:
    return {
        "id": post_id,
        "text": text,
        "author_id": author,
        "created_at": at(minute).isoformat(),
        "conversation_id": post_id,
        **more,
    }


LOST = raw("10", "@FennelAndFinch my order has not arrived, this is awful", "42", 0)
SORRY = raw(
    "20",
    "@customer so sorry, we look for it",
    "1999000001",
    12,
    conversation_id="10",
    in_reply_to_user_id="42",
    referenced_tweets=[{"type": "replied_to", "id": "10"}],
)
CHIPPED = raw("30", "@FennelAndFinch the plate is chipped", "43", 20)


def replayed(*posts: dict[str, Any] | str) -> dict[str, Any]:
    """The summary of a replay of lines, with its alerts."""
    alerts: list[tuple[Any, ...]] = []
    replay = Replay(settings(), lambda row: alerts.append((row["at"], row["staff"], row["channel"], row["stage"])))
    lines = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in posts)
    replay.read(read_recording([Document("posts", lines)], settings().brand))
    replay.finish()
    return {**replay.summary(), "alerts": sorted(alerts)}


def without(post: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in post.items() if name not in names}


@problem("a post that passes another one's words on by hand is a case of its own")
def test_words_passed_on_by_hand_are_no_case() -> None:
    copies = [raw(str(100 + number), f"RT @customer: {LOST['text']}", str(500 + number), number) for number in range(6)]
    assert replayed(LOST, *copies)["needed_an_answer"] == 1


def refusal(act: Callable[[], object]) -> str | None:
    """The name of the exception that an act raises."""
    try:
        act()
    except Exception as refused:  # noqa: BLE001 - the test compares the name
        return type(refused).__name__
    return None
