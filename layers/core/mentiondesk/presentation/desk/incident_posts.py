"""Posts about an incident on its page at the desk: what is drafted, at what price, and what becomes of it."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.ids import IncidentId, ReplyId
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.replies.commands import Withdraw
from mentiondesk.domain.replies.finding import Finding
from mentiondesk.domain.replies.length import MOST, weighted_length
from mentiondesk.domain.replies.price import price_of
from mentiondesk.domain.replies.reply import Reply, ReplyState
from mentiondesk.ports.replies import ReplyKey, ReplyStore
from mentiondesk.ports.storage import AlreadyDone
from mentiondesk.presentation.action_pages.reading import FormFields, MalformedForm
from mentiondesk.presentation.desk.entrance import Visitor
from mentiondesk.presentation.desk.findings import FindingView, accepted_in, finding_view
from mentiondesk.presentation.desk.forms import event_in
from mentiondesk.presentation.desk.under_way import ReplyView, reply_view
from mentiondesk.usecases.incidents.change_incident import IncidentView
from mentiondesk.usecases.incidents.write_post import TypedPost, WritePost, posts_of
from mentiondesk.usecases.replies.change_reply import ChangeReply
from mentiondesk.values import Frozen

_TO_BE_WRITTEN = (ReplyState.REFUSED, ReplyState.WITHDRAWN)


class PostAttempt(Frozen):
    """A press of a button that did not post: the text as it was typed, and what stands against it."""

    occasion: Occasion
    text: str
    findings: tuple[Finding, ...] = ()
    accepted: frozenset[str] = frozenset()


class PostView(Frozen):
    """The post about one occasion: the form with its text, or the post on its way."""

    draft: Draft
    text: str
    length: int
    price: Decimal
    under_way: ReplyView | None
    may_write: bool
    findings: tuple[FindingView, ...] = ()
    accepted: frozenset[str] = frozenset()
    most: int = MOST


class IncidentPosts:
    """The posts of incidents: what pages show of them, and the presses of their buttons."""

    def __init__(self, replies: ReplyStore, write: WritePost, change: ChangeReply) -> None:
        self._replies = replies
        self._write = write
        self._change = change

    def views(self, view: IncidentView, visitor: Visitor, attempt: PostAttempt | None) -> Iterator[PostView]:
        """A view for each draft that still fits what is public."""
        replies = self._replies.of(view.incident.incident_id)
        for draft in view.drafts:
            before = posts_of(replies, draft.occasion)
            tried = attempt if attempt is not None and attempt.occasion is draft.occasion else None
            yield _post_view(draft, before[-1] if before else None, tried, visitor)

    def act(self, visitor: Visitor, incident_id: IncidentId, typed: FormFields) -> None:
        """Posts, or takes a post back, once.

        Raises MalformedForm, NotAllowed, SubjectGone, NotPossible, AlreadyDone, ReplyBlocked or another ReplyRefuses.
        """
        match typed.get("press", typed.get("action", "")):
            case "send":
                self._write(visitor.actor, incident_id, _typed(typed), visitor.now)
            case "withdraw":
                key = ReplyKey(incident_id, ReplyId(typed.get("reply", "")))
                event = event_in({name: typed.get(name, "") for name in ("reply", "event")}, visitor.now)
                with suppress(AlreadyDone):
                    self._change(visitor.actor, key, Withdraw(), event, visitor.now)
            case _:
                raise MalformedForm


def attempt_in(typed: FormFields, findings: tuple[Finding, ...] = ()) -> PostAttempt | None:
    """The typed text, to be shown again; None where nothing was typed."""
    if "occasion" not in typed:
        return None
    post = _typed(typed)
    return PostAttempt(post.occasion, post.text, findings, frozenset(post.accepted))


def _typed(typed: FormFields) -> TypedPost:
    """The post in a form. Raises MalformedForm."""
    if typed.get("occasion") not in set(Occasion):
        raise MalformedForm
    return TypedPost(Occasion(typed["occasion"]), typed.get("text", ""), accepted_in(typed))


def _post_view(draft: Draft, last: Reply | None, tried: PostAttempt | None, visitor: Visitor) -> PostView:
    over = last is None or last.state in _TO_BE_WRITTEN
    text = tried.text if tried else last.text if last and over else draft.post
    day = visitor.now.astimezone(ZoneInfo(visitor.settings.zone)).date()
    return PostView(
        draft=draft,
        text=text,
        length=weighted_length(text),
        price=price_of(visitor.settings.replies.prices, text, day, summoned=False),
        under_way=reply_view(last, visitor) if last and (not over or last.refusal or last.reason) else None,
        # A draft that somebody approved without the outbox is posted by hand.
        may_write=over
        and visitor.actor.may(Action.APPROVE)
        and (last is not None or draft.approved_by in (None, visitor.actor.by)),
        findings=tuple(finding_view(visitor.say, one) for one in tried.findings) if tried else (),
        accepted=tried.accepted if tried else frozenset(),
    )
