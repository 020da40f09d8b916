"""Names, bits and defaults that the table and mailed links hold. An earlier version wrote them: they never change.

Where a test fails for a new name, add the name. Where it fails for a name that is here, the table would be misread.
"""

import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from types import ModuleType
from typing import Any

from mentiondesk import domain
from mentiondesk.domain.access.actions import (
    BITS,
    CASE_ACTIONS,
    DESK_ACTIONS,
    INCIDENT_ACTIONS,
    LEAD_ACTIONS,
    PAGE_ACTIONS,
    REPLY_ACTIONS,
    Action,
)
from mentiondesk.domain.events.event import EventType
from mentiondesk.domain.timeline import ENTRY_NAMES, CaseEntry, IncidentEntry
from mentiondesk.values import Frozen, defaults

# Values that are not the name of their member in lower case (an event's: with a dot).
OTHER_VALUES = {
    "MessageKind.ENDPOINT_DISABLED": "endpoint-disabled",
    "MessageKind.INCIDENT_HOURLY": "incident-hourly",
    "MessageKind.INCIDENT_NOTICED": "incident-noticed",
    "MessageKind.INCIDENT_RESOLVED": "incident-resolved",
    "MessageKind.SIGN_IN": "sign-in",
    "MessageKind.STATUS_UPDATE": "status-update",
    "OwnerNews.RELEASED": "released_unseen",
    "SnoozeFor.HALF_HOUR": "30m",
    "SnoozeFor.HOUR": "1h",
    "SnoozeFor.UNTIL_LEAD": "lead",
}

# Defaults that are not empty. The table leaves out a field that holds its default; settings and docs promise others.
OTHER_DEFAULTS = """
alerts.budget.Budget: most=8, gather=0:25:00
alerts.message.NewsTraits: hears=person, without_timer=True
alerts.roster.Staff: zone=UTC
audit.AuditRules: count_posts=True
audit.Progress: day_holds=True
cases.case.Case: urgency=low, language=und, phase=public, thread=( 0)
cases.commands.SolveInPrivate: how=by_us
cases.commands.LinkIncident: stops=True
cases.timers.Target: alerts=True
desk.FiguresRules: mail=True
events.delivery.Delivery: outcome=waiting
figures.deadlines.Deadline: alerted=True
figures.facts.WaitFact: alerts=True
incidents.incident.Incident: impact=minor, topic=other, severity=1
incidents.rules.IncidentTemplate: impact=minor
incidents.rules.IncidentRules: urgency=normal
posts.post.Post: language=und
posts.profile.ReachRules: look_up=True, high=10000, critical=100000, per_repost=100, pile_on=10, thread=4, \
bands=((influencer 10000 high) (celebrity 100000 critical))
posts.tags.Tags: urgency=normal, language=und, confidence=0.5
praise.PraiseRules: loyal=3, months=6
replies.checks.context.CheckContext: kind=complaint, urgency=normal, language=und
replies.reply.Reply: thread=( 0)
replies.rules.ApprovalRules: new_agent_for=7 days, 0:00:00, critical=True, followers=50000, money=True, \
incidents=True, nobody_on_duty=hold
replies.rules.ReplyRules: undo_public=0:00:10, prices=((2026-04-20 0.010 0.015 0.200)), private_way=x_dm
replies.saved.SavedReply: language=en, use=any
replies.signature.Signature: with_=initials, mark=^
review.sample.ReviewRules: rate=0.05, least=3
status.page.MailRules: a_second=5, a_day=5000, confirmations_an_hour=20, confirmations_a_day=100, subscribers=5000
status.page.StatusPage: language=en
status.wording.Wording: conjunction=and
strikes.record.Enforced: toward=True
strikes.record.DeedPrices: hide=0.015, unhide=0.015, mute=0.015, unmute=0.005
strikes.record.StrikeRules: least=3, window=90 days, 0:00:00, lasts=30 days, 0:00:00
text.Text: most=10000
timeline.CustomerPosted: language=und
timeline.CaseAct: number=1
timeline.IncidentJoined: stops=True
timeline.SolvedInPrivate: how=by_us
troubles.Rule: within=0:05:00, minutes=1, count=1
"""


def modules() -> Iterator[ModuleType]:
    return (import_module(one.name) for one in pkgutil.walk_packages(domain.__path__, f"{domain.__name__}."))


def classes(base: type) -> Iterator[Any]:
    for module in modules():
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, base) and one.__module__ == module.__name__:
                yield one


def shown(value: Any) -> str:
    if isinstance(value, Frozen):
        value = tuple(getattr(value, name) for name in value.__struct_fields__)
    return f"({' '.join(map(shown, value))})" if isinstance(value, tuple) else str(value)


def is_other(kind: type, name: str, value: Any) -> bool:
    """True for a default that is not empty, of a field that this class itself has."""
    empty = not value or (isinstance(value, Frozen) and value == type(value)())
    return name in kind.__annotations__ and not empty


def test_the_values_of_enumerations_are_kept() -> None:
    found = {}
    for kind in classes(StrEnum):
        for one in kind:
            usual = one.name.replace("_", ".", 1) if kind is EventType else one.name
            if one.value != usual.lower():
                found[f"{kind.__name__}.{one.name}"] = one.value
    assert found == OTHER_VALUES


def test_the_names_of_entries_are_kept() -> None:
    assert set(ENTRY_NAMES) == {*CaseEntry.__args__, *IncidentEntry.__args__}
    assert {kind: re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in ENTRY_NAMES} == ENTRY_NAMES


def test_the_defaults_of_fields_are_kept() -> None:
    found = []
    for kind in classes(Frozen):
        others = [f"{name}={shown(value)}" for name, value in defaults(kind).items() if is_other(kind, name, value)]
        if others:
            found.append(f"{kind.__module__.removeprefix('mentiondesk.domain.')}.{kind.__name__}: {', '.join(others)}")
    assert found == OTHER_DEFAULTS.strip().splitlines()


def test_the_bits_of_mailed_links_are_kept() -> None:
    order = (
        *("claim", "answered", "no_answer", "snooze", "release", "publish", "dismiss", "update", "resolve", "approve"),
        *("resolve_case", "reopen_case", "correct", "undo", "open_incident", "edit", "edit_update", "reopen"),
        *("members", "reschedule", "go_back", "merge"),
    )
    assert {Action(name): 1 << place for place, name in enumerate(order)} == BITS


def test_the_kinds_of_rights_share_no_right() -> None:
    kinds = (CASE_ACTIONS, INCIDENT_ACTIONS, DESK_ACTIONS, REPLY_ACTIONS, PAGE_ACTIONS)
    assert sorted(action for kind in kinds for action in kind) == sorted(Action)
    assert {Action.APPROVE_REPLY, Action.PLAN_MAINTENANCE} == LEAD_ACTIONS
    assert {Action.REPLY, Action.APPROVE_REPLY} == REPLY_ACTIONS
    assert {Action.PLAN_MAINTENANCE} == PAGE_ACTIONS
