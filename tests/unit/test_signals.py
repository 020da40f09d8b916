"""The signal of a complaint does not depend on its wording."""

import time
from typing import Any

import pytest

from mentiondesk.detection.concepts import CONCEPTS, GENERAL, SUBJECTS
from mentiondesk.detection.signals import signal_of
from mentiondesk.domain.ids import CaseId, PostId
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.domain.posts.brand_words import BrandWords
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.triage import Engine
from mentiondesk.triage.concepts import said_in, surfaces, term
from mentiondesk.triage.loading import sections, table
from tests.support.builders import NOON, a_post, tags

ENGINE = Engine(BrandWords(handles=("FennelAndFinch",), names=("Fennel & Finch", "FennelAndFinch")))


def heard(post: Post, kind: Kind = Kind.COMPLAINT, **facts: Any) -> Signal | None:
    """The signal of a post that triage takes for this kind."""
    said = said_in(ENGINE.read(post), frozenset({"fennel", "finch", "fennelfinch"}))
    return signal_of(post, tags(kind, said=said, **facts))


def signal(text: str, kind: Kind = Kind.COMPLAINT, confidence: float = 0.5, **facts: Any) -> Signal:
    found = heard(a_post(text, **facts), kind, confidence=confidence)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("concept", "text"),
    [
        ("cannot log in", "I can't log in"),
        ("cannot log in", "it won't let me sign in!!"),
        ("cannot log in", "Your app logs me out every morning"),
        ("cannot log in", "wrong password, it says. It is not"),
        ("won't load", "the page doesn’t load"),
        ("won't load", "checkout shows a blank screen"),
        ("won't load", "app refuses to open"),
        ("crashes", "it keeps closing when I tap pay"),
        ("down", "is the site down?"),
        ("payment fails", "my card was declined twice"),
        ("payment fails", "can't pay for my basket"),
        ("charged wrongly", "you have charged me twice"),
        ("paid, not recognised", "I paid for a membership and it says I'm on a free plan"),
        ("not delivered", "my parcel never arrived"),
        ("not delivered", "where is my order"),
        ("delayed", "two hours late again"),
        ("cancelled", "my train has been cancelled"),
        ("no connection", "internet keeps dropping out"),
        ("no power", "power cut in the whole street"),
        ("code or email does not come", "I never received the confirmation code"),
        ("missing", "all my recipes have disappeared"),
        ("makes people ill", "your soup made my kids sick"),
        ("not working", "voucher isn't working"),
    ],
)
def test_people_who_say_it_in_other_words_meet_in_a_concept(concept: str, text: str) -> None:
    assert concept in signal(f"@FennelAndFinch {text}").terms


@pytest.mark.parametrize(
    "text", ["works perfectly, thank you", "no errors so far", "I love how fast it loads", "we sat down for breakfast"]
)
def test_what_is_no_fault_is_no_concept(text: str) -> None:
    assert not set(signal(text).terms) & {"not working", "error message", "won't load", "down", "anything broken"}


def test_the_words_around_say_what_it_is_about_without_handles_links_brand_and_stop_words() -> None:
    found = signal(
        "@FennelAndFinch hi! Fennel & Finch kettles won't load on https://x.example the Checkout page, 12 😡"
    )
    assert found.terms == ("won't load", "anything broken", "reaching it", "paying", "kettle", "checkout", "page")


def test_sure_praise_and_spam_say_nothing() -> None:
    for text in (
        "@FennelAndFinch crash course in kettles was lovely, thank you so much, love it",
        "buy followers now, click the link in my bio",
    ):
        tagged = ENGINE(a_post(text))
        assert (tagged.confidence >= 0.8, tagged.said) == (True, None)


def test_a_question_or_chatter_that_names_a_fault_counts_and_other_words_do_not() -> None:
    assert signal("is it down for anyone else?", Kind.QUESTION)
    assert signal("app crashed again lol", Kind.CHATTER)
    for kind, text in (
        (Kind.QUESTION, "what time do you open?"),
        (Kind.CHATTER, "sunny in Leeds"),
    ):
        assert heard(a_post(text), kind, confidence=0.9) is None


def test_what_triage_only_guesses_to_be_praise_counts_by_its_words() -> None:
    assert signal("all my recipes are gone", Kind.PRAISE, confidence=0.4).terms[0] == "missing"


def test_what_is_over_and_what_the_brand_says_are_no_signals() -> None:
    assert heard(a_post("could not log in but it's working now")) is None
    assert heard(a_post("the site is down, sorry", own=True)) is None


@pytest.mark.parametrize(
    "text",
    ["same here", "@rosa Me too!", "Having the same issue", "+1", "@rosa @shop it's not just you", "mine too :("],
)
def test_me_too_counts_for_the_post_it_answers_whatever_triage_calls_it(text: str) -> None:
    found = signal(text, Kind.CHATTER, replied_to=PostId("7"))
    assert (found.echo, found.answers, found.digest) == (True, "7", "")


def test_me_too_needs_a_post_to_answer_and_few_words() -> None:
    assert heard(a_post("same here"), Kind.CHATTER) is None
    long = "same goes for the colour of my grandmother's kettle which has nothing to do with any of this at all"
    assert heard(a_post(long, replied_to=PostId("7")), Kind.CHATTER) is None


def test_copies_have_one_digest_and_short_texts_none() -> None:
    one = signal("@shop my Order 123 is broken again https://a.example/x")
    other = signal("MY order 77 is broken, again! @FennelAndFinch")
    assert one.digest == other.digest != ""
    assert signal("site down?").digest == ""


def test_a_signal_knows_its_post_person_time_and_case_and_holds_few_safe_words() -> None:
    post = a_post("broken \u202e " + "https://evil.example/x kettle " * 40, quoted=PostId("8"))
    found = heard(post, topics=("product_fault",))
    assert found is not None
    assert (found.post_id, found.author_id, found.at) == (post.post_id, post.author_id, NOON)
    assert (found.case_id, found.answers) == (CaseId(post.conversation_id, post.author_id), "8")
    assert found.topics == ("product_fault",)
    assert len(found.words) <= 200
    assert "://" not in found.words
    assert "\u202e" not in found.words
    assert len(found.terms) <= 40


def test_words_meet_in_their_terms_and_titles_find_them_again() -> None:
    assert {term(word) for word in ("song", "songs", "song's")} == {"song"}
    assert (term("family"), term("address"), term("batteries")) == ("family", "address", "battery")
    assert surfaces("@shop My Playlists") == [("my", "My"), ("playlist", "Playlists")]


def test_the_table_of_concepts_has_the_concepts_of_detection() -> None:
    headings = [name for name, _ in sections(table("concepts"))]
    assert {name.removeprefix("about ") for name in headings if name.startswith("about ")} == SUBJECTS
    assert [name for name in headings if name in CONCEPTS] == [name for name in CONCEPTS if name not in GENERAL]
    assert len(headings) == len(CONCEPTS) - len(GENERAL) + len(SUBJECTS) + len(
        ["sounds so", "same here", "over", "says nothing"]
    )


@pytest.mark.parametrize(
    ("concept", "text"),
    [
        ("cannot log in", "no puedo entrar en mi cuenta"),
        ("won't load", "la app no abre"),
        ("crashes", "die App stürzt ständig ab"),
        ("not working", "funktioniert heute leider nicht"),
        ("down", "le site est en panne"),
        ("not delivered", "meu pedido não chegou"),
    ],
)
def test_concepts_are_read_in_other_languages(concept: str, text: str) -> None:
    assert concept in signal(f"@FennelAndFinch {text}").terms


@pytest.mark.parametrize(
    "text",
    ["not " * 4000, "paid " * 4000, "cant let me " * 2000, "a" * 20_000, "premium still " * 1500, "\u0301" * 5000],
)
def test_no_text_takes_long(text: str) -> None:
    started = time.perf_counter()
    heard(a_post(text))
    assert time.perf_counter() - started < 0.5


def test_a_post_that_triage_is_unsure_of_counts_and_unsure_praise_does_not() -> None:
    assert heard(a_post("the lift again, mum's on nine"), Kind.CHATTER, unsure=True) is not None
    assert heard(a_post("the lift again, mum's on nine"), Kind.CHATTER) is None
    assert heard(a_post("what a lift"), Kind.PRAISE, unsure=True) is None
