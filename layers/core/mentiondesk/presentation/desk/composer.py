"""The composer of a case's page: what is being written, for whom, at what price, and what stands against it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from zlib import crc32
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.places import subject_path
from mentiondesk.domain.cases.case import Case, Phase
from mentiondesk.domain.cases.fold import apply, new_case
from mentiondesk.domain.cases.timers import Clock, Policy
from mentiondesk.domain.ids import CaseId, PostId
from mentiondesk.domain.posts.post import Post
from mentiondesk.domain.replies.draft import ReplyDraft
from mentiondesk.domain.replies.eligibility import (
    Asked,
    Experience,
    Grounds,
    NotByApi,
    grounds,
    not_by_api,
    reply_intent,
    summoned,
)
from mentiondesk.domain.replies.filling import filled_for
from mentiondesk.domain.replies.finding import Finding, Outcome
from mentiondesk.domain.replies.length import MOST, weighted_length
from mentiondesk.domain.replies.price import price_of
from mentiondesk.domain.replies.reply import Refusal, Reply, ReplyState
from mentiondesk.domain.replies.saved import Use, drafted
from mentiondesk.domain.replies.signature import signed
from mentiondesk.domain.replies.thread import Thread
from mentiondesk.domain.replies.way import Way
from mentiondesk.domain.timeline import BrandPosted, CaseEntry, CustomerPosted, ReplyQueued
from mentiondesk.ports.replies import UNUSED, ReplyStore, SavedUse
from mentiondesk.presentation.desk.entrance import Visitor
from mentiondesk.presentation.desk.findings import FindingView, finding_view
from mentiondesk.presentation.desk.under_way import ReplyView, under_way
from mentiondesk.usecases.cases.change_case import CaseView
from mentiondesk.usecases.replies.save_draft import SaveDraft, ShownDraft
from mentiondesk.values import Frozen, replace

# Keys of what the desk itself offers: no saved reply can have them, because of the dot.
MOVE, FOLLOW_UP, GO_BACK = "desk.move", "desk.follow_up", "desk.go_back"
# As many ways to say that an incident is solved: customers see each other's answers.
_WAYS_TO_SAY = 5
_A_LINK = "https://x.com"


class Attempt(Frozen):
    """A press of a button that did not send: the text as it was typed, and what stands against it.

    `text` None: nothing was pressed. `findings` None: the text was not checked. `seen`: the thread that the person
    saw, where it is another one now. `elsewhere`: another text of theirs, which another device saved meanwhile.
    """

    text: str | None = None
    findings: tuple[Finding, ...] | None = None
    accepted: frozenset[str] = frozenset()
    seen: Thread | None = None
    elsewhere: str = ""
    saved: str = ""
    way: Way | None = None
    note: str = ""
    version: int | None = None


NO_ATTEMPT = Attempt()


class Offered(Frozen):
    """A saved reply, filled for this customer."""

    key: str
    title: str
    text: str
    # The private way that the text leads to.
    way: Way | None = None
    used: SavedUse = UNUSED


class Cost(Frozen):
    """The weight and the price of a text with its signature, and the price with a link in it."""

    length: int
    price: Decimal
    with_link: Decimal
    most: int = MOST


class ComposerView(Frozen):
    """Everything that the composer shows. `post` is the text as X gets it, `news` what came since the person looked."""

    case_id: CaseId
    seen: Thread
    text: str
    version: int
    signature: str
    cost: Cost
    attempt: Attempt
    post: str
    intent: str
    not_by_api: NotByApi | None
    under_way: tuple[ReplyView, ...]
    findings: tuple[FindingView, ...] = ()
    news: tuple[CaseEntry, ...] = ()
    retired: str = ""
    others: tuple[ShownDraft, ...] = ()
    offered: tuple[Offered, ...] = ()
    way: Way | None = None

    @property
    def path(self) -> str:
        return f"{subject_path(self.case_id)}/reply"

    @property
    def draft_path(self) -> str:
        return f"{subject_path(self.case_id)}/draft"

    @property
    def ways(self) -> tuple[Way, ...]:
        return tuple(Way)

    @property
    def checked(self) -> bool:
        return self.attempt.findings is not None

    @property
    def stopped(self) -> bool:
        return any(one.outcome is Outcome.BLOCK for one in self.findings)

    @property
    def held(self) -> bool:
        """True where another person has to approve."""
        return any(one.outcome is Outcome.HOLD for one in self.findings)


class _Drafts(Frozen):
    """The drafts in a case: the reader's own, the same where the customer has another answer since, and others'."""

    own: ReplyDraft | None
    retired: ReplyDraft | None
    others: tuple[ShownDraft, ...]


class Composer:
    """Makes the composer of a case for the person who looks at it."""

    def __init__(
        self,
        drafts: SaveDraft,
        replies: ReplyStore,
        post: Callable[[PostId], Post | None],
        experience: Callable[[], Experience],
        used: Callable[[], Mapping[str, SavedUse]] = dict,
    ) -> None:
        self._all_drafts = drafts
        self._replies = replies
        self._post = post
        self._experience = experience
        self._used = used

    def view(self, view: CaseView, visitor: Visitor, attempt: Attempt = NO_ATTEMPT) -> ComposerView:
        """The composer with what was typed, else with the person's own draft."""
        case, replies = view.case, self._replies.of(view.case.case_id)
        drafts = self._drafts(case, visitor, replies)
        stored = drafts.own or drafts.retired
        text = attempt.text if attempt.text is not None else _begun(case, visitor, drafts, replies)
        signature, on = visitor.settings.replies.signature, self._grounds(view, visitor)
        post = signed(text, visitor.staff.name, signature)
        version = attempt.version if attempt.version is not None else stored.version if stored else 0
        return ComposerView(
            case_id=case.case_id,
            seen=case.thread,
            text=text,
            version=version,
            signature=signature.of(visitor.staff.name),
            cost=_cost(post, on, visitor),
            attempt=attempt,
            post=post,
            intent=reply_intent(case.post_id, post) if case.post_id else "",
            not_by_api=_not_by_api(case, on, replies, self._experience()),
            under_way=tuple(under_way(replies, case, visitor)),
            findings=tuple(finding_view(visitor.say, one) for one in attempt.findings or ()),
            news=news(view, attempt.seen, visitor.settings.policy) if attempt.seen is not None else (),
            retired=drafts.retired.text if drafts.retired else "",
            others=drafts.others,
            offered=tuple(self._offered(case, visitor)),
            way=attempt.way if attempt.text is not None else drafts.own.way if drafts.own else None,
        )

    def _offered(self, case: Case, visitor: Visitor) -> Iterator[Offered]:
        """The saved replies, each with its use in this week."""
        used = self._used()
        for one in offered(case, visitor):
            yield replace(one, used=used.get(one.key, UNUSED))

    def _drafts(self, case: Case, visitor: Visitor, replies: Sequence[Reply]) -> _Drafts:
        """The drafts in a case. One whose text became a reply was saved too late, and is none."""
        sent = {(one.author, one.text) for one in replies if one.state is not ReplyState.WITHDRAWN}
        found, reader = self._all_drafts.of(case.case_id, case.thread), visitor.staff.staff_id
        shown = [one for one in found if (one.draft.author, one.draft.text) not in sent]
        mine = next((one for one in shown if one.draft.author == reader), None)
        others = tuple(one for one in shown if one.draft.author != reader and not one.retired)
        own = mine.draft if mine is not None and not mine.retired else None
        return _Drafts(own, mine.draft if mine is not None and mine.retired else None, others)

    def _grounds(self, view: CaseView, visitor: Visitor) -> Grounds:
        """The grounds on which X takes an answer to the latest post; one that is not stored is tried."""
        brand, post = visitor.settings.brand, self._post(view.case.post_id) if view.case.post_id else None
        if post is None:
            return Grounds.IMPLIED
        own = [entry.post_id for entry in view.timeline if isinstance(entry, BrandPosted)]
        return grounds(
            Asked(post.post_id, post.text, post.reply_to_user, post.quoted), brand.handle, brand.user_id, own
        )


def news(view: CaseView, seen: Thread, policy: Policy) -> tuple[CaseEntry, ...]:
    """The posts that came into the thread since a person saw it so; all of it where it never was so."""
    case, since = new_case(view.case.case_id, view.case.opened_at), 0
    for number, entry in enumerate(view.timeline, 1):
        case = apply(case, entry, policy)
        since = number if case.thread == seen else since
    return tuple(one for one in view.timeline[since:] if isinstance(one, CustomerPosted | BrandPosted | ReplyQueued))


def _begun(case: Case, visitor: Visitor, drafts: _Drafts, replies: Sequence[Reply]) -> str:
    """The person's own draft; where a word in public is due and nobody writes it, the desk's draft of that."""
    if drafts.own is not None:
        return drafts.own.text
    answered = bool(drafts.others) or any(not one.state.final for one in replies)
    if answered:
        return ""
    if case.owes_follow_up:
        return _drafted(case, visitor, Use.FOLLOW_UP)
    return _drafted(case, visitor, Use.GO_BACK) if _owes_go_back(case) else ""


def _owes_go_back(case: Case) -> bool:
    """True while the customer waits to hear that an incident is solved."""
    return case.timer is not None and case.timer.running and case.timer.clock is Clock.GO_BACK


def offered(case: Case, visitor: Visitor) -> Iterator[Offered]:
    """The saved replies for this person today, filled for the customer; those in the customer's language first.

    The desk's own stand at the end: that an incident is solved, the way into private, the question whether all is well.
    """
    today, brand, agent = _today(visitor), visitor.settings.brand.name, visitor.staff.name
    known = [
        one
        for one in visitor.settings.replies.saved
        if one.offered(today, visitor.staff.staff_id) and one.use is Use.ANY
    ]
    for one in sorted(known, key=lambda one: one.language != case.language):
        yield Offered(one.key, one.title, filled_for(one, case, brand, agent))
    if _owes_go_back(case):
        yield Offered(GO_BACK, visitor.say("reply.go_back.title"), _drafted(case, visitor, Use.GO_BACK))
    if case.phase is Phase.PUBLIC:
        way = visitor.settings.replies.private_way
        yield Offered(MOVE, visitor.say("reply.move.title"), _drafted(case, visitor, Use.HAND_OVER), way)
    else:
        yield Offered(FOLLOW_UP, visitor.say("reply.follow_up.title"), _drafted(case, visitor, Use.FOLLOW_UP))


def _drafted(case: Case, visitor: Visitor, use: Use) -> str:
    """The brand's own text for this occasion, else the catalogue's."""
    rules, today = visitor.settings.replies, _today(visitor)
    found = drafted(rules.saved, use, case.language, today, visitor.staff.staff_id)
    if found is not None:
        return filled_for(found, case, visitor.settings.brand.name, visitor.staff.name)
    match use:
        case Use.FOLLOW_UP:
            return visitor.say("reply.follow_up.text")
        case Use.GO_BACK:
            number = crc32(case.customer_id.encode()) % _WAYS_TO_SAY + 1
            return visitor.say(f"reply.go_back.text_{number}")
    return visitor.say(f"reply.move.{rules.private_way}")


def _today(visitor: Visitor) -> date:
    return visitor.now.astimezone(ZoneInfo(visitor.settings.zone)).date()


def _cost(post: str, on: Grounds, visitor: Visitor) -> Cost:
    today, prices = _today(visitor), visitor.settings.replies.prices
    price, with_link = (price_of(prices, text, today, summoned=summoned(on)) for text in (post, _A_LINK))
    return Cost(weighted_length(post), price, with_link)


def _not_by_api(case: Case, on: Grounds, replies: Sequence[Reply], known: Experience) -> NotByApi | None:
    if case.post_id is None:
        return None
    refused = frozenset(one.to for one in replies if one.refusal is Refusal.NOT_SUMMONED and one.to is not None)
    return not_by_api(case.post_id, on, replace(known, refused=refused))
