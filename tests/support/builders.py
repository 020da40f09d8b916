"""Posts, cases, staff and settings for tests: valid by themselves, with keyword overrides for what a test is about."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from mentiondesk.domain.access.actions import CASE_ACTIONS
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.alerts.ledger import Alert, Outcome, Record
from mentiondesk.domain.alerts.roster import Audience, Channel, Staff
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import CaseChange, case_change
from mentiondesk.domain.cases.commands import CaseCommand, decide
from mentiondesk.domain.cases.fold import apply, new_case
from mentiondesk.domain.cases.timers import Policy
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.hours import Hours, Period
from mentiondesk.domain.ids import CaseId, ConversationId, PostId, StaffId, UserId, id_at
from mentiondesk.domain.posts.post import Post, Source
from mentiondesk.domain.posts.tags import Kind, Tags, Urgency
from mentiondesk.domain.timeline import BrandPosted, CaseEntry, CustomerPosted
from mentiondesk.settings.problems import validated
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import desk_settings

# A Wednesday, in nobody's clock change.
NOON = datetime(2026, 6, 17, 12, 0, tzinfo=UTC)
BRAND_ID = UserId("1999000001")
CUSTOMER_ID = UserId("2000000001")
CONVERSATION_ID = ConversationId("1800000000000000001")
CASE_ID = CaseId(CONVERSATION_ID, CUSTOMER_ID)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def at(count: float) -> datetime:
    """The time `count` minutes after noon."""
    return NOON + minutes(count)


def a_post(text: str = "@shop my order is broken", **overrides: Any) -> Post:
    """A customer's post at noon that opens a conversation; its id holds its time, as X's ids do."""
    created_at = overrides.get("created_at", NOON)
    post_id = overrides.get("post_id", id_at(created_at))
    facts: dict[str, Any] = {
        "post_id": post_id,
        "version_id": post_id,
        "author_id": CUSTOMER_ID,
        "text": text,
        "created_at": created_at,
        "conversation_id": ConversationId(str(post_id)),
        "source": Source.MENTIONS,
        "language": "en",
        "seen_at": created_at,
    }
    return Post(**{**facts, **overrides})


def an_answer(to: Post, text: str = "Sorry! We look into it.", **overrides: Any) -> Post:
    """The brand's reply to a customer's post, ten minutes later."""
    facts: dict[str, Any] = {
        "created_at": to.created_at + minutes(10),
        "author_id": BRAND_ID,
        "own": True,
        "source": Source.OWN,
        "conversation_id": to.conversation_id,
        "replied_to": to.post_id,
        "reply_to_user": to.author_id,
    }
    return a_post(text, **{**facts, **overrides})


def tags(kind: Kind = Kind.COMPLAINT, **overrides: Any) -> Tags:
    needs_reply = kind in (Kind.COMPLAINT, Kind.QUESTION, Kind.PRAISE, Kind.ABUSE)
    return Tags(**{"kind": kind, "needs_reply": needs_reply, **overrides})


def said(minute: float, kind: Kind = Kind.COMPLAINT, **overrides: Any) -> CustomerPosted:
    """A customer's post at this minute after noon."""
    needs_reply = kind in (Kind.COMPLAINT, Kind.QUESTION, Kind.PRAISE, Kind.ABUSE)
    facts: dict[str, Any] = {
        "post_id": id_at(at(minute)),
        "at": at(minute),
        "words": f"{kind} at {minute}",
        "kind": kind,
        "urgency": Urgency.NORMAL,
        "needs_reply": needs_reply,
        "language": "en",
        "seen_at": at(minute),
    }
    return CustomerPosted(**{**facts, **overrides})


def answered(minute: float, words: str = "We look into it.", **overrides: Any) -> BrandPosted:
    """A post of the brand at this minute after noon."""
    return BrandPosted(**{"post_id": id_at(at(minute)), "at": at(minute), "words": words, **overrides})


def a_story(*entries: CaseEntry, policy: Policy | None = None) -> Case:
    """The case that these entries tell, in the order given."""
    case = new_case(CASE_ID, entries[0].at)
    for entry in entries:
        case = apply(case, entry, policy or settings().policy)
    return case


def a_case(**overrides: Any) -> Case:
    """A case opened by a complaint at noon, to be answered by 13:00."""
    case = a_story(said(0))
    facts = {name: getattr(case, name) for name in Case.__struct_fields__}
    return Case(**{**facts, **overrides})


def commanded(
    case: Case, command: CaseCommand, minute: float, by: str = "ana", policy: Policy | None = None
) -> CaseChange:
    """The change that a lead's command brings at this minute after noon."""
    actor = Actor(a_staff(by, roles=frozenset({Audience.LEAD})), CASE_ACTIONS, Door.LINK)
    policy = policy or settings().policy
    entry = decide(case, command, actor, at(minute), f"{at(minute):%Y-%m-%dT%H:%M:%S.%fZ}-{case.version}-{by}", policy)
    return case_change(case, apply(case, entry, policy), entry)


def hours(zone: str = "UTC", holidays: Sequence[str] = (), **days: str) -> Hours:
    """Like hours("Europe/Berlin", mon="9-12 13-17", sat="22:30-2"); a day that is not named is closed."""
    week = tuple(
        tuple(_period(text) for text in days.get(day, "").split())
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    )
    return Hours(zone, week, frozenset(datetime.fromisoformat(day).date() for day in holidays))


def weekdays(text: str) -> dict[str, str]:
    return dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), text)


def daily(text: str) -> dict[str, str]:
    return dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), text)


def _period(text: str) -> Period:
    opens, closes = (_wall_time(one) for one in text.split("-"))
    return Period(opens, closes)


def _wall_time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour) % 24, int(minute or 0))


def a_staff(staff_id: str = "ana", **overrides: Any) -> Staff:
    """A person who is always on duty, with an email address and a phone."""
    facts: dict[str, Any] = {
        "staff_id": StaffId(staff_id),
        "name": staff_id.capitalize(),
        "addresses": {Channel.EMAIL: f"{staff_id}@example.com", Channel.TEXT: "+447700900123"},
        "always_on_duty": True,
    }
    return Staff(**{**facts, **overrides})


def an_alert(stage: str = "breach", staff_id: str = "ana", channel: Channel = Channel.EMAIL, **overrides: Any) -> Alert:
    """An alert of the reply timer that began at noon."""
    facts: dict[str, Any] = {
        "subject_id": CASE_ID,
        "since": NOON,
        "stage": stage,
        "staff_id": StaffId(staff_id),
        "channel": channel,
        "due_at": NOON,
        "answer_by": at(60),
    }
    return Alert(**{**facts, **overrides})


def a_record(alert: Alert, outcome: Outcome = Outcome.SENT, **overrides: Any) -> Record:
    """The ledger's line on an alert, written when it fell due."""
    return Record(**{"alert": alert, "outcome": outcome, "at": alert.due_at, "via": alert.channel, **overrides})


def raw_settings(**overrides: Any) -> dict[str, Any]:
    """The content of the smallest useful settings file."""
    facts: dict[str, Any] = {
        "brand": {"name": "Fennel & Finch", "user_id": str(BRAND_ID), "handle": "FennelAndFinch"},
        "staff": [
            {
                "id": "ana",
                "name": "Ana",
                "email": "ana@example.com",
                "phone": "+447700900123",
                "duty": "always",
                "roles": ["lead"],
            }
        ],
    }
    return {**facts, **overrides}


def settings_file(**overrides: Any) -> SettingsFile:
    """Settings as they are stored."""
    return validated(raw_settings(**overrides))


def settings(**overrides: Any) -> DeskSettings:
    """Settings as the desk uses them; equal ones are made once."""
    key = repr(overrides)
    if key not in _made:
        _made[key] = desk_settings(settings_file(**overrides))
    return _made[key]


_made: dict[str, DeskSettings] = {}


def changed(raw: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the settings with one key, like "staff.0.phone", set to another value."""
    head, _, rest = path.partition(".")
    copy: dict[str, Any] = dict(raw)
    if not rest:
        return {**copy, head: value}
    inner = copy.get(head, {})
    if isinstance(inner, list):
        index, _, deeper = rest.partition(".")
        items = list(inner)
        items[int(index)] = changed(items[int(index)], deeper, value) if deeper else value
        return {**copy, head: items}
    return {**copy, head: changed(inner, rest, value)}


def a_post_id(number: int) -> PostId:
    return PostId(str(number))
