"""Text → tags: which cues stand in a post, what they mean where they stand, and what that makes the post."""

import math
from operator import itemgetter
from typing import NamedTuple

from mentiondesk.domain.posts.brand_words import BrandWords
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import ANSWERED, Kind, Reason, Tags, Urgency, needs_reply
from mentiondesk.triage import model
from mentiondesk.triage.evidence import Evidence, evidence_of
from mentiondesk.triage.lexicon import BRAND, CARE, CUSTOM, ME, NOT, Lexicon, lexicon
from mentiondesk.triage.phrases import search
from mentiondesk.triage.reading import Reading, language_of, layers, words_of
from mentiondesk.triage.weights import KINDS
from mentiondesk.triage.words import read

_MOST_REASONS = 6
_NO_BRAND = BrandWords()
# How much of the odds of a complaint the model of words has to say; the tables have the rest.
_MODEL_SHARE, _MOST_BY_WORDS = 0.25, 8.0
# From here on a post is a complaint: one that is missed costs more than one too many.
_LIKELY = 0.285
_MOST_ODDS, _TINY = 50.0, 1e-20
# The log odds from which a post counts as that urgent, where a table says so and where none does.
_CRITICAL_FROM, _HIGH_FROM = (-2.0, 0.0), (-3.0, -0.4)
# From here on what is critical is a complaint, whatever it sounds like.
_ALARMING = 0.0
_MOST_URGENT = (Urgency.CRITICAL, Urgency.HIGH, Urgency.LOW)
_UNSURE = 0.2
# The other kinds, in the order of KINDS; what the tables found of them counts too, but for chatter, which is the rest.
_OTHERS = KINDS[1:]
_PLACES = {kind: _OTHERS.index(kind) for kind in _OTHERS if kind is not Kind.CHATTER}
_ABUSE, _SPAM, _VENT = (_PLACES[kind] for kind in (Kind.ABUSE, Kind.SPAM, Kind.VENT))
# Abuse and spam often complain as well: they are what they are where they are so many times as likely.
_SURELY = 8.0
_TABLES_SAY, _MOST_SAID = 0.75, 3.0
# Vents are rarer among the posts that the model learned from than among what brands get to hear.
_RARE = 2.0
_CALM = (Kind.QUESTION, Kind.VENT, Kind.CHATTER)
_by_weight = itemgetter(0)


class Judgement(NamedTuple):
    """What a post is, with the probability that it is a complaint."""

    tags: Tags
    complaint: float


class Engine:
    """Tells what a post is. Never raises; the same post gives the same tags."""

    def __init__(self, brand: BrandWords = _NO_BRAND) -> None:
        self.brand = brand
        self._lexicons: dict[str, Lexicon] = {}

    def __call__(self, post: Post) -> Tags:
        return self.judge(post).tags

    def judge(self, post: Post) -> Judgement:
        """The tags, and how likely the post is a complaint whatever they say."""
        reading = self.read(post)
        evidence = evidence_of(reading)
        score = complaint_score(reading, evidence)
        *odds, critical, high = model.log_odds(reading, evidence, score)
        complains, *others = _shares(odds)
        rest = sum(others) + _TINY
        by_words = max(-_MOST_BY_WORDS, min(math.log((complains + _TINY) / rest), _MOST_BY_WORDS))
        probability = _logistic((1 - _MODEL_SHARE) * score + _MODEL_SHARE * by_words)
        urgency = _urgency(reading, critical, high)
        if probability >= _LIKELY and max(others[_ABUSE], others[_SPAM]) < _SURELY * complains:
            kind, confidence = Kind.COMPLAINT, probability
        else:
            kind, share = _other_kind(reading, evidence, others)
            confidence = (1 - probability) * share
        if kind in _CALM and critical > _ALARMING:
            kind, confidence = Kind.COMPLAINT, max(probability, _UNSURE)
        if kind not in ANSWERED:
            urgency = Urgency.LOW
        if evidence.rule is not None:
            kind, urgency, confidence = evidence.rule.kind or kind, evidence.rule.urgency or urgency, 1.0
        tags = Tags(
            kind=kind,
            needs_reply=needs_reply(kind, post.addressed),
            urgency=urgency,
            topics=tuple(reading.topics) if kind in ANSWERED or kind is Kind.PRAISE else (),
            sentiment=max(-1.0, min((evidence.good + evidence.says("solved") - evidence.bad) / 4, 1.0)),
            language=reading.language,
            confidence=confidence,
            reasons=_reasons(reading, evidence, urgency),
        )
        return Judgement(tags, probability)

    def read(self, post: Post) -> Reading:
        text = read(post.text)
        language, known = language_of(text, post.language)
        words, origins, roles = words_of(text, self._lexicon(language if known else "en"))
        return Reading(post, text, language, known, words, origins, roles, *layers(search(words)))

    def _lexicon(self, language: str) -> Lexicon:
        found = self._lexicons.get(language)
        if found is None:
            found = self._lexicons[language] = lexicon(language, self.brand)
        return found


def complaint_score(reading: Reading, evidence: Evidence) -> float:
    """The log odds of a complaint by the tables; each number was set by hand."""
    lower, roles, count = reading.text.lower, reading.roles, len(reading.words)
    bad, good = evidence.bad, evidence.good
    solved = evidence.says("solved")
    if evidence.concrete >= 1.0 and not solved:
        # Thanks beside something that happened are polite, or meant the other way round.
        good *= 0.5
    score = -1.5 + bad - 0.75 * good - 0.8 * solved
    score -= 0.3 * min(evidence.says("chatter"), 4.0) + 0.4 * min(evidence.says("spam"), 4.0)
    if roles & ME:
        score += 0.15
    if roles & NOT:
        score += 0.6
    if "http" in lower:
        score -= 0.8
    if "@" not in lower:
        score -= 0.4
    elif roles & CARE:
        # People turn to those who look after customers with something to say.
        score += 1.0
    else:
        # Talk among several people is seldom about a customer's matter.
        score -= 0.25 * min(lower.count("@") - 1, 3)
    if reading.language == "en" and not roles & (CUSTOM | CARE):
        # Nothing that a customer deals with is named: opinions are about something else.
        score -= 0.6 + 0.25 * max(bad - evidence.concrete, 0.0)
    if "#" in lower:
        # Said to everybody.
        score -= 0.2 * min(lower.count("#"), 3)
    if count < 8 and bad < 1.5:
        score -= 0.3
    # Who has met something tells it in more words.
    return score + 0.05 * (min(count, 30) - 15)


def _shares(odds: list[float]) -> list[float]:
    """What each kind has of the odds, in no certain unit."""
    highest = max(odds)
    return [math.exp(one - highest) for one in odds]


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-_MOST_ODDS, min(odds, _MOST_ODDS))))


def _other_kind(reading: Reading, evidence: Evidence, shares: list[float]) -> tuple[Kind, float]:
    """What a post is that is no complaint, by the model's odds and by the tables; and how sure that is."""
    if not reading.known:
        return Kind.QUESTION, _UNSURE
    pleased = evidence.good + evidence.says("solved")
    for kind, place in _PLACES.items():
        found = pleased if kind is Kind.PRAISE else evidence.says(kind)
        if found:
            shares[place] *= math.exp(_TABLES_SAY * min(found, _MOST_SAID))
    shares[_VENT] *= _RARE
    most = max(shares)
    return KINDS[1 + shares.index(most)], most / (sum(shares) + _TINY)


def _urgency(reading: Reading, critical: float, high: float) -> Urgency:
    """How urgent it is by the brand's words, else by the model, which knows what the tables found."""
    of_brand = {cue.says for cue, _ in reading.urgencies if cue.table == BRAND} if reading.urgencies else ()
    if of_brand:
        return next((level for level in _MOST_URGENT if level.value in of_brand), Urgency.NORMAL)
    said = {cue.says for cue, _ in reading.urgencies} if reading.urgencies else ()
    if critical > _CRITICAL_FROM["critical" not in said]:
        return Urgency.CRITICAL
    if high > _HIGH_FROM["high" not in said]:
        return Urgency.HIGH
    return Urgency.LOW if "low" in said else Urgency.NORMAL


def _reasons(reading: Reading, evidence: Evidence, urgency: Urgency) -> tuple[Reason, ...]:
    """The words that weighed most, as spans of the post's own text."""
    used = evidence.used
    if len(used) > 1:
        used.sort(key=_by_weight, reverse=True)
    chosen = [hit for _, hit in used[:_MOST_REASONS]]
    if reading.urgencies:
        urgent = [hit for hit in reading.urgencies if hit[0].says == urgency.value][:2]
        # Words that are part of an urgent phrase are told with it.
        within = {place for _, path in urgent for place in range(path[0], path[-1] + 1)}
        chosen = urgent + [hit for hit in chosen if not within.issuperset(hit[1])]
    if not chosen:
        return ()
    tokens, origins = reading.text.tokens, reading.origins
    last = max([path[-1] for _, path in chosen])
    starts = reading.text.starts(last if origins is None else origins[last])
    # Two cues may stand on the same words.
    found: dict[tuple[int, int], Reason] = {}
    for cue, path in chosen:
        first, last = path[0], path[-1]
        if origins is not None:
            first, last = origins[first], origins[last]
        if (first, last) not in found:
            found[first, last] = Reason(cue.table, starts[first], starts[last] + len(tokens[last]))
    return tuple(found.values())[:_MOST_REASONS]
