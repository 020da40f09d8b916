"""An actor's command on an incident → its change, its public update and its entry in the record, once."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.ids import IncidentId, PostId
from mentiondesk.domain.incidents.changes import IncidentChange, incident_change
from mentiondesk.domain.incidents.commands import (
    ApprovePost,
    ChangeMembers,
    DismissIncident,
    EditUpdate,
    IncidentCommand,
    MergeInto,
    OpenIncident,
    PlanMaintenance,
    WiderCommand,
    decide,
    opened,
    planned,
    possible,
    timely,
)
from mentiondesk.domain.incidents.drafts import Draft
from mentiondesk.domain.incidents.incident import Incident, LinkedPost, NotPossible, PublicStays, Update
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.status.page import PageComponent
from mentiondesk.domain.status.public_incident import PublicIncident, public_incident
from mentiondesk.domain.timeline import IncidentEntry, MembersChanged, Merged
from mentiondesk.ports.incidents import DraftStore, IncidentStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.usecases.optimistic import kept, retried
from mentiondesk.values import Frozen, replace


class ActedMeanwhile(Exception):
    """People have changed the incident since the actor looked at it; `acts` says how, oldest first."""

    def __init__(self, acts: tuple[IncidentEntry, ...]) -> None:
        super().__init__("others were first")
        self.acts = acts


class NoSuchPost(Exception):
    """The desk has no customer's post with this id."""


class IncidentView(Frozen):
    """An incident as one actor may see and change it now.

    `posts` are its members, oldest first; `others` the incidents that go on beside it.
    """

    actor: Actor
    incident: Incident
    updates: tuple[Update, ...]
    record: tuple[IncidentEntry, ...]
    drafts: tuple[Draft, ...]
    actions: frozenset[Action]
    components: tuple[PageComponent, ...]
    posts: tuple[LinkedPost, ...] = ()
    others: tuple[Incident, ...] = ()


class ChangeIncident:
    """Looks at incidents, and changes them by commands. Each command is done once. `posts` reads a stored post."""

    def __init__(
        self,
        incidents: IncidentStore,
        drafts: DraftStore,
        settings: CurrentSettings,
        posts: Callable[[PostId], Post | None],
    ) -> None:
        self._incidents = incidents
        self._drafts = drafts
        self._settings = settings
        self._posts = posts

    def look(self, actor: Actor, incident_id: IncidentId) -> IncidentView:
        """The incident as this actor sees it; changes nothing. Raises SubjectGone."""
        return self.view(actor, self.incident(incident_id))

    def incident(self, incident_id: IncidentId) -> Incident:
        """The incident alone. Raises SubjectGone."""
        return kept(self._incidents.get(incident_id))

    def preview(
        self, actor: Actor, incident_id: IncidentId, command: IncidentCommand, now: datetime, seen: int | None = None
    ) -> PublicIncident:
        """The incident as customers would read it after the command; changes nothing.

        Raises NotAllowed, SubjectGone, NotPossible or ActedMeanwhile.
        """
        actor.must_be_allowed(command.action)
        self._must_know(incident_id, seen, "preview")
        updates = self._incidents.updates(incident_id)
        change = decide(self.incident(incident_id), command, actor, now, "preview", updates)
        new = (change.update,) if change.update else ()
        before = (one for one in updates if all(one.at != other.at for other in new))
        return public_incident(change.after, (*before, *new))

    def preview_new(self, actor: Actor, command: OpenIncident | PlanMaintenance, now: datetime) -> PublicIncident:
        """The same for an incident or a maintenance that the command would begin. Raises NotAllowed or AlreadyOver."""
        actor.must_be_allowed(command.action)
        change = _begun(IncidentId("preview"), command, actor, now, "preview")
        return public_incident(change.after, (change.update,) if change.update else ())

    def __call__(
        self,
        actor: Actor,
        incident_id: IncidentId,
        command: IncidentCommand | WiderCommand,
        event_id: str,
        now: datetime,
        seen: int | None = None,
    ) -> Incident:
        """The incident after the command.

        `event_id` names what caused the command: with the command's action, it is done once. `seen` is the number of
        acts in the record that the actor knows of; None where that makes no difference. Raises NotAllowed,
        SubjectGone, NotPossible, NoSuchPost, AlreadyDone, ActedMeanwhile, or IncidentChanged when others never stop
        changing the incident.
        """
        actor.must_be_allowed(command.action)
        current = self.incident(incident_id)
        entry_id = f"{event_id}-{command.action}"
        match command:
            case ApprovePost():
                self._approve(current, command, actor, now)
                return current
            case ChangeMembers():
                post = self._linked(command.post_id) if command.joins else None
                return self._change_members(current, command.post_id, post, actor, now, entry_id)
            case MergeInto():
                self._must_know(incident_id, seen, entry_id)
                self._join_other(current, command.target, actor, now, entry_id)
                # The entry is this candidate's own: it ends as one that a person dismissed.
                target = kept(self._incidents.get(command.target))
                return self._decide(current, DismissIncident(target.title), actor, now, entry_id)
        return self._decide(current, command, actor, now, entry_id, seen)

    def put_in(self, actor: Actor, incident_id: IncidentId, post: LinkedPost, event_id: str, now: datetime) -> Incident:
        """The incident with a post that is linked by its case. Raises NotAllowed, AlreadyDone, IncidentChanged."""
        actor.must_be_allowed(Action.LINK_INCIDENT)
        current, entry_id = kept(self._incidents.get(incident_id)), f"{event_id}-{Action.MEMBERS}-{post.post_id}"
        return self._change_members(current, post.post_id, post, actor, now, entry_id)

    def take_out(
        self, actor: Actor, incident_id: IncidentId, post_id: PostId, event_id: str, now: datetime
    ) -> Incident:
        """The incident without a post whose case was unlinked. Raises NotAllowed, AlreadyDone, IncidentChanged."""
        actor.must_be_allowed(Action.UNLINK_INCIDENT)
        current, entry_id = kept(self._incidents.get(incident_id)), f"{event_id}-{Action.MEMBERS}-{post_id}"
        return self._change_members(current, post_id, None, actor, now, entry_id)

    def open_incident(
        self, actor: Actor, command: OpenIncident, event_id: str, now: datetime, posts: tuple[LinkedPost, ...] = ()
    ) -> Incident:
        """A new public incident with these posts; the same event opens it once. Raises NotAllowed or AlreadyDone."""
        actor.must_be_allowed(command.action)
        incident_id = _named("by-hand", event_id)
        change = opened(incident_id, command, actor, now, f"{event_id}-{command.action}")
        people, latest = len({one.author_id for one in posts}), max((one.at for one in posts), default=None)
        after = replace(change.after, posts=len(posts), people=people, latest_at=latest)
        if not self._incidents.add(replace(change, after=after)):
            raise AlreadyDone
        self._incidents.join(incident_id, posts)
        return kept(self._incidents.get(incident_id))

    def plan_maintenance(self, actor: Actor, command: PlanMaintenance, event_id: str, now: datetime) -> Incident:
        """A maintenance that is announced; the same event announces it once.

        Raises NotAllowed, AlreadyOver or AlreadyDone.
        """
        actor.must_be_allowed(command.action)
        change = planned(_named("maintenance", event_id), command, actor, now, f"{event_id}-{command.action}")
        if not self._incidents.add(change):
            raise AlreadyDone
        return self.incident(change.after.incident_id)

    def _must_know(self, incident_id: IncidentId, seen: int | None, entry_id: str) -> None:
        """Raises AlreadyDone for what the record holds, ActedMeanwhile where it holds more than the actor knows of."""
        if seen is None:
            return
        record = sorted(self._incidents.record(incident_id), key=lambda entry: entry.at)
        if any(entry.entry_id == entry_id for entry in record):
            raise AlreadyDone
        if len(record) > seen:
            raise ActedMeanwhile(tuple(record[seen:]))

    def _decide(
        self,
        current: Incident,
        command: IncidentCommand,
        actor: Actor,
        now: datetime,
        entry_id: str,
        seen: int | None = None,
    ) -> Incident:
        def attempt(incident: Incident | None) -> Incident:
            self._must_know(current.incident_id, seen, entry_id)
            return self._incidents.save(self._decided(kept(incident), command, actor, now, entry_id))

        return retried(current, attempt)

    def _decided(
        self, incident: Incident, command: IncidentCommand, actor: Actor, now: datetime, entry_id: str
    ) -> IncidentChange:
        """Raises AlreadyDone where a second press finds refused what the first one did."""
        updates = self._incidents.updates(incident.incident_id) if isinstance(command, EditUpdate) else ()
        try:
            return decide(incident, command, actor, now, entry_id, updates)
        except NotPossible:
            if self._incidents.holds(incident.incident_id, entry_id):
                raise AlreadyDone from None
            raise

    def _change_members(
        self, current: Incident, post_id: PostId, joins: LinkedPost | None, actor: Actor, now: datetime, entry_id: str
    ) -> Incident:
        """The incident with the post `joins`, or without the post of this id."""
        if joins is not None:
            counts = self._incidents.join(current.incident_id, [joins], by_hand=True)
        else:
            counts = self._incidents.take_out(current.incident_id, post_id)
        joined = joins is not None
        entry = MembersChanged(entry_id=entry_id, at=now, by=actor.by, post_id=post_id, joined=joined)

        def attempt(incident: Incident | None) -> Incident:
            before = kept(incident)
            samples = tuple(one for one in before.samples if joined or one.post_id != post_id)
            after = replace(before, posts=counts[0], people=counts[1], samples=samples)
            return self._incidents.save(incident_change(before, after, entry))

        return retried(current, attempt)

    def _linked(self, post_id: PostId) -> LinkedPost:
        post = self._posts(post_id)
        if post is None or post.own:
            raise NoSuchPost
        return LinkedPost(post.post_id, post.author_id, post.created_at, post.text, post.case_id)

    def _join_other(self, source: Incident, target_id: IncidentId, actor: Actor, now: datetime, entry_id: str) -> None:
        """Puts the posts of a candidate into another incident that goes on, once.

        Raises PublicStays, NotPossible or AlreadyDone.
        """
        if self._incidents.holds(source.incident_id, entry_id):
            raise AlreadyDone
        if source.public:
            raise PublicStays(source.incident_id, source.status, source.status)
        target = kept(self._incidents.get(target_id))
        if not source.open or not target.open or target_id == source.incident_id:
            raise NotPossible(source.incident_id, source.status, source.status)
        counts = self._incidents.join(target_id, self._incidents.joined(source.incident_id))
        entry = Merged(entry_id=entry_id, at=now, by=actor.by, title=source.title)

        def attempt(incident: Incident | None) -> Incident:
            before = kept(incident)
            after = replace(
                before,
                posts=counts[0],
                people=counts[1],
                terms=tuple(dict.fromkeys((*before.terms, *source.terms))),
                started_at=before.started_at if before.start_known else min(before.started_at, source.started_at),
                samples=before.samples or source.samples,
            )
            return self._incidents.save(incident_change(before, after, entry))

        # A press that was cut short goes on where it was.
        with suppress(AlreadyDone):
            retried(target, attempt)

    def _approve(self, incident: Incident, command: ApprovePost, actor: Actor, now: datetime) -> None:
        """A draft is its own record: it keeps who approved it, and when.

        Raises SubjectGone, AlreadyDone, or NotPossible for a draft that what is public has overtaken.
        """
        assert actor.by is not None, "the desk approves nothing by itself"
        drafts = self._drafts.of(incident.incident_id)
        if any(one.occasion is command.occasion for one in drafts) and not any(
            one.occasion is command.occasion for one in timely(incident, drafts)
        ):
            raise NotPossible(incident.incident_id, incident.status, incident.status)
        draft = self._drafts.approve(incident.incident_id, command.occasion, actor.by, now)
        if draft is None:
            raise SubjectGone
        if (draft.approved_by, draft.approved_at) != (actor.by, now):
            raise AlreadyDone

    def view(self, actor: Actor, incident: Incident) -> IncidentView:
        """The incident, which is as it is stored, as this actor sees it."""
        # A candidate has no updates, and no drafted post fits it.
        public = incident.public
        drafts = timely(incident, self._drafts.of(incident.incident_id)) if public else ()
        actions = actor.rights & possible(incident, drafts)
        merging = self._incidents.open() if Action.MERGE in actions else ()
        others = tuple(one for one in merging if _may_take(one, incident))
        return IncidentView(
            actor=actor,
            incident=incident,
            updates=tuple(self._incidents.updates(incident.incident_id)) if public else (),
            record=tuple(self._incidents.record(incident.incident_id)),
            drafts=drafts,
            actions=actions if others else actions - {Action.MERGE},
            components=self._settings().page.components,
            posts=tuple(self._incidents.joined(incident.incident_id)),
            others=others,
        )


def _named(kind: str, event_id: str) -> IncidentId:
    """The id of what an event begins, so that a second press makes the same."""
    return IncidentId(f"{kind}-{sha256(event_id.encode()).hexdigest()[:12]}")


def _begun(
    incident_id: IncidentId, command: OpenIncident | PlanMaintenance, actor: Actor, now: datetime, entry_id: str
) -> IncidentChange:
    if isinstance(command, OpenIncident):
        return opened(incident_id, command, actor, now, entry_id)
    return planned(incident_id, command, actor, now, entry_id)


def _may_take(other: Incident, incident: Incident) -> bool:
    """True when the posts of `incident` may be put into the other one."""
    return other.incident_id != incident.incident_id and not other.status.maintenance
