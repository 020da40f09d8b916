"""Text → tags: which cues stand in a post, what they mean where they stand, and what that makes the post."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mentiondesk.domain.brand_words import BrandWords
from mentiondesk.domain.posts import Post
from mentiondesk.domain.tags import Kind, Reason, Tags, Urgency
from mentiondesk.triage.lexicon import (
    BRAND,
    BUT,
    CUSTOM,
    FEELING,
    IF,
    ME,
    NOT,
    READ,
    TOPIC,
    URGENCY,
    Cue,
    Lexicon,
    lexicon,
    small_words,
)
from mentiondesk.triage.phrases import Hit, Word, search
from mentiondesk.triage.words import Text, read

_LAST_LATIN = 0x24F
_MOST_REASONS = 8
# A brand's phrase goes before every built-in one.
_BRAND_FIRST = 100
# How much each further cue for the same kind adds: the second tells less that is new.
_FADING = (1.0, 0.6, 0.45, 0.35, 0.25, 0.2, 0.15, 0.1)


@dataclass(slots=True)
class Reading:
    """One post, read."""

    text: Text
    words: list[Word[Cue]]
    # The token each word came from.
    origins: list[int] | None
    language: str
    known: bool
    roles: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a post is, with the probability that it is a complaint."""

    tags: Tags
    complaint: float


def _fade(weights: list[float]) -> float:
    if len(weights) < 2:
        return weights[0] if weights else 0.0
    weights.sort(reverse=True)
    return sum(weight * share for weight, share in zip(weights, _FADING))


def kept(hits: list[Hit[Cue]]) -> list[Hit[Cue]]:
    """Without the cues whose words are part of a longer phrase, or of one of the brand's: that tells what they mean."""
    longest: dict[tuple[int, int], int] = {}
    for cue, path in hits:
        if cue.layer != TOPIC:
            size = _size(cue, path)
            for place in path:
                key = (cue.layer, place)
                if longest.get(key, 0) < size:
                    longest[key] = size
    found = []
    for hit in hits:
        cue, path = hit
        if cue.layer != TOPIC:
            size = _size(cue, path)
            if any(longest[cue.layer, place] > size for place in path):
                continue
        found.append(hit)
    return found


def _size(cue: Cue, path: tuple[int, ...]) -> int:
    return len(path) + _BRAND_FIRST if cue.table is BRAND else len(path)


@dataclass(slots=True)
class Evidence:
    """What speaks for each kind, with the cues that say so."""

    complaint: list[float]
    hints: float
    praise: list[float]
    solved: float
    question: list[float]
    spam: float
    abuse: float
    vent: float
    chatter: float
    used: list[tuple[float, str, Hit[Cue]]]
    concrete: float = 0.0


class Engine:
    """Tells what a post is. Never raises; the same post gives the same tags."""

    def __init__(self, brand: BrandWords = BrandWords()) -> None:
        self.brand = brand
        self._lexicons: dict[str, Lexicon] = {}

    def _lexicon(self, language: str) -> Lexicon:
        found = self._lexicons.get(language)
        if found is None:
            found = self._lexicons[language] = lexicon(language, self.brand)
        return found

    def judge(self, post: Post) -> Judgement:
        reading = self._read(post)
        hits = kept(search(reading.words))
        evidence = weigh(reading, hits)
        return self._decide(post, reading, hits, evidence)

    def __call__(self, post: Post) -> Tags:
        return self.judge(post).tags

    def _read(self, post: Post) -> Reading:
        text = read(post.text)
        language, known = language_of(text, post.language)
        known_words = self._lexicon(language if known else "en")
        words: list[Word[Cue]] = []
        origins: list[int] | None = None
        for place, token in enumerate(text.tokens):
            meant = known_words.words(token) if token[0] != "#" else known_words.hashtag(token)
            if len(meant) != 1 and origins is None:
                origins = list(range(place))
            words += meant
            if origins is not None:
                origins += [place] * len(meant)
        roles = 0
        for word in words:
            roles |= word.roles
        return Reading(text, words, origins, language, known, roles)

    def _decide(self, post: Post, reading: Reading, hits: list[Hit[Cue]], evidence: Evidence) -> Judgement:
        complaint, bad = complaint_score(post, reading, evidence)
        probability = 1 / (1 + math.exp(-complaint))
        praise = _fade(evidence.praise) + evidence.solved * 0.7
        question = _fade(evidence.question) + ("?" in reading.text.lower)
        urgency, urgent = urgency_of(hits, reading)
        if evidence.abuse >= 4.0 or (evidence.abuse >= 2.0 and evidence.concrete < 1.5):
            kind = Kind.ABUSE
        elif evidence.spam >= 4.0 and evidence.spam > bad:
            kind = Kind.SPAM
        elif probability >= 0.5:
            kind = Kind.COMPLAINT
            if evidence.vent >= 2.0 and evidence.concrete < 1.0:
                kind = Kind.VENT
        elif not reading.known:
            kind = Kind.QUESTION
        elif question >= 1.0 and question >= praise:
            kind = Kind.QUESTION
        elif praise > 0.9:
            kind = Kind.PRAISE
        elif evidence.vent >= 2.0:
            kind = Kind.VENT
        elif question >= 1.0:
            kind = Kind.QUESTION
        else:
            kind = Kind.CHATTER
        if kind in (Kind.QUESTION, Kind.CHATTER, Kind.VENT) and urgency is Urgency.CRITICAL:
            kind = Kind.COMPLAINT
        if kind not in (Kind.COMPLAINT, Kind.QUESTION, Kind.ABUSE):
            urgency = Urgency.LOW if urgency is Urgency.LOW else Urgency.NORMAL
        confidence = probability if kind is Kind.COMPLAINT else 1 - probability
        if not reading.known:
            confidence = 0.2
        rule = next((cue.rule for cue, _ in hits if cue.rule), None)
        if rule is not None:
            kind, urgency, confidence = rule.kind or kind, rule.urgency or urgency, 1.0
        elif any(cue.says == "never" or (cue.table is BRAND and cue.says == "chatter") for cue, _ in hits):
            kind, urgency, confidence = Kind.CHATTER, Urgency.LOW, 1.0
        topics = tuple(dict.fromkeys(cue.says for cue, _ in hits if cue.layer == TOPIC))
        return Judgement(
            Tags(
                kind=kind,
                needs_reply=kind in (Kind.COMPLAINT, Kind.QUESTION, Kind.PRAISE, Kind.ABUSE),
                urgency=urgency,
                topics=topics,
                sentiment=max(-1.0, min(1.0, (praise - bad) / 4)),
                language=reading.language,
                confidence=confidence,
                reasons=reasons(reading, evidence, urgent),
            ),
            probability,
        )


def language_of(text: Text, hint: str) -> tuple[str, bool]:
    """The language of a post, and whether there are tables for it."""
    votes: dict[str, int] = {}
    small = small_words()
    for token in text.tokens:
        for language in small.get(token, ()):
            votes[language] = votes.get(language, 0) + 1
    hint = hint[:2].lower() if hint else "un"
    if not text.lower.isascii():
        letters = [c for c in text.lower if c.isalpha()]
        if letters and sum(ord(c) > _LAST_LATIN for c in letters) * 2 > len(letters):
            return (hint if hint not in READ else "und"), False
    if hint in votes:
        votes[hint] += 1
    english = votes.get("en", 0)
    best = max(votes, key=votes.__getitem__, default="en")
    if best == "en" or votes[best] <= english or (votes[best] < 2 and (english or best not in READ)):
        if not english and hint not in ("en", "un", "qm", "zx", "qh", "ar", "ca") and votes.get(hint, 0):
            return hint, hint in READ
        return "en", True
    return best, best in READ


def weigh(reading: Reading, hits: list[Hit[Cue]]) -> Evidence:
    """The cues for each kind, turned round or weakened by what stands around them."""
    words, roles = reading.words, reading.roles
    evidence = Evidence([], 0.0, [], 0.0, [], 0.0, 0.0, 0.0, 0.0, [])
    turn = last_turn(words) if roles & BUT else -1
    for hit in hits:
        cue, path = hit
        if cue.layer != FEELING:
            continue
        says, weight, first = cue.says, cue.weight, path[0]
        if not cue.firm and roles & NOT and says in ("complaint", "praise", "solved") and negated(words, first):
            if says == "complaint":
                continue
            says, weight = "complaint", weight * 0.8
        elif says == "praise" and first < turn:
            weight *= 0.4
        if roles & IF and says in ("complaint", "praise") and weight >= 1.0 and conditional(words, first):
            weight *= 0.6
        if says == "complaint":
            if weight < 0.5:
                evidence.hints += weight
            else:
                evidence.complaint.append(weight)
                if cue.table not in ("judgement", "demand"):
                    evidence.concrete += weight
        elif says == "praise":
            evidence.praise.append(weight)
        elif says == "question":
            evidence.question.append(weight)
        elif says == "solved":
            evidence.solved += weight
        elif says == "spam":
            evidence.spam += weight
        elif says == "abuse":
            evidence.abuse += weight
        elif says == "vent":
            evidence.vent += weight
        else:
            evidence.chatter += weight
        evidence.used.append((weight, says, hit))
    return evidence


def last_turn(words: Sequence[Word[Cue]]) -> int:
    for place in range(len(words) - 1, -1, -1):
        if words[place].roles & BUT:
            return place
    return -1


def negated(words: Sequence[Word[Cue]], first: int) -> bool:
    """Whether a "not" stands within three words before."""
    for place in range(first - 1, max(-1, first - 4), -1):
        word = words[place]
        if word.stop or word.roles & BUT:
            return False
        if word.roles & NOT:
            return True
    return False


def conditional(words: Sequence[Word[Cue]], first: int) -> bool:
    for place in range(first - 1, max(-1, first - 7), -1):
        word = words[place]
        if word.stop:
            return False
        if word.roles & IF:
            return True
    return False


def complaint_score(post: Post, reading: Reading, evidence: Evidence) -> tuple[float, float]:
    """The log odds of a complaint, and the weight of what is bad."""
    bad = _fade(evidence.complaint) + min(evidence.hints, 1.6)
    good = _fade(evidence.praise)
    if evidence.concrete >= 1.0 and not evidence.solved:
        good *= 0.5
    score = -1.35 + bad - 0.6 * good - 0.8 * evidence.solved
    lower = reading.text.lower
    roles = reading.roles
    if roles & ME:
        score += 0.15
    if roles & NOT:
        score += 0.4
    if "http" in lower:
        score -= 0.5
    if "@" not in lower:
        score -= 0.4
    if reading.language == "en" and not roles & CUSTOM:
        score -= 0.3 + 0.25 * max(bad - evidence.concrete, 0.0)
    if evidence.question and not evidence.complaint:
        score -= 0.3
    score -= 0.3 * min(evidence.chatter, 4.0)
    score -= 0.4 * min(evidence.spam, 4.0)
    score += 0.3 * min(evidence.vent, 2.0)
    count = len(reading.words)
    if count < 8 and bad < 1.5:
        score -= 0.3
    elif count > 18:
        score += 0.3
    return score, bad


def urgency_of(hits: list[Hit[Cue]], reading: Reading) -> tuple[Urgency, list[Hit[Cue]]]:
    found: dict[str, list[Hit[Cue]]] = {}
    for hit in hits:
        if hit[0].layer == URGENCY:
            found.setdefault(hit[0].says, []).append(hit)
    for level in (Urgency.CRITICAL, Urgency.HIGH, Urgency.LOW):
        if level.value in found:
            return level, found[level.value]
    return Urgency.NORMAL, []


def reasons(reading: Reading, evidence: Evidence, urgent: list[Hit[Cue]]) -> tuple[Reason, ...]:
    """The words that weighed most, as spans of the post's own text."""
    chosen = [hit for _, _, hit in sorted(evidence.used, key=lambda one: -one[0])[:_MOST_REASONS]]
    chosen = [*urgent[:2], *chosen]
    if not chosen:
        return ()
    spans = reading.text.spans()
    found: dict[tuple[int, int], Reason] = {}
    for cue, path in chosen:
        first, last = path[0], path[-1]
        if reading.origins is not None:
            first, last = reading.origins[first], reading.origins[last]
        start, end = spans[first][0], spans[last][1]
        found.setdefault((start, end), Reason(cue.table, start, end))
    return tuple(found.values())
