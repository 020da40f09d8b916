"""Reach and pile-ons: readers, reposts and people who join raise a complaint's urgency."""

import pytest

from mentiondesk.domain.posts.profile import Profile, PublicMetrics, ReachRules
from mentiondesk.domain.posts.tags import Urgency

NOBODY = Profile("Pri", "priya", 12)


def metrics(**counts: int) -> PublicMetrics:
    return PublicMetrics(**{name: counts.get(name, 0) for name in PublicMetrics.__dataclass_fields__})


@pytest.mark.parametrize(
    ("counts", "urgency"),
    [
        ({"reposts": 4, "quotes": 3, "replies": 3}, Urgency.HIGH),
        ({"reposts": 4, "quotes": 3, "replies": 2}, None),
        ({"views": 10_000}, Urgency.HIGH),
        ({"views": 100_000}, Urgency.CRITICAL),
    ],
)
def test_many_who_join_or_read_make_a_complaint_urgent(counts: dict[str, int], urgency: Urgency | None) -> None:
    assert ReachRules().urgency(NOBODY, metrics(**counts)) is urgency


def test_a_repost_counts_as_so_many_readers() -> None:
    rules = ReachRules(per_repost=500)
    assert rules.reach(NOBODY, metrics(reposts=5)) == 2512
    assert ReachRules().reach(NOBODY, None) == 12
