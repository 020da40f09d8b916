"""The policy for people who only attack: strikes with evidence, and measures that end by themselves.

A strike names a rule and the posts that break it, and another person confirms it. A measure needs at least three
confirmed strikes within the window, each with a post of its own, and another person again. One or two angry posts can
therefore never reach a measure: there is no way around `_enough`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from mentiondesk.domain.ids import CaseId, PostId, StaffId, UserId
from mentiondesk.values import Frozen, replace

# No setting goes below it.
LEAST = 3
_LONGEST_REASON = 300


class Measure(StrEnum):
    """The measures on self-serve X, which has no API for blocking: a person does that in the app."""

    ANSWER_NO_MORE = "answer_no_more"
    HIDE_REPLIES = "hide_replies"
    MUTE = "mute"
    BLOCK = "block"


class Deed(StrEnum):
    """A thing that is done on X for a measure."""

    HIDE = "hide"
    MUTE = "mute"
    BLOCK = "block"


class Enforced(Frozen):
    """A target of a deed (a post to hide, an account to mute or block) as X has it.

    `by` is the person who did it in the app. The rest tells of the step that is under way, `toward` on or off: its
    failed attempts, when it is tried again, X's refusal for good, and whether a person was told of the task.
    """

    deed: Deed
    target: str
    on: bool = False
    at: datetime | None = None
    by: StaffId | None = None
    toward: bool = True
    attempts: int = 0
    next_at: datetime | None = None
    refusal: str = ""
    told: bool = False


class StrikeRule(Frozen):
    """A rule that posts can break; `sentence` says it to staff."""

    rule_id: str
    sentence: str


class DeedPrices(Frozen):
    """X's prices in dollars: for hiding a post, showing it again, muting an account and unmuting it."""

    # docs.x.com/x-api/getting-started/pricing names the two last, as of August 2026. Hiding is not itemised there: the
    # price of any other interaction is assumed.
    hide: Decimal = Decimal("0.015")
    unhide: Decimal = Decimal("0.015")
    mute: Decimal = Decimal("0.015")
    unmute: Decimal = Decimal("0.005")

    def of(self, measure: Measure, posts: int) -> tuple[Decimal, Decimal]:
        """The price of a measure when it begins and when it ends, with so many posts as evidence."""
        match measure:
            case Measure.HIDE_REPLIES:
                return self.hide * posts, self.unhide * posts
            case Measure.MUTE:
                return self.mute, self.unmute
            case Measure.ANSWER_NO_MORE | Measure.BLOCK:
                return Decimal(0), Decimal(0)


class StrikeRules(Frozen):
    """The rule table. Without rules there are no strikes.

    Strikes count for `window`; a measure lasts for `lasts`. `least`: the strikes before a measure, three or more.
    """

    rules: tuple[StrikeRule, ...] = ()
    least: int = LEAST
    window: timedelta = timedelta(days=90)
    lasts: timedelta = timedelta(days=30)
    prices: DeedPrices = DeedPrices()

    @property
    def needed(self) -> int:
        return max(self.least, LEAST)


class Evidence(Frozen):
    """A post that breaks a rule. The digest proves its text later, and holds none of it."""

    post_id: PostId
    digest: str


class Strike(Frozen):
    """A rule broken by posts, as one person saw it and (once `confirmed_by`) another."""

    strike_id: str
    rule: str
    posts: tuple[Evidence, ...]
    by: StaffId
    at: datetime
    expires_at: datetime
    confirmed_by: StaffId | None = None
    confirmed_at: datetime | None = None
    withdrawn_by: StaffId | None = None
    reason: str = ""

    def counts(self, now: datetime) -> bool:
        """True while it is confirmed, not withdrawn and not expired."""
        return self.confirmed_by is not None and self.withdrawn_by is None and now < self.expires_at


class TakenMeasure(Frozen):
    """A measure with its strikes, the two people, and its end.

    `revoked_by` is the person who revoked it, or who withdrew a strike without which it cannot stand.
    """

    measure_id: str
    measure: Measure
    strikes: tuple[str, ...]
    by: StaffId
    at: datetime
    until: datetime
    confirmed_by: StaffId | None = None
    confirmed_at: datetime | None = None
    revoked_by: StaffId | None = None
    revoked_at: datetime | None = None
    reason: str = ""
    # The case on whose page it was asked for.
    case_id: CaseId | None = None

    def in_force(self, now: datetime) -> bool:
        return self.confirmed_by is not None and self.revoked_by is None and now < self.until


class StrikesRefuse(Exception):
    """The act does not fit the record; each reason is a type of its own."""


class UnknownRule(StrikesRefuse):
    """The rule is not in the settings."""


class NoEvidence(StrikesRefuse):
    """The strike names no post that is not evidence already."""


class SamePerson(StrikesRefuse):
    """The person who asked for it cannot confirm it."""


class TooFewStrikes(StrikesRefuse):
    """Fewer strikes count than a measure needs; `left` are missing."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} more strikes are needed")
        self.left = left


class NothingThere(StrikesRefuse):
    """There is no such strike or measure, or it has had this step."""


class NoReason(StrikesRefuse):
    """To withdraw or revoke needs a reason."""


class CustomerRecord(Frozen):
    """All strikes and measures of a customer, those that ended among them: the history. `version` guards writes."""

    customer: UserId
    strikes: tuple[Strike, ...] = ()
    measures: tuple[TakenMeasure, ...] = ()
    # The state of X, as far as measures touched it.
    enforced: tuple[Enforced, ...] = ()
    version: int = 0

    def counting(self, now: datetime) -> tuple[Strike, ...]:
        return tuple(one for one in self.strikes if one.counts(now))

    def left(self, rules: StrikeRules, now: datetime) -> int:
        """The strikes that are missing before a measure is possible."""
        return max(rules.needed - len(self.counting(now)), 0)

    def in_force(self, now: datetime) -> tuple[TakenMeasure, ...]:
        return tuple(one for one in self.measures if one.in_force(now))

    def silenced(self, now: datetime) -> bool:
        """True while the customer's posts start no timer."""
        return any(one.measure is Measure.ANSWER_NO_MORE for one in self.in_force(now))


class Standing(Frozen):
    """A customer's standing by the policy: nobody answers them any more; they have a strike that counts."""

    silenced: bool = False
    struck: bool = False


def digest(text: str) -> str:
    """The digest of a post's text."""
    return sha256(text.encode()).hexdigest()


def strike(
    record: CustomerRecord,
    rule: str,
    posts: Iterable[Evidence],
    by: StaffId,
    strike_id: str,
    now: datetime,
    rules: StrikeRules,
) -> CustomerRecord:
    """The record with a strike that nobody has confirmed yet. Raises UnknownRule or NoEvidence.

    A post is evidence once, so that several strikes are never about one post.
    """
    if rule not in {one.rule_id for one in rules.rules}:
        raise UnknownRule
    used = {post.post_id for one in record.strikes if one.withdrawn_by is None for post in one.posts}
    fresh = {post.post_id: post for post in posts if post.post_id not in used}
    if not fresh:
        raise NoEvidence
    found = Strike(strike_id, rule, tuple(fresh.values()), by, now, now + rules.window)
    return replace(record, strikes=(*record.strikes, found))


def confirm_strike(record: CustomerRecord, strike_id: str, by: StaffId, now: datetime) -> CustomerRecord:
    """The record with a strike that another person confirmed. Raises NothingThere or SamePerson."""
    found = next((one for one in record.strikes if one.strike_id == strike_id), None)
    if found is None or found.confirmed_by is not None or found.withdrawn_by is not None or now >= found.expires_at:
        raise NothingThere
    if found.by == by:
        raise SamePerson
    return _with_strike(record, replace(found, confirmed_by=by, confirmed_at=now))


def withdraw_strike(
    record: CustomerRecord, strike_id: str, by: StaffId, reason: str, now: datetime, rules: StrikeRules
) -> CustomerRecord:
    """The record with a strike that does not count any more. Raises NothingThere or NoReason.

    A measure falls with it where too few of its strikes are left.
    """
    found = next((one for one in record.strikes if one.strike_id == strike_id), None)
    if found is None or found.withdrawn_by is not None:
        raise NothingThere
    why = _reason(reason)
    after = _with_strike(record, replace(found, withdrawn_by=by, reason=why))
    for one in after.measures:
        if one.revoked_by is None and now < one.until and not _stands(after, one, rules):
            after = _with_measure(after, replace(one, revoked_by=by, revoked_at=now, reason=why))
    return after


def _stands(record: CustomerRecord, measure: TakenMeasure, rules: StrikeRules) -> bool:
    """True while enough of a measure's strikes were not withdrawn; that they expire makes no difference."""
    left = [one for one in record.strikes if one.strike_id in measure.strikes and one.withdrawn_by is None]
    return min(len(left), len({post.post_id for one in left for post in one.posts})) >= rules.needed


def ask_for_measure(
    record: CustomerRecord,
    measure: Measure,
    by: StaffId,
    measure_id: str,
    now: datetime,
    rules: StrikeRules,
    case_id: CaseId | None = None,
) -> CustomerRecord:
    """The record with a measure that nobody has confirmed yet; a second press changes nothing. Raises TooFewStrikes."""
    if any(one.measure_id == measure_id for one in record.measures):
        return record
    strikes = _enough(record, rules, now)
    ids = tuple(one.strike_id for one in strikes)
    taken = TakenMeasure(measure_id, measure, ids, by, now, now + rules.lasts, case_id=case_id)
    return replace(record, measures=(*record.measures, taken))


def confirm_measure(
    record: CustomerRecord, measure_id: str, by: StaffId, now: datetime, rules: StrikeRules
) -> CustomerRecord:
    """The record with a measure in force. Raises NothingThere, SamePerson, or TooFewStrikes where some have ended."""
    found = next((one for one in record.measures if one.measure_id == measure_id), None)
    if found is None or found.confirmed_by is not None or found.revoked_by is not None or now >= found.until:
        raise NothingThere
    if found.by == by:
        raise SamePerson
    strikes = tuple(one.strike_id for one in _enough(record, rules, now))
    return _with_measure(record, replace(found, confirmed_by=by, confirmed_at=now, strikes=strikes))


def revoke(record: CustomerRecord, measure_id: str, by: StaffId, reason: str, now: datetime) -> CustomerRecord:
    """The record with a measure that has ended before its time. Raises NothingThere or NoReason."""
    found = next((one for one in record.measures if one.measure_id == measure_id), None)
    if found is None or found.revoked_by is not None or now >= found.until:
        raise NothingThere
    return _with_measure(record, replace(found, revoked_by=by, revoked_at=now, reason=_reason(reason)))


def _enough(record: CustomerRecord, rules: StrikeRules, now: datetime) -> tuple[Strike, ...]:
    """The strikes that count, where they are enough and about as many different posts. Raises TooFewStrikes."""
    counting = record.counting(now)
    posts = {post.post_id for one in counting for post in one.posts}
    found = min(len(counting), len(posts))
    if found < rules.needed:
        raise TooFewStrikes(rules.needed - found)
    return counting


def _reason(text: str) -> str:
    if not text.strip():
        raise NoReason
    return text.strip()[:_LONGEST_REASON]


def _with_strike(record: CustomerRecord, changed: Strike) -> CustomerRecord:
    strikes = (changed if one.strike_id == changed.strike_id else one for one in record.strikes)
    return replace(record, strikes=tuple(strikes))


def _with_measure(record: CustomerRecord, changed: TakenMeasure) -> CustomerRecord:
    measures = (changed if one.measure_id == changed.measure_id else one for one in record.measures)
    return replace(record, measures=tuple(measures))
