"""A person's press of "Post" on an incident's page → a post in the outbox, once for each occasion."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor
from mentiondesk.domain.alerts.message import OwnerNews
from mentiondesk.domain.ids import IncidentId, ReplyId, StaffId
from mentiondesk.domain.incidents.drafts import Occasion
from mentiondesk.domain.replies.finding import Finding
from mentiondesk.domain.replies.reply import Hold, Reply, ReplyState
from mentiondesk.ports.incidents import DraftStore, IncidentStore
from mentiondesk.ports.replies import ReplyChange, ReplyKey, ReplyStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.usecases.incidents.review_post import ReviewPost
from mentiondesk.usecases.optimistic import kept
from mentiondesk.usecases.replies.holding import asks_another, must_pass, told_of_post, waits_for_another
from mentiondesk.values import Frozen

_OVER = (ReplyState.REFUSED, ReplyState.WITHDRAWN)


class TypedPost(Frozen):
    """A post as it was typed. `accepted` are the rules whose warnings its author clicked away."""

    occasion: Occasion
    text: str
    accepted: AbstractSet[str] = frozenset()


class WritePost:
    """Puts a post about an incident into the outbox, or holds it for another person.

    There is one for each occasion: it begins from the desk's draft, which is approved with it, so that nobody posts
    the draft by hand as well. One that X refused, or that was taken back, may be followed by another.
    """

    def __init__(
        self,
        replies: ReplyStore,
        incidents: IncidentStore,
        drafts: DraftStore,
        review: ReviewPost,
        settings: CurrentSettings,
    ) -> None:
        self._replies = replies
        self._incidents = incidents
        self._drafts = drafts
        self._review = review
        self._settings = settings

    def __call__(self, actor: Actor, incident_id: IncidentId, typed: TypedPost, now: datetime) -> Reply:
        """The post in the outbox; a second press gives that of the first.

        Raises NotAllowed, SubjectGone, NotPossible where what is public has overtaken the draft, ReplyBlocked with the
        findings, or AlreadyDone where another person was first.
        """
        actor.must_be_allowed(Action.APPROVE)
        assert actor.by is not None, "people post, not the desk"
        incident = kept(self._incidents.get(incident_id))
        before = posts_of(self._replies.of(incident_id), typed.occasion)
        if before and before[-1].state not in _OVER:
            return _own(before[-1], actor.by)
        draft = self._review.draft(incident, typed.occasion)
        findings = self._review(incident, draft, typed.text, actor.by, now)
        must_pass(findings, typed.accepted)
        if not before:
            approved = kept(self._drafts.approve(incident_id, typed.occasion, actor.by, now))
            if approved.approved_by != actor.by:
                raise AlreadyDone
        settings = self._settings()
        held = waits_for_another(settings, actor.by, findings, now)
        reply = Reply(
            reply_id=ReplyId(f"{typed.occasion}-{len(before) + 1}"),
            subject_id=incident_id,
            author=actor.by,
            text=typed.text,
            post=typed.text.strip(),
            state=ReplyState.HELD if held else ReplyState.COOLING,
            made_at=now,
            send_at=now + settings.replies.undo_public,
            occasion=typed.occasion,
            holds=(Hold.CHECK,) if held else (),
            findings=findings,
            confirmed=tuple(sorted(typed.accepted)),
        )
        try:
            return self._replies.save(
                ReplyChange(None, reply, messages=told_of_post(reply, _news(findings, held), now))
            )
        except AlreadyDone:
            return _own(kept(self._replies.get(ReplyKey(incident_id, reply.reply_id))), actor.by)


def _news(findings: Iterable[Finding], held: bool) -> OwnerNews | None:
    """The news about a post that wants another person's yes: it waits, or nobody was on duty to give it."""
    if not asks_another(findings):
        return None
    return OwnerNews.APPROVAL if held else OwnerNews.RELEASED


def posts_of(replies: Iterable[Reply], occasion: Occasion) -> Sequence[Reply]:
    """The posts of an incident about this occasion, oldest first; at most the last one is not over."""
    return [one for one in replies if one.occasion is occasion]


def _own(reply: Reply, author: StaffId) -> Reply:
    """The reply, where it is the person's own. Raises AlreadyDone."""
    if reply.author != author:
        raise AlreadyDone
    return reply
