"""The day that `make run` plays: it loads, and holds what it promises."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.story import DATE, Posted, Story, load_story
from infra.settings_file import load_settings

ROOT = Path(__file__).parents[2]
STAFF = ("ana", "ben", "mo")


@pytest.fixture(scope="module")
def story() -> Story:
    return load_story()


def keyed(story: Story, beginning: str) -> list[str]:
    return [entry["key"] for entry in story.entries if entry.get("key", "").startswith(beginning)]


def test_it_has_a_full_day_of_posts(story: Story) -> None:
    posts = [entry for entry in story.entries if "by" in entry]
    assert len(posts) >= 150
    assert story.ends - story.begins > timedelta(hours=9)
    assert story.begins.date() == story.ends.date() == DATE


def test_it_is_told_in_order_and_each_key_once(story: Story) -> None:
    times = [entry["at"] for entry in story.entries]
    assert times == sorted(times)
    keys = [entry["key"] for entry in story.entries if "key" in entry]
    assert len(keys) == len(set(keys))


def test_everything_it_points_at_came_before(story: Story) -> None:
    known: set[str] = set()
    for entry in story.entries:
        for name in ("to", "quotes", "edit", "delete", "repost"):
            assert entry.get(name) is None or entry[name] in known, entry
        known |= {entry["key"]} if "key" in entry else set()
        assert entry.get("by") in (None, "shop", *story.people, *STAFF), entry
        assert entry.get("by") not in STAFF or "to" in entry, "an answer at the desk has a customer"
    assert {act["case"] for act in story.acts if "case" in act} <= known


@pytest.mark.parametrize(
    ("beginning", "least", "what"),
    [
        ("out-", 30, "an outage that many notice"),
        ("pile-", 3, "people who join an influencer's complaint"),
        ("crit-", 1, "somebody hurt"),
        ("wrong-", 2, "a wrong handle"),
        ("bare-", 2, "no handle"),
        ("vent-", 2, "a vent"),
        ("troll-", 3, "a troll"),
        ("odd-", 4, "hostile or malformed text"),
        ("spam-", 2, "spam"),
        ("s-", 40, "answers by staff"),
        ("own-", 4, "broadcasts"),
    ],
)
def test_it_holds(story: Story, beginning: str, least: int, what: str) -> None:
    assert len(keyed(story, beginning)) >= least, what


def test_it_has_other_languages_emoji_and_every_way_to_pass_words_on(story: Story) -> None:
    languages = Counter(entry.get("lang", "en") for entry in story.entries if "text" in entry)
    assert languages["es"] >= 5
    assert languages["de"] >= 5
    assert sum(bool(re.search("[\U0001f300-\U0001faff]", entry.get("text", ""))) for entry in story.entries) >= 10
    for name in ("edit", "delete", "repost", "quotes", "late", "long"):
        assert any(name in entry for entry in story.entries), name


def test_staff_answer_some_and_miss_others(story: Story) -> None:
    answered = {entry["to"] for entry in story.entries if entry.get("by") in ("shop", *STAFF) and "to" in entry}
    outage = keyed(story, "out-")
    assert 0 < len(answered & set(outage)) < len(outage) / 2


def test_staff_answer_at_the_desk_and_in_x_s_own_app(story: Story) -> None:
    by = Counter(entry["by"] for entry in story.entries if "to" in entry and entry["by"] in ("shop", *STAFF))
    assert by["ana"] >= 10 and by["ben"] >= 5 and by["shop"] >= 10
    acts = Counter(act["does"] for act in story.acts)
    assert acts["approve_replies"] and acts["solved_in_private"] and acts["decline_follow_up"]


def test_customers_answer_only_what_has_had_time_to_go_out(story: Story) -> None:
    """A reply is written in the minute after its time, and sent in the next; what is held takes longer."""
    answers = {entry["key"]: entry for entry in story.entries if entry.get("by") in STAFF}
    for entry in story.entries:
        answer = answers.get(entry.get("to", ""))
        assert answer is None or seconds(entry) > -(-seconds(answer) // 60) * 60 + 60, entry


def seconds(entry: dict[str, Any]) -> int:
    at = time.fromisoformat(entry["at"])
    return at.hour * 3600 + at.minute * 60 + at.second


def test_who_cannot_sign_in_answers_in_x_s_own_app(story: Story, clock: Callable[[], datetime]) -> None:
    with story.empty(clock) as x:
        typed = [one for one in story.happens(x, ["ben"]) if isinstance(one, Posted)]
    assert any(one.entry["text"].endswith(" ^Ana") for one in typed if "text" in one.entry)
    assert not any(one.entry.get("by") == "ben" for one in typed)


def test_no_link_leads_anywhere_real(story: Story) -> None:
    hosts = re.findall(r"https?://([^\s/?\"]+)", " ".join(entry.get("text", "") for entry in story.entries))
    assert hosts
    assert all(re.search(r"(^|\.)(example\.(com|org|net)|[\w-]+\.(example|test|invalid))$", host) for host in hosts)


def test_its_brand_is_that_of_the_example_settings(story: Story) -> None:
    brand = load_settings(ROOT / "infra/settings.example.yaml").brand
    assert (brand.user_id, brand.handle, brand.name) == (story.brand.id, story.brand.username, story.brand.name)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: datetime(DATE.year, DATE.month, DATE.day, 23, 59, tzinfo=UTC)


def test_the_stand_in_x_takes_all_of_it(story: Story, clock: Callable[[], datetime]) -> None:
    own = [entry for entry in story.entries if entry.get("by") in ("shop", *STAFF)]
    deleted = {entry["delete"] for entry in story.entries if "delete" in entry}
    with story.on(clock) as x:
        assert len(x.sent) == len([entry for entry in own if entry.get("key") not in deleted])
