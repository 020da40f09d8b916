"""Attention: followers, readers, reposts and people who join raise a complaint's urgency, and say why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentiondesk.domain.cases.case import NoGrowth
from mentiondesk.domain.cases.commands import NoteAttention, NoteReach
from mentiondesk.domain.cases.waiting import WaitingCase, by_deadline
from mentiondesk.domain.ids import UserId
from mentiondesk.domain.posts.profile import Attention, Band, Draw, Profile, PublicMetrics, ReachRules
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.presentation.phrases import attention, compact
from mentiondesk.presentation.wording import Sentences
from tests.support.builders import a_case, a_story, at, commanded, said

NOBODY = Profile("Pri", "priya", 12)
COUNTS = st.integers(min_value=0, max_value=2_000_000)


def metrics(**counts: int) -> PublicMetrics:
    return PublicMetrics(**{name: counts.get(name, 0) for name in PublicMetrics.__struct_fields__})


def known(followers: int) -> Profile:
    return Profile("Bo", "bo", followers)


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ({"reposts": 4, "quotes": 3, "replies": 3}, [Attention(Draw.PILE_ON, 10, Urgency.HIGH)]),
        ({"reposts": 4, "quotes": 3, "replies": 2}, []),
        ({"views": 10_000}, [Attention(Draw.READERS, 10_000, Urgency.HIGH)]),
        ({"views": 100_000}, [Attention(Draw.READERS, 100_000, Urgency.CRITICAL)]),
        (
            {"reposts": 1000},
            [Attention(Draw.READERS, 100_012, Urgency.CRITICAL), Attention(Draw.PILE_ON, 1000, Urgency.HIGH)],
        ),
    ],
)
def test_many_who_join_or_read_make_a_complaint_urgent(counts: dict[str, int], found: list[Attention]) -> None:
    assert list(ReachRules().attention(NOBODY, metrics(**counts))) == found


@pytest.mark.parametrize(
    ("followers", "band"),
    [(9_999, None), (10_000, "influencer"), (99_999, "influencer"), (100_000, "celebrity")],
)
def test_followers_fill_the_highest_band_that_they_reach(followers: int, band: str | None) -> None:
    assert [one.name for one in ReachRules().attention(known(followers), None)] == ([band] if band else [])


def test_bands_of_the_settings_alone_judge_followers() -> None:
    rules = ReachRules(bands=(Band("star", 500_000, Urgency.CRITICAL),))
    assert rules.attention(known(400_000), metrics()) == ()
    assert rules.attention(known(500_000), metrics()) == (Attention(Draw.BAND, 500_000, Urgency.CRITICAL, "star"),)


def test_reach_is_followers_and_a_share_of_each_repost() -> None:
    rules = ReachRules(per_repost=500)
    assert rules.reach(NOBODY, metrics(reposts=5, views=90_000)) == 2512
    assert ReachRules().reach(NOBODY, None) == 12


def test_known_haters_who_repost_everything_raise_nothing() -> None:
    counts = metrics(reposts=7, quotes=3)
    assert ReachRules().attention(NOBODY, counts)
    rules = ReachRules(known_haters=frozenset(UserId(str(number)) for number in range(7)))
    assert rules.attention(NOBODY, counts) == ()
    assert rules.reach(NOBODY, counts) == 12


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_more_attention_never_asks_for_less_urgency(
    followers: int, views: int, reposts: int, more: int, n: int
) -> None:
    def rank(profile: Profile, counts: PublicMetrics) -> int:
        return max((one.urgency.rank for one in ReachRules().attention(profile, counts)), default=-1)

    least = rank(known(followers), metrics(views=views, reposts=reposts, quotes=n))
    grown = metrics(views=views + more, reposts=reposts + more, quotes=n)
    assert rank(known(followers + more), grown) >= least


PILE = Attention(Draw.PILE_ON, 12, Urgency.HIGH)


def test_growth_raises_a_case_and_its_reason_is_kept() -> None:
    case = a_case()
    grown = commanded(case, NoteAttention((PILE,), metrics(reposts=12), 1200), 5).after
    assert (grown.urgency, grown.attention, grown.reach, grown.metrics) == (
        Urgency.HIGH, (PILE,), 1200, metrics(reposts=12),
    )  # fmt: skip
    assert grown.timer is not None
    assert grown.timer.answer_by == at(30)


def test_growth_is_noted_again_once_it_has_doubled() -> None:
    case = commanded(a_case(), NoteAttention((PILE,)), 5).after
    for count in (12, 23):
        with pytest.raises(NoGrowth):
            commanded(case, NoteAttention((Attention(Draw.PILE_ON, count, Urgency.HIGH),)), 6)
    doubled = commanded(case, NoteAttention((Attention(Draw.PILE_ON, 24, Urgency.HIGH),)), 6).after
    assert [one.count for one in doubled.attention] == [24]


@pytest.mark.parametrize("case", [a_story(said(0, Kind.QUESTION)), a_story(said(0, Kind.PRAISE)), a_case(timers=())])
def test_only_complaints_that_wait_are_raised(case: object) -> None:
    with pytest.raises(NoGrowth):
        commanded(case, NoteAttention((PILE,)), 5)  # type: ignore[arg-type]


def test_of_two_with_one_deadline_and_urgency_the_more_read_stands_first() -> None:
    quiet, loud = a_case(), commanded(a_case(), NoteReach(known(900), reach=900), 1).after
    assert [one.case.reach for one in by_deadline([WaitingCase(quiet), WaitingCase(loud)])] == [900, 0]


def test_reasons_are_said_in_words_and_names_are_safe() -> None:
    band = Attention(Draw.BAND, 12_000, Urgency.HIGH, "VIP\u202e")
    assert attention(Sentences(), (band, PILE)) == ["VIP: 12,000 followers", "12 reposts, quotes and replies"]


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (950, "950"), (1000, "1k"), (1234, "1.2k"), (9999, "10k"), (120_500, "120k"), (3_400_000, "3.4M")],
)
def test_reach_is_written_short(number: int, written: str) -> None:
    assert compact(number) == written
