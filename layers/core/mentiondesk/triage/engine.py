"""Text → tags: finds the cues of a post, weighs them in context, and combines them with the model."""

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
# The model's share of the odds of a complaint; the tables have the rest.
_MODEL_SHARE, _MOST_BY_WORDS = 0.25, 8.0
# Probability from which a post is a complaint; low, since a missed complaint costs more than a false one.
_LIKELY = 0.285
_MOST_ODDS, _TINY = 50.0, 1e-20
# Log odds from which a post has this urgency, with support of a table and without.
_CRITICAL_FROM, _HIGH_FROM = (-2.0, 0.0), (-3.0, -0.4)
# Log odds of critical urgency from which a post is a complaint in any case.
_ALARMING = 0.0
_MOST_URGENT = (Urgency.CRITICAL, Urgency.HIGH, Urgency.LOW)
_UNSURE = 0.2
# The other kinds, in the order of KINDS. The tables add evidence for each but chatter, which is the rest.
_OTHERS = KINDS[1:]
_PLACES = {kind: _OTHERS.index(kind) for kind in _OTHERS if kind is not Kind.CHATTER}
_ABUSE, _SPAM, _VENT = (_PLACES[kind] for kind in (Kind.ABUSE, Kind.SPAM, Kind.VENT))
# Odds against other kinds from which abuse and spam win, although such posts often complain as well.
_SURELY = 8.0
_TABLES_SAY, _MOST_SAID = 0.75, 3.0
# Correction for vents, which are rarer in the training posts than in brands' mentions.
_RARE = 2.0
_CALM = (Kind.QUESTION, Kind.VENT, Kind.CHATTER)
_by_weight = itemgetter(0)


class Judgement(NamedTuple):
    """The tags of a post, with the probability that it is a complaint."""

    tags: Tags
    complaint: float


class Engine:
    """Tags posts. Never raises; the same post gives the same tags."""

    def __init__(self, brand: BrandWords = _NO_BRAND) -> None:
        self.brand = brand
        self._lexicons: dict[str, Lexicon] = {}

    def __call__(self, post: Post) -> Tags:
        return self.judge(post).tags

    def judge(self, post: Post) -> Judgement:
        """The tags, and the probability of a complaint whatever the tags are."""
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
        # Thanks beside a reported event are polite or ironic.
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
        # Posts to a customer care account are more often complaints.
        score += 1.0
    else:
        # Conversations among several people are seldom complaints.
        score -= 0.25 * min(lower.count("@") - 1, 3)
    if reading.language == "en" and not roles & (CUSTOM | CARE):
        # Without a named product or service, opinions are about something else.
        score -= 0.6 + 0.25 * max(bad - evidence.concrete, 0.0)
    if "#" in lower:
        # Hashtags address everybody, not the brand.
        score -= 0.2 * min(lower.count("#"), 3)
    if count < 8 and bad < 1.5:
        score -= 0.3
    # Longer posts are more often complaints.
    return score + 0.05 * (min(count, 30) - 15)


def _shares(odds: list[float]) -> list[float]:
    """Evidence for each kind, on a scale that only compares kinds."""
    highest = max(odds)
    return [math.exp(one - highest) for one in odds]


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-_MOST_ODDS, min(odds, _MOST_ODDS))))


def _other_kind(reading: Reading, evidence: Evidence, shares: list[float]) -> tuple[Kind, float]:
    """The likeliest kind other than complaint, by the model's odds and the tables, and its confidence."""
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
    """The urgency by the brand's own words, else by the model, whose inputs include the tables' findings."""
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
    """The cues with the largest weights, as spans of the post's own text."""
    used = evidence.used
    if len(used) > 1:
        used.sort(key=_by_weight, reverse=True)
    chosen = [hit for _, hit in used[:_MOST_REASONS]]
    if reading.urgencies:
        urgent = [hit for hit in reading.urgencies if hit[0].says == urgency.value][:2]
        # Words that are part of an urgent phrase are listed with it.
        within = {place for _, path in urgent for place in range(path[0], path[-1] + 1)}
        chosen = urgent + [hit for hit in chosen if not within.issuperset(hit[1])]
    if not chosen:
        return ()
    tokens, origins = reading.text.tokens, reading.origins
    last = max([path[-1] for _, path in chosen])
    starts = reading.text.starts(last if origins is None else origins[last])
    # Two cues may cover the same words.
    found: dict[tuple[int, int], Reason] = {}
    for cue, path in chosen:
        first, last = path[0], path[-1]
        if origins is not None:
            first, last = origins[first], origins[last]
        if (first, last) not in found:
            found[first, last] = Reason(cue.table, starts[first], starts[last] + len(tokens[last]))
    return tuple(found.values())[:_MOST_REASONS]
