"""Post → tags, case, deadline, customer: one post, one idempotent act."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from mentiondesk.detection.matching import matches
from mentiondesk.detection.signals import brand_stems, signal_of
from mentiondesk.domain.cases.case import Case, Entry, entry_of, extend, is_next, new_case, retell
from mentiondesk.domain.ids import CaseId, ConversationId, UserId, case_id
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Tags, Urgency
from mentiondesk.ports.cases import CaseChanged, CaseStore, Classified
from mentiondesk.ports.incidents import OpenIncidents
from mentiondesk.ports.posts import PostStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.triage import Triage

# Writers of one case that get in each other's way come to rest long before this; the stream retries the rest.
_ATTEMPTS = 8
_stems = lru_cache(maxsize=1)(brand_stems)


class ClassifyMention:
    """Tags a post and tells its case. A post seen twice, late, edited or out of order leaves the same case."""

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
        """What changed; None when this text of the post was classified before. Raises CaseChanged."""
        tags = None if post.own else self._triage(post)
        signal = signal_of(post, tags, self._brand()) if tags else None
        incident = self._incident(signal, now) if signal else None
        if tags and incident:
            tags = self._calmed(tags)
        matter = self._matter(post)
        if matter is None:
            change = Classified(post, now)
            return change if self._cases.commit(change) else None
        conversation, customer = matter
        entry = entry_of(post, tags)
        before = self._known(post, case_id(conversation, customer))
        for attempt in range(_ATTEMPTS):
            case = before or new_case(conversation, customer, post.created_at)
            if incident:
                case = replace(case, incident_id=incident.incident_id)
            change = Classified(post, now, tags, before, self._told(case, post, entry), entry, signal)
            try:
                return change if self._cases.commit(change) else None
            except CaseChanged as changed:
                if attempt == _ATTEMPTS - 1:
                    raise
                before = changed.current
        raise AssertionError("unreachable")

    def _incident(self, signal: Signal, now: datetime) -> Incident | None:
        """The public incident that this is about."""
        return next((one for one in self._incidents(now) if one.public and matches(one, signal)), None)

    def _calmed(self, tags: Tags) -> Tags:
        """What is known to all presses less, as settings say; danger stays what it is."""
        most = self._settings().incidents.urgency
        return tags if tags.urgency is Urgency.CRITICAL else tags._replace(urgency=min(tags.urgency, most))

    def _brand(self) -> frozenset[str]:
        brand = self._settings().brand
        return _stems((brand.name, brand.handle, *brand.words))

    def _matter(self, post: Post) -> tuple[ConversationId, UserId] | None:
        """Whose matter a post belongs to: its author's, or that of the customer whom the brand answers.

        An answer in several posts goes on where its first post went; a quote answers the quoted post.
        """
        if not post.own:
            return post.conversation_id, post.author_id
        if post.replied_to is not None and post.reply_to_user not in (None, post.author_id):
            return post.conversation_id, UserId(str(post.reply_to_user))
        if post.case_id is not None:
            conversation, _, customer = post.case_id.partition("#")
            return ConversationId(conversation), UserId(customer)
        parent_id = post.replied_to or post.quoted
        # A parent is older, so that this ends. It may be stored and not classified yet.
        if parent_id is None or int(parent_id) >= int(post.post_id):
            return None
        parent = self._posts.get(parent_id)
        return self._matter(parent) if parent is not None else None

    def _known(self, post: Post, case: CaseId) -> Case | None:
        """The case as stored. The first post of a conversation opens one, so no look is needed there."""
        opens_conversation = str(post.post_id) == post.conversation_id and post.case_id is None and not post.own
        return None if opens_conversation else self._cases.get(case)

    def _told(self, case: Case, post: Post, entry: Entry) -> Case:
        if post.case_id is None and is_next(case, entry):
            return extend(case, entry, self._settings().policy)
        others = [known for known in self._cases.timeline(case.case_id) if known.post_id != post.post_id]
        return retell(case, [*others, entry], self._settings().policy)
