"""The whole desk on one machine: X, the functions, the table and the messages, minute by minute."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from infra import operate
from infra.local.cloud import StreamSource
from infra.local.desk import LocalDesk, Message, VirtualClock
from infra.local.x_standin import Fault, StandInX, User
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_item, values
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.domain.alerts.ledger import Outcome, Record
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Kind, Tags
from mentiondesk.runtime import aws
from mentiondesk.settings.schema import SettingsFile
from tests.support.builders import BRAND_ID, NOON, settings_file

ROOT = Path(__file__).parents[2]
BRAND = User(str(BRAND_ID), "FennelAndFinch", "Fennel & Finch")
ROSA, TOBY, LENA, HOLLY = "2001", "2002", "2003", "2004"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BROKEN = "@FennelAndFinch my kettle arrived broken"
ANA, MO = "ana@example.com", "mo@example.com"
ANA_PHONE, MO_PHONE = "+447700900101", "+447700900103"


def shop_settings(**overrides: Any) -> SettingsFile:
    """Ana is on duty, Mo leads; a complaint is due after 8 minutes, so that a test takes few of them."""
    staff = [
        {"id": "ana", "name": "Ana", "email": ANA, "phone": ANA_PHONE, "duty": "always"},
        {"id": "mo", "name": "Mo", "email": MO, "phone": MO_PHONE, "roles": ["lead"]},
    ]
    targets = {"first_reply": {"complaint": "8m"}, "next_reply": {"complaint": "8m"}}
    brand = {"name": BRAND.name, "user_id": BRAND.id, "handle": BRAND.username, "words": ["fennel and finch"]}
    return settings_file(**{"brand": brand, "staff": staff, "targets": targets, **overrides})


@dataclass
class Day:
    """A desk and the X it listens to, from noon on."""

    desk: LocalDesk
    got: list[tuple[int, Message]] = field(default_factory=list)

    @property
    def x(self) -> StandInX:
        return self.desk.x

    def post(self, minute: float, text: str = BROKEN, by: str = ROSA, **more: Any) -> str:
        """A customer posts, `minute` minutes after noon."""
        return self.x.post(author_id=by, at=NOON + minute * MINUTE, text=text, **more)

    def answer(self, minute: float, to: str, text: str = "So sorry, a new one is on its way. ^Ana") -> str:
        return self.post(minute, text, by=BRAND.id, reply_to=to)

    def until(self, minute: int, every: int = 1) -> None:
        """Runs the desk up to and with this minute; nothing runs in the minutes between `every`."""
        while self.desk.clock.now() <= NOON + minute * MINUTE:
            at = (self.desk.clock.now() - NOON) // MINUTE
            self.got += [(at, message) for message in self.desk.minute()]
            self.desk.clock.time += (every - 1) * MINUTE

    def told(self) -> list[tuple[int, str, str]]:
        """(minute, channel, address) of each message that staff got."""
        return [(minute, message.channel, message.to) for minute, message in self.got]

    def case(self, customer: str = ROSA) -> Case:
        (found,) = [case for case in self.desk.cases() if case.customer_id == customer]
        return found

    def stored(self) -> dict[str, Post]:
        items = [item for item in self.desk.items() if item["sk"]["S"] == keys.POST]
        return {str(post.post_id): post for post in (from_item(Post, item) for item in items)}

    def ledger(self) -> list[Record]:
        return [from_item(Record, item) for item in self.desk.items() if item["sk"]["S"].startswith(keys.ALERT)]

    def notices(self) -> list[tuple[int, str, bool]]:
        """(minute, what, whether it is on) of each notice to the operator."""
        return [
            ((notice.at - NOON) // MINUTE, notice.name.removeprefix("mentiondesk: "), notice.alarming)
            for notice in self.desk.alarms.notices
        ]

    def requests_since(self, minute: int) -> int:
        return sum(request.at >= NOON + minute * MINUTE for request in self.x.requests)

    def app(self, function: str) -> ModuleType:
        """The module that runs as this function."""
        return self.desk.cloud.functions[function]._app


NewDay = Callable[..., Day]


@pytest.fixture
def new_day(monkeypatch: pytest.MonkeyPatch) -> Iterator[NewDay]:
    """Opens the desk at noon; settings by keyword."""
    monkeypatch.chdir(ROOT)
    opened: list[LocalDesk] = []

    def open_desk(**overrides: Any) -> Day:
        clock = VirtualClock(NOON)
        desk = LocalDesk(StandInX(BRAND, clock.now), clock, shop_settings(**overrides))
        desk.__enter__()
        opened.append(desk)
        return Day(desk)

    yield open_desk
    for desk in opened:
        desk.__exit__(None, None, None)


# --- a customer waits


def test_an_unanswered_complaint_reaches_more_people_as_time_runs_out(new_day: NewDay) -> None:
    day = new_day()
    day.post(0.5)
    day.until(12)
    assert day.told() == [
        (5, "email", ANA),  # half of the 8 minutes
        (7, "text", ANA_PHONE),  # three quarters
        (9, "email", MO),  # the first minute after the deadline
        (12, "text", ANA_PHONE),  # five minutes after the text before
    ]
    assert day.case().breached(day.desk.clock.now())
    assert day.desk.audit().agrees
    assert day.desk.audit().sent == 4
    assert {record.message_id for record in day.ledger()} == {message.message_id for _, message in day.got}


def test_an_answer_typed_in_the_x_app_before_half_time_tells_nobody(new_day: NewDay) -> None:
    day = new_day()
    rosa = day.post(0.2)
    toby = day.post(0.4, by=TOBY)
    day.answer(3.1, to=rosa)
    day.answer(4.9, to=toby)  # after the half time of Toby's wait, before the run that would tell of it
    day.until(14)
    assert day.told() == []
    for customer in (ROSA, TOBY):
        case = day.case(customer)
        assert (case.state, case.waiting, case.breached(day.desk.clock.now())) == (State.PENDING, False, False)
    assert day.desk.audit().agrees


def test_after_an_answer_nothing_more_goes_out_until_the_customer_writes_again(new_day: NewDay) -> None:
    day = new_day()
    rosa = day.post(0.5)
    answer = day.answer(5.5, to=rosa)
    day.post(8.5, "still broken, still waiting", reply_to=answer)
    day.until(14)
    assert day.told() == [(5, "email", ANA), (13, "email", ANA)]
    assert day.case().posts == 3


def test_a_complaint_without_the_handle_is_found_by_the_brands_words(new_day: NewDay) -> None:
    day = new_day()
    day.post(0.5, "the kettle from fennel and finch is broken")
    day.until(6)
    assert day.told() == [(5, "email", ANA)]


def test_many_complaints_at_once_come_as_one_message_each_time(new_day: NewDay) -> None:
    day = new_day()
    # Each complains of something else: five equal complaints would be an incident.
    matters = (
        "the kettle is broken",
        "my parcel never came",
        "I was charged twice",
        "your website logs me out",
        "the rug arrived torn",
    )
    for number, matter in enumerate(matters):
        day.post(0.1 + number / 100, f"@FennelAndFinch {matter}", by=str(3000 + number))
    day.until(7)
    assert day.told() == [(5, "email", ANA), (7, "text", ANA_PHONE)]
    subjects = [message.subject for _, message in day.got]
    assert subjects[0].startswith("5 customers are waiting")
    assert Counter(record.digest for record in day.ledger()) == {True: 10}
    assert day.desk.audit().agrees


def test_hostile_words_arrive_as_words(new_day: NewDay) -> None:
    day = new_day()
    hostile = "@FennelAndFinch broken\nBcc: all@example.com\n<script>alert(1)</script><img src=x onerror=alert(1)>"
    day.post(0.5, hostile)
    day.until(7)
    mails = [message for _, message in day.got if message.channel == "email"]
    texts = [message for _, message in day.got if message.channel == "text"]
    assert mails and texts
    assert not [mail for mail in mails if "<script" in mail.body or "<img" in mail.body]
    # SES takes the subject as data; on one line it could not be a header of a raw mail either.
    assert all(mail.subject.isprintable() for mail in mails)
    assert all(len(text.body) <= 306 and "\n" not in text.body for text in texts)


# --- what X does to posts


def test_edited_late_and_reposted_posts_are_each_stored_once(new_day: NewDay) -> None:
    day = new_day(reading={"sweep_every": "10m"})
    edited = day.post(0.2, "@FennelAndFinch lovely kettle, thank you")
    day.x.edit(edited, "@FennelAndFinch lovely kettle, but it arrived broken", NOON + 1.5 * MINUTE)
    late = day.post(0.3, by=TOBY, visible_after=3 * MINUTE)  # within the overlap of two reads
    very_late = day.post(0.4, by=LENA, visible_after=9 * MINUTE)  # only the slower sweep sees it
    day.post(0.6, "@FennelAndFinch when do you open?", by=HOLLY)
    day.post(2.5, by=HOLLY, reposts=edited)
    for minute in range(1, 13):
        day.post(minute, "@FennelAndFinch nice window today", by=str(3000 + minute))
    day.until(16)
    stored = day.stored()
    assert {edited, late, very_late} <= stored.keys()
    assert len(stored) == 16
    assert stored[edited].edits == 1
    assert "broken" in stored[edited].text
    assert day.case(ROSA).kind is Kind.COMPLAINT
    assert day.case(ROSA).posts == 1
    told_of = {record.alert.subject_id for record in day.ledger()}
    assert {day.case(customer).case_id for customer in (ROSA, TOBY, LENA)} == told_of
    assert day.desk.audit().agrees


def test_the_answer_stops_the_clock_though_the_complaint_arrives_after_it(new_day: NewDay) -> None:
    day = new_day()
    rosa = day.post(0.5, visible_after=4 * MINUTE)
    day.answer(2.5, to=rosa)
    day.until(12)
    assert day.told() == []
    assert day.case().first_answer_at == NOON + 2.5 * MINUTE


def test_the_new_field_names_work_through_the_whole_path(new_day: NewDay) -> None:
    day = new_day()
    rosa = day.post(0.5)
    day.until(2)
    day.x.dialect = "post"
    toby = day.post(2.5, by=TOBY, long_text=f"{BROKEN}. {'Week after week. ' * 30}The end.")
    lena = day.post(2.6, "@FennelAndFinch nice kettle", by=LENA)
    day.x.edit(lena, "@FennelAndFinch nice kettle, broken", NOON + 3.5 * MINUTE)
    day.post(3.2, by=HOLLY, reposts=rosa)
    day.answer(3.8, to=rosa)
    day.until(8)
    stored = day.stored()
    assert stored.keys() >= {rosa, toby, lena} and len(stored) == 4
    assert stored[toby].text.endswith("The end.")
    assert stored[lena].edits == 1
    assert not day.case(ROSA).waiting
    assert day.told() == [(7, "email", ANA)], "one mail names both"
    assert day.notices() == []
    assert day.desk.audit().agrees


def test_field_names_nobody_knows_reach_the_operator(new_day: NewDay) -> None:
    day = new_day()
    day.post(0.5)
    day.x.faults.add(Fault("unknown_shape"))
    day.until(6)
    assert (1, "X has changed its format", True) in day.notices()
    assert day.told() == [(5, "email", ANA)]


def test_posts_without_their_parts_are_set_aside_and_the_others_go_on(new_day: NewDay) -> None:
    day = new_day()
    whole = [day.post(0.1 * number, by=str(3000 + number)) for number in range(1, 5)]
    day.until(0)
    day.x.faults.add(Fault("half_broken_posts", "mentions", calls=1))
    day.until(1)
    audit = day.desk.audit()
    assert audit.set_aside > 0 and not audit.agrees
    day.until(5)
    assert (1, "posts were set aside unread", True) in day.notices()
    # The reads overlap: the next one brings whole what was broken.
    assert day.stored().keys() == set(whole)
    assert day.told() == [(5, "email", ANA)]
    assert day.got[0][1].subject.startswith("4 customers")


# --- when a part of the desk fails


def test_a_post_that_cannot_be_classified_is_set_aside_and_everything_else_goes_on(new_day: NewDay) -> None:
    day = new_day()
    day.post(0.1, "@FennelAndFinch hello", by=HOLLY)
    day.until(1)
    classify = day.app("ClassifyMention").classify_batch()._classify
    triage, tries = classify._triage, Counter[str]()

    def poisoned(post: Post) -> Tags:
        tries[post.text] += 1
        if "poison" in post.text:
            raise ZeroDivisionError
        tags: Tags = triage(post)
        return tags

    toby = day.post(1.1, by=TOBY)
    poison = day.post(1.2, "@FennelAndFinch poison, and broken too", by=LENA)
    rosa = day.post(1.3)
    with patch.object(classify, "_triage", poisoned):
        day.until(6)
    assert tries["@FennelAndFinch poison, and broken too"] >= 1 + 5  # the template's retries
    assert day.desk.waiting_failures("StreamFailures") == 1
    assert (2, "changes could not be handled", True) in day.notices()
    assert day.desk.audit().untagged == (f"POST#{poison}",)
    assert {str(record.alert.subject_id) for record in day.ledger()} == {f"{toby}#{TOBY}", f"{rosa}#{ROSA}"}
    # The steps in the alarm's description:
    assert operate.main(["reclassify", poison, "--table", day.desk.table]) == 0
    day.until(8)
    assert day.case(LENA).kind is Kind.COMPLAINT
    assert day.desk.audit().agrees


def _facts(day: Day) -> list[dict[str, Any]]:
    """The items of the table but the histogram of scores, which may count a post again."""
    return [item for item in day.desk.items() if item["pk"]["S"] != "SCORES"]


def test_records_that_are_delivered_again_change_nothing(new_day: NewDay) -> None:
    day = new_day()
    rosa = day.post(0.5)
    day.post(1.5, by=TOBY)
    day.answer(2.5, to=rosa)
    day.until(7)
    before = sorted(_facts(day), key=str)
    again = {}
    for source in day.desk.cloud.sources:
        if not isinstance(source, StreamSource):
            continue
        source.reader.last = ""  # back to the stream's beginning
        again[source.function.name] = source.pump()
    assert again == {"ClassifyMention": 3, "RelayChanges": 1}
    assert sorted(_facts(day), key=str) == before
    day.post(7.5, by=LENA)
    day.until(8)
    assert day.case(LENA).posts == 1


def test_a_revoked_token_is_used_no_more_and_new_credentials_lose_nothing(new_day: NewDay) -> None:
    day = new_day()
    day.post(0.5)
    day.until(1)
    day.x.faults.add(Fault("unauthorized"))
    missed = day.post(2.5, by=TOBY)
    day.until(2)
    refused = len(day.x.requests)
    day.until(12)
    assert len(day.x.requests) == refused
    assert day.notices() == [(2, "X refuses the token", True)]
    assert missed not in day.stored()
    # Whom the desk knew already it does not forget meanwhile.
    assert day.told()[0] == (5, "email", ANA)
    day.x.faults.clear()
    day.desk.cloud.client("ssm").put_parameter(
        Name="/mentiondesk/mentiondesk/x",
        Value=json.dumps(dict.fromkeys(operate.X_CREDENTIALS, "new")),
        Type="SecureString",
        Overwrite=True,
    )
    day.app("FetchMentions").fetch_mentions.cache_clear()  # five minutes by this machine's clock
    day.until(29)
    assert missed in day.stored()
    assert MO in [message.to for minute, message in day.got if minute > 12]
    assert day.notices()[1:] == [(29, "X refuses the token", False)]
    assert day.desk.audit().agrees


def test_spent_credits_stop_all_but_one_look_an_hour(new_day: NewDay) -> None:
    day = new_day()
    day.x.faults.add(Fault("credits_spent", until=NOON + 70 * MINUTE))
    rosa = day.post(5)
    day.until(59, every=4)
    assert day.requests_since(0) == 1
    day.until(119, every=4)
    assert day.requests_since(0) == 2
    assert day.notices() == [(0, "X credits are spent", True)]
    day.until(137)
    assert day.stored().keys() == {rosa}
    assert day.notices()[1:] == [(131, "X credits are spent", False)]
    assert day.desk.audit().agrees


def test_after_an_hour_without_x_everything_is_there_once(new_day: NewDay) -> None:
    day = new_day(targets={"first_reply": {"complaint": "30m"}})
    before = day.post(0.5)
    day.x.faults.add(Fault("down_html", until=NOON + 62 * MINUTE))
    during = [day.post(5 + number, by=str(3000 + number)) for number in range(6)]
    answered = day.post(20, by=TOBY)
    day.answer(40, to=answered)
    day.until(15)
    day.until(61, every=3)
    assert day.stored() == {}
    assert ("X does not answer", True) in [(name, on) for _, name, on in day.notices()]
    assert day.told() == []
    day.until(80)
    stored = day.stored()
    assert {before, *during, answered} < stored.keys() and len(stored) == 9
    assert len(day.desk.cases()) == 8
    assert not day.case(TOBY).waiting
    told_of = Counter(record.alert.subject_id for record in day.ledger() if record.outcome is Outcome.SENT)
    assert day.case(TOBY).case_id not in told_of
    assert len(told_of) == 7
    assert ("X does not answer", False) in [(name, on) for _, name, on in day.notices()]
    assert day.desk.audit().agrees


def test_an_address_ses_refuses_gets_a_text_and_the_others_their_mail(new_day: NewDay) -> None:
    day = new_day()
    day.post(0.5)
    day.until(1)
    refusal = {"Error": {"Code": "MessageRejected", "Message": "Address is suppressed"}, "ResponseMetadata": {}}

    def refuse_ana(params: dict[str, Any], **_: object) -> tuple[Any, Any] | None:
        return (SimpleNamespace(status_code=400), refusal) if ANA.encode() in params["body"] else None

    aws.ses().meta.events.register("before-call.sesv2.SendEmail", refuse_ana)  # type: ignore[arg-type]
    day.until(10)
    assert day.told() == [
        (5, "text", ANA_PHONE),  # in place of the mail
        (7, "text", ANA_PHONE),
        (9, "email", MO),
    ]
    (instead,) = [record for record in day.ledger() if record.alert.stage == "half_time"]
    assert (instead.outcome, instead.alert.channel, instead.via) == (Outcome.SENT, "email", "text")
    assert "MessageRejected" in instead.detail
    assert day.desk.audit().agrees


def test_a_desk_without_settings_says_so_and_begins_once_it_has_some(new_day: NewDay) -> None:
    day = new_day()
    day.desk.cloud.pump()
    aws.dynamodb().delete_item(TableName=day.desk.table, Key=values(keys.settings().attributes))
    rosa = day.post(0.5)
    day.until(4)
    assert day.notices() == []
    day.until(5)
    # The notifier reads settings only where something is due, and nothing is.
    silent = ["X is not being read", "incidents are not being detected"]
    assert day.notices() == [(5, name, True) for name in silent]
    assert any("no settings are stored" in line for _, line in day.desk.logs)
    SettingsVersions(DynamoTable(aws.dynamodb(), day.desk.table)).store(shop_settings(), day.desk.clock.now())
    day.until(8)
    assert rosa in day.stored()
    assert day.notices()[2:] == [(7, name, False) for name in silent]
    assert [to for _, _, to in day.told()] == [ANA, ANA_PHONE]


def test_a_fetcher_that_does_not_run_is_noticed_after_five_minutes(new_day: NewDay) -> None:
    day = new_day()
    day.until(9)
    (fetch,) = [schedule for schedule in day.desk.cloud.schedules if schedule.function.name == "FetchMentions"]
    day.desk.cloud.schedules.remove(fetch)
    day.until(12)
    assert day.notices() == []
    day.until(16)
    assert day.notices() == [(13, "X is not being read", True)]
    assert "watch the brand's account" in day.desk.alarms.notices[0].text
    day.desk.cloud.schedules.insert(0, fetch)
    day.until(19)
    assert day.notices()[1:] == [(18, "X is not being read", False)]


def test_two_desks_after_each_other_know_nothing_of_each_other(new_day: NewDay) -> None:
    with LocalDesk(*_an_x(), shop_settings()) as first:
        first.x.post(author_id=ROSA, at=NOON + SECOND, text=BROKEN)
        first.run(until=NOON + 2 * MINUTE)
        assert len(first.cases()) == 1
    second = new_day()
    second.until(1)
    assert second.desk.cases() == []


def _an_x() -> tuple[StandInX, VirtualClock]:
    clock = VirtualClock(NOON)
    return StandInX(BRAND, clock.now), clock


def test_the_page_is_told_everything_that_happened(new_day: NewDay) -> None:
    day = new_day()
    day.post(0.5, "@FennelAndFinch <b>broken</b>")
    day.until(9)
    told = json.loads(json.dumps(day.desk.snapshot()))
    assert datetime.fromisoformat(told["now"]) == NOON + 10 * MINUTE
    (case,) = told["cases"]
    assert (case["kind"], case["waiting"], case["breached"]) == ("complaint", True, True)
    assert case["words"] == "<b>broken</b>"
    assert len(told["messages"]) == 3
    assert told["x"]["by_status"] == {"200": told["x"]["requests"]}
