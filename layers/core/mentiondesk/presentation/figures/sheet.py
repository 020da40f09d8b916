"""A week's figures as tiles and tables, in words: the page and the mail show the same ones."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.domain.figures.figures import Figures
from mentiondesk.domain.figures.report import BINS, Answers, Report
from mentiondesk.domain.figures.targets import Targets
from mentiondesk.presentation.times import days, short_duration
from mentiondesk.presentation.wording import Sentences, capitalised
from mentiondesk.values import Frozen

_SHARES = {"p50": 0.5, "p75": 0.75, "p90": 0.9}


class Tile(Frozen):
    """A figure with its name, the numbers that it is made of, the same of the weeks before, and the brand's target.

    `met` None: there is no target, or nothing to compare with it.
    """

    key: str
    value: str
    made_of: str = ""
    before: str = ""
    target: str = ""
    met: bool | None = None


class Row(Frozen):
    """A line of a table; `bar` is a share from 0 to 1 to be drawn beside the cell before the last."""

    label: str
    cells: tuple[str, ...]
    bar: float | None = None
    link: str = ""


class Table(Frozen):
    """A table by the key of its title and definition, with the keys of its columns."""

    key: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class Bar(Frozen):
    """A bar of the histogram: its place on the log axis, its height from 0 to 1, and its label."""

    place: int
    height: float
    count: int
    took: str


class Cell(Frozen):
    """An hour of the week: its waits, and the share of them answered within an hour."""

    day: int
    hour: int
    waits: int
    answered: int

    @property
    def shade(self) -> int:
        """From 0 for none answered in time to 4 for all."""
        return round(4 * self.answered / self.waits)


class Sheet(Frozen):
    """All that a page or a mail shows of a week."""

    week: str
    days: str
    running: bool
    empty: bool
    first: tuple[Tile, ...]
    now: tuple[Tile, ...]
    others: tuple[Tile, ...]
    tables: tuple[Table, ...]
    bars: tuple[Bar, ...]
    cells: tuple[Cell, ...]


def sheet_of(say: Sentences, figures: Figures, roster: Roster, now: datetime) -> Sheet:
    """The sheet of a week; people stand in it by their names in the roster."""
    report, week = figures.report, figures.week
    return Sheet(
        week=week.name,
        days=days(say, week.monday, week.sunday),
        running=now < week.last,
        empty=not (report.first.waits or report.next.waits or report.apart or report.incidents),
        first=tuple(_first(say, report, figures.before, figures.targets)),
        now=tuple(_now(say, figures, now)),
        others=tuple(_others(say, report)),
        tables=tuple(table for table in _tables(say, figures, roster) if table.rows),
        bars=tuple(_bars(say, report.first)),
        cells=tuple(Cell(*at, *counts) for at, counts in sorted(report.by_hour.items())),
    )


def percent(say: Sentences, share: float | None) -> str:
    """Like "62 %"; a dash where there is nothing to share."""
    return say("figures.nothing") if share is None else say("figures.share", percent=round(100 * share))


def took(say: Sentences, answers: Answers, share: float) -> str:
    """The time within which this share had an answer; "over 72 h" where fewer had one."""
    found = answers.percentile(share)
    if found is None:
        return say("figures.over") if answers.waits else say("figures.nothing")
    return short_duration(say, found)


def _first(say: Sentences, report: Report, before: Report, targets: Targets) -> Iterator[Tile]:
    first, past = report.first, before.first

    def tile(key: str, part: int, whole: int, share: float | None, past: float | None) -> Tile:
        made = say("figures.of", part=part, whole=whole) if whole else ""
        compared = "" if past is None else say("figures.compared", value=percent(say, past))
        met = None if share is None else targets.met(key, share)
        aimed = "" if met is None else say(f"figures.target.{'met' if met else 'missed'}", percent=targets.of(key))
        return Tile(key, percent(say, share), made, compared, aimed, met)

    for span in first.within:
        yield tile(f"within_{span}", first.within[span], first.waits, first.share_within(span), past.share_within(span))
    yield tile("ignored", first.ignored, first.waits, first.share_ignored, past.share_ignored)
    in_target, earlier = _in_target(first), _in_target(past)
    yield tile("in_target", first.waits - first.late, first.waits, in_target, earlier)
    if first.late:
        yield Tile(
            "warned", percent(say, first.warned / first.late), say("figures.of", part=first.warned, whole=first.late)
        )


def _in_target(answers: Answers) -> float | None:
    return (answers.waits - answers.late) / answers.waits if answers.waits else None


def _now(say: Sentences, figures: Figures, now: datetime) -> Iterator[Tile]:
    queue = figures.now
    number: Callable[[int], str] = lambda count: say("figures.at_least", count=count) if queue.more else str(count)  # noqa: E731
    yield Tile("waiting_now", number(queue.waiting))
    yield Tile("late_now", number(queue.late))
    yield Tile("stuck", number(queue.stuck))
    yield Tile("oldest", short_duration(say, now - queue.oldest) if queue.oldest else say("figures.nothing"))
    clear = queue.days_to_clear
    if clear is None:
        yield Tile("days_to_clear", say("figures.nothing"))
    else:
        words = say("figures.days_count", count=f"{clear:.1f}") if clear >= 1 else say("figures.under_a_day")
        yield Tile("days_to_clear", words)


def _others(say: Sentences, report: Report) -> Iterator[Tile]:
    yield Tile("second_answers", str(report.second_answers))
    yield Tile("dismissed", str(report.dismissed))
    for group, count in report.apart.items():
        yield Tile(str(group), str(count))
    if report.corrected:
        yield Tile("corrected", str(report.corrected))
    private, asked = report.private, report.follow_ups
    if private is not None:
        yield Tile("private_open", str(private.ignored), say("figures.of", part=private.ignored, whole=private.waits))
    if asked.asked or asked.declined:
        whole = asked.asked + asked.declined
        yield Tile("follow_ups", str(asked.asked), say("figures.of", part=asked.asked, whole=whole))
    if report.replies.sent:
        yield Tile("sent", str(report.replies.sent))
    if report.reviewed.replies:
        yield Tile("reviewed", str(report.reviewed.replies))


def _tables(say: Sentences, figures: Figures, roster: Roster) -> Iterator[Table]:
    report = figures.report
    lengths = [("first", report.first), ("next", report.next)]
    approvals = report.replies.approvals
    lengths += [("approval", approvals)] if approvals is not None else []
    yield Table("length", ("waits", *_SHARES), _lengths(say, lengths))
    history = [(week.name, one.first) for week, one in (*figures.weeks, (figures.week, report))]
    yield _split(say, "weeks", [(name, answers) for name, answers in history if answers.waits])
    yield _split(say, "kind", [(say.label("kind", kind), answers) for kind, answers in report.by_kind])
    yield _split(say, "urgency", [(say.label("urgency", one), answers) for one, answers in report.by_urgency])
    yield _split(say, "topic", [(say.label("topic", topic), answers) for topic, answers in report.by_topic])
    names = {one.staff_id: one.name for one in roster.staff}
    people = sorted((names.get(who, who), answers) for who, answers in report.by_person)
    yield Table("person", ("answers", "within_1h"), tuple(_person(say, *one) for one in people))
    legs = (("private", report.private), ("follow_up", report.follow_up), ("go_back", report.go_back))
    yield Table("legs", ("waits", *_SHARES), _lengths(say, [(name, one) for name, one in legs if one is not None]))
    yield Table("checks", ("fired", "released"), tuple(_checks(say, report)))
    yield Table("incidents", ("people", "noticed", "published", "solved"), tuple(_incidents(say, report)))
    yield Table("review", ("yes",), tuple(_questions(say, report)))


def _lengths(say: Sentences, found: Iterable[tuple[str, Answers]]) -> tuple[Row, ...]:
    return tuple(
        Row(say(f"figures.row.{name}"), (str(one.waits), *(took(say, one, share) for share in _SHARES.values())))
        for name, one in found
        if one.waits
    )


def _split(say: Sentences, key: str, parts: Iterable[tuple[str, Answers]]) -> Table:
    """Waits by something: how many, the share within an hour as a bar, and the ignored ones."""
    rows = tuple(
        Row(
            capitalised(name),
            (str(one.waits), percent(say, one.share_within("1h")), str(one.ignored)),
            one.share_within("1h"),
        )
        for name, one in parts
    )
    return Table(key, ("waits", "within_1h", "ignored"), rows)


def _person(say: Sentences, name: str, answers: Answers) -> Row:
    return Row(name, (str(answers.waits), percent(say, answers.share_within("1h"))))


def _incidents(say: Sentences, report: Report) -> Iterator[Row]:
    for one in report.incidents:
        ends = (one.noticed_at, one.published_at, one.solved_at)
        after = (short_duration(say, max(end - one.first_complaint_at, timedelta(0))) for end in ends)
        yield Row(one.incident_id, (str(one.people), *after), link=one.incident_id)


def _checks(say: Sentences, report: Report) -> Iterator[Row]:
    """The checks that fired, by the brand's or the desk's name for them."""
    for name, check in report.replies.checks.items():
        yield Row(capitalised(say.label("check_name", name)), (str(check.fired), str(check.released)))


def _questions(say: Sentences, report: Report) -> Iterator[Row]:
    reviewed = report.reviewed
    for number, yes in enumerate(reviewed.yes, start=1):
        share = yes / reviewed.replies
        yield Row(say(f"review.question.{number}"), (percent(say, share),))


def _bars(say: Sentences, answers: Answers) -> Iterator[Bar]:
    counts = answers.histogram
    most = max(counts)
    for place, count in enumerate(counts):
        end = BINS[place] if place < len(BINS) else None
        words = say("figures.row.up_to", duration=short_duration(say, end)) if end else say("figures.row.longer")
        yield Bar(place, count / most if most else 0.0, count, words)
