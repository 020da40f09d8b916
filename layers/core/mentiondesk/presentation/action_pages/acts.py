"""The acts: everything that a person can do on a page, in the order in which pages offer it.

An act on a case is a command, whose fields are those of its form; an act on an incident is a form, which makes its
command. Its words stand in the wording catalogue under act.<action>, its look in the template forms.html as the macro
<action>. An act on a case that takes texts alone, or nothing, needs no macro.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.actions import CASE_ACTIONS, Action
from mentiondesk.domain.cases.commands import STAFF_COMMANDS, Dismiss, LinkIncident, StaffCommand
from mentiondesk.domain.incidents.commands import IncidentCommand, OpenIncident, WiderCommand
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.status.page import PageComponent
from mentiondesk.domain.text import Text
from mentiondesk.presentation.action_pages.fields import read_fields, texts
from mentiondesk.presentation.action_pages.forms import (
    ApproveForm,
    CaseForm,
    DismissForm,
    EditForm,
    EditUpdateForm,
    GoBackForm,
    IncidentForm,
    LinkIncidentForm,
    MembersForm,
    MergeForm,
    NoAnswerForm,
    OpenIncidentForm,
    PublishForm,
    ReopenIncidentForm,
    RescheduleForm,
    ResolveForm,
    UpdateForm,
    read,
    with_health,
    with_left_out,
)
from mentiondesk.presentation.action_pages.reading import FormFields, MalformedForm
from mentiondesk.presentation.wording import Sentences

_ON_INCIDENTS: tuple[type[IncidentForm], ...] = (
    ApproveForm,
    GoBackForm,
    PublishForm,
    UpdateForm,
    ResolveForm,
    RescheduleForm,
    ReopenIncidentForm,
    EditForm,
    MergeForm,
    DismissForm,
    EditUpdateForm,
    MembersForm,
)

# The acts at the desk, and those of them that stand behind links, with the act that opens an incident.
DESK_ACTS: Mapping[Action, type[StaffCommand]] = {one.action: one for one in STAFF_COMMANDS}
CASE_ACTS = (*(action for action in DESK_ACTS if action in CASE_ACTIONS), Action.OPEN_INCIDENT)
# The commands whose forms have other fields than they.
OWN_FORMS: Mapping[type[StaffCommand], type[CaseForm]] = {Dismiss: NoAnswerForm, LinkIncident: LinkIncidentForm}
INCIDENT_ACTS: Mapping[Action, type[IncidentForm]] = {form.action: form for form in _ON_INCIDENTS}


def case_command(action: Action, typed: Mapping[str, object], say: Sentences) -> StaffCommand:
    """The command of a pressed button. Raises FormInvalid, or MalformedForm for what no form of a case sends."""
    if action not in DESK_ACTS:
        raise MalformedForm
    command = DESK_ACTS[action]
    form = OWN_FORMS.get(command)
    return read(form, typed).command(say) if form else read_fields(command, typed)


@cache
def texts_of(action: Action) -> Mapping[str, Text]:
    """The texts that an act on a case takes, by the names of their fields."""
    return texts(DESK_ACTS[action])


def opening(typed: FormFields, components: Iterable[PageComponent], zone: ZoneInfo) -> OpenIncident:
    """The command of the button that opens an incident. Raises FormInvalid."""
    return read(OpenIncidentForm, with_health(typed, components)).opening(zone)


def incident_command(
    action: Action, typed: FormFields, incident: Incident, components: Iterable[PageComponent], zone: ZoneInfo
) -> IncidentCommand | WiderCommand:
    """The command of a pressed button. Raises FormInvalid, or MalformedForm for what no form of an incident sends."""
    if action not in INCIDENT_ACTS:
        raise MalformedForm
    return read(INCIDENT_ACTS[action], with_left_out(typed) | with_health(typed, components)).command(incident, zone)


def offered(acts: Iterable[Action], possible: Iterable[Action]) -> list[Action]:
    """The possible actions in the order of the page."""
    known = set(possible)
    return [action for action in acts if action in known]


def action_in(typed: FormFields) -> Action:
    """The action of the pressed button. Raises MalformedForm."""
    try:
        return Action(typed.get("action", ""))
    except ValueError as unknown:
        raise MalformedForm from unknown
