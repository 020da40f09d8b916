"""The forms of the acts: each reads its fields, and makes the command of its act."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.cases.commands import (
    CaseCommand,
    Claim,
    Correct,
    Dismiss,
    MarkAnswered,
    Release,
    Reopen,
    Resolve,
    Snooze,
    SnoozeFor,
    Undo,
)
from mentiondesk.domain.ids import ComponentId
from mentiondesk.domain.incidents.commands import (
    ApprovePost,
    DismissIncident,
    IncidentCommand,
    PostUpdate,
    Publish,
    ResolveIncident,
)
from mentiondesk.domain.incidents.drafts import Occasion
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, Status
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.status.page import PageComponent
from mentiondesk.domain.text import clean
from mentiondesk.presentation.action_pages.reading import Fault, FormFields, FormInvalid
from mentiondesk.presentation.wording import Sentences

HEALTH = "health."
# Reasons to dismiss a case, by the last part of their sentence's key; OTHER stands for one that is typed.
REASONS = ("not_us", "spam", "vent", "solved")
OTHER = "other"
# The impacts that a person may choose; maintenance is announced, not noticed.
IMPACTS = (Impact.NONE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)

# Pydantic's names of faults → the catalogue's sentences.
_FAULTS = {
    "missing": "form.missing",
    "string_too_short": "form.missing",
    "string_too_long": "form.too_long",
    "enum": "form.choose",
    "impact": "form.choose",
    "reason": "form.reason",
}


def _line(text: object) -> object:
    return clean(text) if isinstance(text, str) else text


MaybeReason = Annotated[str, Field(max_length=300), BeforeValidator(_line)]
Reason = Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(_line)]
Title = Annotated[str, Field(min_length=1, max_length=120), BeforeValidator(_line)]
Body = Annotated[str, Field(min_length=1, max_length=2000)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True)


class CaseForm(_Form, ABC):
    """The fields of one act on a case."""

    action: ClassVar[Action]

    @abstractmethod
    def command(self, say: Sentences) -> CaseCommand:
        """The command of the act, with what was typed."""


class ClaimForm(CaseForm):
    action = Action.CLAIM

    def command(self, say: Sentences) -> Claim:  # noqa: ARG002
        return Claim()


class AnsweredForm(CaseForm):
    action = Action.ANSWERED

    def command(self, say: Sentences) -> MarkAnswered:  # noqa: ARG002
        return MarkAnswered()


class ReleaseForm(CaseForm):
    action = Action.RELEASE

    def command(self, say: Sentences) -> Release:  # noqa: ARG002
        return Release()


class NoAnswerForm(CaseForm):
    action = Action.NO_ANSWER
    reason: MaybeReason = ""
    written: MaybeReason = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.reason not in (*REASONS, OTHER, "") or not (self.written or self.reason in REASONS):
            raise PydanticCustomError("reason", "no reason")
        return self

    def command(self, say: Sentences) -> Dismiss:
        return Dismiss(say(f"act.no_answer.reason.{self.reason}") if self.reason in REASONS else self.written)


class SnoozeForm(CaseForm):
    action = Action.SNOOZE
    hold: SnoozeFor

    def command(self, say: Sentences) -> Snooze:  # noqa: ARG002
        return Snooze(self.hold)


class CorrectForm(CaseForm):
    """One press: of another kind, or (without a kind) not a case."""

    action = Action.CORRECT
    kind: Kind | None = None

    def command(self, say: Sentences) -> Correct:  # noqa: ARG002
        return Correct(self.kind)


class UndoForm(CaseForm):
    action = Action.UNDO

    def command(self, say: Sentences) -> Undo:  # noqa: ARG002
        return Undo()


class ResolveCaseForm(CaseForm):
    action = Action.RESOLVE_CASE
    reason: Reason

    def command(self, say: Sentences) -> Resolve:  # noqa: ARG002
        return Resolve(self.reason)


class ReopenForm(CaseForm):
    action = Action.REOPEN_CASE
    reason: Reason

    def command(self, say: Sentences) -> Reopen:  # noqa: ARG002
        return Reopen(self.reason)


class IncidentForm(_Form, ABC):
    """The fields of one act on an incident."""

    action: ClassVar[Action]

    @abstractmethod
    def command(self, incident: Incident) -> IncidentCommand | ApprovePost:
        """The command of the act, with what was typed. `incident` is as it was when the form was shown."""


class DismissForm(IncidentForm):
    action = Action.DISMISS
    reason: Reason

    def command(self, incident: Incident) -> DismissIncident:  # noqa: ARG002
        return DismissIncident(self.reason)


class ResolveForm(IncidentForm):
    action = Action.RESOLVE
    body: Body

    def command(self, incident: Incident) -> ResolveIncident:  # noqa: ARG002
        return ResolveIncident(self.body)


class ApproveForm(IncidentForm):
    action = Action.APPROVE
    occasion: Occasion

    def command(self, incident: Incident) -> ApprovePost:  # noqa: ARG002
        return ApprovePost(self.occasion)


class PublicForm(IncidentForm, ABC):
    """A form whose text becomes public, with the health of components."""

    body: Body
    health: dict[ComponentId, Health]

    def affected(self, before: Iterable[Affected]) -> tuple[Affected, ...]:
        """Components that are not operational, and those that were not before."""
        named = {one.component for one in before}
        typed = self.health.items()
        return tuple(Affected(id_, health) for id_, health in typed if health is not Health.OPERATIONAL or id_ in named)


class PublishForm(PublicForm):
    action = Action.PUBLISH
    title: Title
    impact: Impact

    @model_validator(mode="after")
    def _not_announced(self) -> Self:
        if self.impact not in IMPACTS:
            raise PydanticCustomError("impact", "not an impact to choose")
        return self

    def command(self, incident: Incident) -> Publish:  # noqa: ARG002
        return Publish(self.title, self.impact, self.body, self.affected(()))


class UpdateForm(PublicForm):
    action = Action.UPDATE
    status: Status

    def command(self, incident: Incident) -> PostUpdate:
        return PostUpdate(self.status, self.body, self.affected(incident.affected))


AnyForm = TypeVar("AnyForm", bound=_Form)


def read(form: type[AnyForm], typed: Mapping[str, object]) -> AnyForm:
    """The form with its fields. Raises FormInvalid with every fault at once."""
    try:
        return form.model_validate(typed)
    except ValidationError as invalid:
        found = invalid.errors()
    raise FormInvalid(
        {_field(one["loc"], one["type"]): Fault(_FAULTS[one["type"]], one.get("ctx", {})) for one in found}
    )


def with_health(typed: FormFields, components: Iterable[PageComponent]) -> dict[str, object]:
    """The fields, with the health of known components as one of them; others are passed over."""
    health = {
        one.component_id: typed[HEALTH + one.component_id] for one in components if HEALTH + one.component_id in typed
    }
    return {**typed, "health": health}


def _field(loc: tuple[str | int, ...], kind: str) -> str:
    """A field as the form names it; a fault of the whole form carries its field's name as its kind."""
    if not loc:
        return kind
    return HEALTH + str(loc[1]) if loc[0] == "health" else str(loc[0])
