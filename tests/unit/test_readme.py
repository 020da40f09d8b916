"""Holds the statements of README.md against the code."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from infra.transform import template
from mentiondesk.runtime import config
from mentiondesk.settings.schema import SettingsFile

README = Path("README.md").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", Path("Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> list[str]:
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    return [row.strip("`") for row in rows[1:]]


def test_every_command_is_a_target() -> None:
    named = re.findall(r"(?:^    |`)make ([a-z-]+)", README, re.MULTILINE)
    assert {"run", "test", "replay", "deploy", "settings", "x-credentials"} <= set(named) <= TARGETS


def test_every_make_variable_is_read_by_the_makefile() -> None:
    makefile = Path("Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"make [a-z-]+(?: [A-Z_]+=\S+)+", README):
        for name in re.findall(r"([A-Z_]+)=", command):
            assert f"$({name})" in makefile, command


def test_settings_table_has_every_key_and_no_other() -> None:
    assert first_cells(section("Settings")) == list(SettingsFile.model_fields)


def test_alarm_table_has_every_alarm_and_no_other() -> None:
    alarms = template(Path("infra/alarms.yaml"))["Resources"].values()
    names = [alarm["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("${DeskName}: ") for alarm in alarms]
    assert first_cells(section("Operate")) == names


def test_environment_variables_are_those_the_functions_read() -> None:
    classes = (
        config.FetchConfig,
        config.ClassifyConfig,
        config.NotifyConfig,
        config.DetectConfig,
        config.PublishConfig,
        config.ForgetConfig,
        config.ActionLinksConfig,
        config.SubscriptionsConfig,
    )
    read = {field.name.upper() for one in classes for field in fields(one)}
    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", section("Settings"))) == read


def test_parameters_are_the_templates() -> None:
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", section("Deploy"))) - {"RunFailures"}
    assert named == set(template(Path("template.yaml"))["Parameters"])


@pytest.mark.parametrize("name", re.findall(r"\]\((?!https)([^)]+)\)", README))
def test_linked_files_exist(name: str) -> None:
    assert Path(name).exists()
