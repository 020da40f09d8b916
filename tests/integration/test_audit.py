"""The auditor finds each kind of loss within its period and names it, and is silent on a day without any."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Self

import pytest

from infra.local.x_standin.faults import Fault
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.stores.audits import Audits
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.replies import Replies
from mentiondesk.adapters.storage.table import Update
from mentiondesk.adapters.x.connection import XCredentials
from mentiondesk.adapters.x.counts import TweepyCounts
from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.audit import Check, Progress
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId, IncidentId, PostId, id_at
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.ports.replies import ReplyKey, Reviewed
from mentiondesk.usecases.audit.audit_desk import AuditDesk, Audited, troubles
from mentiondesk.usecases.audit.check_alerts import CheckAlerts
from mentiondesk.usecases.audit.check_cases import CheckCases
from mentiondesk.usecases.audit.check_replies import CheckReplies
from mentiondesk.usecases.audit.count_posts import CountPosts
from mentiondesk.usecases.replies.write_reply import Typed, WriteReply
from mentiondesk.values import replace
from tests.support.builders import NOON
from tests.support.memory_desk import ANA, LEA, MAX, MemoryDesk, ReadingDesk

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class AuditedDesk(ReadingDesk):
    """A desk with its auditor."""

    def __enter__(self) -> Self:
        super().__enter__()
        desk = self._desk
        credentials = XCredentials("key", "secret", f"{self.settings.brand.user_id}-t", "d", version="v1")
        self.counts = TweepyCounts(lambda: credentials, self.x.url, lambda: self.settings)
        self.audits = Audits(desk.table)
        self.replies = Replies(desk.table, lambda: timedelta(days=400), desk.cases)
        self.auditor = AuditDesk(
            self.audits,
            CheckAlerts(desk.alerts, desk.cases, desk.incidents, self.audits, lambda: self.settings),
            CheckCases(desk.posts, desk.cases, Facts(desk.table), lambda: self.settings),
            CountPosts(self.counts, desk.posts, desk.posts, Cursors(desk.table), lambda: self.settings),
            lambda: self.settings,
            (CheckReplies(desk.cases, self.replies, lambda: self.settings),),
        )
        return self

    @property
    def table(self) -> Any:
        return self._desk.table

    def audit(self, at: datetime) -> Audited:
        """An audit at a moment; until then alerts go out, and nobody reads X."""
        if at > self.now:
            MemoryDesk.run(self, at)
        return self.auditor(at, lambda: timedelta(minutes=4))

    def replied(self, case_id: CaseId) -> ReplyKey:
        """A reply of Ana's, which the sender never looks at."""
        case = self._desk.cases.get(case_id)
        assert case is not None
        actor = Actor(self.settings.roster.staff[0], frozenset(Action), Door.DESK_WEB)
        write = WriteReply(self.replies, self._desk.cases, lambda _, text, *__: Reviewed(text), lambda: self.settings)
        write(actor, case_id, Typed("We are on it.", case.thread), "reply-1", self.now)
        (reply,) = self.replies.of(case_id)
        return ReplyKey(case_id, reply.reply_id)

    def classify(self) -> None:
        self._desk.classify_new()

    def says(self, text: str, author: str, minute: float) -> str:
        at = NOON + timedelta(minutes=minute)
        return self.x.post(author_id=author, at=at, text=f"@{self.settings.brand.handle} {text}")


@pytest.fixture
def desk() -> Iterator[AuditedDesk]:
    with AuditedDesk(staff=[ANA, LEA, MAX]) as begun:
        begun.audit(NOON - DAY)
        begun._desk.now = NOON
        yield begun


def checks(audited: Audited) -> list[Check]:
    return [finding.check for finding in audited.report.findings]


def case_of(desk: AuditedDesk, post_id: str) -> CaseId:
    stored = desk._desk.posts.get(PostId(post_id))
    assert stored is not None and stored.case_id is not None
    return stored.case_id


def test_a_day_without_losses_is_silent(desk: AuditedDesk) -> None:
    for number in range(30):
        desk.says(f"my order number {number} is broken", str(50 + number), number * 2)
    held = []
    for minute in (20, 40, 61, 90):
        desk.run(minute)
        held.append(desk.audit(desk.now))
    assert [checks(one) for one in held] == [[]] * 4
    assert all(one.holds for one in held)
    assert sum((one.report.counts or {})["subjects"] for one in held) > 60
    later = desk.audit(NOON + 2 * DAY)
    assert checks(later) == []
    assert later.report.counts is not None
    assert later.report.counts["counted"] == later.report.counts["stored"] == 30
    assert later.report.counts["cases"] > 0


def test_a_lost_escalation_is_found_within_the_hour_and_its_alerts_go_out(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    case_id = case_of(desk, post)
    desk.table.delete(keys.escalation(case_id))
    found = desk.audit(NOON + timedelta(minutes=4))
    assert checks(found) == [Check.ALERTS]
    assert str(case_id) in found.report.findings[0].about
    assert not found.holds and not troubles(found.report)
    before = len(desk.messages)
    desk.run(90)
    assert len(desk.messages) > before
    assert checks(desk.audit(desk.now)) == []


def test_an_escalation_that_no_run_finds_is_started_again(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    case_id = case_of(desk, post)
    desk.table.update(Update(keys.escalation(case_id), {keys.DUE_SHARD: None, keys.DUE_AT: None}))
    assert checks(desk.audit(NOON + timedelta(minutes=4))) == [Check.ALERTS]
    assert checks(desk.audit(NOON + timedelta(minutes=5))) == []


def test_a_lost_line_of_the_ledger_is_found_and_the_alert_goes_out_again(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(59)
    case_id = case_of(desk, post)
    lines = [item for item in desk.table_content() if item.key.pk == keys.case(case_id).pk and item.key.sk[:2] == "A#"]
    assert lines
    desk.table.delete(lines[-1].key)
    assert checks(desk.audit(desk.now)) == [Check.ALERTS]
    desk.run(desk.now + timedelta(minutes=30))
    assert checks(desk.audit(desk.now)) == []


def test_an_alert_that_stays_absent_is_told_to_the_operators_with_its_case(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    case_id = case_of(desk, post)
    for hour in (0, 1):
        desk.table.delete(keys.escalation(case_id))
        found = desk.audit(NOON + hour * HOUR + timedelta(minutes=4))
    told = troubles(found.report)
    assert told.keys() == {"AlertsAbsent"}
    assert str(case_id) in told["AlertsAbsent"][1]
    assert not found.holds


def test_a_lost_message_about_an_incident_is_sent_after_all(desk: AuditedDesk) -> None:
    for number in range(24):
        tail = ("again", "here in Leeds", "for my office", "and my order is lost", "on my phone", "since eight")[
            number % 6
        ]
        desk.says(f"the website is down {tail}", str(60 + number), number / 8)
    desk.run(15)
    (incident,) = desk.incidents()
    assert incident.status is Status.CANDIDATE
    _forget_messages(desk, incident.incident_id)
    found = desk.audit(desk.now)
    assert Check.ALERTS in checks(found)
    assert any("noticed" in finding.detail for finding in found.report.findings)
    assert any(item.key.sk == "M#noticed" for item in desk.table_content())


def _forget_messages(desk: AuditedDesk, incident_id: IncidentId) -> None:
    pk = keys.incident(incident_id).pk
    for item in desk.table_content():
        if item.key.pk == pk and item.key.sk.startswith((keys.MESSAGE, keys.ALERT)):
            desk.table.delete(item.key)


def test_posts_that_were_lost_are_read_again_and_get_their_case(desk: AuditedDesk) -> None:
    posts = [desk.says(f"my order number {number} is broken", str(50 + number), number) for number in range(10)]
    desk.run(30)
    for post in posts[:4]:
        desk.table.delete(keys.post(PostId(post)))
        desk._desk.posts._recent.clear()
    found = desk.audit(NOON + 2 * DAY)
    assert checks(found) == [Check.POSTS]
    assert "12:00 UTC" in found.report.findings[0].about
    assert found.report.findings[0].mended and not troubles(found.report)
    desk.classify()
    assert all(desk._desk.posts.get(PostId(post)) for post in posts)
    assert desk.audit(NOON + 2 * DAY + HOUR).holds


def test_a_cursor_that_moved_too_far_loses_no_post(desk: AuditedDesk) -> None:
    """Its posts are out of the reach of a sweep by the time at which somebody reads again."""
    desk.run(2)
    for number in range(6):
        desk.says(f"my order number {number} is broken", str(50 + number), 5 + number)
    evening = NOON + 8 * HOUR
    MemoryDesk.run(desk, evening)
    cursors = Cursors(desk.table)
    for cursor in cursors.load().values():
        cursors.save(replace(cursor, newest=id_at(evening)))
    desk.run(evening + timedelta(minutes=40))
    assert desk.cases() == []
    found = desk.audit(NOON + 2 * DAY)
    assert checks(found) == [Check.POSTS]
    assert "12:00 UTC" in found.report.findings[0].about
    desk.classify()
    assert len(desk.cases()) == 6


def test_posts_that_nobody_reads_are_found(desk: AuditedDesk) -> None:
    for number in range(6):
        desk.says(f"my order number {number} is broken", str(50 + number), number)
    found = desk.audit(NOON + 2 * DAY)
    assert checks(found) == [Check.POSTS]
    desk.classify()
    assert len(desk.cases()) == 6


def test_posts_that_x_does_not_show_any_more_are_told(desk: AuditedDesk) -> None:
    for number in range(6):
        desk.says(f"my order number {number} is broken", str(50 + number), number)
    desk.x.faults.add(Fault("down_json", "search"))
    found = desk.audit(NOON + 2 * DAY)
    assert troubles(found.report).keys() == {"PostsMissing"}
    assert not found.holds
    # The heartbeat stays away until a day holds again.
    desk.x.faults.clear()
    assert not desk.audit(NOON + 2 * DAY + HOUR).holds
    assert desk.audit(NOON + 3 * DAY).holds


def test_posts_that_x_deleted_are_counted_by_their_tombstones(desk: AuditedDesk) -> None:
    posts = [desk.says(f"my order number {number} is broken", str(50 + number), number) for number in range(5)]
    desk.run(20)
    for post in posts[:3]:
        desk.forget(PostId(post))
    found = desk.audit(NOON + 2 * DAY)
    assert found.report.counts is not None
    assert found.report.counts["stored"] == 5
    assert found.holds


def test_a_case_that_is_gone_is_named(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    case_id = case_of(desk, post)
    desk.table.delete(keys.case(case_id))
    found = desk.audit(NOON + DAY + 3 * HOUR)
    assert troubles(found.report).keys() == {"CasesMissing"}
    assert post in found.report.findings[0].detail


def test_an_open_case_without_a_timer_is_named(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    case_id = case_of(desk, post)
    case = next(one for one in desk.cases() if one.case_id == case_id)
    assert case.state is State.OPEN
    desk.table.update(Update(keys.case(case_id), {"timers": (), keys.QUEUE: None, keys.ANSWER_BY: None}))
    found = desk.audit(NOON + DAY + 3 * HOUR)
    assert troubles(found.report).keys() == {"CasesWithoutClock"}
    assert str(case_id) in found.report.findings[0].about


def test_a_wait_without_a_fact_is_named(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    desk.x.post(author_id=desk.settings.brand.user_id, at=NOON + timedelta(minutes=4), text="Sorry!", reply_to=post)
    desk.run(6)
    facts = [item for item in desk.table_content() if item.key.pk.startswith("FACTS#")]
    assert facts
    settled = NOON + DAY + 3 * HOUR
    assert checks(desk.audit(settled)) == []
    desk.audits.save(Progress(NOON - DAY, NOON - HOUR))
    for fact in facts:
        desk.table.delete(fact.key)
    found = desk.audit(settled + timedelta(minutes=1))
    assert troubles(found.report).keys() == {"FactsMissing"}
    assert str(case_of(desk, post)) in found.report.findings[0].about


def test_a_reply_that_is_lost_in_the_outbox_is_named(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    key = desk.replied(case_of(desk, post))
    desk.table.delete(keys.reply(*key))
    assert Check.REPLIES not in checks(desk.audit(NOON + timedelta(minutes=50)))
    found = desk.audit(NOON + timedelta(minutes=64))
    assert troubles(found.report).keys() == {"RepliesLost"}
    assert str(key.subject_id) in found.report.findings[0].about
    assert "not in the outbox" in found.report.findings[0].detail
    assert not found.holds


@pytest.mark.parametrize("mark", [True, False])
def test_a_reply_that_nobody_sends_is_named(desk: AuditedDesk, mark: bool) -> None:
    """Also where its place in the outbox is gone, so that no run of the sender finds it."""
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    key = desk.replied(case_of(desk, post))
    if not mark:
        desk.table.update(Update(keys.reply(*key), {keys.DUE_SHARD: None, keys.DUE_AT: None}))
    found = desk.audit(NOON + timedelta(minutes=65))
    assert [finding.detail for finding in found.report.findings if finding.check is Check.REPLIES] == [
        "the reply of 2026-06-17 12:03 UTC waits in the outbox for an hour"
    ]


def test_a_send_in_doubt_for_an_hour_is_named(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    key = desk.replied(case_of(desk, post))
    in_doubt = {"state": "uncertain", "tried_at": desk.now, "look_at": desk.now + 2 * HOUR}
    desk.table.update(Update(keys.reply(*key), in_doubt))
    found = desk.audit(NOON + timedelta(minutes=65))
    assert "unknown for an hour" in found.report.findings[0].detail


def test_replies_that_are_over_or_wait_for_a_person_are_no_finding(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    key = desk.replied(case_of(desk, post))
    for state in ("held", "sent", "refused", "withdrawn"):
        desk.table.update(Update(keys.reply(*key), {"state": state, keys.DUE_SHARD: None, keys.DUE_AT: None}))
        assert Check.REPLIES not in checks(desk.audit(NOON + timedelta(minutes=65)))


def test_a_bill_for_posts_that_the_desk_did_not_read_is_named(desk: AuditedDesk) -> None:
    for number in range(60):
        desk.says(f"my order number {number} is broken", str(100 + number), number / 2)
    desk.run(40)
    day = keys.reads(NOON)
    desk.table.update(Update(day, {"mentions": 0, "search": 0, "own": 0, "lookup": 0}))
    found = desk.audit(NOON + 2 * DAY)
    assert Check.SPEND in checks(found)
    assert troubles(found.report).keys() == {"SpendDiffers"}


def test_x_that_does_not_count_is_asked_again_and_told_of_after_days(desk: AuditedDesk) -> None:
    desk.x.faults.add(Fault("client_forbidden", "counts"))
    assert desk.audit(NOON + 2 * DAY).holds
    assert "counted" not in (desk.audit(NOON + 2 * DAY + HOUR).report.counts or {})
    found = desk.audit(NOON + 6 * DAY)
    assert troubles(found.report).keys() == {"AuditIncomplete"}
    desk.x.faults.clear()
    assert desk.audit(NOON + 6 * DAY + HOUR).holds


def test_one_request_a_day_counts(desk: AuditedDesk) -> None:
    for hour in range(48):
        desk.audit(NOON + 2 * DAY + hour * HOUR)
    asked = [one.endpoint for one in desk.x.requests if one.endpoint in ("counts", "usage", "app_token")]
    assert asked.count("counts") == asked.count("usage") == 3
    assert asked.count("app_token") == 1


def test_reports_with_findings_are_kept(desk: AuditedDesk) -> None:
    post = desk.says("my order is broken", "51", 0.5)
    desk.run(3)
    desk.table.delete(keys.escalation(case_of(desk, post)))
    desk.audit(NOON + timedelta(minutes=4))
    desk.audit(NOON + timedelta(minutes=9))
    (report,) = desk.audits.reports(NOON)
    assert report.findings[0].check is Check.ALERTS
