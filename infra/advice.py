"""Advice on settings that can be used: what a person who knows desks would ask about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from infra.prices import prices
from mentiondesk.domain.alerts.roster import Audience, Roster, Staff
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.triage.loading import sections, table

# A week without holidays or clock changes in most places.
_MONDAY = datetime(2026, 1, 12, tzinfo=UTC)
_STEP = timedelta(minutes=30)
_MOST_SPANS = 3


@dataclass(frozen=True, slots=True)
class _Span:
    """A time of the week, on the desk's own clock."""

    begins: datetime
    ends: datetime

    def __str__(self) -> str:
        return f"{self.begins:%a %H:%M} to {self.ends:%a %H:%M}"


def advice(settings: DeskSettings) -> Iterator[str]:
    """Sentences about what works and may not be what is meant."""
    yield from _unstaffed(settings)
    yield from _roles(settings.roster)
    yield from _unreachable(settings)
    yield from _topics(settings)
    if settings.brand.accounts and not settings.reading.search:
        yield "reading.search is false, so what brand.accounts write is seen only where it names the brand"
    if settings.zone == "UTC":
        yield "zone is UTC: hours, shifts and times in mails are in it; set zone if your clock differs"
    price = prices()
    most = settings.reading.monthly_reads
    yield (
        f"reading.monthly_reads allows {most} posts a month: at most ${most * price.post_read:.0f} for X, or "
        f"${most * price.owned_read:.0f} where the brand's account owns the app (prices of {price.x_as_of})"
    )


def _unstaffed(settings: DeskSettings) -> Iterator[str]:
    spans = list(_without_duty(settings))
    hours = sum((span.ends - span.begins for span in spans), timedelta()) / timedelta(hours=1)
    if not spans:
        return
    leads = " and ".join(one.name for one in settings.roster.audience(Audience.LEAD, _MONDAY))
    shown = ", ".join(map(str, spans[:_MOST_SPANS])) + (" and more" if len(spans) > _MOST_SPANS else "")
    yield f"nobody is on duty for {hours:.0f} of the week's 168 hours ({shown}); alerts go to {leads} then"


def _without_duty(settings: DeskSettings) -> Iterator[_Span]:
    """The times of a week in which nobody is on duty by the clock."""
    zone, begins = ZoneInfo(settings.zone), None
    for step in range(7 * 48 + 1):
        at = _MONDAY + step * _STEP
        off = step < 7 * 48 and not any(one.on_duty(at.replace(tzinfo=zone)) for one in settings.roster.staff)
        if off and begins is None:
            begins = at
        if not off and begins is not None:
            yield _Span(begins, at)
            begins = None


def _roles(roster: Roster) -> Iterator[str]:
    for one in roster.staff:
        if {Audience.LEAD, Audience.MANAGER} <= one.roles:
            yield f"{one.name} is lead and manager, and so hears of each late case at both stages"
    if not any(Audience.MANAGER in one.roles for one in roster.staff):
        yield "nobody is a manager; what is for the manager goes to the leads"
    idle = [one.name for one in roster.staff if not one.always_on_duty and one.shifts is None and not one.roles]
    if idle:
        yield f"{', '.join(idle)} never hear anything: give them duty hours or a role"


def _unreachable(settings: DeskSettings) -> Iterator[str]:
    for stage in settings.policy.stages:
        for audience, channel in stage.send:
            meant = _members(settings.roster, audience)
            if meant and not any(one.addresses.get(channel) for one in meant):
                yield f"stage {stage.name}: nobody of {audience} has an address for {channel}; it goes another way"


def _members(roster: Roster, audience: Audience) -> list[Staff]:
    if audience is Audience.DUTY:
        return [one for one in roster.staff if one.always_on_duty or one.shifts is not None]
    return [one for one in roster.staff if audience in one.roles]


def _topics(settings: DeskSettings) -> Iterator[str]:
    known = {topic for topic, _ in (*sections(table("topics")), *settings.brand_words.topics)}
    there = f"there are {', '.join(sorted(known))}"
    for component in settings.page.components:
        for topic in component.topics:
            if topic not in known:
                yield f"component {component.component_id}: there is no topic {topic!r}; {there}"
