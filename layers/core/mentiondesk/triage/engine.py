"""Text → tags: finds the cues of a post, weighs them in context, and combines them with the model."""

from collections.abc import Callable, Collection, Container, Sequence
from math import exp, inf, log, sqrt
from operator import itemgetter

from mentiondesk.domain.posts.brand_words import Always, BrandWords
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import ANSWERED, Kind, Reason, Tags, Urgency, needs_reply
from mentiondesk.triage import model
from mentiondesk.triage.concepts import brand_terms, said_in
from mentiondesk.triage.danger import dangers_in
from mentiondesk.triage.evidence import Evidence, evidence_of
from mentiondesk.triage.lexicon import (
    BRAND,
    CARE,
    CUSTOM,
    DANGEROUS,
    DANGERS,
    ME,
    NOT,
    URGENCY,
    WEIGHTS,
    YOU,
    Cue,
    Lexicon,
    lexicon,
)
from mentiondesk.triage.phrases import Hit, search
from mentiondesk.triage.reading import Reading, focus_of, language_of, layers, words_of
from mentiondesk.triage.share import UNKNOWN_SHARE, adapted
from mentiondesk.triage.weights import KINDS, knows
from mentiondesk.triage.words import read
from mentiondesk.values import replace

_MOST_REASONS = 6
_NO_BRAND = BrandWords()
# The model's share of the odds of a complaint; the tables have the rest. Posts without a handle and in other
# languages than English say less that tables know. `make evaluate` shows the effect of every number here.
_MODEL_SHARE, _MODEL_SHARE_OTHERWISE, _MOST_BY_WORDS = 0.25, 0.7, 12.0
# The probability, given the stream's share of complaints, from which a post counts as a complaint.
_LIKELY = 0.35
# The log odds of a complaint from which a post addressed to the brand is not dismissed as needing no answer. Its chance
# is the mean of what it says alone and of what it says in its stream; a hint of a fault, a word to the brand itself and
# hurry raise the odds, and a cue of the kind that it was given lowers them. `make evaluate` shows what is lost and what
# is unsure. The tables of other languages know less than those of English; "my order" is the author's own matter, and
# what happened to a child of theirs is looked at sooner.
_LESS_KNOWN, _OWN_MATTER, _OWN = 0.8, 0.4, ME | CUSTOM
_OWN_CHILD, _MY_CHILD = 0.7, sum(1 << DANGERS.index(name) for name in ("my", "child"))
_POSSIBLE, _FAULT_HINTED, _SPOKEN_TO, _HURRIED, _EXPLAINED = -1.5, 1.0, 0.4, 0.3, 0.9
# Praise to the brand gets an answer in any case, so that a fault must be likelier.
_ANSWERED_ANYWAY = 1.6
_MOST_ODDS, _TINY = 50.0, 1e-20
# The log odds from which a post counts as critical: where an alarming word stands, where words of two sets for danger
# meet, and where nothing of the kind stands.
_CRITICAL_FROM_ALARMING, _CRITICAL_FROM_SETS, _CRITICAL_FROM_NOTHING = 0.0, 1.2, 1.5
# A post to the brand that is this near to critical goes to a person.
_NEARLY = 2.0
# The model knows less of other languages than English, and nothing of those without tables: this much is added.
_CRITICAL_LESS_KNOWN = 1.5
# The log odds from which a post counts as high, where a table says so and where none does.
_HIGH_FROM = (-5.1, -0.4)
# Weight of a calm phrase that speaks of a game or a story.
_OF_A_STORY = WEIGHTS["heavy"]
# The log odds from which a critical post counts as a complaint, whatever it sounds like.
_ALARMING = 0.0
_MOST_URGENT = (Urgency.CRITICAL, Urgency.HIGH, Urgency.LOW)
_UNSURE = 0.2
# The other kinds, in the order of KINDS. Table cues count for each but chatter, which is the rest.
_OTHERS = KINDS[1:]
_PLACES = {str(kind): place for place, kind in enumerate(_OTHERS) if kind is not Kind.CHATTER}
_ABUSE, _SPAM, _VENT = _PLACES["abuse"], _PLACES["spam"], _PLACES["vent"]
# Odds from which abuse and spam, which a table must have seen, win over a complaint.
_SURELY = 8.0
# Weight of the words of an advert that is one.
_ADVERT, _OUTWEIGHS = 2.0, 2.0
_TABLES_SAY, _MOST_SAID = 0.75, 4.0
# Weight of a fault from which a post to somebody else complains of the brand all the same.
_OWN_FAULT = 1.9
# Vents are rarer among the posts that the model learned from than among what brands hear.
_RARE = 1.5
# Insults of the tables that are said to somebody.
_TO_THEIR_FACE = 2.0
_CALM = (Kind.QUESTION, Kind.VENT, Kind.CHATTER)
# Kinds that end without an answer; a post of these is looked at twice.
_UNANSWERED = (Kind.VENT, Kind.CHATTER, Kind.SPAM, Kind.PRAISE)
# Posts of these kinds report no fault, whatever their words, if triage is this confident.
_NO_REPORT, _CONFIDENT = (Kind.PRAISE, Kind.SPAM), 0.8
# A post with fewer words than this says too little to be dismissed, unless a cue of its kind is among them.
_FEW_WORDS = 2
# Headings of the tables that explain an urgency.
_SAYS_SO = {Urgency.CRITICAL: DANGEROUS}
_by_weight = itemgetter(0)
_SOUNDS_DANGEROUS = Reason("sounds dangerous as a whole", 0, 0)


class Engine:
    """Classifies posts. Never raises; the same post and share give the same tags.

    `share` is the part of the brand's own stream that complains, as `triage.share` estimates it. `knows` tells the
    words that no typing error made; the model's own, unless a model is being trained.
    """

    def __init__(self, brand: BrandWords = _NO_BRAND, knows: Callable[[str], bool] = knows) -> None:
        self.brand = brand
        self._knows = knows
        self._lexicons: dict[str, Lexicon] = {}
        self._names = brand_terms(brand.names)

    def __call__(self, post: Post, share: float = UNKNOWN_SHARE) -> Tags:
        """The tags, with what the post says unless it is surely praise or spam."""
        reading = self.read(post)
        tags = self._tags(reading, share)
        says_nothing = tags.kind in _NO_REPORT and tags.confidence >= _CONFIDENT
        return tags if says_nothing else replace(tags, said=said_in(reading, self._names))

    def tags(self, post: Post, share: float = UNKNOWN_SHARE) -> Tags:
        """The tags alone."""
        return self._tags(self.read(post), share)

    def _tags(self, reading: Reading, share: float) -> Tags:
        post = reading.post
        evidence = evidence_of(reading)
        score = complaint_score(reading, evidence)
        *odds, critical, high = model.log_odds(reading, evidence, score)
        complains, *others = _shares(odds)
        raw = _probability(reading, evidence, score, complains, sum(others))
        probability = adapted(raw, share)
        kind, confidence = _kind(reading, evidence, probability, complains, others)
        urgency = _urgency(reading, critical, high)
        if urgency is Urgency.CRITICAL and (kind not in ANSWERED or (kind in _CALM and critical > _ALARMING)):
            kind, confidence = Kind.COMPLAINT, max(probability, _UNSURE)
        if kind not in ANSWERED:
            urgency = Urgency.LOW
        if evidence.rule is not None and not _brand_alarms(reading, evidence.rule):
            kind, urgency, confidence = evidence.rule.kind or kind, evidence.rule.urgency or urgency, 1.0
        unsure = (
            evidence.rule is None
            and post.addressed
            and _unsure(reading, evidence, kind, sqrt(raw * probability), critical)
        )
        return Tags(
            kind=kind,
            needs_reply=unsure or needs_reply(kind, post.addressed),
            urgency=urgency,
            topics=tuple(reading.topics) if kind in ANSWERED or kind is Kind.PRAISE else (),
            sentiment=max(-1.0, min((evidence.good + evidence.says("solved") - evidence.bad) / 4, 1.0)),
            language=reading.language,
            confidence=confidence,
            reasons=_reasons(reading, evidence, urgency),
            unsure=unsure,
            chance=raw,
        )

    def urgent_words(self, post: Post) -> tuple[Reason, ...]:
        """Finds all words of the post that a table has under an urgency, whether they decided or not."""
        reading = self.read(post)
        return tuple(_pointed(reading, reading.urgencies)) if reading.urgencies else ()

    def read(self, post: Post) -> Reading:
        text = read(post.text)
        language, known = language_of(text, post.language)
        words, origins, roles = words_of(text, self._lexicon(language if known else "en"))
        feelings, urgencies, topics = layers(search(words))
        if not known:
            # Tables of English mean nothing here, but for the brand's own words.
            feelings = [hit for hit in feelings if hit[0].table == BRAND]
            urgencies = [hit for hit in urgencies if hit[0].table == BRAND] + dangers_in(text, language, origins)
        focus = focus_of(words) if self.brand.handles else None
        return Reading(post, text, language, known, words, origins, roles, feelings, urgencies, topics, focus)

    def _lexicon(self, language: str) -> Lexicon:
        found = self._lexicons.get(language)
        if found is None:
            found = self._lexicons[language] = lexicon(language, self.brand, self._knows)
        return found


def complaint_score(reading: Reading, evidence: Evidence) -> float:
    """The log odds of a complaint by the tables; each number was set by hand."""
    lower, roles, count = reading.text.lower, reading.roles, len(reading.words)
    bad, good = evidence.bad, evidence.good
    solved = evidence.says("solved")
    if evidence.concrete >= 1.0 and not solved:
        # Thanks beside a reported event are polite or ironic.
        good *= 0.5
    score = -1.5 + bad - 0.75 * good - 0.8 * solved - _said_to_others(reading, evidence)
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


def _said_to_others(reading: Reading, evidence: Evidence) -> float:
    """Score against a complaint to the brand: no customer wrote it, or it is about somebody else."""
    return 1.6 * min(evidence.says("outsider"), 4.0) + 4.0 * _about_others(reading, evidence)


def _about_others(reading: Reading, evidence: Evidence) -> bool:
    """True for a post to somebody else in which the clause that names the brand tells no fault."""
    return reading.focus is not None and evidence.bad < _OWN_FAULT


def _shares(odds: list[float]) -> list[float]:
    """Turns log odds into each kind's share of the odds, in no certain unit."""
    highest = max(odds)
    return [exp(one - highest) for one in odds]


def _probability(reading: Reading, evidence: Evidence, score: float, complains: float, rest: float) -> float:
    """The probability of a complaint by the tables and by the model."""
    by_words = max(-_MOST_BY_WORDS, min(log((complains + _TINY) / (rest + _TINY)), _MOST_BY_WORDS))
    if _about_others(reading, evidence):
        # The model does not know whom a word is about.
        by_words = min(by_words, 0.0)
    return _logistic(score + _model_share(reading) * (by_words - score))


def _model_share(reading: Reading) -> float:
    """The model's share of the odds of a complaint; it knows no language without tables."""
    if not reading.known:
        return 0.0
    return _MODEL_SHARE if reading.language == "en" and "@" in reading.text.lower else _MODEL_SHARE_OTHERWISE


def _kind(
    reading: Reading, evidence: Evidence, probability: float, complains: float, others: list[float]
) -> tuple[Kind, float]:
    """The kind, and how sure it is."""
    if probability >= _LIKELY and not (
        (evidence.says(Kind.ABUSE) and others[_ABUSE] >= _SURELY * complains)
        or (_sells(evidence) and others[_SPAM] >= _SURELY * complains)
    ):
        return Kind.COMPLAINT, probability
    kind, share = _other_kind(reading, evidence, others)
    return kind, max(1 - probability, _UNSURE) * share


def _unsure(reading: Reading, evidence: Evidence, kind: Kind, chance: float, critical: float) -> bool:
    """True where a person must look at a post to the brand that would end without an answer."""
    if not reading.known:
        return True
    if kind not in _UNANSWERED or (kind is Kind.SPAM and _sells(evidence)):
        return False
    said = {cue.says for cue, _ in reading.urgencies}
    if not said.isdisjoint(DANGEROUS) or critical > _critical_from(reading, said) - _NEARLY:
        return True
    if evidence.says("outsider") or reading.focus is not None:
        return False
    explained = (evidence.good if kind is Kind.PRAISE else evidence.says(kind)) > 0
    if _says_little(reading, 1 if explained else _FEW_WORDS):
        return not _only_names_people(reading)
    odds = log(chance / (1 - chance)) - _EXPLAINED * explained - _ANSWERED_ANYWAY * (kind is Kind.PRAISE)
    odds += _LESS_KNOWN * (reading.language != "en")
    odds += _OWN_CHILD * (model.dangers(reading) & _MY_CHILD == _MY_CHILD)
    odds += _OWN_MATTER * (reading.roles & _OWN == _OWN)
    odds += _FAULT_HINTED * (evidence.bad > 0) + _SPOKEN_TO * bool(reading.roles & YOU) + _HURRIED * ("high" in said)
    return odds >= _POSSIBLE


def _only_names_people(reading: Reading) -> bool:
    """True for several handles and nothing else: somebody shows friends the conversation."""
    tokens = reading.text.tokens
    return len(tokens) > 1 and all(token[0] == "@" for token in tokens)


def _sells(evidence: Evidence) -> bool:
    """True where the tables see more of an advert than of a complaint; one weak word like \"win\" is none."""
    return evidence.says(Kind.SPAM) >= max(_ADVERT, _OUTWEIGHS * evidence.bad)


def _says_little(reading: Reading, least: int) -> bool:
    """True for a post with fewer words than this: handles, links, emoji or a picture say too little."""
    for token in reading.text.tokens:
        if token[0].isalpha() and not token.startswith(("http", "www.")):
            least -= 1
            if not least:
                return False
    return True


def _brand_alarms(reading: Reading, rule: Always) -> bool:
    """True where the brand's own words for danger stand; only posts that it said to ignore go before them."""
    return rule.urgency is None and any(cue.table == BRAND and cue.says == "critical" for cue, _ in reading.urgencies)


def _logistic(odds: float) -> float:
    return 1 / (1 + exp(-max(-_MOST_ODDS, min(odds, _MOST_ODDS))))


def _other_kind(reading: Reading, evidence: Evidence, shares: list[float]) -> tuple[Kind, float]:
    """The kind of a post that is no complaint, by the model's odds and by the tables; and how sure that is."""
    if not reading.known:
        return Kind.QUESTION, _UNSURE
    for says, found in (("praise", evidence.good + evidence.says("solved")), *evidence.other.items()):
        if found and says in _PLACES:
            shares[_PLACES[says]] *= exp(_TABLES_SAY * min(found, _MOST_SAID))
    if evidence.says(Kind.ABUSE) and reading.roles & YOU:
        shares[_ABUSE] *= _TO_THEIR_FACE
    shares[_VENT] *= _RARE
    most = max(shares)
    return KINDS[1 + shares.index(most)], most / (sum(shares) + _TINY)


def _urgency(reading: Reading, critical: float, high: float) -> Urgency:
    """By the brand's words, else by the tables' sure words for danger, else by the model."""
    said = _urgencies(reading)
    of_brand = {cue.says for cue, _ in reading.urgencies if cue.table == BRAND} if said else ()
    if of_brand:
        return next((level for level in _MOST_URGENT if level.value in of_brand), Urgency.NORMAL)
    if ("critical" in said and not _told_as_news(reading)) or critical > _critical_from(reading, said):
        return Urgency.CRITICAL
    if high > _HIGH_FROM["high" not in said]:
        return Urgency.HIGH
    return Urgency.LOW if "low" in said else Urgency.NORMAL


def _urgencies(reading: Reading) -> set[str]:
    """The headings of the tables; violence of a story tells no danger, so that the model must find it."""
    said = {cue.says for cue, _ in reading.urgencies}
    if "critical" in said and any(cue.says == "calm" and cue.weight >= _OF_A_STORY for cue, _ in reading.urgencies):
        dangers = [path for cue, path in reading.urgencies if cue.says == "critical"]
        if all(any("<violence>" in reading.words[place].keys for place in path) for path in dangers):
            said -= {"critical", "alarming"}
    return said


def _critical_from(reading: Reading, said: Container[str]) -> float:
    """The log odds that the model must give where no sure word for danger stands."""
    if "alarming" in said or "critical" in said:
        return _CRITICAL_FROM_ALARMING
    found = model.dangers(reading)
    least = _CRITICAL_FROM_SETS if found & (found - 1) else _CRITICAL_FROM_NOTHING
    if not reading.known:
        return inf
    return least if reading.language == "en" else least + _CRITICAL_LESS_KNOWN


def _told_as_news(reading: Reading) -> bool:
    """True for a post with a link and no picture that speaks of neither its author nor the brand: news passed on."""
    return "http" in reading.text.lower and not reading.post.media and not reading.roles & (ME | YOU)


def _names_danger(reading: Reading) -> bool:
    return any(cue.says in DANGEROUS for cue, _ in reading.urgencies)


def _reasons(reading: Reading, evidence: Evidence, urgency: Urgency) -> tuple[Reason, ...]:
    """The cues with the largest weights, as spans of the post's own text."""
    used = evidence.used
    if len(used) > 1:
        used.sort(key=_by_weight, reverse=True)
    chosen = [hit for _, hit in used[:_MOST_REASONS]]
    if reading.urgencies:
        urgent = [hit for hit in reading.urgencies if hit[0].says in _SAYS_SO.get(urgency, (urgency.value,))][:2]
        # Words that are part of an urgent phrase are told with it.
        within = {place for _, path in urgent for place in range(path[0], path[-1] + 1)}
        chosen = urgent + [hit for hit in chosen if not within.issuperset(hit[1])]
    # The model alone can find danger; a person is told so, since no word stands for it.
    whole = (_SOUNDS_DANGEROUS,) if urgency is Urgency.CRITICAL and not _names_danger(reading) else ()
    return (*whole, *_pointed(reading, chosen))[:_MOST_REASONS] if chosen else whole


def _pointed(reading: Reading, chosen: Sequence[Hit[Cue]]) -> Collection[Reason]:
    """The cues as spans of the post's own text."""
    tokens, origins, written = reading.text.tokens, reading.origins, reading.text.plain.origin
    last = max([path[-1] for _, path in chosen])
    ends = reading.text.ends(last if origins is None else origins[last])
    # Two cues may cover the same words.
    found: dict[tuple[int, int], Reason] = {}
    for cue, path in chosen:
        first, last = path[0], path[-1]
        if origins is not None:
            first, last = origins[first], origins[last]
        if (first, last) not in found:
            # Every urgency is in one table, so its level says more.
            rule = cue.says if cue.layer == URGENCY and cue.table != BRAND else cue.table
            found[first, last] = Reason(rule, written(ends[first] - len(tokens[first])), written(ends[last]))
    return found.values()
