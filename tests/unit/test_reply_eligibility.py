"""Posts that can be answered through X's API, and X's own page for the others."""

from datetime import UTC, datetime, timedelta

import pytest

from mentiondesk.domain.ids import PostId, UserId
from mentiondesk.domain.replies.eligibility import (
    Asked,
    Experience,
    Grounds,
    NotByApi,
    grounds,
    not_by_api,
    reply_intent,
    summoned,
)

BRAND, NOW = UserId("9"), datetime(2026, 5, 1, tzinfo=UTC)


def asked(text: str, reply_to: str | None = None, quoted: str | None = None) -> Grounds:
    post = Asked(PostId("1"), text, UserId(reply_to) if reply_to else None, PostId(quoted) if quoted else None)
    return grounds(post, "FennelAndFinch", BRAND, {PostId("77")})


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (asked("@fennelandfinch where is it?"), Grounds.MENTIONED),
        (asked("ask ＠FennelAndFinch!"), Grounds.MENTIONED),
        (asked("@FennelAndFinchFan hi"), Grounds.NONE),
        (asked("mail me@FennelAndFinch"), Grounds.NONE),
        (asked("look at this", quoted="77"), Grounds.QUOTED),
        (asked("look at this", quoted="78"), Grounds.NONE),
        (asked("still waiting", reply_to="9"), Grounds.IMPLIED),
        (asked("still waiting", reply_to="8"), Grounds.NONE),
    ],
)
def test_the_authors_who_mention_or_quote_the_brand_can_be_answered(found: Grounds, expected: Grounds) -> None:
    assert found is expected


def test_what_x_refused_once_is_not_tried_again() -> None:
    post = PostId("1")
    assert not_by_api(post, Grounds.MENTIONED, Experience()) is None
    assert not_by_api(post, Grounds.MENTIONED, Experience(refused=frozenset({post}))) is NotByApi.REFUSED
    assert not_by_api(post, Grounds.NONE, Experience()) is NotByApi.NOT_MENTIONED


def test_implied_mentions_are_tried_until_x_refuses_one_and_again_after_it_took_one() -> None:
    post = PostId("1")
    refused = Experience(implied_refused_at=NOW)
    assert not_by_api(post, Grounds.IMPLIED, Experience()) is None
    assert not_by_api(post, Grounds.IMPLIED, refused) is NotByApi.IMPLIED_REFUSED
    assert not_by_api(post, Grounds.MENTIONED, refused) is None
    taken = Experience(implied_refused_at=NOW, implied_sent_at=NOW + timedelta(hours=1))
    assert not_by_api(post, Grounds.IMPLIED, taken) is None


def test_only_a_real_mention_or_quote_has_the_low_price() -> None:
    assert [summoned(one) for one in Grounds] == [True, True, False, False]


def test_the_intent_carries_post_and_text() -> None:
    assert reply_intent(PostId("12"), "Hi & sorry?") == (
        "https://x.com/intent/post?in_reply_to=12&text=Hi%20%26%20sorry%3F"
    )
