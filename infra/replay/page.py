"""The report of a replay for people: three sentences, fifteen lines, and one self-contained page."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.prices import prices
from infra.replay.report import Replay
from mentiondesk.domain.alerts.roster import CHANNELS, Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.figures.answers import IGNORED_AFTER, Group, Question
from mentiondesk.domain.text import quotable
from mentiondesk.presentation import theme
from mentiondesk.presentation.phrases import post_url
from mentiondesk.presentation.wording import Sentences, capitalised

_DAY = timedelta(days=1)
_MONTH = timedelta(days=30)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BLOCK = 4
_WORST, _TOPICS = 10, 10
_SPANS = (
    ("15 minutes", timedelta(minutes=15)),
    ("30 minutes", timedelta(minutes=30)),
    ("1 hour", timedelta(hours=1)),
    ("4 hours", timedelta(hours=4)),
    ("24 hours", timedelta(hours=24)),
    ("72 hours", IGNORED_AFTER),
)


@dataclass(frozen=True)
class Bar:
    """A line of a chart: what it stands for, its count, and the count's share of the whole, 0 to 1."""

    name: str
    count: int
    share: float
    note: str = ""


class Customer(NamedTuple):
    """A customer who needed an answer, with the topics of their case."""

    topics: tuple[str, ...]
    question: Question


@dataclass(frozen=True)
class Worst:
    """A customer who waited longest, or in vain."""

    words: str
    link: str
    asked: str
    waited: str
    what: str


@dataclass(frozen=True)
class Person:
    """The messages that one person would have got, by channel as in `Report.channels`."""

    name: str
    sent: tuple[int, ...]
    busiest: int
    a_day: float


class Report:
    """The figures of a finished replay, in words. Times are on the desk's own clock."""

    def __init__(self, replay: Replay, summary: dict[str, Any]) -> None:
        self._replay = replay
        self._settings = replay.desk.settings
        self._zone = ZoneInfo(self._settings.zone)
        self.summary = summary
        # Few topics make few tuples of them, and each is kept once.
        topics: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._customers = [
            Customer(topics.setdefault(found, found), question)
            for case, question in self._questions()
            if (found := case.topics or ("other",))
        ]
        posts = replay.recording.posts
        self.first, self.last = posts[0].created_at, posts[-1].created_at
        self._end = max((one.question.asked_at for one in self._customers), default=self.last) + IGNORED_AFTER

    def _questions(self) -> Iterator[tuple[Case, Question]]:
        """The customers who needed an answer, each with their case."""
        return (one for one in self._replay.questions() if one[1].group is Group.CUSTOMERS)

    # --- sentences and lines

    @property
    def brand(self) -> str:
        return self._settings.brand.name

    @property
    def days(self) -> int:
        return max(1, (self.last.astimezone(self._zone).date() - self.first.astimezone(self._zone).date()).days + 1)

    @property
    def channels(self) -> list[str]:
        """One message of each channel on which staff can be reached, by its name."""
        return [Sentences().label("rules.by", channel) for channel in self._ways]

    @property
    def _ways(self) -> list[Channel]:
        staff = self._settings.roster.staff
        return [channel for channel in Channel if any(channel in one.addresses for one in staff)]

    def _sent(self) -> list[int]:
        return [self.summary[CHANNELS[channel].plural] for channel in self._ways]

    def sentences(self) -> Iterator[str]:
        """The three sentences that a manager reads first."""
        asked, ignored = self.summary["needed_an_answer"], self.summary["ignored"]
        within = self.summary["answered_within"]["1h"]
        answered = f"{within:.0%} had one within an hour" if within is not None else "it is too early to say how soon"
        yield (
            f"From {self._date(self.first)} to {self._date(self.last)}, {_many(asked, 'customer')} needed an answer "
            f"from {self.brand}: {answered}, and {ignored} ({_share(ignored, asked)}) had none within three days."
        )
        late, warned = self.summary["breaches"], self.summary["breaches_warned_before"]
        yield (
            f"{_many(late, 'deadline')} passed without an answer; the desk would have told somebody before "
            f"{'each of them' if warned == late else f'{warned} of them'}."
        )
        people = self.people()
        most = max(people, key=lambda one: one.a_day, default=None)
        sent = " and ".join(map(_many, self._sent(), self.channels))
        load = f"up to {most.busiest} on the busiest day of {most.name}" if most else "none"
        yield (
            f"It would have sent {sent} ({load}) and noticed {_many(self.summary['incidents'], 'problem')} of several "
            f"customers, for about ${self.costs()[-1][1]:.0f} a month."
        )

    def lines(self) -> Iterator[tuple[str, str]]:
        """The same in fifteen lines."""
        summary, asked = self.summary, self.summary["needed_an_answer"]
        kinds = ", ".join(f"{count} {kind}" for kind, count in summary["cases_by_kind"].items())
        within = {span: _percent(share) for span, share in summary["answered_within"].items()}
        waits = sorted(self._waits())
        apart = ", ".join(f"{count} {group.replace('_', ' ')}" for group, count in summary["counted_apart"].items())
        yield "period", f"{self._date(self.first)} to {self._date(self.last)}, {_many(self.days, 'day')}"
        yield "posts", f"{summary['posts']}, of them {summary['own_posts']} by {self.brand}"
        yield "cases", f"{summary['cases']}: {kinds}"
        yield "customers who needed an answer", f"{asked}" + (f"; apart from these {apart}" if apart else "")
        yield "answered within 30 minutes", within["30m"]
        yield "answered within an hour", within["1h"]
        yield "answered within a day", within["24h"]
        yield "usual time to an answer", _long(waits[len(waits) // 2]) if waits else "-"
        yield "slowest tenth took longer than", _long(waits[int(len(waits) * 0.9)]) if waits else "-"
        yield "ignored (no answer in 72 hours)", f"{summary['ignored']} ({_share(summary['ignored'], asked)})"
        yield "deadlines missed", f"{summary['breaches']}, of them {summary['breaches_warned_before']} warned of before"
        yield f"{'s and '.join(self.channels)}s to staff", " and ".join(map(str, self._sent()))
        yield "most messages to one person a day", str(max((one.busiest for one in self.people()), default=0))
        yield "problems of several customers", str(summary["incidents"])
        yield "cost a month", f"about ${self.costs()[-1][1]:.2f}, of it X ${self.costs()[0][1]:.2f}"

    # --- tables

    def waits(self) -> list[Bar]:
        """The customers by the time to their first answer."""
        waits, asked, before = self._waits(), len(self._customers), timedelta(0)
        bars = []
        for name, span in _SPANS:
            count = sum(before < wait <= span or (not before and wait <= span) for wait in waits)
            bars.append(Bar(f"within {name}", count, count / asked if asked else 0.0))
            before = span
        late = asked - sum(bar.count for bar in bars)
        return [*bars, Bar("later, or never", late, late / asked if asked else 0.0)]

    def topics(self) -> list[Bar]:
        """The subjects of customers, each with the share that was ignored."""
        asked: Counter[str] = Counter()
        ignored: Counter[str] = Counter()
        for one in self._customers:
            for topic in one.topics:
                asked[topic] += 1
                ignored[topic] += one.question.ignored(self._end)
        most = asked.most_common(_TOPICS)
        return [
            Bar(
                topic.replace("_", " "), count, count / len(self._customers), f"{_share(ignored[topic], count)} ignored"
            )
            for topic, count in most
        ]

    def week(self) -> list[tuple[str, list[tuple[int, float]]]]:
        """For each weekday and block of hours: customers who asked, and the share answered within an hour."""
        found: dict[tuple[int, int], list[bool]] = defaultdict(list)
        for one in self._customers:
            question = one.question
            at = question.asked_at.astimezone(self._zone)
            found[at.weekday(), at.hour // _BLOCK].append(question.answered_within(timedelta(hours=1)))
        blocks = range(24 // _BLOCK)
        return [(name, [_of(found[day, block]) for block in blocks]) for day, name in enumerate(_WEEKDAYS)]

    @property
    def blocks(self) -> list[str]:
        return [f"{hour}-{hour + _BLOCK}" for hour in range(0, 24, _BLOCK)]

    def worst(self) -> list[Worst]:
        """The customers who were ignored, and then those who waited longest; urgent ones first."""
        late = (one for one in self._questions() if self._waited(one[1]) > timedelta(hours=1))
        worst = nsmallest(_WORST, late, key=lambda one: (-one[0].urgency.rank, -self._waited(one[1]).total_seconds()))
        return [self._one(case, question) for case, question in worst]

    def people(self) -> list[Person]:
        """The messages of each person, most first."""
        names: dict[str, str] = {one.staff_id: one.name for one in self._settings.roster.staff}
        sent: dict[str, Counter[Channel]] = defaultdict(Counter)
        by_day: dict[str, Counter[str]] = defaultdict(Counter)
        told = (one for one in self._replay.messages.values() if one[0] in names)
        for staff, channel, at in told:
            sent[staff][channel] += 1
            by_day[staff][f"{at.astimezone(self._zone):%Y-%m-%d}"] += 1
        found = [
            Person(
                names[staff],
                tuple(count[channel] for channel in self._ways),
                max(by_day[staff].values()),
                count.total() / self.days,
            )
            for staff, count in sent.items()
        ]
        return sorted(found, key=lambda one: -one.a_day)

    def incidents(self) -> list[tuple[str, str, str, int, int]]:
        """Title, when it was noticed and when complaints ended, people and posts."""
        return [
            (
                quotable(one.title, 120),
                self._moment(one.created_at),
                self._moment(one.ended_at) if one.ended_at else "",
                one.people,
                one.posts,
            )
            for one in self._replay.desk.stored_incidents()
        ]

    def costs(self) -> list[tuple[str, float]]:
        """Dollars a month at the recording's pace, the sum last."""
        price, month = prices(), _MONTH / max(self.last - self.first, _DAY)
        own = self.summary["own_posts"]
        read = own * price.owned_read + (self.summary["posts"] - own) * price.post_read
        parts = [
            ("X, at its higher price for mentions", read * month),
            ("texts", self.summary["texts"] * price.text * month),
            ("mails", self.summary["emails"] * price.email * month),
            ("AWS", price.quiet_month_on_aws + self.summary["posts"] * price.mention_on_aws * month),
        ]
        return [*parts, ("together", sum(dollars for _, dollars in parts))]

    def html(self) -> str:
        """The page: one file, with nothing to fetch."""
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, undefined=StrictUndefined
        )
        environment.filters["capitalised"] = capitalised
        template = environment.get_template("report.html")
        return template.render(report=self, theme=theme.properties(), prices=prices())

    # --- inside

    def _waits(self) -> list[timedelta]:
        """The times to the first answer, of customers who had one."""
        questions = (one.question for one in self._customers)
        return [one.answered_at - one.asked_at for one in questions if one.answered_at is not None]

    def _waited(self, question: Question) -> timedelta:
        return (question.answered_at or self._end) - question.asked_at

    def _one(self, case: Case, question: Question) -> Worst:
        return Worst(
            words=quotable(case.words, 280),
            link=post_url(case.post_id or ""),
            asked=self._moment(question.asked_at),
            waited=_long(self._waited(question)) if question.answered_at else "no answer",
            what=f"{case.urgency} {case.kind}",
        )

    def _date(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%-d %B %Y}"

    def _moment(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%a %-d %b %Y %H:%M %Z}"


def _of(answered: Sequence[bool]) -> tuple[int, float]:
    return len(answered), sum(answered) / len(answered) if answered else 0.0


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "0%"


def _percent(share: float | None) -> str:
    return f"{share:.1%}" if share is not None else "-"


def _long(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 60 / 24:.1f} days"
