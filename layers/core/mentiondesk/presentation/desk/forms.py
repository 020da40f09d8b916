"""Forms of the desk: the commands of pressed buttons, and the ids that make a second press the same act."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.domain.cases.commands import StaffCommand
from mentiondesk.presentation.action_pages.acts import action_in, case_command, texts_of
from mentiondesk.presentation.action_pages.reading import Fault, FormFields, FormInvalid, MalformedForm
from mentiondesk.presentation.wording import Sentences

_EVENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})Z-[0-9a-f]{16}")
# The boxes of topics are named so.
TOPIC = "topic."
_MOST_TOPICS = 12
# A page that was open for longer is shown anew before it acts.
_EVENT_LASTS = timedelta(days=2)


def desk_command(typed: FormFields, say: Sentences) -> tuple[Action, StaffCommand]:
    """The pressed button's action and its command. Raises FormInvalid, or MalformedForm for what no form sends."""
    action = action_in(typed)
    return action, case_command(action, _with_topics(typed), say)


def _with_topics(typed: FormFields) -> dict[str, object]:
    """The fields, with the topics whose boxes are ticked as one of them."""
    ticked = tuple(name.removeprefix(TOPIC) for name in typed if name.startswith(TOPIC))
    return {**typed, "topics": ticked[:_MOST_TOPICS]}


def must_name_staff(command: StaffCommand, roster: Roster) -> None:
    """Raises FormInvalid where a person is to be chosen, and nobody of staff is."""
    chosen = (name for name, text in texts_of(command.action).items() if text.staff)
    if unknown := [name for name in chosen if roster.find(getattr(command, name)) is None]:
        raise FormInvalid(dict.fromkeys(unknown, Fault("form.choose")))


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
