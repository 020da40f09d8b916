"""The example explains every setting there is, and shows the defaults where it says so."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from infra.settings_file import load_settings
from mentiondesk.domain.cases.timers import Target
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.settings.schema import AlertSettings, ReadingSettings, SettingsFile, WordingSettings
from mentiondesk.settings.to_domain import desk_settings

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "infra" / "settings.example.yaml"


@pytest.fixture(scope="module")
def example() -> SettingsFile:
    return load_settings(EXAMPLE)


def test_every_key_is_shown(example: SettingsFile) -> None:
    shown: defaultdict[type[BaseModel], set[str]] = defaultdict(set)
    for group in _groups(example):
        shown[type(group)] |= group.model_fields_set
    missing = {model.__name__: model.model_fields.keys() - keys for model, keys in shown.items()}
    assert {name: keys for name, keys in missing.items() if keys} == {}


def _groups(value: object) -> Iterable[BaseModel]:
    """Every group of keys in the settings, at any depth."""
    if isinstance(value, BaseModel):
        yield value
        value = dict(value)
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, tuple):
        for item in value:
            yield from _groups(item)


def test_every_key_is_explained() -> None:
    """The first use of each key has a comment above it."""
    lines = EXAMPLE.read_text().splitlines()
    first: dict[str, int] = {}
    for key, line in _keys(yaml.compose("\n".join(lines))):
        first.setdefault(key, line)
    own_names = {"mon-thu", "mon-fri", "fri", "sat", "sat-sun", "daily", "shop", *Kind}
    unexplained = [key for key, line in first.items() if not _comment_above(lines, line)]
    assert set(unexplained) - own_names == set()


def _keys(node: yaml.Node | None) -> Iterable[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, key.start_mark.line
            yield from _keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _keys(item)


def _comment_above(lines: list[str], line: int) -> bool:
    return lines[line - 1].lstrip().startswith("#")


@pytest.mark.parametrize("clock", ["first_reply", "next_reply"])
def test_targets_are_the_defaults_and_complaints_count_round_the_clock(example: SettingsFile, clock: str) -> None:
    shown = getattr(desk_settings(example).policy, clock)
    defaults = getattr(desk_settings(SettingsFile(brand=example.brand, staff=example.staff)).policy, clock)
    assert _lengths(shown) == _lengths(defaults)
    assert all(shown[Kind.COMPLAINT, urgency].hours is None for urgency in Urgency)


def _lengths(targets: Mapping[tuple[Kind, Urgency], Target]) -> dict[tuple[Kind, Urgency], object]:
    return {case: (target.within, target.alerts) for case, target in targets.items()}


def test_alerts_reading_wording_and_keeping_are_the_defaults(example: SettingsFile) -> None:
    assert example.wording == WordingSettings()
    assert example.alerts == AlertSettings()
    assert example.reading == ReadingSettings()
    assert example.keep == SettingsFile.model_fields["keep"].default


def test_somebody_can_be_reached_at_any_hour(example: SettingsFile) -> None:
    mo = desk_settings(example).roster.find(example.staff[2].id)
    assert mo is not None
    assert (list(mo.addresses.values()), mo.quiet) == (["mo@example.com", "+447700900103"], None)
    assert {str(role) for role in mo.roles} == {"lead", "manager"}


def test_brand_is_the_one_of_the_local_day(example: SettingsFile) -> None:
    brand = yaml.safe_load((ROOT / "infra" / "local" / "day.yaml").read_text())["brand"]
    assert (brand["id"], brand["username"], brand["name"], tuple(brand["words"])) == (
        example.brand.user_id,
        example.brand.handle,
        example.brand.name,
        example.brand.words,
    )
