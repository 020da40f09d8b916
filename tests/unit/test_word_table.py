"""The table of words that the checks of replies read: it finds what one long expression would find, in less time."""

import re

import pytest

from mentiondesk.domain.replies.checks import tables
from mentiondesk.domain.replies.checks.word_table import WordTable, first_letters, unaccented
from tests.evaluation.replies import written_replies

LINES = (
    "refund\\w*", "(?:a|the) (?:small )?gift", "on (?:us|me)", "re-?pay", "(?:£|€) ?\\d+ back", "a credit",
    "d[eé]dommag\\w*", "\\d+ ?% off", "(?<!no )charge", "cash ?back", "(?:un)?paid",
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "letters"),
    [
        ("refund", "r"),
        ("(?:on|at) us", "oa"),
        ("(?:very )?sorry", "vs"),
        ("[£€] ?\\d", "£€"),
        ("d?oh", "do"),
        ("(?:a|(?:b|c?d)) x", "abcd"),
        ("\\$\\d", "$"),
        ("(?<!no )charge", "c"),
        ("\\bcharge", "c"),
    ],
)
def test_the_letters_with_which_a_line_may_begin(line: str, letters: str) -> None:
    assert first_letters(line) == frozenset(letters)


@pytest.mark.parametrize("line", ["\\w+ off", ".x", "[^a]b", "(?:maybe )?"])
def test_a_line_that_may_begin_with_anything_is_tried_everywhere(line: str) -> None:
    assert first_letters(line) == frozenset({""})


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


def test_matches_stand_in_order_and_do_not_overlap() -> None:
    text = "a small gift and €5 back, 10% off, unpaid, cashback, no charge; the charge, on us, dedommagement: re-pay"
    assert [found[0] for found in WordTable(map(unaccented, LINES)).finditer(text)] == [
        "a small gift", "€5 back", "10% off", "unpaid", "cashback", "charge", "on us", "dedommagement", "re-pay",
    ]  # fmt: skip


def test_letters_without_accents_keep_their_places() -> None:
    assert unaccented("Où est l'été ?") == "Ou est l'ete ?"
    assert len(unaccented("garantía, não, ß")) == len("garantía, não, ß")
