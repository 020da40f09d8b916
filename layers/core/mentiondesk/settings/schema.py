"""The schema of the settings file: its keys, their bounds and their defaults."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from mentiondesk.domain.alerts.budget import Budget
from mentiondesk.domain.alerts.limits import DEFAULT_TEXT_LIMITS
from mentiondesk.domain.alerts.roster import Audience, Channel
from mentiondesk.domain.hours import Hours, NeverOpen
from mentiondesk.domain.ids import ComponentId, StaffId, UserId
from mentiondesk.domain.incidents.incident import Health, Impact
from mentiondesk.domain.posts.brand import LONGEST_QUERY, Account, Brand
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.settings.care import FiguresSettings, PraiseSettings, ReviewSettings, StrikesSettings
from mentiondesk.settings.events import EventsSettings
from mentiondesk.settings.model import Misfit, Model
from mentiondesk.settings.reach import ReachSettings
from mentiondesk.settings.replies import RepliesSettings
from mentiondesk.settings.types import (
    Duration,
    Length,
    OneOrMore,
    Phrase,
    Phrases,
    Searched,
    StageTime,
    Week,
    Zone,
    sentence,
    short_enough_to_post,
    stage_time,
    stored,
    weekly_hours,
)

# A week of any year serves to check that opening hours can meet a deadline at all, and that quiet hours end.
_ANY_DAY = datetime(2026, 1, 5, tzinfo=UTC)
_ANY_WEEK = tuple(_ANY_DAY + timedelta(days=count) for count in range(8))
# Hours can be counted for longer, which leaves room for the holidays and clock changes of later years.
_LONGEST_WAIT = timedelta(days=730)


class WeekSettings(Model):
    """Weekly periods: {week: {mon-fri: ["09:00-17:00"]}, holidays: [2026-12-25]}; in the desk's zone unless given."""

    zone: Zone | None = None
    week: Week
    holidays: frozenset[date] = frozenset()

    def hours(self, zone: str) -> Hours:
        """The hours in their own zone, or else in `zone`."""
        return weekly_hours(self.week, self.holidays, self.zone or zone)

    @property
    def never_end(self) -> bool:
        """True when every minute of the week lies in one of the periods."""
        hours, now = self.hours("UTC"), _ANY_DAY
        while now < _ANY_WEEK[-1]:
            closes = hours.closes(now)
            if closes is None:
                return False
            now = closes
        return True


class AccountSettings(Model):
    """A further account of the brand."""

    user_id: UserId = Field(pattern=r"^\d{1,20}$")
    handle: str = Field(pattern=r"^\w{1,15}$")


class BrandSettings(Model):
    """The brand account whose mentions are answered, and the brand's further accounts, whose posts are answers."""

    name: str = Field(min_length=1, max_length=80)
    user_id: UserId = Field(pattern=r"^\d{1,20}$")
    handle: str = Field(pattern=r"^\w{1,15}$")
    words: tuple[Searched, ...] = Field(default=(), max_length=20)
    accounts: tuple[AccountSettings, ...] = Field(default=(), max_length=10)


class TargetSettings(Model):
    """Deadline of one kind of post, by urgency. `high` defaults to `within`, `critical` to `high`."""

    within: Length
    high: Length | None = None
    critical: Length | None = None
    low: Length | None = None
    hours: str | None = None
    alerts: bool = True

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return value if isinstance(value, dict | TargetSettings) else {"within": value}

    @model_validator(mode="after")
    def _urgent_is_not_slower(self, info: ValidationInfo) -> Self:
        """A longer deadline for what is more urgent is a slip: the alerts about it would come later."""
        for name, slower in (("high", "within"), ("critical", "high"), ("critical", "within")):
            urgent, calm = getattr(self, name), getattr(self, slower)
            if urgent is not None and calm is not None and urgent > calm and not stored(info):
                raise Misfit(f"{name} is longer than {slower}; make it as long or shorter", name)
        return self

    def by_urgency(self, urgency: Urgency) -> timedelta:
        high = self.high or self.within
        return {
            Urgency.LOW: self.low or self.within,
            Urgency.NORMAL: self.within,
            Urgency.HIGH: high,
            Urgency.CRITICAL: self.critical or high,
        }[urgency]


# A survey of people who post to brands: 32 % expect an answer within 30 minutes, 42 % within the hour, 67 % in a day.
FIRST_REPLY = {
    Kind.COMPLAINT: TargetSettings(within=timedelta(minutes=60), high=timedelta(minutes=30)),
    Kind.QUESTION: TargetSettings(within=timedelta(hours=4)),
    Kind.PRAISE: TargetSettings(within=timedelta(hours=24), alerts=False),
    Kind.ABUSE: TargetSettings(within=timedelta(hours=24), alerts=False),
}


class TargetsSettings(Model):
    """Deadlines by kind. A kind that is not named keeps its default; null means that it has none.

    `unsure` runs until somebody has looked at a post that triage cannot place; its alerts are mails. `private` and
    `follow_up` run while a customer is in private messages: from their word that they sent one, and from the brand's
    that asked for it. After `resolve_after` of a customer's
    silence a case is resolved; null leaves that to people.
    """

    first_reply: dict[Kind, TargetSettings | None] = Field(default_factory=dict)
    next_reply: dict[Kind, TargetSettings | None] = Field(default_factory=dict)
    unsure: TargetSettings | None = TargetSettings(within=timedelta(hours=2))
    private: TargetSettings | None = TargetSettings(within=timedelta(hours=4))
    follow_up: TargetSettings | None = None
    resolve_after: Length | None = None


class SendSettings(Model):
    """Recipients of a stage, and the channels to people. A room is told in the room: there `by` is left out."""

    to: Audience
    by: Annotated[tuple[Channel, ...], OneOrMore] = ()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        room = self.to is Audience.ROOM
        if room and set(self.by) - {Channel.ROOM}:
            raise Misfit("rooms are told in the room itself; leave this key out", "by")
        if not room and (not self.by or Channel.ROOM in self.by):
            ways = " or ".join(one for one in Channel if one is not Channel.ROOM)
            raise Misfit(f"people are told by {ways}, or by several as [email, text]", "by")
        return self

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self.by or (Channel.ROOM,)


class StageSettings(Model):
    """A step of alerting: `at` is a share of the target ("50%") or "10m before" / "30m after" the deadline."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")
    at: StageTime
    send: tuple[SendSettings, ...] = Field(min_length=1)


def _stage(name: str, at: str, *send: tuple[Audience, tuple[Channel, ...]]) -> StageSettings:
    return StageSettings(name=name, at=at, send=tuple(SendSettings(to=to, by=by) for to, by in send))


# The desk's own stages: a customer writes again after the last stage of a late case; a private timer is half over.
TOLD_AGAIN, PRIVATE_QUESTION = "told_again", "private_question"
_EMAIL, _TEXT, _BOTH = (Channel.EMAIL,), (Channel.TEXT,), (Channel.EMAIL, Channel.TEXT)
_STAGES = (
    _stage("half_time", "50%", (Audience.DUTY, _EMAIL)),
    _stage("three_quarters", "75%", (Audience.DUTY, _TEXT)),
    _stage("breach", "100%", (Audience.DUTY, _TEXT), (Audience.LEAD, _BOTH)),
    _stage("half_hour_late", "30m after", (Audience.MANAGER, _BOTH)),
)


class CriticalStageSettings(Model):
    """A step of alerting about danger: `after` the post, whatever quiet hours, limits and the budget say."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")
    after: Duration
    unless_claimed: bool = False
    once_claimed: bool = False
    send: tuple[SendSettings, ...] = Field(min_length=1)


def _critical(name: str, minutes: int, *to: Audience, **claimed: bool) -> CriticalStageSettings:
    send = tuple(SendSettings(to=one, by=(Channel.TEXT, Channel.EMAIL)) for one in to)
    return CriticalStageSettings(name=name, after=timedelta(minutes=minutes), send=send, **claimed)


_CRITICAL_STAGES = (
    _critical("critical", 0, Audience.DUTY, Audience.LEAD),
    _critical("critical_unclaimed", 5, Audience.DUTY, Audience.LEAD, unless_claimed=True),
    _critical("critical_manager", 10, Audience.MANAGER, unless_claimed=True),
    _critical("critical_unanswered", 20, Audience.MANAGER, once_claimed=True),
)


class TextLimitSettings(Model):
    most: int = Field(ge=1, le=1000)
    within: Length


class BudgetSettings(Model):
    """The interruption budget of one person: messages an hour, and the time between those to a busy person."""

    most: int = Field(default=Budget().most, ge=1, le=60)
    gather: Length = Field(default=Budget().gather, ge=timedelta(minutes=1), le=timedelta(hours=1))


class ClaimSettings(Model):
    """The time by urgency after which a claim without a sign of work lapses; null: never."""

    low: Length | None = timedelta(hours=2)
    normal: Length | None = timedelta(minutes=30)
    high: Length | None = timedelta(minutes=15)
    critical: Length | None = timedelta(minutes=10)

    @property
    def spans(self) -> dict[Urgency, timedelta]:
        found = {one: getattr(self, str(one)) for one in Urgency}
        return {urgency: span for urgency, span in found.items() if span is not None}


class AlertSettings(Model):
    """Stages of alerting, and limits on the messages to one person. `claims` lapse after the times there."""

    stages: tuple[StageSettings, ...] = Field(default=_STAGES, min_length=1, max_length=10)
    critical: tuple[CriticalStageSettings, ...] = Field(default=_CRITICAL_STAGES, min_length=1, max_length=10)
    budget: BudgetSettings = BudgetSettings()
    claims: ClaimSettings = ClaimSettings()
    text_limits: tuple[TextLimitSettings, ...] = tuple(
        TextLimitSettings(most=limit.most, within=limit.span) for limit in DEFAULT_TEXT_LIMITS
    )

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [*(one.name for one in self.stages), *(one.name for one in self.critical), TOLD_AGAIN, PRIVATE_QUESTION]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise Misfit(f"two stages are named {name!r}; names must differ", "stages")
        return self


class Address(NamedTuple):
    """Marks a person's key as their address on a channel; `called` names it, and `hint` says what would fit."""

    channel: Channel
    called: str
    hint: str


_PHONE = 'write it with country code and digits only, in quotes, like "+447700900123"'


class StaffSettings(Model):
    """A staff member. `duty` is "always" or weekly shifts; without it only roles receive alerts.

    Posts of `x_user_id`, their own account on X, are answers of the brand. `started` is their first day: for a while
    others approve their replies.
    """

    id: StaffId = Field(pattern=r"^[a-z][a-z0-9_-]{0,29}$")
    name: str = Field(min_length=1, max_length=60)
    x_user_id: UserId | None = Field(default=None, pattern=r"^\d{1,20}$")
    email: Annotated[str | None, Address(Channel.EMAIL, "an email", "write one address, like ana@example.com")] = Field(
        default=None, pattern=r"^[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,190}\.[^@\s<>,;\"]{2,}$"
    )
    phone: Annotated[str | None, Address(Channel.TEXT, "a phone", _PHONE)] = Field(
        default=None, pattern=r"^\+[1-9]\d{6,14}$"
    )
    zone: Zone | None = None
    duty: Literal["always"] | WeekSettings | None = None
    quiet: WeekSettings | None = None
    roles: frozenset[Literal["lead", "manager"]] = frozenset()
    started: date | None = None

    @model_validator(mode="after")
    def _reachable(self, info: ValidationInfo) -> Self:
        if not self.addresses:
            called = " or ".join(one.called for one in ADDRESSES.values())
            raise ValueError(f"{self.id} can not be reached; give {called}")
        rings = [name for name, one in ADDRESSES.items() if one.channel.interrupts and one.channel in self.addresses]
        if rings and self.quiet and self.quiet.never_end and not stored(info):
            what = f"these hours never end, so that no phone message could come; leave a time free, or {rings[0]} out"
            raise Misfit(what, "quiet")
        return self

    @property
    def addresses(self) -> dict[Channel, str]:
        """The person's address on each channel they have one on."""
        return {one.channel: given for name, one in ADDRESSES.items() if (given := getattr(self, name))}


ADDRESSES: Mapping[str, Address] = {
    name: one
    for name, field in StaffSettings.model_fields.items()
    for one in field.metadata
    if isinstance(one, Address)
}


class RoomSettings(Model):
    """A room that stages can tell: a Slack channel by its incoming webhook, or any address by a signed webhook.

    Whoever knows the address or the secret can write to the room: no problem and no log repeats them (`repr=False`).
    """

    id: StaffId = Field(pattern=r"^[a-z][a-z0-9_-]{0,29}$")
    name: str = Field(min_length=1, max_length=60)
    slack: str | None = Field(
        default=None, max_length=300, repr=False, pattern=r"^https://hooks\.slack(-gov)?\.com/[A-Za-z0-9/_-]+$"
    )
    webhook: str | None = Field(
        default=None, max_length=1000, repr=False, pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$"
    )
    secret: str | None = Field(default=None, max_length=100, repr=False, pattern=r"^whsec_[A-Za-z0-9+/]+={0,2}$")

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if (self.slack is None) == (self.webhook is None):
            raise ValueError(f"give {self.id} either slack or webhook")
        if (self.webhook is None) != (self.secret is None):
            raise ValueError("a webhook needs a secret to sign with, and Slack's has none")
        if self.secret is not None and not 24 <= _bytes_in(self.secret) <= 64:
            raise Misfit("the secret is no base64 of 24 to 64 bytes; make one with: openssl rand -base64 32", "secret")
        return self

    @property
    def address(self) -> str:
        """The address as the channel's sender takes it."""
        return self.slack or f"{self.secret} {self.webhook}"


def _bytes_in(secret: str) -> int:
    """The length of the key in a webhook's secret; 0 where it is no base64."""
    try:
        return len(b64decode(secret.removeprefix("whsec_"), validate=True))
    except ValueError:
        return 0


class ReadingSettings(Model):
    """Reading from X. Reads are billed, and `monthly_reads` caps them."""

    mentions: bool = True
    search: bool = True
    overlap: Duration = timedelta(minutes=5)
    first_look: Length = timedelta(hours=1)
    sweep_every: Length = timedelta(minutes=30)
    sweep_reach: Length = timedelta(hours=6)
    monthly_reads: int = Field(default=50_000, ge=1000)


class AuditSettings(Model):
    """The audit of the desk."""

    count_posts: bool = True


class TemplateSettings(Model):
    """Texts that a person may fill the form of an incident with."""

    name: str = Field(min_length=1, max_length=60)
    title: str = Field(min_length=1, max_length=120)
    body: str = Field(min_length=1, max_length=2000)
    impact: Literal[Impact.NONE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL] = Impact.MINOR
    components: dict[ComponentId, Health] = Field(default_factory=dict)


class IncidentSettings(Model):
    """Detection of incidents, and the alerts about them."""

    people: int = Field(default=5, ge=3, le=1000)
    within: Length = Field(default=timedelta(minutes=60), ge=timedelta(minutes=5), le=timedelta(hours=12))
    fade_after: Length = timedelta(hours=2)
    cooldown: Length = timedelta(hours=1)
    confirm_within: Length = timedelta(minutes=30)
    tell: tuple[SendSettings, ...] = Field(
        default=(
            SendSettings(to=Audience.DUTY, by=(Channel.TEXT, Channel.EMAIL)),
            SendSettings(to=Audience.LEAD, by=_EMAIL),
        ),
        min_length=1,
    )
    urgency: Urgency = Urgency.NORMAL
    go_back_within: Length = timedelta(hours=24)
    templates: tuple[TemplateSettings, ...] = Field(default=(), max_length=50)


class ComponentSettings(Model):
    """A part of the service, as customers know it. Its topics and words assign incidents to it."""

    id: ComponentId = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    name: str = Field(min_length=1, max_length=80)
    description: str | None = Field(default=None, max_length=300)
    group: str | None = Field(default=None, min_length=1, max_length=80)
    topics: tuple[str, ...] = ()
    words: tuple[str, ...] = Field(default=(), max_length=50)
    impact: Literal[Impact.MINOR, Impact.MAJOR, Impact.CRITICAL] = Impact.MINOR


class MailSettings(Model):
    """Limits of the mails to subscribers. Half of SES's first quota out of the sandbox, 14 a second, is 7."""

    a_second: int = Field(default=5, ge=1, le=500)
    a_day: int = Field(default=5000, ge=1, le=1_000_000)
    confirmations_an_hour: int = Field(default=20, ge=1, le=1000)
    confirmations_a_day: int = Field(default=100, ge=1, le=10_000)
    subscribers: int = Field(default=5000, ge=1, le=100_000)


class StatusPageSettings(Model):
    """The public status page. `x_links` allows links in drafted posts, for which X charges more."""

    name: str | None = Field(default=None, min_length=1, max_length=80)
    components: tuple[ComponentSettings, ...] = Field(default=(), max_length=100)
    history: Length = timedelta(days=90)
    x_links: bool = False
    statuspage_id: str | None = Field(default=None, pattern=r"^[a-z0-9]{4,40}$")
    mails: MailSettings = MailSettings()
    language: Literal["en", "de", "fr", "es", "pt"] = "en"
    colour: str | None = Field(default=None, pattern=r"^#[0-9a-fA-F]{6}$")
    logo: str | None = Field(
        default=None, pattern=r"^data:image/(png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/]+=*$", max_length=100_000
    )

    @field_validator("components")
    @classmethod
    def _named_once(cls, components: tuple[ComponentSettings, ...]) -> tuple[ComponentSettings, ...]:
        ids = [one.id for one in components]
        for one in ids:
            if ids.count(one) > 1:
                raise ValueError(f"two components have the id {one!r}; ids must differ")
        return components


class WordsSettings(Model):
    """Phrases added to triage's own tables, by meaning."""

    complaint: Phrases = ()
    question: Phrases = ()
    praise: Phrases = ()
    vent: Phrases = ()
    chatter: Phrases = ()
    spam: Phrases = ()
    abuse: Phrases = ()
    critical: Phrases = ()
    high: Phrases = ()
    low: Phrases = ()
    calm: Phrases = ()


class AlwaysSettings(Model):
    """A phrase that decides a post's kind or urgency, whatever else the post says."""

    phrase: Phrase
    kind: Kind | None = None
    urgency: Urgency | None = None

    @model_validator(mode="after")
    def _decides(self) -> Self:
        if self.kind is None and self.urgency is None:
            raise ValueError("this rule decides nothing; give a kind, an urgency, or both")
        return self


class SecondOpinionSettings(Model):
    """Use of a model at Amazon Bedrock as a second classifier, if the stack was deployed with one."""

    below: float = Field(default=0.6, ge=0, le=1)
    a_day: int = Field(default=500, ge=0, le=100_000)


class TriageSettings(Model):
    """The brand's additions to triage's tables, which override them, and the second classifier."""

    words: WordsSettings = WordsSettings()
    topics: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")], Phrases] = Field(
        default_factory=dict, max_length=50
    )
    always: tuple[AlwaysSettings, ...] = Field(default=(), max_length=200)
    never: Phrases = ()
    second_opinion: SecondOpinionSettings = SecondOpinionSettings()


Update = Annotated[str, Field(min_length=1, max_length=2000), sentence()]
TitledPost = Annotated[str, sentence("{title}"), AfterValidator(short_enough_to_post)]


class WordingSettings(Model):
    """Sentences for customers in the brand's own voice. {title} and {components} stand for those of the incident."""

    first_update: Update = "We are looking into problems that customers tell us about. More soon."
    first_update_about: Annotated[str, Field(max_length=2000), sentence("{components}")] = (
        "We are looking into problems with {components} that customers tell us about. More soon."
    )
    resolved_update: Update = "This is solved. We are sorry for the trouble it caused."
    maintenance_begins: Update = "The planned maintenance has begun."
    maintenance_ends: Update = "The planned maintenance is completed."
    published_post: TitledPost = (
        "We know that some of you have a problem: {title}. We are sorry, and we are working on it. "
        "We will say here when it is solved."
    )
    resolved_post: TitledPost = (
        "This is solved: {title}. Thank you for your patience. If it still does not work for you, please tell us."
    )


Sentence = Annotated[str, Field(min_length=1, max_length=1000)]


class SettingsFile(Model):
    """The settings file: everything about one brand's desk that is not infrastructure."""

    brand: BrandSettings
    zone: Zone = "UTC"
    staff: tuple[StaffSettings, ...] = Field(min_length=1, max_length=200)
    rooms: tuple[RoomSettings, ...] = Field(default=(), max_length=20, repr=False)
    hours: dict[str, WeekSettings] = Field(default_factory=dict)
    targets: TargetsSettings = TargetsSettings()
    alerts: AlertSettings = AlertSettings()
    reading: ReadingSettings = ReadingSettings()
    audit: AuditSettings = AuditSettings()
    reach: ReachSettings = ReachSettings()
    figures: FiguresSettings = FiguresSettings()
    review: ReviewSettings = ReviewSettings()
    praise: PraiseSettings = PraiseSettings()
    strikes: StrikesSettings = StrikesSettings()
    incidents: IncidentSettings = IncidentSettings()
    status_page: StatusPageSettings = StatusPageSettings()
    wording: WordingSettings = WordingSettings()
    triage: TriageSettings = TriageSettings()
    replies: RepliesSettings = RepliesSettings()
    events: EventsSettings = EventsSettings()
    keep: Length = timedelta(days=400)
    keep_words: Length = timedelta(days=30)
    sentences: dict[str, Sentence] = Field(default_factory=dict, max_length=1000)

    @model_validator(mode="after")
    def _fits_together(self, info: ValidationInfo) -> Self:
        self._check_ids()
        self._check_rooms()
        self._check_owners()
        if not stored(info):
            self._check_search()
        if not any("lead" in one.roles for one in self.staff):
            raise Misfit(
                "nobody in staff is a lead; give one person roles: [lead], for when nobody is on duty", "staff"
            )
        for path, target in self._targets_set():
            if target.hours is not None:
                self._check_hours(target.hours, target, path, stored(info))
        return self

    def _check_ids(self) -> None:
        ids = [*(one.id for one in self.staff), *(one.id for one in self.rooms)]
        for place, one in enumerate(ids):
            if one in ids[:place]:
                people = len(self.staff)
                where = ("staff", place) if place < people else ("rooms", place - people)
                what = "two people have" if place < people else "a person, or another room, has"
                raise Misfit(f"{what} the id {one!r}; ids must differ", *where, "id")

    def _check_rooms(self) -> None:
        """Refuses a stage that tells rooms where there are none: nobody could receive it."""
        stages = [("alerts", "stages", one.send) for one in self.alerts.stages]
        stages += [("alerts", "critical", one.send) for one in self.alerts.critical]
        for area, name, sends in (*stages, ("incidents", "tell", self.incidents.tell)):
            if not self.rooms and any(one.to is Audience.ROOM for one in sends):
                raise Misfit("this tells rooms, and there are none; add one under rooms", area, name)

    def _check_owners(self) -> None:
        people = {one.id for one in self.staff}
        for place, one in enumerate(self.replies.saved):
            if one.owner is not None and one.owner not in people:
                raise Misfit(f"nobody in staff has the id {one.owner!r}", "replies", "saved", place, "owner")

    def _check_search(self) -> None:
        length = len(brand_of(self).search_query)
        if length > LONGEST_QUERY:
            what = f"these make a search of {length} characters, and X takes {LONGEST_QUERY}; leave some out"
            raise Misfit(what, "brand", "words" if self.brand.words else "accounts")

    def _targets_set(self) -> Iterator[tuple[tuple[str, ...], TargetSettings]]:
        """Every target in the file, with its key path."""
        alone = (
            ("unsure", self.targets.unsure),
            ("private", self.targets.private),
            ("follow_up", self.targets.follow_up),
        )
        for name, one in alone:
            if one:
                yield ("targets", name), one
        for clock, targets in (("first_reply", self.targets.first_reply), ("next_reply", self.targets.next_reply)):
            for kind, target in targets.items():
                if target:
                    yield ("targets", clock, str(kind)), target

    def _check_hours(self, name: str, target: TargetSettings, path: tuple[str, ...], stored: bool) -> None:
        if name not in self.hours:
            raise Misfit(f"{name!r} is not under hours; add it there or use one of those", *path, "hours")
        within = max(target.by_urgency(urgency) for urgency in Urgency)
        stages = [stage_time(one.at) for one in self.alerts.stages]
        longest = max(within, *(within * share + shift for share, shift in stages))
        try:
            if not stored:
                _check_met(self.hours[name], self.zone, longest)
        except NeverOpen:
            what = f"the hours {name!r} are open too seldom for this deadline and its alerts; make them longer"
            raise Misfit(what, *path) from None


def brand_of(settings: SettingsFile) -> Brand:
    """The brand as the rest of the package uses it."""
    brand = settings.brand
    accounts = tuple(Account(one.user_id, one.handle) for one in brand.accounts)
    people = tuple(one.x_user_id for one in settings.staff if one.x_user_id is not None)
    return Brand(brand.name, brand.user_id, brand.handle, brand.words, accounts, people)


def _check_met(week: WeekSettings, zone: str, longest: timedelta) -> None:
    """Raises NeverOpen unless the hours hold `longest`, whatever the minute from which it counts.

    The longest wait begins as a period closes: those of a week are tried, and those around each holiday.
    """
    hours = week.hours(zone)
    around = (
        datetime.combine(day + timedelta(days=shift), time(), UTC) for day in week.holidays for shift in (-1, 0, 1)
    )
    for moment in (*_ANY_WEEK, *around):
        closes = hours.closes(hours.add(moment, timedelta(0)))
        if hours.add(closes or moment, longest) - moment > _LONGEST_WAIT:
            raise NeverOpen
