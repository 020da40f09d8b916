"""Triage: clear posts get the right kind and urgency, and no post stops it."""

import pytest
from hypothesis import example, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.domain.cases import entry_of
from mentiondesk.domain.tags import Kind, Tags, Urgency
from mentiondesk.triage import triage
from tests.support.builders import a_post


def tagged(text: str) -> Tags:
    return triage(a_post(text))


CLEAR: dict[Kind, tuple[str, ...]] = {
    Kind.COMPLAINT: (
        "@shop my order arrived broken",
        "@shop the app keeps crashing on checkout",
        "@shop still waiting for my parcel, ordered two weeks ago",
        "Fennel & Finch charged me twice this month",
        "@shop your website is down",
        "@shop I can't log in since the update",
        "@shop worst customer service I have ever had",
        "@shop where is my refund?",
        "@shop you sent the wrong size",
        "@shop it doesn't work any more",
        "@shop wow, great job losing my package",
        "@shop el pedido todavía no llega, pésimo",
        "@shop meine Bestellung ist kaputt angekommen",
        "@shop l’application ne marche pas",
    ),
    Kind.QUESTION: (
        "@shop do you deliver to Ireland?",
        "@shop how long does shipping take",
        "@shop are you open on Sunday?",
        "@shop is there a student discount",
        "@shop can I change the colour of my order?",
        "@shop when will the blue mug be back",
        "@shop could you tell me the size of the box",
        "@shop how do I book a table",
        "@shop can someone tell me which tea this is",
        "@shop ¿cuándo abren mañana?",
        "@shop wann macht ihr auf?",
        "@shop please advise",
    ),
    Kind.PRAISE: (
        "@shop thank you so much!",
        "@shop love the new mugs",
        "@shop the best tea in town",
        "@shop amazing staff at the Leeds branch",
        "@shop brilliant, well done everybody",
        "Shout out to @shop",
        "@shop my gift was perfect",
        "@shop I highly recommend them",
        "@shop sorted now, cheers",
        "@shop gracias!",
        "@shop danke euch",
        "@shop merci beaucoup",
    ),
    Kind.VENT: (
        "@shop ugh",
        "@shop Mondays.",
        "@shop why do i bother with mornings",
        "@shop rant over",
    ),
    Kind.ABUSE: (
        "@shop you are idiots",
        "@shop fuck off",
        "@shop you're all pathetic",
        "@shop you bunch of clowns",
    ),
    Kind.SPAM: (
        "@shop get free followers now",
        "@shop crypto giveaway, join us",
        "@shop earn $500 a day",
        "@shop click the link in my bio",
    ),
    Kind.CHATTER: (
        "@shop",
        "@shop having tea with my sister",
        "@shop ok",
        "@shop 😂😂",
        "",
    ),
}


@pytest.mark.parametrize(("text", "kind"), [(text, kind) for kind, texts in CLEAR.items() for text in texts])
def test_clear_posts_are_what_they_say(text: str, kind: Kind) -> None:
    found = tagged(text)
    assert found.kind is kind, found
    assert found.needs_reply is (kind in {Kind.COMPLAINT, Kind.QUESTION, Kind.PRAISE, Kind.ABUSE})


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("@shop the kettle caught fire", Urgency.CRITICAL),
        ("@shop my son had an allergic reaction to your nuts, in hospital now", Urgency.CRITICAL),
        ("@shop my account was hacked and there is an order I did not make", Urgency.CRITICAL),
        ("@shop is it normal that the plug is smoking?", Urgency.CRITICAL),
        ("@shop you will hear from my lawyer about this broken chair", Urgency.CRITICAL),
        ("@shop stranded at the station, the app won't load", Urgency.HIGH),
        ("@shop third time I write, still no answer", Urgency.HIGH),
        ("@shop charged twice!", Urgency.HIGH),
        ("@shop urgent: wrong address on my order", Urgency.HIGH),
        ("@shop my cup arrived broken", Urgency.NORMAL),
        ("@shop love it, thank you", Urgency.LOW),
        ("@shop having tea today", Urgency.LOW),
    ],
)
def test_what_cannot_wait_is_urgent(text: str, urgency: Urgency) -> None:
    assert tagged(text).urgency is urgency


def test_danger_is_a_complaint_even_as_a_question() -> None:
    assert tagged("@shop is it normal that the plug is smoking?").kind is Kind.COMPLAINT


@pytest.mark.parametrize("text", ["@shop 注文した商品がまだ届きません", "@shop где мой заказ", "@shop أين طلبي"])
def test_what_the_rules_cannot_read_goes_to_a_person(text: str) -> None:
    found = tagged(text)
    assert (found.kind, found.needs_reply) == (Kind.QUESTION, True)
    assert found.confidence < 0.5


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("@shop my parcel is late", "delivery"),
        ("@shop I want my money back", "refund"),
        ("@shop the website is down", "outage"),
        ("@shop the chair is broken", "product_fault"),
        ("@shop charged twice", "billing"),
    ],
)
def test_topics(text: str, topic: str) -> None:
    assert topic in tagged(text).topics


def test_reasons_are_the_words_that_decided() -> None:
    text = "@shop URGENT – my kettle is broken and I’m still waiting for an answer"
    words = [text[reason.start : reason.end] for reason in tagged(text).reasons]
    assert {"URGENT", "broken"} <= set(words)
    assert any(word.startswith("still waiting") for word in words)
    assert entry_of(a_post(text), tagged(text)).why == tuple(words)


_any_text = st.text(max_size=200) | st.text(st.characters(codec=None), max_size=60)
_cues = st.lists(st.sampled_from([text for texts in CLEAR.values() for text in texts]), max_size=4).map(" ".join)


@profile(derandomize=True, deadline=None, max_examples=300)
@given(st.tuples(_any_text, _cues, _any_text).map("".join))
@example("a" * 100_000)
@example("@a " * 9_000)
@example("not work " * 9_000)
def test_no_post_stops_it_and_its_reasons_lie_inside_the_text(text: str) -> None:
    found = tagged(text)
    for reason in found.reasons:
        assert reason.rule
        assert 0 <= reason.start < reason.end <= len(text)
    assert 0 <= found.confidence <= 1
    assert -1 <= found.sentiment <= 1
    assert tagged(text) == found
