"""The acts: everything that a person can do on a page, in the order in which pages offer it.

One act is one form, which makes its command; its action is its right in a link. Its words stand in the wording
catalogue under act.<action>, its look in the template forms.html as the macro <action>.
"""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.cases.commands import CaseCommand
from mentiondesk.domain.incidents.commands import IncidentCommand, OpenIncident, WiderCommand
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.domain.status.page import PageComponent
from mentiondesk.presentation.action_pages.forms import (
    AnsweredForm,
    ApproveForm,
    CaseForm,
    ClaimForm,
    CorrectForm,
    DismissForm,
    EditForm,
    EditUpdateForm,
    GoBackForm,
    IncidentForm,
    MembersForm,
    MergeForm,
    NoAnswerForm,
    OpenIncidentForm,
    PublishForm,
    ReleaseForm,
    ReopenForm,
    ReopenIncidentForm,
    RescheduleForm,
    ResolveCaseForm,
    ResolveForm,
    SnoozeForm,
    UndoForm,
    UpdateForm,
    read,
    with_health,
    with_left_out,
)
from mentiondesk.presentation.action_pages.reading import FormFields, MalformedForm
from mentiondesk.presentation.wording import Sentences

_ON_CASES: tuple[type[CaseForm], ...] = (
    UndoForm,
    ClaimForm,
    AnsweredForm,
    CorrectForm,
    ReleaseForm,
    NoAnswerForm,
    ResolveCaseForm,
    SnoozeForm,
    ReopenForm,
)
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

CASE_ACTS: Mapping[Action, type[CaseForm] | type[OpenIncidentForm]] = {
    **{form.action: form for form in _ON_CASES},
    OpenIncidentForm.action: OpenIncidentForm,
}
INCIDENT_ACTS: Mapping[Action, type[IncidentForm]] = {form.action: form for form in _ON_INCIDENTS}


def case_command(action: Action, typed: FormFields, say: Sentences) -> CaseCommand:
    """The command of a pressed button. Raises FormInvalid, or MalformedForm for what no form of a case sends."""
    form = CASE_ACTS.get(action)
    if form is None or not issubclass(form, CaseForm):
        raise MalformedForm
    return read(form, typed).command(say)


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
