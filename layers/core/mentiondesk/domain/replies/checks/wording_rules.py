"""Rules about what a reply says: placeholders, requests, promises, money, law, health, danger, insults, own rules."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from mentiondesk.domain.replies.checks import tables
from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.links import Link, belongs, links_in
from mentiondesk.domain.replies.rules import OwnRule

_CLAUSE_ENDS = re.compile(r"[.!?;\n]|\b(?:just|simply|but|nur|einfach)\b")
# Links made unreadable for programs.
_HIDDEN_LINK = re.compile(
    r"\bhxxps?://\S+|(?<![\w-])[\w-]{1,60}(?:\[\.\]|\s?\(\.\)\s?|\s?\(dot\)\s?|\s?\[dot\]\s?)(?:com|net|org|io|co|ly|me)\b"
    r"|(?<![\w-])[\w-]{1,60}(?:\s\.\s?|\.\s| dot )(?:com|net|org|io|co|ly|me|gl|cc)\b(?:\s?/\s?\S+|(?=\W*$))"
    r"|\b(?:dot|punto|ponto|point|punkt) (?:com|net|org|io|es|fr|de|pt)\b",
    re.IGNORECASE,
)

_NEXT_SENTENCE = re.compile(r"\w*[a-zà-ÿ]\.[A-Z][a-zà-ÿ]+")

Rule = Callable[[Reading, CheckContext], Iterator[Finding]]


def placeholders(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Placeholders and slots that nobody has filled."""
    del context
    text = reading.plain
    for found in tables.placeholder().finditer(text.text):
        yield _finding("placeholder", Outcome.BLOCK, text.place(*found.span()), reading)


def asks_identifiers(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Requests for what identifies the customer, in public and without a private way."""
    if context.private or _private_way(reading):
        return
    for pattern in (tables.asks_identifier(), tables.question_of_identifier()):
        for found in pattern.finditer(reading.words.text):
            if not _asked_of_nobody(reading.words.text, found):
                yield _finding("asks_identifiers", Outcome.BLOCK, reading.words.place(*found.span("what")), reading)
                return


def _private_way(reading: Reading) -> bool:
    """True when the reply names a private way, and does not ask for the answer in the open all the same."""
    text = reading.words.text
    if next(links_in(reading.text), None):
        return True
    into = tables.INTO_THE_OPEN.search(text)
    if into and tables.identifier().search(into[0]) and not tables.NOT_ASKED.search(_clause(text, into.end())):
        return False
    return tables.table("private_way").search(tables.IN_THE_OPEN.sub(" ", text)) is not None


def _asked_of_nobody(text: str, found: re.Match[str]) -> bool:
    """True for "please do not post your address" and "our address is …"."""
    clause = _clause(text, found.start("what"))
    return tables.NOT_ASKED.search(clause) is not None or tables.BRANDS_OWN.search(clause) is not None


def _clause(text: str, end: int) -> str:
    """The clause before a place, at most 90 characters of it."""
    return _CLAUSE_ENDS.split(text[max(0, end - 90) : end])[-1]


def guarantees(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Promises that something is certain."""
    del context
    text = reading.words.text
    for found, start, end in reading.in_words(tables.table("guarantee")):
        noun = tables.NO_GUARANTEE.search(text, 0, found.start()) or tables.GUARANTEE_NOUN.search(text, found.end())
        if not noun:
            yield _finding("guarantee", Outcome.BLOCK, (start, end), reading)


def money(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Words about money back."""
    if context.approval.money:
        yield from _said("money", Outcome.HOLD, reading)


def foreign_links(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Links that lead to somebody else's site."""
    for link in links_in(reading.text):
        if not belongs(link.host, context.rules.own_domains) and not _begins_a_sentence(reading.text, link):
            yield Finding("foreign_link", Outcome.HOLD, link.start, link.end, (("host", link.host),))
    for found in _HIDDEN_LINK.finditer(reading.text):
        yield Finding("foreign_link", Outcome.HOLD, *found.span(), (("host", found[0]),))


def _begins_a_sentence(text: str, link: Link) -> bool:
    """True for "thanks, Nell.Do have a look": a full stop without its space, and no link."""
    return _NEXT_SENTENCE.fullmatch(text[link.start : link.end]) is not None


def _table_rule(rule: str, outcome: Outcome) -> Rule:
    """The rule that finds the words of the table of its name."""

    def apply(reading: Reading, context: CheckContext) -> Iterator[Finding]:
        del context
        return _said(rule, outcome, reading)

    return apply


legal = _table_rule("legal", Outcome.HOLD)
danger = _table_rule("danger", Outcome.HOLD)
insults = _table_rule("insult", Outcome.HOLD)
blame = _table_rule("blame", Outcome.WARN)


def medical(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Words about health, but for the advice to ask a doctor where the desk gives none."""
    del context
    text = reading.words.text
    passed = [found.span() for found in tables.REFERRAL.finditer(text)] if tables.DECLINES.search(text) else []
    for found, start, end in reading.in_words(tables.table("medical")):
        if not any(first <= found.start() and found.end() <= last for first, last in passed):
            yield _finding("medical", Outcome.HOLD, (start, end), reading)
            return


def _said(rule: str, outcome: Outcome, reading: Reading) -> Iterator[Finding]:
    """The first match alone: the words beside it need no second finding."""
    for _, start, end in reading.in_words(tables.table(rule)):
        yield _finding(rule, outcome, (start, end), reading)
        return


def own_rules(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """The brand's own rules."""
    for rule in context.rules.own_rules:
        found = _compiled(rule).search(reading.words.text)
        if found:
            start, end = reading.words.place(*found.span())
            yield Finding(f"own:{rule.rule_id}", rule.outcome, start, end, sentence=rule.sentence)


@cache
def _compiled(rule: OwnRule) -> re.Pattern[str]:
    return rule.compiled()


def _finding(rule: str, outcome: Outcome, place: tuple[int, int], reading: Reading) -> Finding:
    return Finding(rule, outcome, *place, (("words", reading.text[slice(*place)]),))
