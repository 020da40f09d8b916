"""The outages that detection is measured with: whose words they are, and what must come of them."""

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from mentiondesk.detection.concepts import FAILURES
from tests.evaluation import incidents, outages
from tests.evaluation.incidents import UNSEEN_SIZES
from tests.evaluation.outages import FRESH, MUSIC, SECOND, TELLING, THIRD, UNFORESEEN, UNSEEN
from tests.evaluation.streams import made_up
from tests.support.optional import RECORDINGS, needs

TEXTS = [
    json.loads(line)
    for path in (MUSIC, FRESH, UNSEEN, SECOND, THIRD, UNFORESEEN)
    for line in path.read_text(encoding="utf-8").splitlines()
]
RECORDED = sorted(RECORDINGS.glob("*.jsonl")) or [RECORDINGS]


def test_five_problems_have_a_hundred_texts_each_and_none_twice() -> None:
    counts = Counter(row["problem"] for row in TEXTS if "held" not in row and "language" not in row)
    assert len(counts) == 5
    assert min(counts.values()) >= 100
    assert len({(row["problem"], row["text"]) for row in TEXTS}) == len(TEXTS)


def test_fresh_problems_have_texts_of_two_authors_in_english_and_in_four_other_languages() -> None:
    counts = Counter((row["problem"], row["language"] == "en") for row in TEXTS if "language" in row)
    fresh = {row["problem"] for row in map(json.loads, FRESH.read_text("utf-8").splitlines())}
    known = {key: count for key, count in counts.items() if key[0] in fresh}
    assert (len(known), len(counts)) == (2 * 8, 2 * 23)
    assert min(count for (_, english), count in known.items() if english) >= 30 + max(UNSEEN_SIZES)
    assert min(count for (_, english), count in known.items() if not english) >= 12 + 14
    assert {row["language"] for row in TEXTS if "language" in row} == {"en", "de", "fr", "es", "pt", "it", "nl"}


def test_each_problem_has_failures_that_may_stand_in_its_title() -> None:
    named = {
        row["problem"]
        for path in (MUSIC, FRESH, SECOND, THIRD)
        for row in map(json.loads, path.read_text("utf-8").splitlines())
    }
    assert named == TELLING.keys()
    assert frozenset().union(*TELLING.values()) <= FAILURES


@needs(RECORDINGS)
@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: path.name)
def test_none_of_them_is_a_recorded_post(recorded: Path) -> None:
    lines = recorded.read_text(encoding="utf-8").split("\n")
    said = {json.loads(line)["text"].casefold().partition(" ")[2] for line in lines if line}
    assert not [row["text"] for row in TEXTS if row["text"].casefold() in said]


def test_outages_of_quiet_brands_are_noticed_in_time_and_hold_their_own_people() -> None:
    measured = incidents.quiet(runs=8, streams=3, sizes=(8, 30), slow=False, unforeseen=(), unseen=(12,), second=())
    assert measured.a_week(slow=False) <= 0.2
    for one in measured.figures:
        assert one.recall >= {8: 0.75, 12: 0.9, 30: 1.0}[one.size]
        assert one.delay is not None
        assert one.precision is not None
        assert one.joined is not None
        assert one.start_error is not None
        assert one.delay <= 2
        assert (one.precision >= 0.9, one.joined >= 0.75, one.start_error <= 3) == (True, True, True)


@needs(RECORDINGS / f"{incidents.BIG}.posts.jsonl")
def test_outages_in_recorded_weeks_are_noticed_and_little_else() -> None:
    measured = incidents.big(runs=10)
    assert measured is not None
    for one in measured.figures:
        assert one.size < 10 or one.recall >= (0.7 if one.name == "held words" else 1.0)
    # Most of those in the weeks as they are were real: for a week, songs of some artists would not play.
    assert measured.a_week(slow=False) <= 1


def test_without_recordings_the_made_up_streams_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incidents, "RECORDINGS", tmp_path)
    assert incidents.big(1) is None
    assert incidents.small(1) is None
    assert incidents.main(["--runs", "1", "--streams", "1"]) == 0


def test_the_texts_of_an_outage_come_from_one_problem() -> None:
    stream = made_up("one", 20, 1)
    chance = Random("one")
    outage = outages.fresh(chance, 0, 12, True, stream.first, stream.last)
    told = {row["text"]: row for row in TEXTS if row["problem"] == outage.problem}
    rows = [told[post.text] for post in outage.posts]
    assert Counter(row["language"] == "en" for row in rows) == {True: 7, False: 5}
    assert list(outage.posts) == sorted(outage.posts, key=lambda post: post.created_at)
