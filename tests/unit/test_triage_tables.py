"""The tables of triage are well formed, and what a brand adds to them holds."""

import re
from collections import Counter
from pathlib import Path

import pytest

from infra import train_triage
from infra.labelled_posts import LEARNED, labelled_posts
from mentiondesk.domain.posts.brand_words import Always, BrandWords
from mentiondesk.domain.posts.tags import Kind, Tags, Urgency
from mentiondesk.settings.problems import SettingsInvalid
from mentiondesk.settings.to_domain import parse_settings
from mentiondesk.triage import BrandTriage, Engine
from mentiondesk.triage.lexicon import READ, cues, languages, lexicon, sets, spelling
from mentiondesk.triage.loading import sections, table
from mentiondesk.triage.phrases import Unreadable, alternatives
from mentiondesk.triage.weights import OUTPUTS, SCALE, knows, packed_at, read, unpacked, weights, written
from tests.support.builders import a_post, settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "layers/core/mentiondesk/triage"
OTHERS = {"sets", "spelling", "languages", "danger", "concepts", "concept_sets", "README"}
TABLES = sorted(path.stem for path in (FOLDER / "tables").glob("*.txt") if path.stem not in OTHERS)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_can_be_read_and_repeats_nothing(name: str) -> None:
    found = list(cues(name))
    assert found
    assert "# " in table(name)[:2], "a table begins by saying what it holds"
    readings = Counter[tuple[str, ...]]()
    phrases = [(heading.split()[0], phrase) for heading, some in sections(table(name)) for phrase in some]
    for says, phrase in phrases:
        readings.update({(says, *words) for words in alternatives(phrase)})
    needless = [phrase for says, phrase in phrases if all(readings[says, *words] > 1 for words in alternatives(phrase))]
    assert needless == [], "these stand there already"


def test_every_table_is_used() -> None:
    used = set()
    for language in READ:
        phrases = lexicon(language, BrandWords(), knows).phrases
        used |= {cue.table for added in phrases._added.values() for _, cue in added}
    assert used == set(TABLES)


def test_sets_spellings_and_languages_are_single_words() -> None:
    for words in (*sets().values(), spelling(), *languages().values()):
        assert all(not re.search(r"\s", word) for word in words)
    assert {"en", "es", "fr", "de", "pt"} == set(READ) <= set(languages())


def test_no_spelling_leads_to_another() -> None:
    assert not [word for words in spelling().values() for word in words if word in spelling()]


def test_what_is_shipped_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.suffix in {".py", ".txt", ".xz"}) <= 500_000


def test_the_same_posts_give_the_same_model() -> None:
    """`make check` trains it anew on all posts, which takes a minute."""
    posts = [labelled for file in LEARNED for labelled in labelled_posts(file)[:150]]
    first = train_triage.rounded(train_triage.trained(posts))
    assert first
    assert train_triage.rounded(train_triage.trained(posts)) == first


def test_weights_are_read_as_they_were_written() -> None:
    shared = "w:" + "a" * 100
    given = {
        "b:was late": [0] * len(OUTPUTS),
        "w:late": [7, -7, 1, 0, 2, -3, 4, 5, -6],
        "w:latter": list(range(-4, 5)),
        shared: [1] * len(OUTPUTS),
        f"{shared}b": [-1] * len(OUTPUTS),
        "w:über": [3] * len(OUTPUTS),
    }
    stored = read(written(given))
    found = {
        name: [round(one * SCALE) for one in unpacked(packed_at(stored, place), parts=1)]
        for place, name in enumerate(stored.names)
    }
    assert found == given


def test_the_stored_model_knows_words_pairs_and_shapes() -> None:
    assert {"bias", "w:refund", "b:still waiting"} <= weights().places.keys()


@pytest.mark.parametrize(
    ("phrase", "readings"),
    [
        ("no/without reply", {"no reply", "without reply"}),
        ("where is the? parcel", {"where is the parcel", "where is parcel"}),
        ("still ... waiting", {"still ... waiting"}),
        (":/", {":/"}),
    ],
)
def test_phrases_stand_for_their_alternatives(phrase: str, readings: set[str]) -> None:
    assert {" ".join(words) for words in alternatives(phrase)} == readings


@pytest.mark.parametrize("phrase", ["... waiting", "still ...", "<nobody knows> it", "<nosuchset> it"])
def test_what_is_no_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(Unreadable):
        lexicon("en", BrandWords(never=(phrase,)), knows)


# --- a brand's own words


def tagged(text: str, **words: object) -> Tags:
    return Engine(settings(triage=words).brand_words)(a_post(text))


@pytest.mark.parametrize("kind", ["complaint", "question", "praise", "vent", "chatter", "spam", "abuse"])
def test_a_brands_word_makes_the_kind(kind: str) -> None:
    text = "@shop thank you, the broken gizmo wibble is great?"
    assert tagged(text, words={kind: ["gizmo wibble"]}).kind == kind


@pytest.mark.parametrize("urgency", ["critical", "high", "low"])
def test_a_brands_word_makes_the_urgency(urgency: str) -> None:
    text = "@shop where is my order? still waiting, my gizmo wibble"
    assert tagged(text).urgency is Urgency.NORMAL
    assert tagged(text, words={urgency: ["wibble"]}).urgency == urgency


def test_a_brands_word_takes_the_alarm_out_of_another() -> None:
    text = "@shop the fire glaze plate I ordered arrived broken, it burns my hand"
    assert tagged(text).urgency is Urgency.CRITICAL
    assert tagged(text, words={"calm": ["fire glaze"]}).urgency is Urgency.NORMAL


def test_always_wins_over_never_and_never_over_everything_else() -> None:
    text = "@shop my wibble is broken, worst service ever"
    never = ["wibble is broken"]
    always = [{"phrase": "worst service", "kind": "vent", "urgency": "high"}]
    assert tagged(text).kind is Kind.COMPLAINT
    assert tagged(text, never=never).kind is Kind.CHATTER
    assert not tagged(text, never=never).needs_reply
    found = tagged(text, never=never, always=always)
    assert (found.kind, found.urgency, found.needs_reply, found.confidence) == (Kind.VENT, Urgency.HIGH, False, 1.0)


def test_always_may_decide_one_thing_only() -> None:
    text = "@shop love the new wibble, thank you"
    found = tagged(text, always=[{"phrase": "wibble", "urgency": "critical"}])
    assert (found.kind, found.urgency) == (Kind.PRAISE, Urgency.CRITICAL)


def test_a_brands_topics_and_words_hold_in_every_language() -> None:
    text, topics = "@shop die Wibbles sind leider kaputt", {"wibbles": ["wibble*"]}
    assert "wibbles" in tagged(text, topics=topics).topics
    found = tagged(text, topics=topics, never=["wibbles"])
    assert (found.language, found.kind, found.topics) == ("de", Kind.CHATTER, ())


def test_brand_words_are_looked_up_as_people_write_them() -> None:
    assert tagged("@shop WIBBLE‘S gone", words={"complaint": ["wibble's"]}).kind is Kind.COMPLAINT
    assert tagged("#GizmoWibble again", words={"complaint": ["gizmo wibble"]}).kind is Kind.COMPLAINT


def test_triage_is_compiled_once_for_each_version_of_the_words() -> None:
    words = [BrandWords()]
    triage = BrandTriage(lambda: words[0])
    text = "@shop about the wibble"
    assert triage(a_post(text)).kind is not Kind.SPAM
    words[0] = BrandWords(always=(Always("wibble", Kind.SPAM),))
    assert triage(a_post(text)).kind is Kind.SPAM
    engine = triage._engine
    words[0] = BrandWords(always=(Always("wibble", Kind.SPAM),))
    assert triage(a_post(text)).kind is Kind.SPAM
    assert triage._engine is engine


@pytest.mark.parametrize(
    ("triage", "path", "says"),
    [
        ({"never": [""]}, "triage.never.0", "is not a phrase"),
        ({"words": {"praise": ["... good"]}}, "triage.words.praise.0", "is not a phrase"),
        ({"words": {"praise": ["ref*und"]}}, "triage.words.praise.0", "is not a phrase"),
        ({"words": {"praise": ["<not> good"]}}, "triage.words.praise.0", "is not a phrase"),
        ({"words": {"anger": ["grr"]}}, "triage.words.anger", "there is no such key"),
        ({"always": [{"phrase": "recall"}]}, "triage.always.0", "decides nothing"),
        ({"topics": {"Gift List": ["gift"]}}, "triage.topics.Gift List", ""),
    ],
)
def test_what_cannot_be_used_is_said_with_its_place(triage: object, path: str, says: str) -> None:
    raw = {
        "brand": {"name": "Shop", "user_id": "1", "handle": "shop"},
        "staff": [{"id": "ana", "name": "Ana", "email": "ana@example.com", "roles": ["lead"]}],
        "triage": triage,
    }
    with pytest.raises(SettingsInvalid) as invalid:
        parse_settings(raw)
    ((place, what),) = invalid.value.problems
    assert ".".join(map(str, place)).startswith(path)
    assert says in what
