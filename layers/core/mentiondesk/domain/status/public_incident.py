"""Public incidents: what the status page, its feeds and subscribers may read about an incident.

All text is cleaned here, once: it holds no control or direction characters and is valid in HTML, XML, JSON
and a mail once it is escaped there.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from mentiondesk.domain.ids import ComponentId
from mentiondesk.domain.incidents.incident import Affected, Health, Incident, Status, Update
from mentiondesk.domain.text import clean
from mentiondesk.values import Frozen, replace


class Change(Frozen):
    """One component's health before and after an update."""

    component: ComponentId
    before: Health
    after: Health

    @property
    def real(self) -> bool:
        """False where an update names a component without a change of its health, as an announcement does."""
        return self.before is not self.after


class PublicUpdate(Frozen):
    """One update as it is shown.

    `moves`: the status differs from the previous update's. `by_person`: a person wrote it, not the desk.
    `edited_at`: when a person last changed its text.
    """

    update_id: str
    at: datetime
    status: Status
    body: str
    changes: tuple[Change, ...]
    moves: bool
    by_person: bool
    edited_at: datetime | None = None


class PublicIncident(Frozen):
    """One public incident or scheduled maintenance, with its updates, oldest first."""

    incident: Incident
    updates: tuple[PublicUpdate, ...]

    @property
    def title(self) -> str:
        return self.incident.title

    @property
    def maintenance(self) -> bool:
        return self.incident.status.maintenance

    @property
    def open(self) -> bool:
        return self.incident.open

    @property
    def published_at(self) -> datetime:
        return self.incident.published_at or self.incident.created_at

    @property
    def updated_at(self) -> datetime:
        """The latest update, or the latest correction after it."""
        latest = self.updates[-1].at if self.updates else self.published_at
        return max(latest, self.incident.edited_at or latest)

    @property
    def path(self) -> str:
        return f"incidents/{self.incident.incident_id}"

    @property
    def lasted(self) -> timedelta | None:
        """Duration from the first complaint to the end; None while the incident is open."""
        ended = self.incident.ended_at
        return max(ended - self.incident.started_at, timedelta(0)) if ended else None


def public_incident(incident: Incident, updates: Iterable[Update]) -> PublicIncident:
    """The incident with its updates, all text cleaned.

    Leaves out updates newer than the incident itself: they belong to a later version of it.
    """
    ordered = sorted(
        (one for one in updates if incident.updated_at is None or one.at <= incident.updated_at),
        key=lambda one: one.at,
    )
    title = clean(incident.title) or ("Maintenance" if incident.status.maintenance else "Incident")
    return PublicIncident(replace(incident, title=title), tuple(_public_updates(incident, ordered)))


def _public_updates(incident: Incident, updates: list[Update]) -> Iterator[PublicUpdate]:
    named = {affected.component for update in updates for affected in update.affected}
    # Components that no update names were affected from the start.
    from_first = tuple(one for one in incident.affected if one.component not in named)
    health: dict[ComponentId, Health] = {}
    status: Status | None = None
    for update in updates:
        after = _after(update, from_first, health)
        if update.status is Status.SCHEDULED:
            # An announced maintenance has not begun: the components keep their health until it does.
            from_first = _with(from_first, update.affected)
            after = dict.fromkeys((one.component for one in from_first), Health.OPERATIONAL)
        changes = tuple(Change(one, health.get(one, Health.OPERATIONAL), now) for one, now in after.items())
        moves, by_person = update.status is not status, update.by is not None
        body = _lines(update.body)
        yield PublicUpdate(
            update.update_id, update.at, update.status, body, changes, moves, by_person, update.edited_at
        )
        health |= after
        status = update.status
        if status is not Status.SCHEDULED:
            from_first = ()


def _with(before: tuple[Affected, ...], named: tuple[Affected, ...]) -> tuple[Affected, ...]:
    """The components of both, each with the health that was named last."""
    return tuple({one.component: one for one in (*before, *named)}.values())


def _after(
    update: Update, from_first: tuple[Affected, ...], health: dict[ComponentId, Health]
) -> dict[ComponentId, Health]:
    """Health of the components after an update; at the end of an incident all are operational."""
    after = {one.component: one.health for one in (*from_first, *update.affected)}
    return dict.fromkeys({**health, **after}, Health.OPERATIONAL) if update.status.ended else after


def _lines(text: str) -> str:
    """Cleans the text line by line and keeps its paragraphs."""
    paragraphs: list[list[str]] = [[]]
    for line in map(clean, text.splitlines()):
        if line:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)
