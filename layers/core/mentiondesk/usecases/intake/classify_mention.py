"""Classifies one post into tags, case, deadline and customer, in one idempotent act."""

from collections.abc import Callable, Iterator
from datetime import datetime

from mentiondesk.detection.matching import matches, of_their_own
from mentiondesk.detection.signals import signal_of
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import CaseChange, case_change, rebuilt
from mentiondesk.domain.cases.fold import apply, follows, new_case, posted
from mentiondesk.domain.ids import CaseId, ConversationId, PostId, UserId
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.incidents.signals import Signal
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.posts.tags import Kind, Tags, Urgency
from mentiondesk.domain.praise import Regard
from mentiondesk.domain.replies.eligibility import Asked, Grounds, certain_grounds
from mentiondesk.domain.strikes.record import Standing
from mentiondesk.domain.timeline import BrandPosted, CaseEntry, CustomerPosted, Posted
from mentiondesk.ports.cases import CaseStore, Classified
from mentiondesk.ports.incidents import OpenIncidents
from mentiondesk.ports.posts import PostStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.triage import Triage
from mentiondesk.usecases.optimistic import retried
from mentiondesk.values import replace

_Placed = tuple[Case | None, Callable[[Case | None], Classified]]
# Posts of the brand in a row that are followed up to the customer's: more than any thread has.
_LONGEST_THREAD = 100


class ClassifyMention:
    """Tags a post and folds it into its case. A post seen twice, late, edited or out of order leaves the same case."""

    def __init__(
        self,
        posts: PostStore,
        cases: CaseStore,
        triage: Triage,
        settings: CurrentSettings,
        incidents: OpenIncidents = lambda _: (),
        standing: Callable[[UserId, datetime], Standing] = lambda *_: Standing(),
        joining: Callable[[CaseId, PostId, datetime, datetime], None] = lambda *_: None,
    ) -> None:
        self._posts = posts
        self._cases = cases
        self._triage = triage
        self._settings = settings
        self._incidents = incidents
        self._standing = standing
        self._joining = joining

    def __call__(self, post: Post, now: datetime) -> Classified | None:
        """The change that was written; None when this text of the post was classified before. Raises CaseChanged.

        A post that is gone from X opens no case.
        """
        found = self._placed(post, now)
        if found is None:
            return None
        before, change = found
        return retried(before, lambda case: self._committed(change(case)))

    def planned(self, post: Post, now: datetime) -> Classified | None:
        """The change that is to be written; None for a post that is gone from X."""
        found = self._placed(post, now)
        if found is None:
            return None
        before, change = found
        return change(before)

    def _placed(self, post: Post, now: datetime) -> _Placed | None:
        """The case of the post as stored, and the function that makes the post's change of it."""
        if post.gone_at is not None:
            return None
        tags = None if post.own else self._triage(post)
        signal = signal_of(post, tags) if tags else None
        incident = self._incident(signal, now) if signal else None
        if tags and incident:
            tags = self._calmed(tags)
        case_id, before = self._place(post)
        if case_id is None:
            return None, lambda _: Classified(post, now)
        entry = posted(post, tags, incident.incident_id if incident else None, self._grounds(post))
        if isinstance(entry, CustomerPosted):
            standing = self._standing(post.author_id, now)
            entry = replace(entry, silenced=standing.silenced)
            if before is None and entry.kind is Kind.COMPLAINT and not standing.struck:
                self._joined(case_id, post, now)

        def change(before: Case | None) -> Classified:
            # A new case is one of a customer's; who they are to the brand is read anew at each attempt.
            regard = self._cases.regard(case_id.customer) if before is None else Regard()
            placed = self._with_regard(entry, regard) if before is None else entry
            changed = self._change(case_id, before, post, self._still_in_incident(before, placed, now))
            return Classified(post, now, tags, changed, signal, regard.latest)

        return before, change

    def _with_regard(self, entry: Posted, regard: Regard) -> Posted:
        """The first post of a case with the loyalty of its author and the time of their last thanks."""
        if not isinstance(entry, CustomerPosted):
            return entry
        loyalty = regard.loyalty(entry.kind, self._settings().praise, entry.at)
        return replace(entry, attention=loyalty, thanked_at=regard.thanked_at)

    def _joined(self, case_id: CaseId, post: Post, now: datetime) -> None:
        """Counts the customer as one more who complains in a conversation that somebody else began."""
        haters = self._settings().reach.known_haters
        if case_id.conversation != str(post.post_id) and post.author_id not in haters:
            self._joining(case_id, post.post_id, post.created_at, now)

    def _grounds(self, post: Post) -> Grounds | None:
        """The grounds on which X takes a reply to a customer's post."""
        brand, asked = self._settings().brand, Asked(post.post_id, post.text, post.reply_to_user, post.quoted)
        return certain_grounds(asked, brand.handle, brand.user_id)

    def _committed(self, change: Classified) -> Classified | None:
        return change if self._cases.commit(change) else None

    def _incident(self, signal: Signal, now: datetime) -> Incident | None:
        """The public incident that the signal is about, and about no other matter that waits for an answer."""
        about = (one for one in self._incidents(now) if one.public and matches(one, signal))
        return next((one for one in about if not of_their_own(one, signal)), None)

    def _still_in_incident(self, before: Case | None, entry: Posted, now: datetime) -> Posted:
        """A further post of a case that is part of a public incident belongs to it as well, until it is resolved."""
        if not isinstance(entry, CustomerPosted) or entry.incident_id is not None or before is None:
            return entry
        public = {one.incident_id for one in self._incidents(now) if one.public} if before.incident_id else set()
        return replace(entry, incident_id=before.incident_id) if before.incident_id in public else entry

    def _calmed(self, tags: Tags) -> Tags:
        """Lowers the urgency of posts about a public incident to the settings' maximum; critical posts keep theirs."""
        most = self._settings().incidents.urgency
        return tags if tags.urgency is Urgency.CRITICAL else replace(tags, urgency=min(tags.urgency, most))

    def _place(self, post: Post) -> tuple[CaseId | None, Case | None]:
        """The case that a post belongs to, and the case as stored; None for a post of the brand to nobody.

        Among the cases that the brand's post may answer, the first that is stored counts.
        """
        if not post.own:
            case_id = post.case_id or CaseId(self._conversation(post), post.author_id)
            return case_id, self._stored(post, case_id)
        first: CaseId | None = None
        for case_id in self._answered(post):
            case = self._cases.get(case_id)
            if case is not None:
                return case_id, case
            first = first or case_id
        return first, None

    def _answered(self, post: Post) -> Iterator[CaseId]:
        """The cases that the brand's post may answer: by its conversation and addressee, its parent, or the addressee.

        An answer in several posts goes on where its first post went, and a quote answers the quoted post. A new post
        that names a customer at its beginning has an addressee and no parent; it answers the case in which that
        customer waits.
        """
        customer = post.reply_to_user if post.reply_to_user not in (None, post.author_id) else None
        if post.case_id is not None:
            yield post.case_id
        if customer is not None and post.replied_to is not None and not _names_no_conversation(post):
            yield CaseId(post.conversation_id, customer)
        parent = self._parent(post)
        if parent is not None:
            case_id = self._case_around(parent)
            if case_id is not None:
                yield case_id
        waits = self._cases.latest_of(customer) if customer is not None else None
        if waits is not None and waits.waiting:
            yield waits.case_id
        if customer is not None and post.replied_to is not None:
            yield CaseId(self._conversation(post), customer)

    def _conversation(self, post: Post) -> ConversationId:
        """The conversation of a post; one that names none is in that of its parent."""
        parent = self._parent(post) if _names_no_conversation(post) else None
        case_id = self._case_around(parent) if parent is not None else None
        return case_id.conversation if case_id is not None else post.conversation_id

    def _case_around(self, post: Post) -> CaseId | None:
        """The case of a stored post, whether or not it is classified yet; None for the brand's posts to nobody."""
        for _ in range(_LONGEST_THREAD):
            if post.case_id is not None:
                return post.case_id
            if not post.own:
                return CaseId(self._conversation(post), post.author_id)
            parent = self._parent(post)
            if parent is None:
                return None
            post = parent
        return None

    def _parent(self, post: Post) -> Post | None:
        """The stored post that this one answers or, if it is the brand's, quotes; never one made later."""
        parent_id = post.replied_to or (post.quoted if post.own else None)
        parent = self._posts.get(parent_id) if parent_id is not None and parent_id != post.post_id else None
        return parent if parent is not None and _age(parent) < _age(post) else None

    def _stored(self, post: Post, case_id: CaseId) -> Case | None:
        """The case as stored. The first post of a conversation opens one, so no look is needed there."""
        opens_conversation = str(post.post_id) == case_id.conversation and post.case_id is None
        return None if opens_conversation else self._cases.get(case_id)

    def _change(self, case_id: CaseId, before: Case | None, post: Post, entry: Posted) -> CaseChange:
        """Applies a post that follows all others; a late or edited one rebuilds the case from its timeline."""
        policy = self._settings().policy
        case = before or new_case(case_id, post.created_at)
        if post.case_id is None and follows(case, entry):
            return case_change(before, apply(case, entry, policy), entry)
        told = self._cases.timeline(case_id)
        known = next((one for one in told if one.entry_id == entry.entry_id), None)
        return rebuilt(before, case_id, told, _as_known(known, entry), policy)


def _names_no_conversation(post: Post) -> bool:
    """True for an answer that seems to begin a conversation: its archive did not keep the conversation."""
    return post.replied_to is not None and str(post.conversation_id) == post.post_id


def _age(post: Post) -> tuple[datetime, bool, int]:
    """The order in which posts were made; of those of one second, answers come after what they answer."""
    return post.created_at, post.replied_to is not None, int(post.post_id)


def _as_known(before: CaseEntry | None, entry: Posted) -> Posted:
    """The entry with what the desk knew of its post: its incident, its author's loyalty, the reply that it is."""
    if isinstance(before, CustomerPosted) and isinstance(entry, CustomerPosted):
        incident_id = entry.incident_id or before.incident_id
        return replace(entry, incident_id=incident_id, attention=before.attention, thanked_at=before.thanked_at)
    if isinstance(before, BrandPosted) and isinstance(entry, BrandPosted):
        return replace(entry, reply_id=before.reply_id, by=before.by, way=before.way)
    return entry
