"""The operator's commands on a deployed desk, and their errors."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from infra import operate
from infra.settings_file import load_desk, load_settings
from infra.transform import REGION, transformed
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.attributes import from_attributes, values
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.incidents.incident import Incident, Status
from mentiondesk.runtime import aws, clock

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
    with mock_aws():
        aws.forget_clients()
        # moto's CloudFormation makes no secrets.
        secret = boto3.client("secretsmanager").create_secret(Name="x", SecretString='{"placeholder": "x"}')["ARN"]
        template = transformed(ROOT / "template.yaml")
        outputs = {name: template["Outputs"][name] for name in ("TableName", "XCredentialsSecretId")}
        outputs["XCredentialsSecretId"]["Value"] = secret
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


def stored_secret() -> dict[str, Any]:
    secrets = boto3.client("secretsmanager")
    (secret,) = secrets.list_secrets()["SecretList"]
    found: dict[str, Any] = json.loads(secrets.get_secret_value(SecretId=secret["ARN"])["SecretString"])
    return found


# --- settings ---------------------------------------------------------------------------------------------


def test_settings_are_stored_by_version(db: "DynamoDBClient", table: str, capsys: pytest.CaptureFixture[str]) -> None:
    for version in (1, 2):
        assert operate.main(["settings", str(EXAMPLE)]) == 0
        assert capsys.readouterr().out == f"stored as version {version}; functions use it within 60 seconds\n"
    assert SettingsVersions(DynamoTable(db, table)).load() == load_desk(EXAMPLE)


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
    assert stored_secret() == CREDENTIALS
    told = "".join(capsys.readouterr())
    assert not [value for value in CREDENTIALS.values() if value in told]


def test_credentials_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(CREDENTIALS | {"bearer_token": "not needed"})))
    assert operate.main(["x-credentials", "--stdin"]) == 0
    assert stored_secret() == CREDENTIALS
    assert capsys.readouterr().out == "stored; the desk uses them within 5 minutes\n"


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
