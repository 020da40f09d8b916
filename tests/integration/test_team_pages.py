"""The team's pages at the desk: duty and people's word about it, the settings in plain words, the desk's own health."""

from datetime import timedelta

import boto3
import pytest
import yaml

from infra.settings_file import load_settings
from mentiondesk.adapters.channels.failure_queues import SqsFailureQueues
from mentiondesk.adapters.storage.stores.audits import Audits
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.duty import DutyChanges
from mentiondesk.adapters.storage.stores.troubles import Troubles
from mentiondesk.domain.audit import Check, Finding, Progress, Report
from mentiondesk.domain.health import GivenUp
from mentiondesk.domain.ids import PostId, id_at
from mentiondesk.domain.posts.cursor import Cursor, ReadBlock
from mentiondesk.domain.posts.post import Source
from mentiondesk.domain.troubles import RULES as TROUBLES
from mentiondesk.domain.troubles import Told
from mentiondesk.presentation.operator_mails import texts
from mentiondesk.presentation.wording import catalogue
from mentiondesk.usecases.audit.count_set_aside import CountSetAside
from tests.support.builders import NOON, at
from tests.support.counted import Counted
from tests.support.served_desk import ROOT, ServedDesk

TEAM, RULES, HEALTH = "/desk/team", "/desk/rules", "/desk/health"
MOST = 7


@pytest.fixture
def desk() -> ServedDesk:
    found = ServedDesk()
    found.enter()
    return found


# --- Duty -------------------------------------------------------------------------------------------------


def test_a_person_swaps_their_duty_and_everybody_sees_it_at_once(desk: ServedDesk) -> None:
    pressed = desk.press(TEAM, "duty", span="1h")
    assert (pressed.status, pressed.headers["location"]) == (303, f"{TEAM}?done=off")
    with desk.by("ben"):
        said = desk.get(TEAM).said
    assert "Ana is off until 13:00 UTC, by their own word." in said
    assert "Ana" not in said.partition("go to: ")[2].partition(".")[0]
    desk.press(TEAM, "duty", span="4h")
    assert [(one.staff_id, one.on) for one in DutyChanges(desk.desk.table).all()] == [("ana", True)]


@pytest.mark.parametrize("wrong", [{"word": "maybe"}, {"span": "1y"}, {"event": "x"}, {"action": "claim"}])
def test_only_the_page_s_own_form_changes_duty(desk: ServedDesk, wrong: dict[str, str]) -> None:
    form = desk.get(TEAM).page.form("duty") | {"span": "1h"} | wrong
    assert desk.ask("POST", TEAM, form).status == 400
    assert DutyChanges(desk.desk.table).all() == []


def test_nobody_speaks_for_another(desk: ServedDesk) -> None:
    form = desk.get(TEAM).page.form("duty") | {"span": "1h", "staff": "ben", "staff_id": "ben"}
    assert desk.ask("POST", TEAM, form).status == 303
    assert [one.staff_id for one in DutyChanges(desk.desk.table).all()] == ["ana"]


def test_who_comes_next_is_named(desk: ServedDesk) -> None:
    week = {"week": {"mon-sun": ["15:00-18:00"]}}
    late = {"id": "lou", "name": "Lou", "email": "lou@example.com", "duty": week}
    lead = {"id": "mo", "name": "Mo", "email": "mo@example.com", "roles": ["lead"]}
    ana = {"id": "ana", "name": "Ana", "email": "ana@example.com", "duty": "always"}
    desk.store([ana, late, lead])
    assert "Next on duty: Lou, from 15:00 UTC." in desk.get(TEAM).said


# --- The settings -----------------------------------------------------------------------------------------


def test_the_settings_are_told_in_plain_words_and_no_secret_is_shown(desk: ServedDesk) -> None:
    settings = load_settings(ROOT / "infra/settings.example.yaml")
    desk.store_settings(settings)
    person = settings.staff[0]
    desk.enter(person.id)
    desk.later(minutes=2)
    shown = desk.get(RULES)
    assert shown.status == 200
    for words in (
        person.name,
        "a first reply within",
        "At the deadline",
        "different people within",
        "can be taken back",
    ):
        assert words in shown.said
    for one in settings.staff:
        assert (one.email or "none@") not in shown.html
        assert (one.phone or "none") not in shown.html
    for room in settings.rooms:
        assert not [secret for secret in (room.slack, room.webhook, room.secret) if secret and secret in shown.html]


def test_rooms_are_named_without_their_addresses(desk: ServedDesk) -> None:
    raw = yaml.safe_load((ROOT / "infra/settings.example.yaml").read_text(encoding="utf-8"))
    hook = "https://hooks.slack.com/services/T000/B000/secretsecret"
    raw["rooms"] = [{"id": "care", "name": "Care room", "slack": hook}]
    desk.store_settings(type(load_settings(ROOT / "infra/settings.example.yaml")).model_validate(raw))
    desk.enter(raw["staff"][0]["id"])
    desk.later(minutes=2)
    shown = desk.get(RULES)
    assert "Care room" in shown.said
    assert "secretsecret" not in shown.html
    assert "hooks.slack.com" not in shown.html


# --- Health -----------------------------------------------------------------------------------------------


def test_a_desk_without_troubles_says_so(desk: ServedDesk) -> None:
    said = desk.get(HEALTH).said
    assert "The alarms know of nothing." in said
    assert "The first audit is still to come." in said


def test_what_the_alarms_know_is_told_in_the_operators_words(desk: ServedDesk) -> None:
    table = desk.desk.table
    Troubles(table).tell(Told("XTokenRefused", at(-60), at(-59)))
    Troubles(table).report({"RepliesLate": 2}, at(-3))
    said = desk.get(HEALTH).said
    assert "Something is wrong with the desk itself." in said
    assert "X refuses the token" in said
    assert "make x-credentials" in said
    assert "Replies wait too long in the outbox" in said
    assert "Counted, and no alarm yet." in said
    Troubles(table).forget("XTokenRefused")
    desk.later(hours=3)
    assert "The alarms know of nothing." in desk.get(HEALTH).said


def test_what_is_not_read_and_since_when_is_told(desk: ServedDesk) -> None:
    newest = PostId(str(int(id_at(at(-90)))))
    Cursors(desk.desk.table).save(Cursor(Source.MENTIONS, newest, swept_at=at(-20)))
    Cursors(desk.desk.table).save(Cursor(Source.SEARCH, newest, obstacle=ReadBlock.CREDITS_SPENT))
    said = desk.get(HEALTH).said
    assert "Mentions: the newest post is from 10:30 UTC; looked further back at 11:40 UTC." in said
    assert "Search: not read now, because the credits are spent." in said
    assert "Something is wrong" in said


@pytest.mark.parametrize(("hours", "says"), [(26, "were held against their cases"), (30, "It has not come on since")])
def test_an_audit_that_stands_still_is_told(desk: ServedDesk, hours: int, says: str) -> None:
    audits = Audits(desk.desk.table)
    audits.save(Progress(NOON - timedelta(days=9), NOON - timedelta(hours=hours)))
    assert says in desk.get(HEALTH).said
    audits.report(Report(at(-30), (Finding(Check.POSTS, "yesterday, 10:00", "12 of 80 are missing"),)))
    assert "12 of 80 are missing" in desk.get(HEALTH).said


class Queues:
    """Queues of what was given up."""

    def __init__(self, stream: int, mail_reports: int) -> None:
        self._counts = {GivenUp.STREAM: stream, GivenUp.MAIL_REPORTS: mail_reports}

    def counts(self) -> dict[GivenUp, int]:
        return self._counts


@pytest.mark.parametrize(("stream", "says"), [(2, "Something is wrong"), (0, "The alarms know of nothing.")])
def test_what_was_given_up_is_told_with_the_time_at_which_it_was_counted(
    desk: ServedDesk, stream: int, says: str
) -> None:
    CountSetAside(Queues(stream, 0), Audits(desk.desk.table))(at(-40))
    said = desk.get(HEALTH).said
    assert f"{stream} changes of the table that could not be handled, counted at 11:20 UTC." in said
    assert "0 reports of undelivered mail that could not be handled, counted at 11:20 UTC." in said
    assert says in said


@pytest.mark.usefixtures("account")
def test_messages_in_a_queue_are_counted_and_stay() -> None:
    sqs = boto3.client("sqs")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in GivenUp}
    for _ in range(3):
        sqs.send_message(QueueUrl=urls[GivenUp.STREAM], MessageBody="{}")
    queues = SqsFailureQueues(sqs, urls)
    for _ in range(2):
        assert queues.counts() == {GivenUp.STREAM: 3, GivenUp.MAIL_REPORTS: 0}


def test_every_source_and_block_and_trouble_has_words() -> None:
    assert set(TROUBLES) <= set(texts())
    assert {f"own_health.block.{one}" for one in ReadBlock} | {f"own_health.source.{one}" for one in Source} <= set(
        catalogue()
    )


def test_these_pages_take_seven_requests_at_most(desk: ServedDesk) -> None:
    desk.desk.table = counted = Counted(desk.desk.table)
    for page in (TEAM, RULES, HEALTH):
        desk.get(page)
        counted.requests = 0
        assert desk.get(page).status == 200
        assert counted.requests <= MOST, page
