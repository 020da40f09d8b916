"""Acts that only the desk offers, beside those of links; and the ids that make a second press the same act."""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.domain.cases.commands import (
    CaseCommand,
    DeclineFollowUp,
    HandOver,
    LinkIncident,
    MoveToPrivate,
    Note,
    Retag,
    SolveInPrivate,
    UnlinkIncident,
)
from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.domain.replies.way import Solved, Way
from mentiondesk.presentation.action_pages.acts import CASE_ACTS, action_in
from mentiondesk.presentation.action_pages.fields import Text
from mentiondesk.presentation.action_pages.forms import CaseForm, Reason, read
from mentiondesk.presentation.action_pages.reading import Fault, FormFields, FormInvalid, MalformedForm
from mentiondesk.presentation.wording import Sentences

_EVENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})Z-[0-9a-f]{16}")
# The boxes of topics are named so.
TOPIC, TOPIC_NAME = "topic.", re.compile(r"[a-z][a-z0-9_]{1,29}")
_MOST_TOPICS = 12
# A page that was open for longer is shown anew before it acts.
_EVENT_LASTS = timedelta(days=2)


class NoteForm(CaseForm):
    action = Action.NOTE
    text: Annotated[str, Text(1, 2000)]

    def command(self, say: Sentences) -> Note:  # noqa: ARG002
        return Note(self.text)


class HandOverForm(CaseForm):
    action = Action.HAND_OVER
    to: Annotated[str, Text(1, 30)]

    def command(self, say: Sentences) -> HandOver:  # noqa: ARG002
        return HandOver(StaffId(self.to))


class MoveToPrivateForm(CaseForm):
    action = Action.MOVE_TO_PRIVATE
    way: Way
    link: Annotated[str, Text(most=300)] = ""
    note: Annotated[str, Text(most=600)] = ""

    def command(self, say: Sentences) -> MoveToPrivate:  # noqa: ARG002
        return MoveToPrivate(self.way, self.link, self.note)


class SolvedForm(CaseForm):
    action = Action.SOLVED_IN_PRIVATE
    how: Solved = Solved.BY_US

    def command(self, say: Sentences) -> SolveInPrivate:  # noqa: ARG002
        return SolveInPrivate(self.how)


class DeclineFollowUpForm(CaseForm):
    action = Action.DECLINE_FOLLOW_UP
    reason: Annotated[str, Text(1, 300)]

    def command(self, say: Sentences) -> DeclineFollowUp:  # noqa: ARG002
        return DeclineFollowUp(self.reason)


class RetagForm(CaseForm):
    """The topics are boxes, each named after its topic; `with_topics` puts those that are ticked into one field."""

    action = Action.RETAG
    urgency: Urgency
    topics: tuple[Annotated[str, Text(pattern=TOPIC_NAME.pattern)], ...] = ()

    def command(self, say: Sentences) -> Retag:  # noqa: ARG002
        return Retag(self.urgency, self.topics)


class LinkIncidentForm(CaseForm):
    action = Action.LINK_INCIDENT
    incident: Annotated[str, Text(1, 80)]
    reason: Reason

    def command(self, say: Sentences) -> LinkIncident:  # noqa: ARG002
        return LinkIncident(IncidentId(self.incident), self.reason)


class UnlinkIncidentForm(CaseForm):
    action = Action.UNLINK_INCIDENT
    reason: Reason

    def command(self, say: Sentences) -> UnlinkIncident:  # noqa: ARG002
        return UnlinkIncident(self.reason)


# An incident is opened from the page behind a link: that form is no act on the case itself.
_ON_CASES = {action: form for action, form in CASE_ACTS.items() if issubclass(form, CaseForm)}
_ON_DESK: tuple[type[CaseForm], ...] = (
    *(NoteForm, HandOverForm, MoveToPrivateForm, SolvedForm, DeclineFollowUpForm),
    *(LinkIncidentForm, UnlinkIncidentForm, RetagForm),
)
DESK_ACTS: Mapping[Action, type[CaseForm]] = {**_ON_CASES, **{form.action: form for form in _ON_DESK}}


def desk_command(typed: FormFields, say: Sentences) -> tuple[Action, CaseCommand]:
    """The pressed button's action and its command. Raises FormInvalid, or MalformedForm for what no form sends."""
    action = action_in(typed)
    if action not in DESK_ACTS:
        raise MalformedForm
    return action, read(DESK_ACTS[action], _with_topics(typed)).command(say)


def _with_topics(typed: FormFields) -> dict[str, object]:
    """The fields, with the topics whose boxes are ticked as one of them."""
    ticked = tuple(name.removeprefix(TOPIC) for name in typed if name.startswith(TOPIC))
    return {**typed, "topics": ticked[:_MOST_TOPICS]}


def must_name_staff(command: CaseCommand, roster: Roster) -> None:
    """Raises FormInvalid where a case is handed to somebody who is not staff."""
    if isinstance(command, HandOver) and roster.find(command.to) is None:
        raise FormInvalid({"to": Fault("form.choose")})


def new_event(now: datetime) -> str:
    """The id that a form carries. It begins with the time: entries are kept in the order of their ids."""
    stamp = now.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return f"{stamp}Z-{secrets.token_hex(8)}"


def event_in(typed: FormFields, now: datetime) -> str:
    """The id of what was sent: of this showing of the form, with these very words typed into it.

    The same sent again is the same act; other words, sent from a page that the browser kept, are another one. Raises
    MalformedForm for a form that the desk did not make lately.
    """
    found = _EVENT.fullmatch(typed.get("event", ""))
    try:
        made = datetime.fromisoformat(f"{found[1]}+00:00") if found else None
    except ValueError:
        made = None
    if found is None or made is None or not timedelta(0) <= now - made <= _EVENT_LASTS:
        raise MalformedForm
    words = "\n".join(f"{name}={value}" for name, value in sorted(typed.items()) if name != "event")
    return f"{found[0]}-{sha256(words.encode()).hexdigest()[:16]}"
