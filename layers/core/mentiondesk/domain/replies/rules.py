"""The settings of replies: delays, prices, signature, approval, checks and saved replies."""

import re
from datetime import date, timedelta
from enum import StrEnum

from mentiondesk.domain.replies.finding import Outcome
from mentiondesk.domain.replies.price import X_PRICES, Prices
from mentiondesk.domain.replies.saved import SavedReply
from mentiondesk.domain.replies.signature import Signature
from mentiondesk.domain.replies.way import Way
from mentiondesk.values import Frozen, field


class Unattended(StrEnum):
    """The fate of a reply that waits for approval while nobody is on duty to give it."""

    HOLD = "hold"
    RELEASE = "release"


class OwnRule(Frozen):
    """A rule of the brand's own: phrases or one pattern, and the sentence that the agent reads."""

    rule_id: str
    outcome: Outcome
    sentence: str
    phrases: tuple[str, ...] = ()
    pattern: str = ""

    def compiled(self) -> re.Pattern[str]:
        """The pattern over text in small letters."""
        return re.compile(
            self.pattern or "|".join(f"(?:{_phrase_pattern(one)})" for one in self.phrases), re.IGNORECASE
        )


def _phrase_pattern(phrase: str) -> str:
    """A phrase as a pattern: * is any ending, / stands between words of which one will do, ... for up to three."""
    found = ""
    for part in phrase.split():
        if part == "...":
            found += r"(?:\W{1,5}\w{1,30}){0,3}"
        else:
            words = (re.escape(word).replace(r"\*", r"\w{0,30}") for word in part.split("/"))
            found += (r"\W{1,5}" if found else "") + rf"(?:{'|'.join(words)})"
    return rf"(?<!\w){found}(?!\w)"


class ApprovalRules(Frozen):
    """The replies that another person approves before they go out.

    An agent is new for `new_agent_for` from their first day. `followers`: of the customer, from which on somebody
    approves; None for never.
    """

    new_agent_for: timedelta = timedelta(days=7)
    critical: bool = True
    followers: int | None = 50_000
    money: bool = True
    incidents: bool = True
    nobody_on_duty: Unattended = Unattended.HOLD


class CheckRules(Frozen):
    """The brand's additions to the checks. `contacts` are its own addresses and numbers, which replies may hold."""

    own_domains: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    private_data: bool = False
    own_rules: tuple[OwnRule, ...] = ()


class ReplyRules(Frozen):
    """The settings of replies.

    A reply can be taken back for `undo_public`, a private one for `undo_private`. `private_way` is the way on which
    private conversations usually go on; the first private message carries `privacy_policy`, the policy's link.
    """

    undo_public: timedelta = timedelta(seconds=10)
    undo_private: timedelta = timedelta(0)
    signature: Signature = field(default_factory=Signature)
    prices: tuple[Prices, ...] = X_PRICES
    approval: ApprovalRules = field(default_factory=ApprovalRules)
    checks: CheckRules = field(default_factory=CheckRules)
    saved: tuple[SavedReply, ...] = ()
    private_way: Way = Way.X_DM
    privacy_policy: str | None = None


def is_new(started: date | None, day: date, rules: ApprovalRules) -> bool:
    """True for an agent in their first days; one without a first day is not new."""
    return started is not None and day < started + rules.new_agent_for
