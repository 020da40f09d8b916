"""A settings file with something wrong in it names the line, the key, and what would be right."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.settings_file import SettingsFileInvalid, load_settings

GOOD = """\
# A small desk.
brand:
  name: Fennel & Finch
  user_id: "1000000001"
  handle: FennelAndFinch
staff:
  - id: ana
    name: Ana
    phone: "+447700900101"
    duty: always
    roles: [lead]
"""

Problems = Callable[[str | bytes], list[str]]


@pytest.fixture
def problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Problems:
    """The problems of a file with this content."""
    monkeypatch.chdir(tmp_path)

    def read(content: str | bytes) -> list[str]:
        path = Path("shop.yaml")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        try:
            load_settings(path)
        except SettingsFileInvalid as invalid:
            return list(invalid.lines)
        return []

    return read


def test_good_file_is_read(problems: Problems) -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("written", "instead", "expected"),
    [
        ('"+447700900101"', '"0770 900101"', "line 9: staff.0.phone: "),
        ("    name: Ana\n", "", "line 7: staff.0.name: this key is missing"),
        ("  name: Fennel & Finch\n", "", "line 2: brand.name: this key is missing"),
        ("handle:", "handel:", "line 5: brand.handel: there is no such key"),
        ("duty: always", "duty: {weeks: {}}", "line 10: staff.0.duty.week: this key is missing"),
        ("duty: always", "duty: {week: {}, week: {}}", "line 10: staff.0.duty.week: this key stands in line 10"),
        ("duty: always", "duty: sometimes", "line 10: staff.0.duty: "),
        ("roles: [lead]", "roles:\n      - lead\n      - boss", "line 13: staff.0.roles.1: "),
        ("staff:", "targets: {first_reply: {complaints: 60m}}\nstaff:", "line 6: targets.first_reply.complaints: "),
        ("staff:", "targets:\n  first_reply:\n    question: soon\nstaff:", "line 8: targets.first_reply.question"),
        ("roles: [lead]", "roles: []", "line 6: staff: "),
    ],
)
def test_fault_names_its_line_and_key(problems: Problems, written: str, instead: str, expected: str) -> None:
    assert written in GOOD
    assert any(line.startswith(f"shop.yaml {expected}") for line in problems(GOOD.replace(written, instead)))


def test_faults_stand_in_the_files_order(problems: Problems) -> None:
    found = problems("zone: Mars\n" + GOOD.replace('"1000000001"', "me").replace("FennelAndFinch", '"@us"'))
    assert [line[: line.index(": ", len("shop.yaml"))] for line in found] == [
        "shop.yaml line 1",
        "shop.yaml line 5",
        "shop.yaml line 6",
    ]


def test_key_that_stands_twice_is_refused(problems: Problems) -> None:
    assert problems(GOOD + "zone: UTC\nzone: Europe/London\n") == [
        "shop.yaml line 13: zone: this key stands in line 12 already; keep one of them"
    ]


def test_key_that_stands_twice_is_told_beside_other_faults(problems: Problems) -> None:
    assert problems(GOOD + "    name: Ann\nzone: Mars\n") == [
        "shop.yaml line 12: staff.0.name: this key stands in line 8 already; keep one of them",
        "shop.yaml line 13: zone: 'Mars' is not a known time zone; write it like Europe/London or UTC",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "shop.yaml: the file is empty"),
        (b"# nothing yet\n", "shop.yaml: the file is empty"),
        (b"- brand\n- staff\n", "shop.yaml: the file holds no keys"),
        (b"Fennel & Finch\n", "shop.yaml: the file holds no keys"),
        (b"zone: UTC\nwords: [a, b\n", "shop.yaml line 3: this cannot be read as YAML"),
        (b"brand:\n\tname: x\n", "shop.yaml line 2: this cannot be read as YAML"),
        (b"zone: UTC\n---\nzone: UTC\n", "shop.yaml line 2: this cannot be read as YAML"),
        (b"holidays:\n- 2026-02-30\n", "shop.yaml line 2: this cannot be read as YAML: day is out of range"),
        (b"brand: !!python/object:os.system {}\n", "shop.yaml line 1: this cannot be read as YAML"),
        (b"{a: 1}: b\n", "shop.yaml line 1: this cannot be read as YAML"),
        (b"zone: \xff\n", "shop.yaml: this is not plain text"),
        (b"zone: \x01\n", "shop.yaml: this is not plain text"),
    ],
)
def test_what_is_no_settings_file_is_said_in_one_sentence(problems: Problems, content: bytes, expected: str) -> None:
    (line,) = problems(content)
    assert line.startswith(expected)


def test_all_lines_are_the_message(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("zone: Mars\n")
    with pytest.raises(SettingsFileInvalid) as invalid:
        load_settings(path)
    assert str(invalid.value).splitlines() == list(invalid.value.lines)
    assert len(invalid.value.lines) == 3


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsFileInvalid, match=r"gone\.yaml: No such file or directory"):
        load_settings(tmp_path / "gone.yaml")
