"""Rules about what a reply says: placeholders, requests, promises, money, law, health, danger, insults, own rules."""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.replies.checks import tables
from mentiondesk.domain.replies.checks.asking import names_a_contact, private_way
from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.harms import tells_of_harm
from mentiondesk.domain.replies.checks.spelling import Reading
from mentiondesk.domain.replies.checks.word_table import unaccented
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.languages import language_of
from mentiondesk.domain.replies.rules import OwnRule

# "A guarantee" in the languages of the tables begins so.
_NOUNS = ("g", "warrant")
_LATEST = 3
_SHORT, _BEFORE_SHORT = 25, 90
_LIGHT = (Kind.PRAISE, Kind.CHATTER)
_SENTENCE_ENDS = re.compile(r"[.!?](?=\s)|\n")
_NAME = re.compile(r"\b(?:the|our|a) ([A-Z][a-z]{1,20} [A-Z][a-z]{1,20})\b")
Rule = Callable[[Reading, CheckContext], Iterator[Finding]]


def guarantees(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Promises that something is certain; a light word to somebody who praises is none."""
    if context.kind is Kind.PRAISE:
        return
    text = reading.words.text
    for found, start, end in reading.in_words(tables.table("guarantee")):
        if not _of_the_product(text, found):
            yield _finding("guarantee", Outcome.BLOCK, (start, end), reading)
    for found, start, end in reading.in_words(tables.table("guarantee_everyday")):
        if tables.FUTURE.search(_sentence(text, found)) and not _of_the_product(text, found):
            yield _finding("guarantee", Outcome.BLOCK, (start, end), reading)
    for found in _certainties(text, context.kind):
        yield _finding("guarantee", Outcome.BLOCK, reading.words.place(*found.span()), reading)


def _certainties(text: str, kind: Kind) -> Iterator[re.Match[str]]:
    """Words of certainty beside what will be."""
    yield from tables.CERTAIN_FUTURE.finditer(text)
    yield from tables.CERTAINTY.finditer(text)
    if tables.COMING.search(text) or (kind is not Kind.CHATTER and tables.FUTURE.search(text)):
        yield from tables.PEACE_OF_MIND.finditer(text)


def _of_the_product(text: str, found: re.Match[str]) -> bool:
    """True for the paper that comes with a product, and for what is said not to be certain."""
    if found[0].startswith(_NOUNS) and tables.BEFORE_THE_NOUN.search(text, 0, found.start()):
        return True
    if (
        text[: found.start()].endswith("/")
        or tables.NO_GUARANTEE.search(text, 0, found.start())
        or tables.GUARANTEE_NOUN.match(text, found.end())
    ):
        return True
    noun = None if tables.WE.search(text, 0, found.start()) else tables.GUARANTEE_OF_A_MAKER.match(found[0])
    return noun is not None and tables.MAKER_OR_YEARS.search(_sentence(text, found)) is not None


def _sentence(text: str, found: re.Match[str]) -> str:
    """The sentence around a match."""
    starts = [one.end() for one in _SENTENCE_ENDS.finditer(text, 0, found.start())]
    end = _SENTENCE_ENDS.search(text, found.end())
    return text[starts[-1] if starts else 0 : end.start() if end else len(text)]


def money(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Words about money back; prices and offers that everybody gets are none."""
    if not context.approval.money:
        return
    for table in ("money", "money_everyday"):
        for found, start, end in reading.in_words(tables.table(table)):
            if not _is_no_offer(reading, context, found) and (table == "money" or _is_given(reading, context, found)):
                yield _finding("money", Outcome.HOLD, (start, end), reading)
                return
    nouns = [tables.MONEY_SETTLED] if _speaks_of_money(_latest(context), context.kind) else []
    if context.kind is Kind.COMPLAINT and context.customer_words and not _goes_on_in_private(reading):
        nouns.append(tables.MONEY_NOUN)
    for phrases in nouns:
        for noun, start, end in reading.in_words(phrases):
            if not tables.FOR_EVERYBODY.search(_sentence(reading.words.text, noun)):
                yield _finding("money", Outcome.HOLD, (start, end), reading)
                return


def _with_the_one_before(text: str, found: re.Match[str]) -> str:
    """The sentence of a match; where it is short, as in "Nothing to pay.", with the one before."""
    sentence = _sentence(text, found)
    if len(sentence) > _SHORT:
        return sentence
    return text[max(0, found.start() - _BEFORE_SHORT) : found.end()]


def _goes_on_in_private(reading: Reading) -> bool:
    """True where the reply names a private way, or says that such things are not spoken of in public."""
    return private_way(reading) or tables.NOT_IN_PUBLIC.search(reading.words.text) is not None


def _latest(context: CheckContext) -> str:
    """The customer's latest posts: the last one may only ask why nobody answers."""
    return "\n".join(context.customer_words[-_LATEST:])


@lru_cache(maxsize=256)
def _speaks_of_money(said: str, kind: Kind) -> bool:
    """True for a customer who speaks of what was paid. Remembered: a reply to a post is checked again and again."""
    plain = unaccented(said.lower())
    return any(
        one.search(plain) for one in (tables.MONEY_BACK, tables.MONEY_PAID)[: 2 if kind is Kind.COMPLAINT else 1]
    )


def _is_no_offer(reading: Reading, context: CheckContext, found: re.Match[str]) -> bool:
    """True for what holds for everybody, for vouchers that are sold or not to be had, for banter, and for a name."""
    if context.kind in _LIGHT and found[0].endswith("make up for it"):
        return True
    text = reading.words.text
    sentence = _sentence(text, found)
    if tables.FOR_EVERYBODY.search(sentence):
        return True
    if tables.IN_GENERAL.fullmatch(found[0]) and not _is_given(reading, context, found):
        return True
    if tables.VOUCHERS.match(found[0]) and tables.SOLD.search(sentence) and not tables.GIVEN.search(sentence):
        return True
    said_of_all = tables.EVERYBODY.search(text, 0, found.start()) or _is_a_name(reading, found)
    return bool(said_of_all) and not tables.TO_YOU.search(sentence)


def _is_given(reading: Reading, context: CheckContext, found: re.Match[str]) -> bool:
    """True where a price is said as an offer: to somebody who complains, by a giver; else to this customer alone."""
    sentence = _with_the_one_before(reading.words.text, found)
    if context.kind is Kind.COMPLAINT or _speaks_of_money(_latest(context), context.kind):
        return tables.GIVER.search(sentence) is not None or tables.TO_YOU.search(sentence) is not None
    return tables.FOR_YOU.search(sentence) is not None


def _is_a_name(reading: Reading, found: re.Match[str]) -> bool:
    """True for "the Refund Goblin": a word with a capital letter before another, inside of an English sentence."""
    start, end = reading.words.place(*found.span())
    names = (one.span(1) for one in _NAME.finditer(reading.text))
    return any(first <= start and end <= last for first, last in names) and language_of(reading.text) == "en"


def harm(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Finds, where the customer speaks of harm or of the law, words that play it down, explain it or own it.

    A reply to a complaint is found as well where it neither says to stop nor leads to where somebody helps in private.
    """
    said = _latest(context)
    if not _speaks_of_harm(said, everyday=context.urgency >= Urgency.HIGH) and not _asks_about_health(said):
        return
    if context.kind in _LIGHT and context.urgency is not Urgency.CRITICAL:
        return
    played_down = list(_said("reassurance", Outcome.HOLD, reading, rule="harm"))
    yield from played_down
    complains = context.kind is Kind.COMPLAINT or context.urgency is Urgency.CRITICAL or _asks_about_health(said)
    if (complains or _hurt(said)) and not played_down and not context.private and not _helps(reading):
        yield Finding("harm_without_help", Outcome.HOLD)


@lru_cache(maxsize=256)
def _speaks_of_harm(said: str, everyday: bool = True) -> bool:
    """True for a customer's post that tells of harm, in words of every day too. Remembered for the next check."""
    plain = unaccented(said.lower())
    worried = tables.WORRIED.search(plain) is not None and tables.PAPERWORK.search(plain) is None
    names = ("harm", "harm_everyday") if everyday and tables.GAME.search(plain) is None else ("harm",)
    return worried or any(tables.table(name).search(plain) for name in names) or tells_of_harm(plain)


@lru_cache(maxsize=256)
def _hurt(said: str) -> bool:
    """True for a post that tells of harm in words that mean nothing else. Remembered, like the others."""
    return tells_of_harm(unaccented(said.lower()))


@lru_cache(maxsize=256)
def _asks_about_health(said: str) -> bool:
    """True for a question about what to take, give or eat. Remembered: a reply to it is checked again and again."""
    plain = unaccented(said.lower())
    return tables.SAFE_ASKED.search(plain) is not None or any(
        tables.HEALTH.search(found[0]) for found in tables.HEALTH_ASKED.finditer(plain)
    )


def _helps(reading: Reading) -> bool:
    return names_a_contact(reading) or tables.HELPING.search(reading.words.text) is not None


def _table_rule(rule: str, outcome: Outcome) -> Rule:
    """The rule that finds the words of the table of its name."""

    def apply(reading: Reading, context: CheckContext) -> Iterator[Finding]:
        del context
        return _said(rule, outcome, reading)

    return apply


blame = _table_rule("blame", Outcome.WARN)


_Placed = tuple[re.Match[str], int, int]


def legal(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Words about the law; in answers to others than complaints where the customer speaks of it or of harm."""
    said = _latest(context)
    calm = context.kind in _LIGHT or (context.kind is Kind.QUESTION and "?" in said)
    if calm and not _speaks_of_harm(said):
        return
    for _, start, end in _meant("legal", reading, context):
        yield _finding("legal", Outcome.HOLD, (start, end), reading)
        return


def insults(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Insults and swearing; words with another use count beside "you", or at the beginning of a sentence.

    A word that the customer used may be taken up, but not beside "you".
    """
    yield from _said("insult", Outcome.HOLD, reading)
    said = unaccented(_latest(context).lower()).split()
    for found, start, end in reading.in_words(tables.table("insult_everyday")):
        sentence = _sentence(reading.words.text, found).lstrip()
        taken_up = any(word.strip(".,;:!?") == found[0] for word in said)
        if tables.TO_YOU.search(sentence) or (sentence.startswith(found[0]) and not taken_up):
            yield _finding("insult", Outcome.HOLD, (start, end), reading)
            return


def _meant(table: str, reading: Reading, context: CheckContext) -> Iterator[_Placed]:
    """Matches of a table, and of its words that mostly mean something else.

    Those count where the customer speaks of harm, of the law or of health, or where two of them stand together, but
    for talk about a game.
    """
    yield from reading.in_words(tables.table(table))
    everyday = list(reading.in_words(tables.table(f"{table}_everyday")))
    said = _latest(context)
    together = len(everyday) > 1 and not tables.GAME.search(unaccented(said.lower()))
    if everyday and (together or _speaks_of_harm(said) or _asks_about_health(said)):
        yield from everyday


def danger(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Words about danger, but for "stop using it and message us", which every agent may say."""
    for found, start, end in _meant("danger", reading, context):
        if not _is_first_aid(reading, found.start()):
            yield _finding("danger", Outcome.HOLD, (start, end), reading)
            return


def _is_first_aid(reading: Reading, place: int) -> bool:
    """True where the reply says to stop using the thing, and leads to where somebody helps in private."""
    said = tables.STOP_USING.finditer(reading.words.text)
    return any(found.start() <= place < found.end() for found in said) and private_way(reading)


def medical(reading: Reading, context: CheckContext) -> Iterator[Finding]:
    """Words about health, but for the advice to ask a doctor where the desk gives none."""
    for found, start, end in _meant("medical", reading, context):
        if not _refers_to_a_doctor(reading.words.text, found):
            yield _finding("medical", Outcome.HOLD, (start, end), reading)
            return


def _refers_to_a_doctor(text: str, found: re.Match[str]) -> bool:
    """True inside of the advice to ask a doctor, where the reply says that the desk cannot tell."""
    advice = tables.REFERRAL.finditer(text) if tables.DECLINES.search(text) else ()
    return any(one.start() <= found.start() and found.end() <= one.end() for one in advice)


def _said(table: str, outcome: Outcome, reading: Reading, rule: str = "") -> Iterator[Finding]:
    """The first match alone: the words beside it need no second finding."""
    for _, start, end in reading.in_words(tables.table(table)):
        yield _finding(rule or table, outcome, (start, end), reading)
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
    pattern = rule.compiled()
    return re.compile(unaccented(pattern.pattern), pattern.flags)


def _finding(rule: str, outcome: Outcome, place: tuple[int, int], reading: Reading) -> Finding:
    return Finding(rule, outcome, *place, (("words", reading.text[slice(*place)]),))
