"""The outages that noticing is measured with: whose words they are, and what must come of them."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.evaluation import incidents
from tests.support.optional import RECORDINGS, needs

TEXTS = [json.loads(line) for line in (incidents.HERE / "outages.jsonl").read_text(encoding="utf-8").splitlines()]
RECORDED = sorted(RECORDINGS.glob("*.jsonl")) or [RECORDINGS]


def test_five_problems_have_a_hundred_texts_each_and_none_twice() -> None:
    counts = Counter(row["problem"] for row in TEXTS if "held" not in row)
    assert set(counts) == set(incidents.TELLING)
    assert min(counts.values()) >= 100
    assert len({(row["problem"], row["text"]) for row in TEXTS}) == len(TEXTS)


@needs(RECORDINGS)
@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: path.name)
def test_none_of_them_is_a_recorded_post(recorded: Path) -> None:
    lines = recorded.read_text(encoding="utf-8").split("\n")
    said = {json.loads(line)["text"].casefold().partition(" ")[2] for line in lines if line}
    assert not [row["text"] for row in TEXTS if row["text"].casefold() in said]


@needs(incidents.WEEKS)
def test_outages_in_real_weeks_are_noticed_in_time_and_little_else() -> None:
    measured = incidents.measure(40)
    assert measured is not None
    figures, results, weeks = measured
    assert len(results) == 40
    assert all(figures.recall[size] >= 0.9 for size in (10, 30, 100))
    assert all(figures.held_recall[size] >= 0.75 for size in (10, 20))
    assert figures.median_delay <= timedelta(minutes=2)
    assert figures.title_precision >= 0.9
    # Most of those in the weeks as they are were real: for a week, songs of some artists would not play.
    assert figures.raised_a_week <= 1.4
    assert weeks.incidents.recent(incidents.BEFORE_ALL)


def test_without_the_weeks_nothing_is_measured(tmp_path: Path) -> None:
    absent = tmp_path / "none.jsonl"
    assert incidents.measure(recording=absent) is None
    assert incidents.main(["--recording", str(absent)]) == 0
