"""Forgets a post that X no longer shows, wherever the desk keeps what it said."""

from datetime import datetime, timedelta

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import rebuilt
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.timeline import BrandPosted, CustomerPosted, forgotten
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.detection import SignalStore
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.posts import PostStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.usecases.optimistic import kept, retried
from mentiondesk.values import replace

# An incident holds posts of the time before it was noticed; the baseline looks no further back.
_BEFORE_INCIDENT = timedelta(days=2)


class ForgetPost:
    """Drops the words of a post from its case and its answers, from incidents and signals, and then from the post.

    A crash leaves the post for the next run, which does it all again. The case is folded anew: nobody is alerted for
    a post that is gone, and where an answer is gone its customer waits again.
    """

    def __init__(
        self,
        posts: PostStore,
        cases: CaseStore,
        incidents: IncidentStore,
        signals: SignalStore,
        settings: CurrentSettings,
    ) -> None:
        self._posts = posts
        self._cases = cases
        self._incidents = incidents
        self._signals = signals
        self._settings = settings

    def __call__(self, post_id: PostId, now: datetime) -> bool:
        """False when no such post is stored, or it is forgotten already. Raises CaseChanged or IncidentChanged."""
        post = self._posts.get(post_id)
        if post is None or post.gone_at is not None:
            return False
        self._leave_case(post, now)
        for incident in self._incidents.recent(post.created_at - _BEFORE_INCIDENT):
            self._leave_incident(incident, post_id)
        self._signals.forget(post.created_at, post_id)
        self._posts.forget(post_id, now)
        return True

    def _leave_case(self, post: Post, now: datetime) -> None:
        if post.case_id is None:
            return
        case_id, policy = post.case_id, self._settings().policy

        def attempt(case: Case | None) -> None:
            before = kept(case)
            told = self._cases.timeline(case_id)
            entry = next((one for one in told if one.entry_id == post.post_id), None)
            if isinstance(entry, CustomerPosted | BrandPosted):
                self._cases.save(rebuilt(before, case_id, told, forgotten(entry, now), policy))

        stored = self._cases.get(case_id)
        if stored is not None:
            retried(stored, attempt)
            self._cases.forget_answers(case_id, post.post_id)
            if not any(isinstance(one, CustomerPosted) and one.words for one in self._cases.timeline(case_id)):
                # Notes speak of what the customer said, of which nothing is left.
                self._cases.forget_notes(case_id, now)

    def _leave_incident(self, incident: Incident, post_id: PostId) -> None:
        self._incidents.forget(incident.incident_id, post_id)

        def attempt(current: Incident | None) -> None:
            before = kept(current)
            samples = tuple(sample for sample in before.samples if sample.post_id != post_id)
            if samples != before.samples:
                self._incidents.save(incident_change(before, replace(before, samples=samples)))

        retried(incident, attempt)
