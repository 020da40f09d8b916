"""The table of words that the checks of replies read: it finds what one long expression would find, in less time."""

import re
from types import ModuleType

import pytest

from mentiondesk.domain.replies.checks import asking, elsewhere, placeholders, private_data, records, tables
from mentiondesk.domain.replies.checks.beginnings import beginnings, words_needed
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.checks.word_table import Phrases, WordTable, unaccented
from tests.evaluation.replies import written_replies

LINES = (
    "refund\\w*", "(?:a|the) (?:small )?gift", "on (?:us|me)", "re-?pay", "(?:£|€) ?\\d+ back", "a credit",
    "d[eé]dommag\\w*", "\\d+ ?% off", "(?<!no )charge", "cash ?back", "(?:un)?paid",
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("refund", "refun"),
        ("cars?", "car|cars"),
        ("(?:on|at) us", "on us|at us"),
        ("(?:very )?sorry", "very |sorry"),
        ("[£€] x", "£ x|€ x"),
        ("d?oh", "doh|oh"),
        ("(?:a|(?:b|c?d)) x", "a x|b x|cd x|d x"),
        ("\\$a", "$a"),
        ("(?<!no )charge", "charg"),
        ("\\bcharge|fee", "charg|fee"),
        ("my (?:\\w+ )?arm", "my |my ar"),
        ("ab{2,3}c", "ab"),
        ("no+ way", "no"),
        ("x*y", "y|x"),
        ("[A-C]\\w", "A|B|C"),
    ],
)
def test_what_a_match_of_a_line_may_begin_with(line: str, found: str) -> None:
    assert beginnings(line) == set(found.split("|"))


@pytest.mark.parametrize("line", ["\\w+ off", ".x", "[^a]b", "(?:maybe )?", "[a-z]+ here"])
def test_a_line_that_may_begin_with_anything_is_tried_everywhere(line: str) -> None:
    assert beginnings(line) == {""}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("\\w+ (?:goes|belongs) in", "goes|belongs"),
        ("\\w+(?:'s| is) in your (?:\\w+ )?lap", " in your "),
        ("\\w+ (?:very )?(?:a\\w|b)", " "),
        ("\\w+\\d", ""),
        ("[\\w-]+(?:straße|str\\.)x?", "straße|str."),
    ],
)
def test_words_that_a_line_needs(line: str, words: str) -> None:
    assert words_needed(line) == (tuple(words.split("|")) if words else ())


@pytest.mark.parametrize(
    "name", ["money", "guarantee", "identifier", "legal", "medical", "danger", "ask", "private_way", "harm"]
)
def test_a_table_finds_where_one_long_expression_finds(name: str) -> None:
    table, long = tables.table(name), re.compile(rf"(?<!\w)(?:{'|'.join(tables.lines_of(name))})(?!\w)")
    for reply in written_replies():
        text = unaccented(reply["text"].lower())
        assert (found.start() if (found := table.search(text)) else None) == (
            first.start() if (first := long.search(text)) else None
        ), text


def test_a_line_is_found_by_each_of_its_alternatives() -> None:
    table = WordTable(["(?:your|the) (?:cash|money)|cash back", "(?:a |any )?gift", "we (?:pay|owe)", "(?:w|p)ay"])
    text = "your cash, cash back, a gift, gift, we pay, wept, way, pay"
    assert [found[0] for found in table.finditer(text)] == [
        "your cash", "cash back", "a gift", "gift", "we pay", "way", "pay",
    ]  # fmt: skip


def test_signs_are_found_where_one_long_expression_finds_them() -> None:
    lines = [line for line in tables.lines_of("placeholder") if not line.startswith("\\b")]
    table, long = tables.placeholder_signs(), re.compile("|".join(lines))
    texts = [unaccented(reply["text"].lower()) for reply in written_replies()]
    assert any(long.search(text) for text in texts)
    for text in texts:
        assert [one.span() for one in table.finditer(text)] == [one.span() for one in long.finditer(text)], text


@pytest.mark.parametrize("module", [asking, elsewhere, placeholders, private_data, records, tables])
def test_phrases_find_what_one_long_expression_finds(module: ModuleType) -> None:
    readings = [Reading(reply["text"]) for reply in written_replies()][::25]
    texts = {text for one in readings for text in (one.text, one.plain.text, one.unaccented)}
    for name, phrases in vars(module).items():
        if isinstance(phrases, Phrases):
            long = re.compile(phrases.expression)
            for text in texts:
                assert [one.span() for one in phrases.finditer(text)] == [one.span() for one in long.finditer(text)], (
                    name,
                    text,
                )


def test_matches_stand_in_order_and_do_not_overlap() -> None:
    text = "a small gift and €5 back, 10% off, unpaid, cashback, no charge; the charge, on us, dedommagement: re-pay"
    assert [found[0] for found in WordTable(map(unaccented, LINES)).finditer(text)] == [
        "a small gift", "€5 back", "10% off", "unpaid", "cashback", "charge", "on us", "dedommagement", "re-pay",
    ]  # fmt: skip


def test_letters_without_accents_keep_their_places() -> None:
    assert unaccented("Où est l'été ?") == "Ou est l'ete ?"
    assert len(unaccented("garantía, não, ß")) == len("garantía, não, ß")
