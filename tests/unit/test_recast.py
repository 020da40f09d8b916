"""The story's day under other settings: the same posts and acts, with the names of that brand."""

from pathlib import Path
from typing import Any

import pytest

from infra.local.recast import changes, parts, recast
from infra.local.story import Story, load_story
from infra.settings_file import load_settings
from mentiondesk.settings.schema import SettingsFile
from tests.support.builders import settings_file

EXAMPLE = Path("infra/settings.example.yaml")
TEA = {"name": "Dunder Tea", "user_id": "42", "handle": "DunderTea", "words": ["#dundertea", "dunder tea"]}


@pytest.fixture(scope="module")
def story() -> Story:
    return load_story()


@pytest.fixture(scope="module")
def example() -> SettingsFile:
    return load_settings(EXAMPLE)


def of(**given: Any) -> SettingsFile:
    return settings_file(**{"brand": TEA, **given})


def a_person(name: str, *roles: str, **more: Any) -> dict[str, Any]:
    return {"id": name.lower(), "name": f"{name} Lee", "email": f"{name.lower()}@example.com", "roles": roles, **more}


def test_under_the_example_the_day_is_as_it_is_written(story: Story, example: SettingsFile) -> None:
    found = recast(story, example)
    assert [one.get("text") for one in found.entries] == [one.get("text") for one in story.entries]
    assert [one.get("by") for one in found.entries] == [one.get("by") for one in story.entries]
    assert [(one["by"], one.get("typed", {})) for one in found.acts] == [
        (one["by"], one.get("typed", {})) for one in story.acts
    ]
    assert (found.begins, found.ends, found.brand.id) == (story.begins, story.ends, story.brand.id)
    assert changes(example, example) == []


def test_customers_write_to_the_brand_by_its_own_names(story: Story) -> None:
    found = recast(story, of())
    assert (found.brand.id, found.brand.username, found.brand.name) == ("42", "DunderTea", "Dunder Tea")
    written = " ".join(one.get("text", "") for one in found.entries)
    assert "fennel" not in written.lower()
    assert written.count("@DunderTea ") > 50
    assert "dunder tea" in written
    assert "#dundertea" in written
    assert len(found.entries) == len(story.entries)


def test_without_words_customers_say_the_name(story: Story) -> None:
    found = recast(story, of(brand={**TEA, "words": []}))
    assert any("Dunder Tea" in one.get("text", "") for one in found.entries)


def test_the_day_runs_by_the_brands_own_clock(story: Story) -> None:
    found = recast(story, of(zone="America/New_York"))
    assert found.begins.strftime("%H:%M %Z") == "12:50 UTC"
    assert found.ends - found.begins == story.ends - story.begins


def test_the_brands_people_take_the_parts_of_the_storys(story: Story) -> None:
    three = of(staff=[a_person("Lia", "lead"), a_person("Kim"), a_person("Uma")])
    assert {part: one.id for part, one in parts(three).items()} == {"ana": "kim", "ben": "uma", "mo": "lia"}
    alone = recast(story, of(staff=[a_person("Kim", "lead")]))
    assert {one["by"] for one in alone.acts} == {"kim"}
    assert "^Kim" in " ".join(one.get("text", "") for one in alone.entries)
    assert "^Ana" not in " ".join(one.get("text", "") for one in alone.entries)


def test_who_has_no_address_cannot_sign_in_and_answers_in_the_app(story: Story) -> None:
    phone_only = {"id": "kim", "name": "Kim", "phone": "+447700900123", "roles": ["lead"]}
    found = recast(story, of(staff=[phone_only]))
    assert not {one.get("by") for one in found.entries} & {"ana", "ben", "mo", "kim"}
    assert found.entries[4]["by"] == "shop"
    assert "nobody signs in" in " ".join(changes(of(staff=[phone_only]), of()))


def test_what_differs_is_said(example: SettingsFile) -> None:
    components = [{"id": "tea", "name": "Tea room"}]
    yours = of(zone="America/New_York", staff=[a_person("Kim", "lead")], status_page={"components": components})
    said = changes(yours, example)
    assert said[:4] == [
        "Customers write to Dunder Tea, @DunderTea (account 42), or say “#dundertea” and “dunder tea”.",
        "The day runs by the clock of America/New_York.",
        "Alerts go to Kim Lee. Kim Lee does what Ana, Ben and Mo would do.",
        "The status page shows Tea room.",
    ]
    assert said[4].startswith("Not as in the example either")
    assert "targets" in said[4]
