"""Classifies one post into tags, case, deadline and customer, in one idempotent act."""

from dataclasses import replace
from datetime import datetime

from mentiondesk.detection.matching import matches
from mentiondesk.detection.signals import signal_of
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import CaseChange, case_change
from mentiondesk.domain.cases.fold import apply, fold, follows, new_case, posted
from mentiondesk.domain.ids import CaseId, UserId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Tags, Urgency
from mentiondesk.domain.timeline import CaseEntry, CustomerPosted, Posted
from mentiondesk.ports.cases import CaseStore, Classified
from mentiondesk.ports.incidents import OpenIncidents
from mentiondesk.ports.posts import PostStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.triage import Triage
from mentiondesk.usecases.optimistic import retried


class ClassifyMention:
    """Tags a post and folds it into its case. A post seen twice, late, edited or out of order leaves the same case."""

    def __init__(
        self,
        posts: PostStore,
        cases: CaseStore,
        triage: Triage,
        settings: CurrentSettings,
        incidents: OpenIncidents = lambda _: (),
    ) -> None:
        self._posts = posts
        self._cases = cases
        self._triage = triage
        self._settings = settings
        self._incidents = incidents

    def __call__(self, post: Post, now: datetime) -> Classified | None:
        """The change that was written; None when this text of the post was classified before. Raises CaseChanged."""
        tags = None if post.own else self._triage(post)
        signal = signal_of(post, tags) if tags else None
        incident = self._incident(signal, now) if signal else None
        if tags and incident:
            tags = self._calmed(tags)
        case_id = self._case_id(post)
        if case_id is None:
            return self._committed(Classified(post, now))
        entry = posted(post, tags, incident.incident_id if incident else None)

        def attempt(before: Case | None) -> Classified | None:
            return self._committed(Classified(post, now, tags, self._change(case_id, before, post, entry), signal))

        return retried(self._stored(post, case_id), attempt)

    def _committed(self, change: Classified) -> Classified | None:
        return change if self._cases.commit(change) else None

    def _incident(self, signal: Signal, now: datetime) -> Incident | None:
        """The public incident that the signal is about."""
        return next((one for one in self._incidents(now) if one.public and matches(one, signal)), None)

    def _calmed(self, tags: Tags) -> Tags:
        """Lowers the urgency of posts about a public incident to the settings' maximum; critical posts keep theirs."""
        most = self._settings().incidents.urgency
        return tags if tags.urgency is Urgency.CRITICAL else tags._replace(urgency=min(tags.urgency, most))

    def _case_id(self, post: Post) -> CaseId | None:
        """The case of a post: its author's, or that of the customer whom the brand answers.

        An answer in several posts goes on where its first post went; a quote answers the quoted post.
        """
        if not post.own:
            return CaseId(post.conversation_id, post.author_id)
        if post.replied_to is not None and post.reply_to_user not in (None, post.author_id):
            return CaseId(post.conversation_id, UserId(str(post.reply_to_user)))
        if post.case_id is not None:
            return post.case_id
        parent_id = post.replied_to or post.quoted
        # A parent is older, so that this ends. It may be stored and not classified yet.
        if parent_id is None or int(parent_id) >= int(post.post_id):
            return None
        parent = self._posts.get(parent_id)
        return self._case_id(parent) if parent is not None else None

    def _stored(self, post: Post, case_id: CaseId) -> Case | None:
        """The case as stored. The first post of a conversation opens one, so no look is needed there."""
        opens_conversation = str(post.post_id) == post.conversation_id and post.case_id is None and not post.own
        return None if opens_conversation else self._cases.get(case_id)

    def _change(self, case_id: CaseId, before: Case | None, post: Post, entry: Posted) -> CaseChange:
        """Applies a post that follows all others; a late or edited one rebuilds the case from its timeline."""
        policy = self._settings().policy
        case = before or new_case(case_id, post.created_at)
        if post.case_id is None and follows(case, entry):
            return case_change(before, apply(case, entry, policy), entry)
        timeline = {known.entry_id: known for known in self._cases.timeline(case_id)}
        entry = _same_incident(timeline.get(entry.entry_id), entry)
        timeline[entry.entry_id] = entry
        return case_change(before, fold(case_id, timeline.values(), policy), entry)


def _same_incident(before: CaseEntry | None, entry: Posted) -> Posted:
    """An edited post stays with the incident that it was about."""
    if isinstance(before, CustomerPosted) and isinstance(entry, CustomerPosted) and entry.incident_id is None:
        return replace(entry, incident_id=before.incident_id)
    return entry
