"""`make check-settings`: slips in plain words, and what a person would ask about."""

from pathlib import Path
from typing import Any

import pytest

from infra.advice import advice
from infra.check_settings import main
from infra.settings_file import SettingsFileInvalid, load_desk
from tests.support.builders import raw_settings, settings

STARTER, EXAMPLE = Path("infra/settings.starter.yaml"), Path("infra/settings.example.yaml")
ANA: dict[str, Any] = raw_settings()["staff"][0]


def told(**overrides: Any) -> str:
    return "\n".join(advice(settings(**overrides)))


def test_the_starter_and_the_example_can_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert [main([str(file)]) for file in (STARTER, EXAMPLE)] == [0, 0]
    assert "can be used" in capsys.readouterr().out
    assert len(STARTER.read_text().splitlines()) < 40


def test_a_file_that_cannot_be_used_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("brand: 5")
    assert main([str(file)]) == 1
    assert "brand" in capsys.readouterr().err


def test_hours_without_anybody_on_duty_are_told() -> None:
    office = {**ANA, "duty": {"week": {"mon-fri": ["09:00-17:00"]}}}
    assert "nobody is on duty for 128 of the week's 168 hours" in told(staff=[office])
    assert "Mon 00:00 to Mon 09:00" in told(staff=[office])
    assert "on duty" not in told(staff=[ANA])


def test_one_person_with_both_roles_is_told() -> None:
    assert "Ana is lead and manager" in told(staff=[{**ANA, "roles": ["lead", "manager"]}])
    assert "nobody is a manager" in told(staff=[ANA])


def test_people_who_never_hear_anything_are_told() -> None:
    assert "Bo never hear anything" in told(staff=[ANA, {"id": "bo", "name": "Bo", "email": "bo@example.com"}])


def test_a_stage_on_a_way_that_nobody_has_is_told() -> None:
    mail_only = {name: value for name, value in ANA.items() if name != "phone"}
    assert "stage three_quarters: nobody of duty has an address for text" in told(staff=[mail_only])


def test_an_unknown_topic_of_a_component_is_told() -> None:
    parts = [{"id": "shop", "name": "Shop", "topics": ["orders", "delivery", "gifts"]}]
    found = told(status_page={"components": parts}, triage={"topics": {"gifts": ["gift*"]}})
    assert "no topic 'orders'" in found
    assert "no topic 'gifts'" not in found


def test_the_price_of_the_reads_is_told() -> None:
    assert "at most $250 for X" in told(reading={"monthly_reads": 50_000})


SLIPS = {
    "emial: x@example.com": "did you mean email?",
    "roles: [boss]": "'lead' or 'manager'",
    'quiet: {weeek: {daily: ["22:00-06:00"]}}': "did you mean week?",
}


@pytest.mark.parametrize("line", SLIPS)
def test_a_slip_of_the_pen_is_answered_with_what_is_right(line: str, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    lines = (
        'brand: {name: S, user_id: "1", handle: s}\nstaff:\n  - {id: a, name: A, email: a@example.com, roles: [lead]}'
    )
    file.write_text(f'{lines}\n  - id: b\n    name: B\n    phone: "+447700900123"\n    {line}\n')
    with pytest.raises(SettingsFileInvalid) as refused:
        load_desk(file)
    assert "line 7" in str(refused.value)
    assert SLIPS[line] in str(refused.value)


YAML_SLIPS = {
    "brand:\n\tname: x\n": "indent with spaces",
    "brand: @shop\n": "in quotes",
    "brand: & shop\n": "in quotes",
    "brand: a: b\n": "in quotes",
    "brand:\n  name: x\n zone: UTC\n": "indented otherwise",
    "brand: {name: x\nzone: UTC\n": "bracket is not closed",
    'brand: "x\n': "quotation mark is missing",
}


@pytest.mark.parametrize("text", YAML_SLIPS)
def test_slips_of_yaml_are_told_in_plain_words(text: str, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    with pytest.raises(SettingsFileInvalid, match=YAML_SLIPS[text]):
        load_desk(file)
