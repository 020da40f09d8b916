"""Holds the statements of README.md and docs/ against the code."""

import os
import re
from pathlib import Path

import pytest

from infra.transform import template
from mentiondesk.presentation import operator_mails
from mentiondesk.runtime import config
from mentiondesk.settings.schema import SettingsFile

DOCUMENTS = {
    path: path.read_text(encoding="utf-8")
    for path in sorted([*Path().glob("*.md"), *Path("docs").rglob("*.md"), *Path("data").rglob("*.md")])
}
README = DOCUMENTS[Path("README.md")]
EVERYTHING = "\n".join(DOCUMENTS.values())
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", Path("Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def document(name: str) -> str:
    return DOCUMENTS[Path("docs") / name]


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def first_cells(text: str) -> list[str]:
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    return [row.strip("`") for row in rows[1:]]


def test_every_command_is_a_target() -> None:
    named = re.findall(r"(?:^    |`)make ([a-z-]+)", EVERYTHING, re.MULTILINE)
    assert {"run", "test", "replay", "deploy", "settings", "x-credentials"} <= set(named) <= TARGETS


def test_every_make_variable_is_read_by_the_makefile() -> None:
    makefile = Path("Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"make [a-z-]+(?: [A-Z_]+=\S+)+", EVERYTHING):
        for name in re.findall(r"([A-Z_]+)=", command):
            assert f"$({name})" in makefile, command


def test_settings_table_has_every_key_and_no_other() -> None:
    assert first_cells(document("settings.md")) == list(SettingsFile.model_fields)


def test_alarm_table_has_every_alarm_and_no_other() -> None:
    alarms = template(Path("infra/alarms.yaml"))["Resources"].values()
    names = [alarm["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("${DeskName}: ") for alarm in alarms]
    assert first_cells(section(document("operating.md"), "Alarms")) == names


def test_trouble_table_has_every_trouble_and_no_other() -> None:
    titles = [words["title"] for words in operator_mails.texts().values()]
    assert first_cells(section(document("operating.md"), "Troubles")) == titles


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
        config.RequestedMailsConfig,
        config.DeskWebConfig,
        config.SignInCodesConfig,
        config.ReportConfig,
        config.AuditConfig,
        config.RelayConfig,
        config.SendReplyConfig,
        config.SendEventsConfig,
    )
    read = {name.upper() for one in classes for name in one.__struct_fields__}
    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", document("settings.md"))) == read


def test_parameters_are_the_templates() -> None:
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", document("deploying.md")))
    assert named == set(template(Path("template.yaml"))["Parameters"])


def links() -> list[tuple[Path, str]]:
    found = ((path, re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", text)) for path, text in DOCUMENTS.items())
    return [(path, name) for path, names in found for name in names]


@pytest.mark.parametrize(("path", "name"), links(), ids=str)
def test_linked_files_exist(path: Path, name: str) -> None:
    assert (path.parent / name).exists()


def test_every_document_is_reached_from_the_readme() -> None:
    reached, found = set(), [Path("README.md")]
    while found:
        path = found.pop()
        if path in reached or path not in DOCUMENTS:
            continue
        reached.add(path)
        found += [
            Path(os.path.normpath(own.parent / name)) for own, name in links() if own == path and name.endswith(".md")
        ]
    assert reached >= {path for path in DOCUMENTS if path.parts[0] != "data"}


def test_the_readme_is_about_one_screen() -> None:
    assert len(README.splitlines()) <= 70


def test_the_glossary_defines_each_term_once() -> None:
    terms = [term for term in first_cells(document("glossary.md")) if term not in {"term", "figure"}]
    assert len(terms) == len(set(terms))


def test_the_readme_of_the_tests_support_names_every_module() -> None:
    named = re.findall(r"`(\w+\.py)`", Path("tests/support/README.md").read_text(encoding="utf-8"))
    assert set(named) == {path.name for path in Path("tests/support").glob("*.py")}


def test_no_document_names_a_path_of_somebody_s_machine() -> None:
    wrong = [
        str(path) for path, text in DOCUMENTS.items() if re.search(r"(?<![\w.])/(?:work|home|tmp|root|Users)/", text)
    ]
    assert not wrong, wrong
