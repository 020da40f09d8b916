"""The site's pages: plain HTML and one stylesheet, no script."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined

from mentiondesk.domain.incidents.incident import Health, Impact
from mentiondesk.domain.status.public_incident import PublicIncident
from mentiondesk.domain.status.site import Site
from mentiondesk.presentation.status_site import times
from mentiondesk.presentation.status_site.labels import label, paragraphs, spoken

# The first page looks back a week; the rest is the history's.
_RECENT_DAYS = 7
_ONE_DAY = timedelta(days=1)

_HEADLINES = {
    Impact.NONE: "Everything is working",
    Impact.MAINTENANCE: "Maintenance is under way",
    Impact.MINOR: "Some things are not working as they should",
    Impact.MAJOR: "Part of our service is not working",
    Impact.CRITICAL: "Much of our service is not working",
}
# Overall impact → the component health whose colours and sign it uses.
_LOOKS = {
    Impact.NONE: Health.OPERATIONAL,
    Impact.MAINTENANCE: Health.UNDER_MAINTENANCE,
    Impact.MINOR: Health.DEGRADED_PERFORMANCE,
    Impact.MAJOR: Health.PARTIAL_OUTAGE,
    Impact.CRITICAL: Health.MAJOR_OUTAGE,
}


@dataclass(frozen=True, slots=True)
class Days:
    """One day with its incidents, newest first; or a run of days without any."""

    first: date
    last: date
    published: tuple[PublicIncident, ...] = ()

    @property
    def name(self) -> str:
        return times.days(self.first, self.last)


def index(site: Site) -> str:
    first = site.today - (_RECENT_DAYS - 1) * _ONE_DAY
    return _page("index.html", site, days=list(_by_day(site, first)))


def history(site: Site) -> str:
    """Every day of the history; quiet days in a row stand together."""
    months = [
        (f"{month:%B %Y}", list(found))
        for month, found in groupby(_quiet_together(_by_day(site, site.first_day)), key=lambda d: d.last.replace(day=1))
    ]
    return _page("history.html", site, months=months)


def incident(site: Site, one: PublicIncident) -> str:
    return _page("incident.html", site, one=one)


def not_found(site: Site) -> str:
    return _page("404.html", site)


def icon(site: Site) -> str:
    """The page's icon, in the colour of the overall impact."""
    return _templates().get_template("icon.svg").render(look=_LOOKS[site.impact])


def stylesheet() -> str:
    return (files("mentiondesk.presentation.status_site") / "templates" / "style.css").read_text(encoding="utf-8")


def _by_day(site: Site, first: date) -> Iterator[Days]:
    """Each day since `first`, the latest in front."""
    by_day: defaultdict[date, list[PublicIncident]] = defaultdict(list)
    for one in site.published:
        by_day[one.published_at.astimezone(site.zone).date()].append(one)
    for back in range((site.today - first).days + 1):
        day = site.today - back * _ONE_DAY
        yield Days(day, day, tuple(by_day[day]))


def _quiet_together(found: Iterator[Days]) -> Iterator[Days]:
    """Runs of quiet days within a month as one."""
    for (_, quiet), run in groupby(found, key=lambda d: (d.first.replace(day=1), not d.published)):
        listed = list(run)
        if quiet:
            yield Days(listed[-1].first, listed[0].last)
        else:
            yield from listed


def _page(name: str, site: Site, **facts: object) -> str:
    return (
        _templates()
        .get_template(name)
        .render(
            facts
            | {
                "site": site,
                "headline": _HEADLINES[site.impact],
                "look": _LOOKS[site.impact],
                "clock": lambda moment: times.on_clock(moment, site.zone),
                "period": lambda start, end: times.period(start, end, site.zone),
            }
        )
    )


def _machine_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@cache
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("mentiondesk.presentation.status_site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters |= {
        "machine_time": _machine_time,
        "label": label,
        "paragraphs": paragraphs,
        "spoken": spoken,
        "lasting": times.lasting,
        "look": lambda impact: _LOOKS[impact],
    }
    return found
