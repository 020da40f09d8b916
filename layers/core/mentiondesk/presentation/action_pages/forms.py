"""The forms of the acts: each reads its fields, and makes the command of its act."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, ClassVar, TypeVar
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.cases.commands import Dismiss, LinkIncident, StaffCommand
from mentiondesk.domain.ids import CaseId, ComponentId, IncidentId, PostId
from mentiondesk.domain.incidents.commands import (
    ApprovePost,
    ChangeMembers,
    ChooseGoBack,
    DismissIncident,
    EditIncident,
    EditUpdate,
    IncidentCommand,
    MergeInto,
    OpenIncident,
    PlanMaintenance,
    PostUpdate,
    Publish,
    ReopenIncident,
    Reschedule,
    ResolveIncident,
    WiderCommand,
)
from mentiondesk.domain.incidents.drafts import Occasion
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, Status
from mentiondesk.domain.status.page import PageComponent
from mentiondesk.domain.text import Reason, Text
from mentiondesk.presentation.action_pages.fields import read_fields
from mentiondesk.presentation.action_pages.reading import Fault, FormFields, FormInvalid
from mentiondesk.presentation.wording import Sentences
from mentiondesk.values import Frozen

HEALTH, LEFT_OUT, PARTS = "health.", "out.", "part."
# As browsers send a field of the type datetime-local.
LOCAL_TIME = "%Y-%m-%dT%H:%M"
# Reasons to dismiss a case, by the last part of their sentence's key; OTHER stands for one that is typed.
REASONS = ("not_us", "spam", "vent", "solved")
OTHER = "other"
# The impacts that a person may choose; maintenance is announced, not noticed.
IMPACTS = (Impact.NONE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)

# Fields that do not fit what stands in the others → the catalogue's sentences.
_FAULTS = {
    "impact": "form.choose",
    "reason": "form.reason",
    "began": "form.time",
    "begins": "form.time",
    "ends": "form.ends",
    "add": "form.post",
}


MaybeReason = Annotated[str, Text(most=300, line=True)]
Title = Annotated[str, Text(1, 120, line=True)]
Body = Annotated[str, Text(1, 2000)]
# The number of a post, by itself or at the end of its address.
_POST = re.compile(r"(?:.*/status/)?(\d{1,19})(?:[/?#].*)?")


class _Form(Frozen):
    def misfit(self) -> str:
        """The field that does not fit what stands in the others; empty where all do."""
        return ""


AnyForm = TypeVar("AnyForm", bound=_Form)


class CaseForm(_Form):
    """The form of an act on a case whose fields are not those of its command."""

    def command(self, say: Sentences) -> StaffCommand:
        """The command of the act, with what was typed."""
        raise NotImplementedError


class NoAnswerForm(CaseForm):
    reason: MaybeReason = ""
    written: MaybeReason = ""

    def misfit(self) -> str:
        known = self.reason in REASONS or (self.written and self.reason in (OTHER, ""))
        return "" if known else "reason"

    def command(self, say: Sentences) -> Dismiss:
        return Dismiss(say(f"act.no_answer.reason.{self.reason}") if self.reason in REASONS else self.written)


class LinkIncidentForm(CaseForm):
    incident: Annotated[str, Text(1, 80)]
    reason: Reason

    def command(self, say: Sentences) -> LinkIncident:  # noqa: ARG002
        return LinkIncident(IncidentId(self.incident), self.reason)


class IncidentForm(_Form):
    """The fields of one act on an incident."""

    action: ClassVar[Action]

    def command(self, incident: Incident, zone: ZoneInfo) -> IncidentCommand | WiderCommand:
        """The command of the act, with what was typed: times on the clock of `zone`.

        `incident` is as it was when the form was shown.
        """
        raise NotImplementedError


class DismissForm(IncidentForm):
    action = Action.DISMISS
    reason: Reason

    def command(self, incident: Incident, zone: ZoneInfo) -> DismissIncident:  # noqa: ARG002
        return DismissIncident(self.reason)


class ResolveForm(IncidentForm):
    action = Action.RESOLVE
    body: Body

    def command(self, incident: Incident, zone: ZoneInfo) -> ResolveIncident:  # noqa: ARG002
        return ResolveIncident(self.body)


class ApproveForm(IncidentForm):
    action = Action.APPROVE
    occasion: Occasion

    def command(self, incident: Incident, zone: ZoneInfo) -> ApprovePost:  # noqa: ARG002
        return ApprovePost(self.occasion)


class _Public(_Form):
    """A form whose text becomes public, with the health of components."""

    body: Body
    health: dict[ComponentId, Health]

    def affected(self, before: Iterable[Affected]) -> tuple[Affected, ...]:
        """Components that are not operational, and those that were not before."""
        named = {one.component for one in before}
        typed = self.health.items()
        return tuple(Affected(id_, health) for id_, health in typed if health is not Health.OPERATIONAL or id_ in named)


class PublicForm(_Public, IncidentForm):
    """Such a form on the page of an incident."""


class PublishForm(PublicForm):
    action = Action.PUBLISH
    title: Title
    impact: Impact

    def misfit(self) -> str:
        return "" if self.impact in IMPACTS else "impact"

    def command(self, incident: Incident, zone: ZoneInfo) -> Publish:  # noqa: ARG002
        return Publish(self.title, self.impact, self.body, self.affected(()))


class UpdateForm(PublicForm):
    action = Action.UPDATE
    status: Status

    def command(self, incident: Incident, zone: ZoneInfo) -> PostUpdate:  # noqa: ARG002
        return PostUpdate(self.status, self.body, self.affected(incident.affected))


class OpenIncidentForm(_Public):
    """On the page of a case, whose customer is the incident's first."""

    action: ClassVar[Action] = Action.OPEN_INCIDENT
    title: Title
    impact: Impact
    began: str = ""

    def misfit(self) -> str:
        if self.impact not in IMPACTS:
            return "impact"
        return "" if _is_time(self.began) else "began"

    def opening(self, zone: ZoneInfo) -> OpenIncident:
        """The command, with the start on the clock of `zone`."""
        return OpenIncident(self.title, self.impact, self.body, self.affected(()), _if_typed(self.began, zone))


class _Period(_Form):
    """A form with the times of a maintenance."""

    begins: str
    ends: str

    def misfit(self) -> str:
        if not (self.begins and _is_time(self.begins)):
            return "begins"
        return "" if _is_time(self.ends) and self.ends > self.begins else "ends"

    def times(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The beginning and the end, which were typed on the clock of `zone`."""
        return _moment(self.begins, zone), _moment(self.ends, zone)


class PlanForm(_Period):
    """On a page of its own: a maintenance belongs to no incident before."""

    action: ClassVar[Action] = Action.PLAN_MAINTENANCE
    title: Title
    body: Body
    parts: tuple[ComponentId, ...] = ()

    def plan(self, zone: ZoneInfo) -> PlanMaintenance:
        """The command, with its times on the clock of `zone`."""
        begins, ends = self.times(zone)
        return PlanMaintenance(self.title, begins, ends, self.body, self.parts)


class EditForm(IncidentForm):
    action = Action.EDIT
    title: Title
    began: str
    health: dict[ComponentId, Health]
    impact: Impact | None = None

    def misfit(self) -> str:
        if self.impact is not None and self.impact not in IMPACTS:
            return "impact"
        return "" if _is_time(self.began) else "began"

    def command(self, incident: Incident, zone: ZoneInfo) -> EditIncident:
        affected = tuple(Affected(id_, health) for id_, health in self.health.items() if health.rank)
        shown = incident.started_at.astimezone(zone).strftime(LOCAL_TIME)
        began = _if_typed(self.began, zone)
        # The form shows whole minutes: what was not touched stays to the second.
        started_at = incident.started_at if began is None or self.began == shown else began
        impact = incident.impact if self.impact is None or incident.status.maintenance else self.impact
        return EditIncident(self.title, impact, affected, started_at)


class EditUpdateForm(IncidentForm):
    action = Action.EDIT_UPDATE
    update_id: str
    body: Body

    def command(self, incident: Incident, zone: ZoneInfo) -> EditUpdate:  # noqa: ARG002
        return EditUpdate(self.update_id, self.body)


class ReopenIncidentForm(IncidentForm):
    action = Action.REOPEN
    body: Body

    def command(self, incident: Incident, zone: ZoneInfo) -> ReopenIncident:  # noqa: ARG002
        return ReopenIncident(self.body)


class RescheduleForm(_Period, IncidentForm):
    action = Action.RESCHEDULE
    body: Body

    def command(self, incident: Incident, zone: ZoneInfo) -> Reschedule:  # noqa: ARG002
        return Reschedule(*self.times(zone), self.body)


class MembersForm(IncidentForm):
    """A button beside each post takes it out; a field takes the address of one to put in."""

    action = Action.MEMBERS
    remove: str = ""
    add: str = ""

    def misfit(self) -> str:
        return "" if _POST.fullmatch(self.remove or self.add.strip()) else "add"

    def command(self, incident: Incident, zone: ZoneInfo) -> ChangeMembers:  # noqa: ARG002
        found = _POST.fullmatch(self.remove or self.add.strip())
        assert found is not None, "it was checked when it was read"
        return ChangeMembers(PostId(found[1]), joins=not self.remove)


class MergeForm(IncidentForm):
    action = Action.MERGE
    target: Annotated[str, Text(1, 100)]

    def command(self, incident: Incident, zone: ZoneInfo) -> MergeInto:  # noqa: ARG002
        return MergeInto(IncidentId(self.target))


class GoBackForm(IncidentForm):
    action = Action.GO_BACK
    left_out: tuple[CaseId, ...] = ()

    def command(self, incident: Incident, zone: ZoneInfo) -> ChooseGoBack:  # noqa: ARG002
        return ChooseGoBack(self.left_out)


def read(form: type[AnyForm], typed: Mapping[str, object]) -> AnyForm:
    """The form with its fields. Raises FormInvalid with every fault at once."""
    found = read_fields(form, typed)
    if misfit := found.misfit():
        raise FormInvalid({misfit: Fault(_FAULTS[misfit])})
    return found


def _moment(typed: str, zone: ZoneInfo) -> datetime:
    """The moment of a local time. Raises ValueError."""
    return datetime.strptime(typed, LOCAL_TIME).replace(tzinfo=zone).astimezone(UTC)


def _if_typed(typed: str, zone: ZoneInfo) -> datetime | None:
    """The same; None where nothing was typed."""
    return _moment(typed, zone) if typed else None


def _is_time(typed: str) -> bool:
    """True for a local time, or nothing."""
    try:
        _if_typed(typed, ZoneInfo("UTC"))
    except ValueError:
        return False
    return True


def with_parts(typed: FormFields, components: Iterable[PageComponent]) -> dict[str, object]:
    """The fields, with the known components whose boxes are ticked as one of them."""
    return {**typed, "parts": tuple(one.component_id for one in components if PARTS + one.component_id in typed)}


def with_left_out(typed: FormFields) -> dict[str, object]:
    """The fields, with the cases whose boxes are ticked as one of them; what is no case is passed over."""
    found = [name.removeprefix(LEFT_OUT) for name in typed if name.startswith(LEFT_OUT)]
    return {**typed, "left_out": tuple(CaseId.parse(one) for one in found if "#" in one)}


def with_health(typed: FormFields, components: Iterable[PageComponent]) -> dict[str, object]:
    """The fields, with the health of known components as one of them; others are passed over."""
    health = {
        one.component_id: typed[HEALTH + one.component_id] for one in components if HEALTH + one.component_id in typed
    }
    return {**typed, "health": health}
