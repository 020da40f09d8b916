"""Rules about a reply's tone and its fit to what the customer wrote. They warn: a person decides."""

import re
from collections.abc import Iterator
from functools import lru_cache

from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.replies.checks import tables
from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.checks.word_table import unaccented
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.languages import language_of

_LOUD_WORD = re.compile(r"\b[A-ZÄÖÜÉ]{4,}\b")
_MANY_MARKS = re.compile(r"[!?]{3,}")
_CONTENT = re.compile(r"[^\W\d_]{4,}")
_LOUD_WORDS = 3
# A reply of fewer words of its own can hardly take up those of the customer.
_FEWEST_WORDS = 8
_STEM = 5
_STOCK = frozenset(
    """
    about after again also been before being could does from have here just like more please send sorry thank thanks
    that their them then there these they this until very want were what when where which will with would your yours
    into make made need help know look take team hear contact message direct today soon happy reach details share check
    """.split()  # noqa: SIM905 - a list of literals is longer and reads worse
)


def no_apology(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """A first answer to a complaint that does not say sorry."""
    if (
        context.kind is Kind.COMPLAINT
        and not context.brand_words
        and not tables.table("apology").search(reading.words.text)
    ):
        yield Finding("no_apology", Outcome.WARN)


def shouting(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Several words in capitals, or a row of marks."""
    del context
    loud = list(_LOUD_WORD.finditer(reading.text))
    marks = _MANY_MARKS.search(reading.text)
    if len(loud) >= _LOUD_WORDS:
        yield Finding("shouting", Outcome.WARN, loud[0].start(), loud[-1].end())
    elif marks:
        yield Finding("shouting", Outcome.WARN, *marks.span())


def sarcasm(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Words and pictures that sound like mockery."""
    if context.kind is Kind.PRAISE:
        return
    pictures = tables.SARCASTIC_PICTURES.search(reading.text)
    for _, start, end in reading.in_words(tables.table("sarcasm")):
        yield Finding("sarcasm", Outcome.WARN, start, end, (("words", reading.text[start:end]),))
        return
    if pictures:
        yield Finding("sarcasm", Outcome.WARN, *pictures.span(), (("words", pictures[0]),))


def off_topic(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """A longer reply that takes up no word of the customer's latest post."""
    if not context.customer_words:
        return
    said, asked = _stems(reading.words.text), _asked(context.customer_words[-1])
    if len(said) >= _FEWEST_WORDS and asked and not said & asked and not _private(reading):
        yield Finding("off_topic", Outcome.WARN)


def _private(reading: Reading) -> bool:
    return tables.table("private_way").search(reading.words.text) is not None


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in _CONTENT.findall(text) if word not in _STOCK)


@lru_cache(maxsize=256)
def _asked(text: str) -> frozenset[str]:
    """The stems of a customer's post. Remembered: a reply to it is checked again and again."""
    return _stems(unaccented(text.lower()))


def other_language(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """A reply in another language than the customer's."""
    theirs = language_of(context.customer_words[-1]) if context.customer_words else None
    if theirs is None and context.language not in ("und", "", "zxx", "qme", "art", "qht", "qam", "qst"):
        theirs = context.language
    ours = language_of(reading.text)
    if ours and theirs and ours != theirs:
        yield Finding("other_language", Outcome.WARN, facts=(("ours", ours), ("theirs", theirs)))


def too_late(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """ "We are looking into it", after the incident is solved."""
    if not context.incident_solved:
        return
    for _, start, end in reading.in_words(tables.table("still_looking")):
        yield Finding("solved_already", Outcome.WARN, start, end)
        return
