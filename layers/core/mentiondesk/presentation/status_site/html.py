"""The site's pages: plain HTML and one stylesheet, no script."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from mentiondesk.domain.incidents.incident import Health, Impact
from mentiondesk.domain.status.public_incident import PublicIncident, PublicUpdate
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.uptime import Uptime
from mentiondesk.presentation import rendering, times
from mentiondesk.presentation.status_site.labels import paragraphs, update_label
from mentiondesk.presentation.wording import Sentences
from mentiondesk.values import Frozen

# The first page looks back a week; the history page holds the rest.
_RECENT_DAYS = 7
_ONE_DAY = timedelta(days=1)

# Overall impact → the component health whose colours and sign it uses.
_LOOKS = {
    Impact.NONE: Health.OPERATIONAL,
    Impact.MAINTENANCE: Health.UNDER_MAINTENANCE,
    Impact.MINOR: Health.DEGRADED_PERFORMANCE,
    Impact.MAJOR: Health.PARTIAL_OUTAGE,
    Impact.CRITICAL: Health.MAJOR_OUTAGE,
}
_ICON_COLOURS = {
    Health.OPERATIONAL: "good",
    Health.UNDER_MAINTENANCE: "planned",
    Health.DEGRADED_PERFORMANCE: "slow",
    Health.PARTIAL_OUTAGE: "partial",
    Health.MAJOR_OUTAGE: "down",
}


class Days(Frozen):
    """One day with its incidents, newest first; or a run of days without any."""

    first: date
    last: date
    published: tuple[PublicIncident, ...] = ()


def index(site: Site, say: Sentences) -> str:
    first = max(site.today - (_RECENT_DAYS - 1) * _ONE_DAY, site.first_day)
    return _page("index", site, say, days=list(_by_day(site, first)))


def history(site: Site, say: Sentences) -> str:
    """Every day of the history; quiet days in a row stand together."""
    by_month = groupby(_quiet_together(_by_day(site, site.first_day)), key=lambda days: days.last.replace(day=1))
    months = [(times.month(say, month), list(found)) for month, found in by_month]
    return _page("history", site, say, "history", months=months, first=times.day(say, site.first_day))


def incident(site: Site, say: Sentences, one: PublicIncident) -> str:
    return _page("incident", site, say, one.path, one=one)


def excerpt(site: Site, say: Sentences, one: PublicIncident) -> str:
    """The part of the incident's page that people write, for a page of the desk."""
    return _page("excerpt", site, say, one.path, one=one)


def not_found(site: Site, say: Sentences) -> str:
    return _page("404", site, say)


def icon(site: Site, say: Sentences) -> str:
    """The page's icon, in the colour of the overall impact."""
    return rendering.render("status_site/icon.svg", say, {"look": _ICON_COLOURS[_LOOKS[site.impact]]})


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
    for (_, quiet), run in groupby(found, key=lambda days: (days.first.replace(day=1), not days.published)):
        listed = list(run)
        if quiet:
            yield Days(listed[-1].first, listed[0].last)
        else:
            yield from listed


class _Shown(Frozen):
    """Facts of one site in the words of its readers."""

    site: Site
    say: Sentences

    def clock(self, moment: datetime) -> str:
        return times.full_moment(self.say, moment, self.site.zone)

    def period(self, start: datetime, end: datetime) -> str:
        return times.period(self.say, start, end, self.site.zone)

    def days(self, found: Days) -> str:
        return times.days(self.say, found.first, found.last)

    def lasting(self, duration: timedelta) -> str:
        return times.full_duration(self.say, duration)

    def update_label(self, update: PublicUpdate) -> str:
        return update_label(self.say, update)

    def look(self, impact: Impact) -> Health:
        return _LOOKS[impact]

    def paragraphs(self, body: str) -> list[list[str]]:
        return paragraphs(body)

    def share(self, found: Uptime) -> str:
        """Like "99.98"; never 100 where anything was down."""
        share = found.share
        percent = 100.0 if share is None else min(100 * share, 99.99) if share < 1 else 100.0
        return self.say("site.percent", whole=int(percent), part=f"{round(percent * 100) % 100:02}")

    def machine_time(self, moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _page(name: str, site: Site, say: Sentences, path: str = "", **facts: object) -> str:
    known = {
        **facts,
        "address": f"{site.url}/{path}",
        "site": site,
        "shown": _Shown(site, say),
        "look": _LOOKS[site.impact],
    }
    return rendering.render(f"status_site/{name}.html", say, known)
