"""Questions before a deploy: a wrong answer is asked again and never stored."""

import json
from pathlib import Path

import pytest

from infra import deploy
from infra.transform import template

PARAMETERS = template(deploy.TEMPLATE)["Parameters"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(deploy, "FOLDER", tmp_path)
    monkeypatch.setattr(deploy, "deployed", lambda _: {})
    return tmp_path


def test_a_wrong_answer_is_asked_again() -> None:
    given = iter(["", "desk", "desk@example.com"])
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt.split(maxsplit=1)[0])
        return next(given) if prompt.split(maxsplit=1)[0] == "AlertSender" else ""

    answers = deploy.asked(PARAMETERS, {}, ask)
    assert asked[:4] == ["AlertSender", "AlertSender", "AlertSender", "StatusSender"]
    assert answers["AlertSender"] == "desk@example.com"
    assert answers.keys() == PARAMETERS.keys()
    assert "XApiUrl" not in asked


def test_enter_keeps_what_the_stack_has() -> None:
    known = {"AlertSender": "desk@example.com", "OperatorEmail": "ops@example.com"}
    answers = deploy.asked(PARAMETERS, known, lambda _: "")
    assert (answers["AlertSender"], answers["OperatorEmail"]) == ("desk@example.com", "ops@example.com")


@pytest.mark.parametrize(
    ("name", "answer", "taken"),
    [
        ("AlertSender", "", False),
        ("AlertSender", "desk@example.com", True),
        ("SesSandbox", "maybe", False),
        ("TextsThrough", "SNS", True),
        ("TextOrigin", "+447700900123", False),
        ("TextOrigin", "arn:aws:sms-voice:eu-west-1:123456789012:pool/pool-1", True),
        ("XApiUrl", "http://api.x.com", False),
    ],
)
def test_answers_are_held_against_the_template(name: str, answer: str, taken: bool) -> None:
    assert (deploy.problem(PARAMETERS[name], answer) == "") is taken


def test_a_file_that_does_not_fit_deploys_nothing(folder: Path) -> None:
    (folder / "shop.json").write_text(json.dumps({"AlertSender": "nobody", "Colour": "red"}))
    with pytest.raises(SystemExit, match="Colour: no such parameter"):
        deploy.configured("shop", PARAMETERS, again=False)
    with pytest.raises(SystemExit, match="AlertSender: write one address"):
        deploy.configured("shop", PARAMETERS, again=False)


def test_without_a_file_and_without_a_person_nothing_is_deployed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(SystemExit, match=r"shop\.json is missing"):
        deploy.configured("shop", PARAMETERS, again=False)
    assert list(folder.iterdir()) == []


def test_each_stack_has_a_file_of_its_own_that_git_ignores(folder: Path) -> None:
    for stack in ("shop", "hotel"):
        (folder / f"{stack}.json").write_text(json.dumps({"AlertSender": f"{stack}@example.com"}))
    answers = {stack: deploy.configured(stack, PARAMETERS, again=False) for stack in ("shop", "hotel")}
    calls = {stack: " ".join(deploy.command(stack, found, confirm=True)) for stack, found in answers.items()}
    assert "--stack-name shop --s3-prefix shop" in calls["shop"]
    assert "ParameterKey=AlertSender,ParameterValue=hotel@example.com" in calls["hotel"]
    assert "/deploy/" in Path(".gitignore").read_text(encoding="utf-8").splitlines()
    assert "parameter_overrides" not in Path("samconfig.toml").read_text(encoding="utf-8")


def test_a_machine_is_not_asked() -> None:
    assert "--no-confirm-changeset" in deploy.command("shop", {}, confirm=False)
    assert "--no-confirm-changeset" not in deploy.command("shop", {}, confirm=True)
