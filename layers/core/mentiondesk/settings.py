"""The desk's settings: what the one YAML file may say, its defaults, and what is wrong with it in plain words."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, Self, assert_never
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from mentiondesk.domain.alerts.limits import DEFAULT_TEXT_LIMITS, TextLimit
from mentiondesk.domain.alerts.roster import Audience, Channel, Roster, Staff, Stage
from mentiondesk.domain.cases.timers import Policy, Target
from mentiondesk.domain.hours import Hours, NeverOpen, Period
from mentiondesk.domain.ids import ComponentId, StaffId, UserId
from mentiondesk.domain.posts.brand_words import Always, BrandWords
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.status.page import PageComponent, StatusPage

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# To see whether opening hours can meet a deadline at all; any day does.
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:\d+ ?[dhms] ?)+")
_LONGEST = timedelta(days=3660)
_PERIOD = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))")
_STAGE_TIME = re.compile(r"(\d{1,3})%|((?:\d+[dhms])+) (before|after)")


class SettingsInvalid(ValueError):
    """The settings cannot be used; `problems` has (key path, what would be right) for each fault."""

    def __init__(self, problems: list[tuple[tuple[str | int, ...], str]]) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{'.'.join(map(str, path)) or 'settings'}: {what}" for path, what in problems))


class _Misfit(ValueError):
    """Keys that are right by themselves and do not fit together; `path` leads to the one to change."""

    def __init__(self, what: str, *path: str | int) -> None:
        super().__init__(what)
        self.path = path


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError(f"{_shown(value)} is not a length of time; write it like 30m, 4h, 1h30m or 2d")
    seconds = sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+) ?([dhms])", value))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{_shown(value)} is longer than ten years; write it like 30m, 4h, 1h30m or 2d")
    return timedelta(seconds=seconds)


def _written(duration: timedelta) -> str:
    return f"{round(duration.total_seconds())}s"


def _positive(duration: timedelta) -> timedelta:
    if duration <= timedelta(0):
        raise ValueError("must be longer than nothing; write it like 30m, 4h, 1h30m or 2d")
    return duration


Duration = Annotated[timedelta, BeforeValidator(_duration), PlainSerializer(_written)]
Length = Annotated[Duration, AfterValidator(_positive)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a known time zone; write it like Europe/London or UTC") from None
    return name


Zone = Annotated[str, AfterValidator(_zone)]


def _period(text: object) -> Period:
    match = _PERIOD.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f'{text!r} is not a period; write it in quotes like "09:00-17:30"')
    opens, closes = time(int(match[1]), int(match[2])), time(int(match[3] or 0), int(match[4] or 0))
    return Period(opens, closes)


def _days(key: str) -> list[int]:
    """The weekdays a key names: mon, mon-fri, sat-mon or daily."""
    if key == "daily":
        return list(range(7))
    first, _, last = key.partition("-") if "-" in key else (key, "", key)
    if first not in _DAYS or last not in _DAYS:
        raise ValueError(f"{key!r} names no days; write mon, mon-fri or daily")
    start, length = _DAYS.index(first), (_DAYS.index(last) - _DAYS.index(first)) % 7
    return [(start + step) % 7 for step in range(length + 1)]


class WeekSettings(_Model):
    """Weekly periods: {week: {mon-fri: ["09:00-17:00"]}, holidays: [2026-12-25]}; in the desk's zone unless given."""

    zone: Zone | None = None
    week: dict[str, list[str]]
    holidays: frozenset[date] = frozenset()

    @field_validator("week")
    @classmethod
    def _readable(cls, week: dict[str, list[str]]) -> dict[str, list[str]]:
        seen: set[int] = set()
        for key, periods in week.items():
            days = set(_days(key))
            if days & seen:
                raise ValueError(f"{key!r} names a day that stands there already")
            seen |= days
            for text in periods:
                _period(text)
        if not any(week.values()):
            raise ValueError("these hours are never open; give at least one period")
        return week

    def hours(self, zone: str) -> Hours:
        """These periods, in `zone` where they name none."""
        days: list[tuple[Period, ...]] = [()] * 7
        for key, periods in self.week.items():
            for day in _days(key):
                days[day] = tuple(_period(text) for text in periods)
        return Hours(self.zone or zone, tuple(days), self.holidays)


class BrandSettings(_Model):
    """Whose posts to look after."""

    name: str = Field(min_length=1, max_length=80)
    user_id: UserId = Field(pattern=r"^\d{1,20}$")
    handle: str = Field(pattern=r"^\w{1,15}$")
    words: tuple[str, ...] = Field(default=(), max_length=20)

    @field_validator("words")
    @classmethod
    def _searchable(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if not re.fullmatch(r"[^\"\n]{2,60}", word):
                raise ValueError(f"{word!r} cannot be searched for; use 2 to 60 characters without quotes")
        return words


class TargetSettings(_Model):
    """How long one kind may wait; `high` and `critical` (the same as high unless set) may be shorter."""

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

    def by_urgency(self, urgency: Urgency) -> timedelta:
        high = self.high or self.within
        return {
            Urgency.LOW: self.low or self.within,
            Urgency.NORMAL: self.within,
            Urgency.HIGH: high,
            Urgency.CRITICAL: self.critical or high,
        }[urgency]


# 32 % of people who write expect an answer within 30 minutes, 42 % within the hour, 67 % within the day.
_FIRST_REPLY = {
    Kind.COMPLAINT: TargetSettings(within=timedelta(minutes=60), high=timedelta(minutes=30)),
    Kind.QUESTION: TargetSettings(within=timedelta(hours=4)),
    Kind.PRAISE: TargetSettings(within=timedelta(hours=24), alerts=False),
    Kind.ABUSE: TargetSettings(within=timedelta(hours=24), alerts=False),
}


class TargetsSettings(_Model):
    """Deadlines by kind. A kind that is not named keeps its default; null takes its clock away."""

    first_reply: dict[Kind, TargetSettings | None] = Field(default_factory=dict)
    next_reply: dict[Kind, TargetSettings | None] = Field(default_factory=dict)
    follow_up: TargetSettings | None = None


class SendSettings(_Model):
    to: Audience
    by: tuple[Channel, ...] = Field(min_length=1)

    @field_validator("by", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class StageSettings(_Model):
    """One step of alerting: `at` is a share of the target ("50%") or "10m before" / "30m after" the deadline."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")
    at: str
    send: tuple[SendSettings, ...] = Field(min_length=1)

    @field_validator("at")
    @classmethod
    def _readable(cls, text: str) -> str:
        match = _STAGE_TIME.fullmatch(text)
        if match is None:
            raise ValueError(f'{text!r} is not a time of a stage; write 50%, "10m before" or "30m after"')
        if match[2]:
            _duration(match[2])
        return text

    @property
    def stage(self) -> Stage:
        match = _STAGE_TIME.fullmatch(self.at)
        assert match is not None, "checked when the settings were read"
        share, shift = 1.0, timedelta(0)
        if match[1]:
            share = int(match[1]) / 100
        else:
            shift = _duration(match[2]) * (-1 if match[3] == "before" else 1)
        send = tuple((one.to, channel) for one in self.send for channel in one.by)
        return Stage(self.name, share, shift, send)


def _stage(name: str, at: str, *send: tuple[Audience, tuple[Channel, ...]]) -> StageSettings:
    return StageSettings(name=name, at=at, send=tuple(SendSettings(to=to, by=by) for to, by in send))


_EMAIL, _TEXT, _BOTH = (Channel.EMAIL,), (Channel.TEXT,), (Channel.EMAIL, Channel.TEXT)
_STAGES = (
    _stage("half_time", "50%", (Audience.DUTY, _EMAIL)),
    _stage("three_quarters", "75%", (Audience.DUTY, _TEXT)),
    _stage("breach", "100%", (Audience.DUTY, _TEXT), (Audience.LEAD, _BOTH)),
    _stage("half_hour_late", "30m after", (Audience.MANAGER, _BOTH)),
)


class TextLimitSettings(_Model):
    most: int = Field(ge=1, le=1000)
    within: Length


class AlertSettings(_Model):
    """When staff are told, and how much of it one person can take."""

    stages: tuple[StageSettings, ...] = Field(default=_STAGES, min_length=1, max_length=10)
    digest_over: int = Field(default=5, ge=1, le=100)
    text_limits: tuple[TextLimitSettings, ...] = tuple(
        TextLimitSettings(most=limit.most, within=limit.span) for limit in DEFAULT_TEXT_LIMITS
    )

    @field_validator("stages")
    @classmethod
    def _named_once(cls, stages: tuple[StageSettings, ...]) -> tuple[StageSettings, ...]:
        names = [stage.name for stage in stages]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two stages are named {name!r}; names must differ")
        return stages

    @property
    def limits(self) -> tuple[TextLimit, ...]:
        return tuple(TextLimit(limit.most, limit.within) for limit in self.text_limits)


class StaffSettings(_Model):
    """One person. `duty` is "always" or weekly shifts; without it only roles bring alerts."""

    id: StaffId = Field(pattern=r"^[a-z][a-z0-9_-]{0,29}$")
    name: str = Field(min_length=1, max_length=60)
    email: str | None = Field(default=None, pattern=r"^[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,190}\.[^@\s<>,;\"]{2,}$")
    phone: str | None = Field(default=None, pattern=r"^\+[1-9]\d{6,14}$")
    zone: Zone | None = None
    duty: Literal["always"] | WeekSettings | None = None
    quiet: WeekSettings | None = None
    roles: frozenset[Literal["lead", "manager"]] = frozenset()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self._addresses:
            raise ValueError(f"{self.id} can not be reached; give an email, a phone, or both")
        return self

    @property
    def _addresses(self) -> dict[Channel, str]:
        given = {channel: self._address(channel) for channel in Channel}
        return {channel: address for channel, address in given.items() if address}

    def _address(self, channel: Channel) -> str | None:
        match channel:
            case Channel.EMAIL:
                return self.email
            case Channel.TEXT:
                return self.phone
            case _:
                assert_never(channel)

    def staff(self, zone: str) -> Staff:
        """This person; their clock shows `zone` where they name none."""
        zone = self.zone or zone
        return Staff(
            staff_id=self.id,
            name=self.name,
            addresses=self._addresses,
            zone=zone,
            always_on_duty=self.duty == "always",
            shifts=self.duty.hours(zone) if isinstance(self.duty, WeekSettings) else None,
            quiet=self.quiet.hours(zone) if self.quiet else None,
            roles=frozenset(Audience(role) for role in self.roles),
        )


class ReadingSettings(_Model):
    """How X is read. X's reads cost money: `monthly_reads` stops the desk before the bill does."""

    mentions: bool = True
    search: bool = True
    overlap: Duration = timedelta(minutes=5)
    first_look: Length = timedelta(hours=1)
    sweep_every: Length = timedelta(minutes=30)
    sweep_reach: Length = timedelta(hours=6)
    monthly_reads: int = Field(default=50_000, ge=1000)


class IncidentSettings(_Model):
    """How one problem of many customers is noticed, and who hears of it."""

    people: int = Field(default=5, ge=3, le=1000)
    within: Length = Field(default=timedelta(minutes=60), ge=timedelta(minutes=5), le=timedelta(hours=12))
    fade_after: Length = timedelta(hours=2)
    cooldown: Length = timedelta(hours=1)
    confirm_within: Length = timedelta(minutes=30)
    tell: tuple[SendSettings, ...] = Field(
        default=(SendSettings(to=Audience.DUTY, by=_BOTH), SendSettings(to=Audience.LEAD, by=_EMAIL)), min_length=1
    )
    publish_over: int | None = Field(default=None, ge=5)
    urgency: Urgency = Urgency.NORMAL
    go_back_within: Length = timedelta(hours=24)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Told at once: an incident is noticed, and it is resolved."""
        send = tuple((one.to, channel) for one in self.tell for channel in one.by)
        return tuple(Stage(name, 0.0, timedelta(0), send) for name in ("noticed", "go_back"))


class ComponentSettings(_Model):
    """One part of the service, as customers know it. Its topics and words decide which problems are its own."""

    id: ComponentId = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    name: str = Field(min_length=1, max_length=80)
    description: str | None = Field(default=None, max_length=300)
    group: str | None = Field(default=None, min_length=1, max_length=80)
    topics: tuple[str, ...] = ()
    words: tuple[str, ...] = Field(default=(), max_length=50)


class StatusPageSettings(_Model):
    """The public status page. `x_links`: whether drafts of posts may hold a link, for which X charges more."""

    name: str | None = Field(default=None, min_length=1, max_length=80)
    components: tuple[ComponentSettings, ...] = Field(default=(), max_length=100)
    history: Length = timedelta(days=90)
    x_links: bool = False
    statuspage_id: str | None = Field(default=None, pattern=r"^[a-z0-9]{4,40}$")

    @field_validator("components")
    @classmethod
    def _named_once(cls, components: tuple[ComponentSettings, ...]) -> tuple[ComponentSettings, ...]:
        ids = [one.id for one in components]
        for one in ids:
            if ids.count(one) > 1:
                raise ValueError(f"two components have the id {one!r}; ids must differ")
        return components


_PHRASE_PART = re.compile(r"(?:[\w'&#@.+€$£%/-]*\w[\w'&#@.+€$£%/-]*\*?|[^\w\s*/,<>?.]+)")


def _phrase(text: str) -> str:
    parts = text.split()
    gaps = [place for place, part in enumerate(parts) if part == "..."]
    wrong = next((part for part in parts if part != "..." and not _PHRASE_PART.fullmatch(part)), None)
    if not parts or len(text) > 80 or wrong or {0, len(parts) - 1} & set(gaps):
        raise ValueError(
            f"{_shown(text)} is not a phrase; write words, with * at the end of a word for any ending, / between words"
            " of which one will do, and ... between words for up to three others"
        )
    return text.lower().replace("’", "'")


Phrase = Annotated[str, AfterValidator(_phrase)]
Phrases = Annotated[tuple[Phrase, ...], Field(max_length=500)]


class WordsSettings(_Model):
    """Words added to what triage knows, by what they say."""

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


class AlwaysSettings(_Model):
    """A phrase that decides, whatever else the post says."""

    phrase: Phrase
    kind: Kind | None = None
    urgency: Urgency | None = None

    @model_validator(mode="after")
    def _decides(self) -> Self:
        if self.kind is None and self.urgency is None:
            raise ValueError("this rule decides nothing; give a kind, an urgency, or both")
        return self


class SecondOpinionSettings(_Model):
    """When a model at Amazon Bedrock is asked as well; only where the stack was deployed with one."""

    below: float = Field(default=0.6, ge=0, le=1)
    a_day: int = Field(default=500, ge=0, le=100_000)


class TriageSettings(_Model):
    """What the brand adds to triage's own knowledge, which wins over it, and when to ask somebody else."""

    words: WordsSettings = WordsSettings()
    topics: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,29}$")], Phrases] = Field(
        default_factory=dict, max_length=50
    )
    always: tuple[AlwaysSettings, ...] = Field(default=(), max_length=200)
    never: Phrases = ()
    second_opinion: SecondOpinionSettings = SecondOpinionSettings()

    @cached_property
    def brand_words(self) -> BrandWords:
        return BrandWords(
            words=tuple((says, phrases) for says, phrases in self.words if phrases),
            topics=tuple(self.topics.items()),
            always=tuple(Always(rule.phrase, rule.kind, rule.urgency) for rule in self.always),
            never=self.never,
        )


class Settings(_Model):
    """Everything about one brand's desk that is not infrastructure."""

    brand: BrandSettings
    zone: Zone = "UTC"
    staff: tuple[StaffSettings, ...] = Field(min_length=1, max_length=200)
    hours: dict[str, WeekSettings] = Field(default_factory=dict)
    targets: TargetsSettings = TargetsSettings()
    alerts: AlertSettings = AlertSettings()
    reading: ReadingSettings = ReadingSettings()
    incidents: IncidentSettings = IncidentSettings()
    status_page: StatusPageSettings = StatusPageSettings()
    triage: TriageSettings = TriageSettings()
    keep: Length = timedelta(days=400)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        ids = [one.id for one in self.staff]
        for place, staff_id in enumerate(ids):
            if staff_id in ids[:place]:
                raise _Misfit(f"two people have the id {staff_id!r}; ids must differ", "staff", place, "id")
        if not any("lead" in one.roles for one in self.staff):
            raise _Misfit(
                "nobody in staff is a lead; give one person roles: [lead], for when nobody is on duty", "staff"
            )
        for path, target in self._targets_set():
            if target.hours is not None:
                self._check_hours(target.hours, target, path)
        return self

    def _targets_set(self) -> Iterator[tuple[tuple[str, ...], TargetSettings]]:
        """Every target in the file, with its key path."""
        if self.targets.follow_up:
            yield ("targets", "follow_up"), self.targets.follow_up
        for clock, targets in (("first_reply", self.targets.first_reply), ("next_reply", self.targets.next_reply)):
            for kind, target in targets.items():
                if target:
                    yield ("targets", clock, str(kind)), target

    def _check_hours(self, name: str, target: TargetSettings, path: tuple[str, ...]) -> None:
        if name not in self.hours:
            raise _Misfit(f"{name!r} is not under hours; add it there or use one of those", *path, "hours")
        within = max(target.by_urgency(urgency) for urgency in Urgency)
        stages = [one.stage for one in self.alerts.stages]
        longest = max(within, *(within * stage.share + stage.shift for stage in stages))
        try:
            self.hours[name].hours(self.zone).add(_ANY_DAY, longest)
        except NeverOpen:
            what = f"the hours {name!r} are open too seldom for this deadline and its alerts; make them longer"
            raise _Misfit(what, *path) from None

    def _targets(self, clock: Literal["first_reply", "next_reply"]) -> dict[Kind, TargetSettings]:
        """Defaults, then first_reply, then (for the next reply) what differs there."""
        merged: dict[Kind, TargetSettings | None] = {**_FIRST_REPLY, **self.targets.first_reply}
        if clock == "next_reply":
            merged |= self.targets.next_reply
        return {kind: target for kind, target in merged.items() if target is not None}

    @cached_property
    def policy(self) -> Policy:
        """Targets and stages as the domain uses them."""
        follow_up = self.targets.follow_up
        return Policy(
            first_reply=self._by_kind_and_urgency(self._targets("first_reply")),
            next_reply=self._by_kind_and_urgency(self._targets("next_reply")),
            follow_up=self._target(follow_up, Urgency.NORMAL) if follow_up else None,
            stages=tuple(stage.stage for stage in self.alerts.stages),
        )

    @cached_property
    def roster(self) -> Roster:
        """Everybody an alert can go to."""
        return Roster(tuple(one.staff(self.zone) for one in self.staff))

    @cached_property
    def page(self) -> StatusPage:
        """The status page as the domain uses it."""
        ours = self.status_page
        return StatusPage(
            name=ours.name or self.brand.name,
            zone=self.zone,
            components=tuple(PageComponent(one.id, one.name, one.description, one.group) for one in ours.components),
            history=ours.history,
            x_links=ours.x_links,
            hosted_id=ours.statuspage_id,
        )

    def _by_kind_and_urgency(self, targets: dict[Kind, TargetSettings]) -> dict[tuple[Kind, Urgency], Target]:
        return {(kind, level): self._target(target, level) for kind, target in targets.items() for level in Urgency}

    def _target(self, target: TargetSettings, urgency: Urgency) -> Target:
        hours = self.hours[target.hours].hours(self.zone) if target.hours else None
        return Target(target.by_urgency(urgency), hours, target.alerts)


_NO_GROUP = "{shown} is not a group of keys here"
_NO_LIST = "{shown} is not a list; write it like [one, two]"
_PLAIN_WORDS = {
    "missing": "this key is missing",
    "extra_forbidden": "there is no such key; check its spelling against infra/settings.example.yaml",
    "string_type": "{shown} is not text; write it in quotes",
    "model_type": _NO_GROUP,
    "dict_type": _NO_GROUP,
    "tuple_type": _NO_LIST,
    "list_type": _NO_LIST,
    "frozen_set_type": _NO_LIST,
    "too_short": "give at least {min_length} of these",
    "too_long": "give at most {max_length} of these",
}
_HINTS = {
    "phone": 'write it with country code and digits only, in quotes, like "+447700900123"',
    "email": "write one address, like ana@example.com",
    "user_id": "write X's numeric id of the account, in quotes",
    "handle": "write the handle without @: up to 15 letters, digits or _",
    "id": "use lower-case letters, digits, - and _, starting with a letter",
    "name": "use lower-case letters, digits and _, starting with a letter",
    "duty": 'write always, or week: {mon-fri: ["09:00-17:00"]}',
}


def parse_settings(raw: object) -> Settings:
    """The settings in `raw` (what YAML or JSON gave). Raises SettingsInvalid with every fault found."""
    try:
        return Settings.model_validate(raw)
    except ValidationError as invalid:
        found = [(_path(raw, error), error) for error in invalid.errors()]
    # Where something inside is wrong, pydantic finds fault with what is around it too.
    problems = [
        (path, _plain(path, error))
        for path, error in found
        if not any(_inside(other, path) or _inside(inner["loc"], error["loc"]) for other, inner in found)
    ]
    raise SettingsInvalid(list(dict.fromkeys(problems)))


def _path(raw: object, error: ErrorDetails) -> tuple[str | int, ...]:
    """The keys that lead to the fault as the file has them, without pydantic's names for what it tried there."""
    path: list[str | int] = []
    for part in error["loc"]:
        inner = dict(enumerate(raw)) if isinstance(raw, list) else raw
        if isinstance(inner, dict) and part in inner:
            raw = inner[part]
            path.append(part)
    if error["type"] == "missing":
        path.append(error["loc"][-1])
    misfit = error.get("ctx", {}).get("error")
    return (*path, *misfit.path) if isinstance(misfit, _Misfit) else tuple(path)


def _inside(place: tuple[str | int, ...], outer: tuple[str | int, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def _plain(path: tuple[str | int, ...], error: ErrorDetails) -> str:
    """What is wrong, and what would be right."""
    kind, hint, shown = error["type"], _HINTS.get(str(path[-1]) if path else ""), _shown(error["input"])
    if hint and (kind == "string_pattern_mismatch" or path[-1] == "duty"):
        return f"{shown} does not fit; {hint}"
    if kind in _PLAIN_WORDS:
        return _PLAIN_WORDS[kind].format(shown=shown, **error.get("ctx", {}))
    message = error["msg"].removeprefix("Value error, ")
    return message if kind == "value_error" else message[:1].lower() + message[1:]


def _shown(value: object) -> str:
    """A value as an error repeats it: not the whole file."""
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
