"""The operator's commands on a deployed desk, and their errors."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from infra import operate
from infra.local.quick_moto import quick_table
from infra.secret_parameters import KEYS, SecretParameters
from infra.settings_file import load_desk, load_settings
from infra.transform import REGION, transformed
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_attributes, values
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.events import Events
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.replies import Replies
from mentiondesk.adapters.storage.stores.reviews import Reviews
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.adapters.storage.stores.strikes import Strikes
from mentiondesk.adapters.storage.stores.threads import Threads
from mentiondesk.adapters.storage.table import Update
from mentiondesk.domain.access.actions import CASE_ACTIONS, DESK_ACTIONS
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.alerts.message import OwnerNews, OwnerTold
from mentiondesk.domain.alerts.roster import Audience
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.commands import CaseCommand, Correct, Retag, Undo
from mentiondesk.domain.events.delivery import EndpointState
from mentiondesk.domain.events.event import Event, EventType
from mentiondesk.domain.figures.facts import ReplyFact, SecondAnswer, WaitEnd, WaitFact
from mentiondesk.domain.figures.report import report_of
from mentiondesk.domain.ids import CaseId, ConversationId, PostId, ReplyId, StaffId, UserId, id_at
from mentiondesk.domain.incidents.incident import Health, Impact, Incident, Status
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.reply import Reply, ReplyState
from mentiondesk.domain.review.sample import Review, ReviewedReply
from mentiondesk.domain.strikes.record import CustomerRecord, Evidence, Strike
from mentiondesk.ports.replies import ReplyChange
from mentiondesk.runtime import aws, clock
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.values import replace
from tests.support.builders import a_post, at, tags
from tests.support.parameters import stored
from tests.unit.test_report import a_wait

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "infra" / "settings.example.yaml"
CREDENTIALS = {
    "consumer_key": "key-7f31",
    "consumer_secret": "ks-22ab",
    "access_token": "1000000001-at90",
    "access_token_secret": "ats-5c5c",
}
POST = PostId("1900000000000000001")


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An AWS account with a desk's table and secret in it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws(), quick_table():
        aws.forget_clients()
        template = transformed(ROOT / "template.yaml")
        outputs = {"TableName": template["Outputs"]["TableName"]}
        _deploy("mentiondesk", {"Desk": template["Resources"]["Desk"]}, outputs)
        yield
    aws.forget_clients()


def _deploy(stack: str, resources: dict[str, Any], outputs: dict[str, Any]) -> None:
    body = json.dumps({"Resources": resources, "Outputs": outputs})
    boto3.client("cloudformation").create_stack(StackName=stack, TemplateBody=body)


@pytest.fixture
def db() -> "DynamoDBClient":
    return boto3.client("dynamodb")


@pytest.fixture
def table(db: "DynamoDBClient") -> str:
    (name,) = db.list_tables()["TableNames"]
    return name


def stored_secret(name: str = "x", stack: str = "mentiondesk") -> str:
    return stored(f"/mentiondesk/{stack}/{name}").value


# --- settings ---------------------------------------------------------------------------------------------


def test_settings_are_stored_by_version(db: "DynamoDBClient", table: str, capsys: pytest.CaptureFixture[str]) -> None:
    for version in (1, 2):
        assert operate.main(["settings", str(EXAMPLE)]) == 0
        assert capsys.readouterr().out == f"stored as version {version}; functions use it within 60 seconds\n"
    assert SettingsVersions(DynamoTable(db, table)).load() == load_desk(EXAMPLE)


@pytest.mark.usefixtures("table")
def test_settings_are_renewed_after_a_deploy(capsys: pytest.CaptureFixture[str]) -> None:
    assert operate.main(["renew-settings"]) == 0
    assert "no settings are stored yet" in capsys.readouterr().out
    operate.main(["settings", str(EXAMPLE)])
    assert operate.main(["renew-settings"]) == 0
    assert capsys.readouterr().out.endswith("the settings in force are of this version\n")


def test_stored_settings_that_do_not_fit_this_version_are_told(
    db: "DynamoDBClient", table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    operate.main(["settings", str(EXAMPLE)])
    unfit = {"settings": '{"brand": {}}', "form": "of another version"}
    DynamoTable(db, table).update(Update(keys.settings(), unfit))
    assert operate.main(["renew-settings"]) == 1
    assert "do not fit this version" in capsys.readouterr().err


def test_settings_of_a_named_table(db: "DynamoDBClient", table: str) -> None:
    assert operate.main(["settings", str(EXAMPLE), "--stack", "elsewhere", "--table", table]) == 0
    assert SettingsVersions(DynamoTable(db, table)).load() == load_desk(EXAMPLE)


def test_faulty_settings_are_not_stored(
    db: "DynamoDBClient", table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = tmp_path / "shop.yaml"
    faulty.write_text(EXAMPLE.read_text().replace("handle: FennelAndFinch", "handle: '@FennelAndFinch'"))
    assert operate.main(["settings", str(faulty)]) == 1
    assert "brand.handle: '@FennelAndFinch' does not fit" in capsys.readouterr().err
    assert "Item" not in db.get_item(TableName=table, Key=values(keys.settings().attributes))


# --- x-credentials ----------------------------------------------------------------------------------------


def test_credentials_are_asked_for_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(f" {value}\n" for value in CREDENTIALS.values())
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    assert operate.main(["x-credentials"]) == 0
    assert json.loads(stored_secret()) == CREDENTIALS
    told = "".join(capsys.readouterr())
    assert not [value for value in CREDENTIALS.values() if value in told]


def test_credentials_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(CREDENTIALS | {"bearer_token": "not needed"})))
    assert operate.main(["x-credentials", "--stdin"]) == 0
    assert json.loads(stored_secret()) == CREDENTIALS
    assert capsys.readouterr().out == "stored for the stack 'mentiondesk'; the desk uses them within 5 minutes\n"


@pytest.mark.parametrize(
    ("piped", "expected"),
    [
        (json.dumps(CREDENTIALS | {"access_token": "  "}), "nothing stored: access_token must not be empty"),
        (json.dumps({"consumer_key": "key-7f31"}), "consumer_secret, access_token, access_token_secret must not"),
        (json.dumps(CREDENTIALS | {"access_token": 5}), "is not a JSON object of texts"),
        ("key-7f31", "is not a JSON object of texts"),
        ("[]", "is not a JSON object of texts"),
        ("", "is not a JSON object of texts"),
    ],
)
def test_incomplete_credentials_are_not_stored(
    piped: str, expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = stored_secret()
    monkeypatch.setattr("sys.stdin", io.StringIO(piped))
    assert operate.main(["x-credentials", "--stdin"]) == 1
    told = "".join(capsys.readouterr())
    assert expected in told
    assert not [value for value in CREDENTIALS.values() if value in told]
    assert stored_secret() == before


# --- reclassify -------------------------------------------------------------------------------------------


def test_post_without_tags_is_touched(db: "DynamoDBClient", table: str) -> None:
    db.put_item(TableName=table, Item=values(keys.post(POST).attributes | {"text": "It arrived broken."}))
    assert operate.main(["reclassify", POST]) == 0
    post = from_attributes(db.get_item(TableName=table, Key=values(keys.post(POST).attributes))["Item"])
    assert post.key == keys.post(POST)
    assert datetime.fromisoformat(post.get("retried_at")).tzinfo
    assert post.beside.keys() - {"retried_at"} == {"text"}


def test_classified_post_is_left_alone(db: "DynamoDBClient", table: str, capsys: pytest.CaptureFixture[str]) -> None:
    item = values(keys.post(POST).attributes | {"tagged_at": "2026-06-17T12:00:00.000000Z"})
    db.put_item(TableName=table, Item=item)
    assert operate.main(["reclassify", POST]) == 1
    assert capsys.readouterr().err == f"nothing to do: post {POST} is classified already\n"
    assert db.get_item(TableName=table, Key=values(keys.post(POST).attributes))["Item"] == item


def test_unknown_post_is_not_made_up(db: "DynamoDBClient", table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert operate.main(["reclassify", POST]) == 1
    assert capsys.readouterr().err == f"nothing to do: post {POST} is not stored\n"
    assert "Item" not in db.get_item(TableName=table, Key=values(keys.post(POST).attributes))


# --- the account is not as it should be -------------------------------------------------------------------


def test_no_such_stack(capsys: pytest.CaptureFixture[str]) -> None:
    assert operate.main(["reclassify", POST, "--stack", "nowhere"]) == 1
    assert capsys.readouterr().err == (
        f"there is no stack 'nowhere' in {REGION}; deploy it, or name yours with --stack\n"
    )


def test_stack_of_something_else(capsys: pytest.CaptureFixture[str]) -> None:
    _deploy("other", {"Topic": {"Type": "AWS::SNS::Topic"}}, {})
    assert operate.main(["reclassify", POST, "--stack", "other"]) == 1
    assert "the stack 'other' has no output TableName" in capsys.readouterr().err


def test_no_region(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    aws.forget_clients()
    assert operate.main(["reclassify", POST]) == 1
    assert "no AWS region is set" in capsys.readouterr().err


def test_refusal_of_aws_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert operate.main(["reclassify", POST, "--table", "gone"]) == 1
    assert capsys.readouterr().err.startswith("AWS refused UpdateItem: ")


# --- maintenance ------------------------------------------------------------------------------------------


@pytest.fixture
def _configured() -> None:
    table = boto3.client("cloudformation").describe_stacks(StackName="mentiondesk")["Stacks"][0]["Outputs"][0]
    SettingsVersions(DynamoTable(aws.dynamodb(), table["OutputValue"])).store(load_settings(EXAMPLE), clock.now())


def _planned() -> list[Incident]:
    table = boto3.client("cloudformation").describe_stacks(StackName="mentiondesk")["Stacks"][0]["Outputs"][0]
    return Incidents(DynamoTable(aws.dynamodb(), table["OutputValue"]), lambda: timedelta(days=1)).open()


@pytest.mark.usefixtures("_configured")
def test_maintenance_is_announced_on_the_desks_own_clock(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["maintenance", "New tills", "--from", "2099-07-01T22:00", "--until", "2099-07-01T23:00"]
    assert operate.main([*asked, "--parts", "online-shop", "--body", "Both shops take cash."]) == 0
    (planned,) = _planned()
    assert planned.incident_id in capsys.readouterr().out
    # London is an hour ahead of UTC in July.
    assert planned.scheduled_for == datetime(2099, 7, 1, 21, tzinfo=UTC)
    assert planned.scheduled_until == datetime(2099, 7, 1, 22, tzinfo=UTC)
    assert (planned.status, planned.public, planned.title) == (Status.SCHEDULED, True, "New tills")
    assert [one.component for one in planned.affected] == ["online-shop"]


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize(
    ("times", "parts", "why"),
    [
        (("2099-07-01T23:00", "2099-07-01T22:00"), "", "end after it begins"),
        (("2001-07-01T22:00", "2001-07-01T23:00"), "", "after now"),
        (("2099-07-01T22:00", "2099-07-01T23:00"), "tills", "no component tills; there are online-shop, deliveries"),
    ],
)
def test_what_cannot_be_announced_says_why(
    times: tuple[str, str], parts: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["maintenance", "New tills", "--from", times[0], "--until", times[1], "--parts", parts]
    assert operate.main(asked) == 1
    assert why in capsys.readouterr().err
    assert _planned() == []


# --- people's rights, and reads of today ------------------------------------------------------------------


@pytest.fixture
def told_about(db: "DynamoDBClient", table: str) -> DynamoTable:
    """A table with a classified complaint of one customer, and one of another."""
    found = DynamoTable(db, table)
    assert operate.main(["settings", str(EXAMPLE)]) == 0
    for customer, minute in (("42", 0), ("43", 1)):
        post = a_post(
            f"@FennelAndFinch my order {customer} is broken", author_id=UserId(customer), created_at=at(minute)
        )
        posts, cases = Posts(found, _keep), Cases(found, _keep)
        posts.add(post)
        assert ClassifyMention(posts, cases, lambda _: tags(), lambda: load_desk(EXAMPLE))(post, at(minute))
    return found


def _keep() -> timedelta:
    return timedelta(days=400)


@pytest.mark.usefixtures("told_about")
def test_all_that_is_stored_about_a_person_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert operate.main(["export", "--user", "42"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {item["pk"].partition("#")[0] for item in found} >= {"POST", "CASE", "CUSTOMER"}
    assert "order 42 is broken" in str(found)
    assert "order 43" not in str(found)


def test_a_person_is_erased_and_nobody_else(told_about: DynamoTable, capsys: pytest.CaptureFixture[str]) -> None:
    assert operate.main(["forget", "--user", "42"]) == 0
    left = str(list(told_about.scan()))
    assert "order 42" not in left
    assert "order 43" in left
    assert operate.main(["export", "--user", "42"]) == 0
    assert capsys.readouterr().out.endswith("[]\n")


def test_a_person_s_strikes_and_the_conversations_they_joined_are_erased(told_about: DynamoTable) -> None:
    Strikes(told_about, _keep, lambda: at(0)).save(CustomerRecord(UserId("42")))
    Threads(told_about).joined(CaseId(ConversationId("7"), UserId("42")), at(0))
    assert operate.main(["forget", "--user", "42"]) == 0
    assert not [item.key for item in told_about.scan() if "#42" in f"{item.key.pk}#{item.key.sk}"]


def test_facts_of_an_erased_person_count_as_before_and_name_nobody(told_about: DynamoTable) -> None:
    facts, days = Facts(told_about), (at(0) - timedelta(days=1), at(0) + timedelta(days=9))
    mine, theirs = (CaseId(ConversationId("18"), UserId(customer)) for customer in ("424242", "43"))
    answer = PostId("1999000000000000001")
    first = replace(a_wait(1, 20), case_id=mine, by=StaffId("ana"), answer_id=answer)
    second = replace(first, end=WaitEnd.WITHDRAWN, again=True, recorded_at=at(50))
    sent = ReplyFact("r1", mine, at(20), StaffId("ana"), post_id=answer)
    review = Review(ReviewedReply(answer, mine, StaffId("ana")), StaffId("lea"), at(60), (True,) * 5, "424242 again")
    Reviews(told_about, _keep).save("2026-W25", review)
    for fact in (first, second, sent, SecondAnswer(mine, at(30)), replace(a_wait(2, 5), case_id=theirs)):
        facts.add(fact)
    before = report_of(facts.between(*days), "UTC")
    assert operate.main(["forget", "--user", "424242"]) == 0
    left = str(list(told_about.scan()))
    assert ("424242" in left, answer in left, str(theirs) in left) == (False, False, True)
    assert report_of(facts.between(*days), "UTC") == before
    assert before.second_answers == before.replies.sent == before.reviewed.replies == 1


def test_times_of_an_erased_person_tell_the_quarter_of_an_hour_and_count_as_before(told_about: DynamoTable) -> None:
    facts, days = Facts(told_about), (at(0) - timedelta(days=1), at(0) + timedelta(days=9))
    mine = CaseId(ConversationId("18"), UserId("424242"))
    seconds = timedelta(seconds=17)
    for begins, took in ((7, 20), (11, None), (50, 4_300), (-1, 3)):
        wait = a_wait(1, took, begins=begins, warned_at=at(begins + 2))
        moved = replace(wait, case_id=mine, since=wait.since + seconds, answer_by=wait.answer_by + seconds)
        facts.add(replace(moved, ended_at=wait.ended_at + 2 * seconds if wait.ended_at else None))
    facts.add(ReplyFact("r1", mine, at(20), StaffId("ana"), held_at=at(8), decided_at=at(19)))
    before = report_of(facts.between(*days), "Asia/Kathmandu")
    assert operate.main(["forget", "--user", "424242"]) == 0
    left = [fact for fact in facts.between(*days) if isinstance(fact, WaitFact)]
    assert report_of(facts.between(*days), "Asia/Kathmandu") == before
    assert len(left) == 4
    assert all(fact.since.minute % 15 == fact.since.second == 0 for fact in left)


def test_all_that_staff_wrote_about_an_erased_person_goes_with_them(told_about: DynamoTable) -> None:
    mine, said = CaseId(ConversationId("18"), UserId("424242")), "hush-hush"
    author, other = StaffId("ana"), StaffId("lea")
    post = PostId("1999000000000000001")
    strike = Strike("s1", "insults", (Evidence(post, "ab"),), author, at(0), at(9), other, at(1), other, said)
    Strikes(told_about, _keep, lambda: at(0)).save(
        CustomerRecord(UserId("424242"), (strike,)), (OwnerTold(mine, at(2), OwnerNews.REPLY_HELD, author),)
    )
    review = Review(ReviewedReply(post, mine, author), other, at(60), (True,) * 5, said)
    Reviews(told_about, _keep).save("2026-W25", review)
    reply = Reply(ReplyId("r1"), mine, author, said, said, ReplyState.SENT, at(3), at(3), post_id=post, ended_at=at(4))
    Replies(told_about, _keep, Cases(told_about, _keep)).save(ReplyChange(None, reply))
    assert said in str(list(told_about.scan()))
    assert operate.main(["forget", "--user", "424242"]) == 0
    assert (said in str(list(told_about.scan())), "424242" in str(list(told_about.scan()))) == (False, False)


def test_one_post_is_forgotten(told_about: DynamoTable, capsys: pytest.CaptureFixture[str]) -> None:
    post_id = str(id_at(at(0)))
    assert operate.main(["forget", "--post", post_id]) == 0
    assert "order 42" not in str(list(told_about.scan()))
    assert operate.main(["forget", "--post", post_id]) == 1
    assert "forgotten already" in capsys.readouterr().err


def test_today_s_reads_are_raised(db: "DynamoDBClient", table: str) -> None:
    assert operate.main(["reads", "500"]) == 0
    assert Cursors(DynamoTable(db, table)).reads(clock.now()).raised_today == 500
    assert operate.main(["reads", "0"]) == 1


def test_replaced_settings_expire_and_the_desk_knows_since_when_it_is(db: "DynamoDBClient", table: str) -> None:
    for _ in range(3):
        assert operate.main(["settings", str(EXAMPLE)]) == 0
    versions, stored = SettingsVersions(DynamoTable(db, table)), DynamoTable(db, table)
    since = versions.since()
    expires = [stored.get(keys.settings(version)) for version in (None, 1, 2, 3)]
    assert [bool(item and item.get(keys.EXPIRES)) for item in expires] == [False, True, True, False]
    stored.delete(keys.settings(1))
    assert versions.since() == since


@pytest.mark.usefixtures("_configured")
def test_a_maintenance_is_moved_and_cancelled(capsys: pytest.CaptureFixture[str]) -> None:
    operate.main(["maintenance", "New tills", "--from", "2099-07-01T22:00", "--until", "2099-07-01T23:00"])
    (planned,) = _planned()
    times = ["--from", "2099-07-02T22:00", "--until", "2099-07-02T23:00"]
    assert operate.main(["move-maintenance", planned.incident_id, *times, "--body", "A day later."]) == 0
    (moved,) = _planned()
    assert moved.scheduled_for == datetime(2099, 7, 2, 21, tzinfo=UTC)
    assert operate.main(["cancel-maintenance", planned.incident_id, "--body", "Not needed."]) == 0
    assert _planned() == []
    assert operate.main(["move-maintenance", planned.incident_id, *times, "--body", "?"]) == 1
    assert "it is completed" in capsys.readouterr().err
    assert operate.main(["cancel-maintenance", "nothing", "--body", "?"]) == 1
    assert "no maintenance nothing" in capsys.readouterr().err


# --- an incident ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_configured")
def test_an_incident_is_published_by_hand() -> None:
    asked = ["incident", "Deliveries: late", "--body", "Vans are late.", "--impact", "major", "--parts", "deliveries"]
    assert operate.main([*asked, "--began", "2026-01-02T03:04", "--by", "ben"]) == 0
    (incident,) = _planned()
    assert (incident.status, incident.title, incident.impact) == (
        Status.INVESTIGATING, "Deliveries: late", Impact.MAJOR,
    )  # fmt: skip
    assert [(one.component, one.health) for one in incident.affected] == [("deliveries", Health.PARTIAL_OUTAGE)]
    assert (incident.started_at, incident.owner) == (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "ben")


@pytest.mark.usefixtures("_configured")
def test_an_incident_is_published_from_a_template() -> None:
    assert operate.main(["incident", "--template", "Checkout down"]) == 0
    (incident,) = _planned()
    assert (incident.title, incident.impact) == ("Online shop: checkout fails", Impact.MAJOR)
    assert [one.component for one in incident.affected] == ["online-shop"]
    assert incident.owner == "mo"


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (["Title alone"], "give a title and a --body"),
        (["--template", "Nothing"], "no template 'Nothing'; there are Checkout down"),
        (["T", "--body", "B", "--by", "zoe"], "zoe is nobody in the settings"),
        (["T", "--body", "B", "--parts", "tills"], "no component tills"),
    ],
)
def test_what_cannot_be_published_says_why(asked: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert operate.main(["incident", *asked]) == 1
    assert why in capsys.readouterr().err
    assert _planned() == []


# --- keys -------------------------------------------------------------------------------------------------


def test_the_keys_that_are_missing_are_made_before_the_first_deploy(capsys: pytest.CaptureFixture[str]) -> None:
    """No stack needs to be there, and what was made is left alone."""
    assert operate.main(["keys", "--stack", "new"]) == 0
    made = {name: stored_secret(name, "new") for name in KEYS}
    assert capsys.readouterr().out.split() == ["links:", "made", "subscribers:", "made", "sessions:", "made"]
    assert {len(key) for key in made.values()} == {64}
    assert len(set(made.values())) == len(KEYS)
    assert operate.main(["keys", "--stack", "new"]) == 0
    told = capsys.readouterr().out
    assert told == "all keys are there\n"
    assert {name: stored_secret(name, "new") for name in KEYS} == made


def test_a_key_is_replaced_at_once_or_in_peace(capsys: pytest.CaptureFixture[str]) -> None:
    operate.main(["keys"])
    first = stored_secret("links")
    operate.main(["keys", "--replace", "links", "--keep-old"])
    second, kept = stored_secret("links").split("\n")
    assert (kept, second != first) == (first, True)
    operate.main(["keys", "--replace", "links"])
    third = stored_secret("links")
    assert third not in (first, second)
    assert len(third) == 64
    assert not [key for key in (first, second, third) if key in capsys.readouterr().out]


def test_the_secrets_of_a_stack_before_are_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Links that are out go on; the key that signed both kinds signs neither any more."""
    before = {"XCredentials": json.dumps(CREDENTIALS), "LinkKey": "k" * 64, "StatuspageKey": '{"api_key": "sp-1"}'}
    monkeypatch.setattr(SecretParameters, "_secret_before", lambda _, logical_id: before[logical_id])
    assert operate.main(["keys"]) == 0
    assert json.loads(stored_secret()) == CREDENTIALS
    assert stored_secret("statuspage") == "sp-1"
    links, subscribers = (stored_secret(name).split("\n") for name in ("links", "subscribers"))
    assert links[1:] == subscribers[1:] == ["k" * 64]
    assert links[0] != subscribers[0]
    assert len(stored_secret("sessions")) == 64


def test_a_placeholder_of_a_stack_before_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SecretParameters, "_secret_before", lambda *_: '{"placeholder": "abc"}')
    assert operate.main(["keys"]) == 0
    assert (stored_secret(), stored_secret("statuspage")) == ("", "")


# --- redrive ----------------------------------------------------------------------------------------------


def test_reports_that_failed_are_given_to_the_function_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    queue = boto3.client("sqs").create_queue(QueueName="reports")["QueueUrl"]
    report = {"detail": {"eventType": "Bounce"}}
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:forget-bounced:$LATEST"
    record = {"requestContext": {"functionArn": arn}, "requestPayload": report}
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(record))
    outputs = {"MailReportFailuresUrl": queue}
    monkeypatch.setattr(operate, "_output", lambda _, name: outputs[name])
    started: list[dict[str, Any]] = []
    real = boto3.client

    def client(service: str) -> Any:
        return SimpleNamespace(invoke=lambda **asked: started.append(asked)) if service == "lambda" else real(service)  # type: ignore[call-overload]

    monkeypatch.setattr("infra.operate.boto3.client", client)
    assert operate.main(["redrive"]) == 0
    (asked,) = started
    assert (asked["FunctionName"], json.loads(asked["Payload"])) == (arn, report)
    assert capsys.readouterr().out == "1 given to their functions again\n"
    assert operate.main(["redrive"]) == 0
    assert len(started) == 1


# --- events out -------------------------------------------------------------------------------------------


@pytest.fixture
def events(db: "DynamoDBClient", table: str, capsys: pytest.CaptureFixture[str]) -> Events:
    """A desk with the endpoint crm, and an event of two hours ago that it did not get."""
    assert operate.main(["settings", str(EXAMPLE)]) == 0
    capsys.readouterr()
    found, now = Events(DynamoTable(db, table)), clock.now()
    found.add(Event("evt_1", EventType.CASE_OPENED, now - timedelta(hours=2)), [], now)
    return found


def test_the_log_of_events(events: Events, capsys: pytest.CaptureFixture[str]) -> None:
    assert operate.main(["events-log"]) == 0
    assert "case.opened           evt_1  wanted by no endpoint" in capsys.readouterr().out
    assert operate.main(["events-log", "--endpoint", "crm"]) == 0
    assert capsys.readouterr().out == "no events\n"
    assert not events.deliveries("evt_1")


def test_events_are_delivered_again_from_a_time_on(events: Events, capsys: pytest.CaptureFixture[str]) -> None:
    events.save_state(EndpointState("crm", clock.now(), clock.now(), "Status410"))
    assert operate.main(["events-replay", "crm"]) == 0
    assert capsys.readouterr().out == "crm gets its events again within a minute; 0 are delivered once more\n"
    assert events.states() == []
    since = (clock.now() - timedelta(hours=3)).isoformat(timespec="minutes")
    assert operate.main(["events-replay", "crm", "--since", since]) == 0
    assert "1 are delivered once more" in capsys.readouterr().out
    assert events.due("crm", clock.now(), 10) == ["evt_1"]


@pytest.mark.parametrize("command", [["events-replay", "nobody"], ["events-log", "--endpoint", "nobody"]])
def test_an_endpoint_that_is_not_in_the_settings(
    events: Events, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    del events
    assert operate.main(command) == 1
    assert capsys.readouterr().err == "the settings have no endpoint 'nobody'; there are crm, bus\n"


def test_the_secret_of_an_endpoint_is_replaced_in_two_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert operate.main(["event-secret", "crm"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert operate.main(["event-secret", "crm"]) == 0
    second = capsys.readouterr().out.splitlines()[0]
    assert operate.main(["event-secret", "till"]) == 0
    third = capsys.readouterr().out.splitlines()[0]
    assert json.loads(stored_secret("events")) == {"crm": f"{second} {first}", "till": third}
    assert operate.main(["event-secret", "crm", "--drop-old"]) == 0
    assert json.loads(stored_secret("events"))["crm"] == second
    capsys.readouterr()
    assert operate.main(["event-secret", "crm", "--drop-old"]) == 1
    assert capsys.readouterr().err == "nothing changed: crm has one secret, or none\n"


# --- corrections ------------------------------------------------------------------------------------------


def _correct(found: DynamoTable, customer: str, *commands: CaseCommand) -> None:
    """Has a person of the staff give these commands to the case of a customer."""
    (item,) = [item for item in found.scan() if item.key.sk == keys.CASE and item.key.pk.endswith(f"#{customer}")]
    case_id, cases = item.read(Case).case_id, Cases(found, _keep)
    change = ChangeCase(cases, lambda: load_desk(EXAMPLE))
    lead = next(one for one in load_desk(EXAMPLE).roster.staff if Audience.LEAD in one.roles)
    for number, command in enumerate(commands):
        change(Actor(lead, CASE_ACTIONS | DESK_ACTIONS, Door.DESK_WEB), case_id, command, f"e{number}", at(10 + number))


def test_corrections_measure_triage_until_their_posts_are_forgotten(
    told_about: DynamoTable, capsys: pytest.CaptureFixture[str]
) -> None:
    _correct(told_about, "42", Retag(Urgency.CRITICAL), Correct(Kind.QUESTION))
    _correct(told_about, "43", Correct(None), Undo())
    capsys.readouterr()
    assert operate.main(["corrections", "--mistakes", "5"]) == 0
    said = capsys.readouterr().out
    assert "1 posts were corrected; triage reads 0 of them as corrected" in said
    assert "complaint → question; normal → critical" in said
    assert "order 42 is broken" in said
    assert operate.main(["forget", "--post", str(id_at(at(0)))]) == 0
    capsys.readouterr()
    assert operate.main(["corrections", "--mistakes", "5"]) == 0
    assert capsys.readouterr().out == "nobody has corrected triage, or the posts are forgotten\n"
