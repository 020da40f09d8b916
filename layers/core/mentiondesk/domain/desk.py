"""The settings of one desk, as the rest of the package uses them."""

from collections.abc import Mapping
from datetime import timedelta

from mentiondesk.domain.alerts.budget import Budget
from mentiondesk.domain.alerts.limits import TextLimit
from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.domain.audit import AuditRules
from mentiondesk.domain.cases.timers import Policy
from mentiondesk.domain.events.delivery import EventRules
from mentiondesk.domain.figures.targets import Targets
from mentiondesk.domain.incidents.rules import IncidentRules
from mentiondesk.domain.posts.brand import Brand
from mentiondesk.domain.posts.brand_words import BrandWords
from mentiondesk.domain.posts.profile import ReachRules
from mentiondesk.domain.posts.reading import ReadingRules, SecondOpinionRules
from mentiondesk.domain.praise import PraiseRules
from mentiondesk.domain.replies.rules import ReplyRules
from mentiondesk.domain.review.sample import ReviewRules
from mentiondesk.domain.status.page import StatusPage
from mentiondesk.domain.status.wording import Wording
from mentiondesk.domain.strikes.record import StrikeRules
from mentiondesk.values import Frozen, field


class AlertRules(Frozen):
    """Limits on the messages to one person. Texts beyond `text_limits` go out as mails."""

    text_limits: tuple[TextLimit, ...]
    budget: Budget


class FiguresRules(Frozen):
    """`mail`: managers get the week's figures on Monday. `targets`: the shares that the brand wants to reach."""

    mail: bool = True
    targets: Targets = field(default_factory=Targets)


class DeskSettings(Frozen):
    """The settings of one desk.

    `zone` is the IANA name of the desk's time zone. `policy` holds deadlines and stages of alerts about cases,
    `roster` the staff. Closed cases and their posts are deleted after `keep`, and what was
    written in them after `keep_words`. `wording` holds the
    brand's own sentences for customers; `sentences` overrides those of the wording
    catalogue, by their key. `replies` holds the rules of replies to customers, `events` the
    endpoints of other systems.
    """

    brand: Brand
    zone: str
    policy: Policy
    roster: Roster
    alerts: AlertRules
    reading: ReadingRules
    incidents: IncidentRules
    page: StatusPage
    wording: Wording
    brand_words: BrandWords
    second_opinion: SecondOpinionRules
    keep: timedelta
    keep_words: timedelta
    reach: ReachRules = field(default_factory=ReachRules)
    audit: AuditRules = field(default_factory=AuditRules)
    sentences: Mapping[str, str] = field(default_factory=dict)
    figures: FiguresRules = field(default_factory=FiguresRules)
    strikes: StrikeRules = field(default_factory=StrikeRules)
    praise: PraiseRules = field(default_factory=PraiseRules)
    review: ReviewRules = field(default_factory=ReviewRules)
    replies: ReplyRules = field(default_factory=ReplyRules)
    events: EventRules = field(default_factory=EventRules)
