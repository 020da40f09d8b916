"""Timelines: the items of posts and acts, each with the name of its type."""

from collections.abc import Iterator, Mapping

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item, Value
from mentiondesk.adapters.storage.table import Absent, Put, Query, Table
from mentiondesk.domain.ids import CaseId, SubjectId
from mentiondesk.domain.timeline import (
    Act,
    AnsweredElsewhere,
    AttentionGrew,
    BrandPosted,
    CaseEntry,
    Claimed,
    ClaimLapsed,
    Corrected,
    CustomerPosted,
    Dismissed,
    Entry,
    Faded,
    FollowUpDeclined,
    GoBackChosen,
    GoBackStarted,
    HandedOver,
    IncidentDismissed,
    IncidentEdited,
    IncidentEntry,
    IncidentJoined,
    IncidentLeft,
    IncidentReopened,
    IncidentResolved,
    LookedUp,
    MembersChanged,
    Merged,
    MovedToPrivate,
    Noted,
    Noticed,
    Posted,
    Published,
    Released,
    Reopened,
    ReplyApproved,
    ReplyHeld,
    ReplyQueued,
    ReplyRefused,
    ReplyWithdrawn,
    Rescheduled,
    Resolved,
    Retagged,
    Snoozed,
    SolvedInPrivate,
    Undone,
    Updated,
    UpdateEdited,
)

TYPE = "type"
# The names in the table; a name never changes its meaning.
_TYPES: Mapping[str, type[Entry]] = {
    "customer_posted": CustomerPosted,
    "brand_posted": BrandPosted,
    "claimed": Claimed,
    "released": Released,
    "snoozed": Snoozed,
    "answered_elsewhere": AnsweredElsewhere,
    "dismissed": Dismissed,
    "resolved": Resolved,
    "reopened": Reopened,
    "corrected": Corrected,
    "retagged": Retagged,
    "undone": Undone,
    "looked_up": LookedUp,
    "attention_grew": AttentionGrew,
    "go_back_started": GoBackStarted,
    "incident_joined": IncidentJoined,
    "incident_left": IncidentLeft,
    "noted": Noted,
    "handed_over": HandedOver,
    "reply_queued": ReplyQueued,
    "reply_approved": ReplyApproved,
    "reply_held": ReplyHeld,
    "reply_withdrawn": ReplyWithdrawn,
    "reply_refused": ReplyRefused,
    "moved_to_private": MovedToPrivate,
    "solved_in_private": SolvedInPrivate,
    "follow_up_declined": FollowUpDeclined,
    "claim_lapsed": ClaimLapsed,
    "noticed": Noticed,
    "published": Published,
    "incident_edited": IncidentEdited,
    "update_edited": UpdateEdited,
    "incident_reopened": IncidentReopened,
    "members_changed": MembersChanged,
    "merged": Merged,
    "rescheduled": Rescheduled,
    "go_back_chosen": GoBackChosen,
    "updated": Updated,
    "incident_dismissed": IncidentDismissed,
    "incident_resolved": IncidentResolved,
    "faded": Faded,
}
_NAMES: Mapping[type[Entry], str] = {kind: name for name, kind in _TYPES.items()}


def put_entry(subject_id: SubjectId, entry: Entry, expires: int) -> Put:
    """The write of an entry: an act once, refused when it is there; a post in place of its text before an edit."""
    beside: dict[str, Value] = {TYPE: _NAMES[type(entry)], keys.EXPIRES: expires}
    if isinstance(entry, Act):
        return Put(Item(keys.act(subject_id, entry.entry_id), entry, beside), Absent())
    assert isinstance(subject_id, CaseId), "posts stand in cases"
    return Put(Item(keys.timeline(subject_id, entry.at, entry.post_id), entry, beside))


def timeline(table: Table, case_id: CaseId) -> list[CaseEntry]:
    """Every entry of a case, in their order."""
    return sorted(_entries(table, case_id), key=lambda entry: entry.order)  # type: ignore[arg-type]


def record(table: Table, subject_id: SubjectId) -> list[IncidentEntry]:
    """Every entry of an incident, oldest first."""
    return list(_entries(table, subject_id))  # type: ignore[arg-type]


def holds(table: Table, subject_id: SubjectId, entry_id: str) -> bool:
    """True when a timeline holds this act."""
    return table.get(keys.act(subject_id, entry_id)) is not None


def entry_in(item: Item) -> Entry:
    """The entry of an item."""
    name = item.get(TYPE)
    return post_entry(item) if name is None else item.read(_TYPES[name])


def post_entry(item: Item) -> Posted:
    """A post's entry in the form before entries had types: the brand's posts have no kind."""
    return item.read(BrandPosted) if item.get("kind") is None else item.read(CustomerPosted)


def _entries(table: Table, subject_id: SubjectId) -> Iterator[Entry]:
    return map(entry_in, table.query(Query(keys.subject(subject_id).pk, prefix=keys.TIMELINE)))
