"""The brand's answers find the customer's case, by whatever the post or its archive tells."""

from typing import Any

import pytest

from infra.local.x_standin import Fault, User
from mentiondesk.settings.problems import SettingsInvalid
from mentiondesk.settings.to_domain import parse_settings
from tests.support.builders import at, changed, raw_settings, settings
from tests.support.memory_desk import TEAM, ReadingDesk
from tests.support.recorded import LOST, SORRY, Raw, raw, replayed, without

AGAIN = raw("40", "@FennelAndFinch still nothing, really?", "42", 30)


def answered(summary: Raw) -> bool:
    return (summary["cases"], summary["ignored"], summary["own_posts_in_no_case"]) == (1, 0, 0)


def to(post_id: str) -> list[Raw]:
    return [{"type": "replied_to", "id": post_id}]


ANSWERS: dict[str, Raw] = {
    "conversation, parent and addressee": SORRY,
    "parent and addressee": without(SORRY, "conversation_id"),
    "parent alone": without(SORRY, "conversation_id", "in_reply_to_user_id"),
    "conversation and parent": without(SORRY, "in_reply_to_user_id"),
    "addressee alone": {**without(SORRY, "referenced_tweets"), "conversation_id": "20"},
    "another conversation, and the parent": {**SORRY, "conversation_id": "99"},
    "an unknown parent, and the addressee": {**SORRY, "referenced_tweets": to("98"), "conversation_id": "98"},
    "a quote": {
        **without(SORRY, "in_reply_to_user_id", "conversation_id"),
        "referenced_tweets": [{"type": "quoted", "id": "10"}],
    },
    "a smaller id than the parent's": {**without(SORRY, "conversation_id", "in_reply_to_user_id"), "id": "1"},
    "the second of its thread": {
        **without(SORRY, "conversation_id"),
        "id": "21",
        "in_reply_to_user_id": "1999000001",
        "referenced_tweets": to("20"),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("kept", [True, False], ids=["with its conversation", "without"])
def test_an_answer_is_found_by_any_of_its_fields(name: str, kept: bool) -> None:
    lost = LOST if kept else without(LOST, "conversation_id")
    answer = ANSWERS[name]
    before = [SORRY] if answer["id"] == "21" else []
    assert answered(replayed(lost, *before, {**answer, "created_at": at(12.5).isoformat()}))


def test_a_customer_s_next_post_stays_with_its_parent() -> None:
    lost, sorry = without(LOST, "conversation_id"), without(SORRY, "conversation_id")
    more = {**without(AGAIN, "conversation_id"), "referenced_tweets": to("20")}
    assert replayed(lost, sorry, more)["cases"] == 1


def test_a_new_post_to_a_customer_who_waits_for_nothing_answers_nobody() -> None:
    news = {
        **without(SORRY, "referenced_tweets"),
        "id": "50",
        "conversation_id": "50",
        "created_at": at(50).isoformat(),
    }
    summary = replayed(LOST, SORRY, news)
    assert (summary["cases"], summary["own_posts_in_no_case"]) == (1, 1)


# --- further accounts and people


HELPED: dict[str, Any] = {
    "brand": {**raw_settings()["brand"], "accounts": [{"user_id": "1999000002", "handle": "FennelHelp"}]},
    "staff": [{**TEAM[0], "x_user_id": "1999000003"}, *TEAM[1:]],
}


@pytest.mark.parametrize("helper", ["1999000002", "1999000003"], ids=["account", "person"])
def test_answers_of_further_accounts_and_of_people_count_and_open_no_case(helper: str) -> None:
    with ReadingDesk(**HELPED) as desk:
        lost = desk.x.post(author_id="42", text="@FennelAndFinch my order has not arrived, this is awful", at=at(-5))
        desk.run(1)
        desk.x.post(author_id=helper, text="So sorry, we look for it", reply_to=lost, at=at(1))
        desk.run(40)
        assert {(case.customer_id, case.waiting) for case in desk.cases()} == {("42", False)}


def test_a_further_account_is_read_where_it_does_not_mention_the_brand() -> None:
    with ReadingDesk(**HELPED) as desk:
        lost = desk.x.post(author_id="42", text="Fennel & Finch, my order has not arrived, awful", at=at(-5))
        desk.run(1)
        desk.x.post(author_id="1999000002", text="So sorry, we look for it", reply_to=lost, at=at(1))
        desk.run(40)
        assert {(case.customer_id, case.waiting) for case in desk.cases()} == {("42", False)}


def test_a_stranger_s_answer_stops_no_timer() -> None:
    with ReadingDesk() as desk:
        lost = desk.x.post(author_id="42", text="@FennelAndFinch my order has not arrived, this is awful", at=at(-5))
        desk.x.post(author_id="1999000002", text="So sorry, we look for it", reply_to=lost, at=at(1))
        desk.run(40)
        assert "42" in [case.customer_id for case in desk.cases() if case.waiting]


# --- cover


def test_a_quote_of_the_brand_s_post_is_seen() -> None:
    with ReadingDesk() as desk:
        ours = desk.x.post(author_id=desk.settings.brand.user_id, text="New bowls are here", at=at(-20))
        theirs = desk.x.post(author_id="77", text="New cups are here", at=at(-20))
        desk.x.post(author_id="42", text="Mine broke on day one, and no answer to mails", quotes=ours, at=at(-10))
        desk.x.post(author_id="43", text="Mine broke on day one, and no answer to mails", quotes=theirs, at=at(-10))
        desk.run(3)
        assert [case.customer_id for case in desk.cases()] == ["42"]


# --- named right


def test_an_unknown_account_is_named() -> None:
    with ReadingDesk(account=User("77", "FennelAndFinch", "Fennel & Finch")) as desk:
        desk.run(1)
        assert set(desk.fetched.obstacles.values()) == {"account_unknown"}
        assert desk.fetched.unavailable == 0


def test_a_suspended_account_is_named_and_read_again_when_it_is_back() -> None:
    with ReadingDesk() as desk:
        desk.x.suspend(desk.settings.brand.user_id)
        desk.run(1)
        assert set(desk.fetched.obstacles.values()) == {"account_suspended"}


REFUSED_WORDS = ("#finch (shop", "#finch shop", "@fennel-finch", "(finch)", "-finch", "finch -shop", "from:finch",
                 "fennel OR finch", "OR", "&&", 'fennel "finch"', "x")  # fmt: skip


@pytest.mark.parametrize("word", REFUSED_WORDS)
def test_a_word_that_is_an_operator_of_x_s_search_is_refused_by_its_place(word: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        parse_settings(changed(raw_settings(), "brand", {**raw_settings()["brand"], "words": ["fine", word]}))
    assert [path for path, _ in refused.value.problems] == [("brand", "words", 1)]


@pytest.mark.parametrize(
    "word", ["Fennel & Finch", "#fennelfinch", "@finch", "fennel-finch", "M&S", "Crate AND Barrel", "café", "🦜🦜"]
)
def test_other_words_can_be_searched_for(word: str) -> None:
    with ReadingDesk(brand={**raw_settings()["brand"], "words": [word]}) as desk:
        desk.x.post(author_id="42", text=f"{word} sent me a broken pan, and no answer", at=at(-5))
        desk.run(1)
        assert not desk.fetched.obstacles
        assert len(desk.cases()) == 1


def test_more_words_than_a_search_holds_are_refused() -> None:
    words = [f"{number:02}{'w' * 50}" for number in range(12)]
    with pytest.raises(SettingsInvalid, match="512"):
        settings(brand={**raw_settings()["brand"], "words": words})


def test_a_search_that_x_refuses_is_named_and_stops_no_other_feed() -> None:
    with ReadingDesk() as desk:
        desk.x.faults.add(Fault("query_refused", endpoint="search"))
        desk.x.post(author_id="42", text="@FennelAndFinch it is broken", at=at(-5))
        desk.run(1)
        assert dict(desk.fetched.obstacles) == {"search": "search_refused"}
        assert len(desk.cases()) == 1
