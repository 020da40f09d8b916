"""Triage: clear posts get the right kind and urgency, and no post stops it."""

import pytest
from hypothesis import example, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from mentiondesk.domain.cases.fold import posted
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.tags import Kind, Tags, Urgency
from mentiondesk.domain.timeline import CustomerPosted
from mentiondesk.triage import triage
from mentiondesk.values import replace
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
        "@shop your driver is a filthy pig and deserves a beating",
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
    assert found.needs_reply is (found.unsure or kind in {Kind.COMPLAINT, Kind.QUESTION, Kind.PRAISE, Kind.ABUSE})


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("@shop the kettle caught fire", Urgency.CRITICAL),
        ("@shop my son had an allergic reaction to your nuts, in hospital now", Urgency.CRITICAL),
        ("@shop my account was hacked and there is an order I did not make", Urgency.CRITICAL),
        ("@shop is it normal that the plug is smoking?", Urgency.CRITICAL),
        ("@shop you will hear from my lawyer about this broken chair", Urgency.CRITICAL),
        ("@shop someone got into my account and is ordering phones", Urgency.CRITICAL),
        ("@shop we were given another patient's tablets", Urgency.CRITICAL),
        ("@shop the conductor of your bus smelled of drink and was swerving", Urgency.CRITICAL),
        ("@shop huele a gas en el portal y nadie viene", Urgency.CRITICAL),
        ("@shop les câbles dénudés pendent devant la porte", Urgency.CRITICAL),
        ("@shop ihr habt mir die Rechnung einer fremden Person geschickt", Urgency.CRITICAL),
        ("@shop recebi o remédio errado na farmácia de vocês", Urgency.CRITICAL),
        ("@shop an unauthorised charge of £40 was taken from my card", Urgency.HIGH),
        ("@shop I don't know where your driver left my broken parcel", Urgency.NORMAL),
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
    entry = posted(a_post(text), tagged(text))
    assert isinstance(entry, CustomerPosted)
    assert entry.why == tuple(words)


# The hard cases, each by posts that look like something else.
HARD: dict[str, tuple[tuple[str, Kind], ...]] = {
    "negation": (
        ("@shop the staff were not helpful at all", Kind.COMPLAINT),
        ("@shop I'm not happy with this lamp", Kind.COMPLAINT),
        ("@shop no problems at all with my order, thank you!", Kind.PRAISE),
    ),
    "contrast": (
        ("@shop lovely kettle, but it arrived broken", Kind.COMPLAINT),
        ("@shop your app was great until the update, now it keeps crashing", Kind.COMPLAINT),
    ),
    "past and solved": (
        ("@shop my parcel was late but it's all sorted now, thanks so much for the help!", Kind.PRAISE),
        ("@shop fixed now, thank you for sorting it so quickly", Kind.PRAISE),
    ),
    "sarcasm": (
        ("@shop great job losing my parcel again", Kind.COMPLAINT),
        ("@shop thanks for nothing", Kind.COMPLAINT),
        ("@shop love waiting on hold for two hours", Kind.COMPLAINT),
    ),
    "a question that reports a breach": (
        ("@shop where is my order, it's been two weeks?", Kind.COMPLAINT),
        ("@shop why is nobody answering my emails?", Kind.COMPLAINT),
        ("@shop how hard is it to send the right size?", Kind.COMPLAINT),
    ),
    "elongation, capitals, emoticons": (
        ("@shop soooo disappointed with the serviceeee", Kind.COMPLAINT),
        ("@shop WORST DELIVERY EVER, STILL WAITING", Kind.COMPLAINT),
        ("@shop parcel arrived smashed 😡", Kind.COMPLAINT),
    ),
    "hashtags": (
        ("@shop #worstservice #stillwaiting", Kind.COMPLAINT),
        ("@shop my order #NeverArrived", Kind.COMPLAINT),
    ),
    "misspellings": (
        ("@shop definately dissapointed, recieved the wrong iteam and cant return it", Kind.COMPLAINT),
        ("@shop ur app dosnt work", Kind.COMPLAINT),
    ),
    "British, American and Indian English": (
        ("@shop absolutely gutted, proper shambles, parcel's gone walkabout and nobody picks up", Kind.COMPLAINT),
        ("@shop y'all lost my package again, this is ridiculous", Kind.COMPLAINT),
        ("@shop my order is not received since 10 days, kindly do the needful, pathetic service", Kind.COMPLAINT),
    ),
    "trades": (
        ("@bank you have charged me twice and my card is blocked", Kind.COMPLAINT),
        ("@telecom no signal at home since yesterday, your coverage is useless", Kind.COMPLAINT),
        ("@gym the showers are broken again and nobody cares", Kind.COMPLAINT),
        ("@council bins not collected for three weeks", Kind.COMPLAINT),
        ("@hotel room was dirty and the staff rude", Kind.COMPLAINT),
    ),
    "other languages": (
        ("@shop llevo dos semanas esperando mi pedido y nadie responde", Kind.COMPLAINT),
        ("@shop toujours pas de colis et aucune réponse, inadmissible", Kind.COMPLAINT),
        ("@shop warte seit drei Wochen auf mein Paket, keine Antwort, unverschämt", Kind.COMPLAINT),
        ("@shop meu pedido ainda não chegou e ninguém responde, péssimo", Kind.COMPLAINT),
        ("@shop muchas gracias, todo perfecto", Kind.PRAISE),
        ("@shop habt ihr am Sonntag geöffnet?", Kind.QUESTION),
        ("@shop vocês entregam no domingo?", Kind.QUESTION),
        ("@shop vous êtes ouverts le dimanche ?", Kind.QUESTION),
    ),
}


@pytest.mark.parametrize(
    ("text", "kind"), [pair for pairs in HARD.values() for pair in pairs], ids=lambda value: str(value)[:60]
)
def test_hard_cases(text: str, kind: Kind) -> None:
    assert tagged(text).kind is kind, tagged(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("@shop thank you for the quick help", "en"),
        ("@shop llevo dos semanas esperando mi pedido", "es"),
        ("@shop je n'ai toujours pas reçu mon colis", "fr"),
        ("@shop ich habe mein Paket noch nicht bekommen", "de"),
        ("@shop ainda não recebi meu pedido", "pt"),
        ("@shop il mio ordine non è ancora arrivato, grazie", "it"),
        ("@shop mijn pakket is nog niet gekomen, waar is het", "nl"),
    ],
)
def test_the_language_is_told(text: str, language: str) -> None:
    assert tagged(text).language == language


def test_a_language_without_tables_goes_to_a_person() -> None:
    found = tagged("@shop il negozio di via Roma è grande, sono stato lì con mio fratello ieri")
    assert (found.kind, found.needs_reply) == (Kind.QUESTION, True)
    assert found.confidence < 0.5


def test_x_s_hint_names_a_language_in_another_script() -> None:
    assert triage(replace(a_post("@shop 注文した商品がまだ届きません"), language="ja")).language == "ja"
    assert tagged("@shop 注文した商品がまだ届きません").language == "und"


@pytest.mark.parametrize(
    ("text", "needs"),
    [("@shop thank you so much!", True), ("my fennel and finch teapot is the best, love it", False)],
)
def test_praise_is_answered_where_it_was_said_to_the_brand(text: str, needs: bool) -> None:
    assert (tagged(text).kind, tagged(text).needs_reply) == (Kind.PRAISE, needs)


def test_praise_in_a_conversation_is_answered() -> None:
    assert triage(a_post("you are the best, thank you!", replied_to=PostId("1"))).needs_reply


# --- whatever is written


@pytest.mark.parametrize(
    "text",
    [
        "@shop my parcel is late" + " and late" * 4000,
        "a" * 25_000 + " my parcel never arrived",
        "\x00\x00 @shop my parcel is broken \x00",
        "@shop my parcel is broken \ud83d",
        "İİİ @shop my parcel is broken İ",
        "@shop my parcel\u202e is broken",
    ],
    ids=["repeats", "one long word", "NUL", "half a pair", "capitals that grow", "direction marks"],
)
def test_odd_posts_are_read_all_the_same(text: str) -> None:
    found = tagged(text)
    assert found.kind is Kind.COMPLAINT
    words = [text[reason.start : reason.end].lower() for reason in found.reasons]
    assert any(word in {"late", "broken", "never arrived"} or "late" in word for word in words)


@pytest.mark.parametrize(
    "bit",
    [
        "a",
        "@a ",
        "not work ",
        "still not ",
        "#a",
        "#failsucks",
        "waiting for an answer for hours ",
        "注文",
        "😂",
        "İ",
        "a'",
        "1.",
        "aaaa bbbb ",
        ":(",
        "if could would ",
        "#worstairlineever ",
        "?",
        "-_",
        "http://",
        "\n",
        " ",
        "'",
        "\u0430a",
        "e\u0301",
    ],
)
def test_a_long_post_is_no_more_work_than_a_short_one(bit: str) -> None:
    """The words looked at are counted: those of 2,000 characters at most, whatever the post."""
    reading = triage.read(a_post(bit * (25_000 // len(bit))))
    assert len(reading.text.plain.text) <= 2_001
    assert len(reading.text.tokens) <= 2_001
    assert len(reading.words) <= 2_001
    assert len(reading.feelings) + len(reading.urgencies) <= 8 * 2_001


def test_the_end_of_a_long_post_is_read_too() -> None:
    text = "@shop cafe\u0301 " + "hello there my friend " * 1_000 + "cafe\u0301 and my parcel never arrived"
    found = tagged(text)
    assert "never arrived" in [text[reason.start : reason.end] for reason in found.reasons]


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


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "pt", "tr"])
@pytest.mark.parametrize("tag", ["#sucks", "#rocks", "#fails", "#_", "#1"])
def test_a_hashtag_of_one_ending_or_of_no_letter_stops_no_post(language: str, tag: str) -> None:
    assert triage(replace(a_post(f"@shop {tag}"), language=language)).kind in Kind
