"""What people type into the pages' forms: read, checked, and told what is wrong in plain words."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Self, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.cases.commands import (
    CaseCommand,
    Claim,
    Dismiss,
    MarkAnswered,
    Release,
    Reopen,
    Resolve,
    Snooze,
    SnoozeFor,
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
from mentiondesk.domain.status.page import PageComponent
from mentiondesk.domain.text import clean

# What a browser sends: each field once, as text.
FormFields = Mapping[str, str]

# A field for each of a hundred components, and some to spare.
_MOST_FIELDS = 150
# The longest text in three bytes a character, each written as %XX, and some to spare.
_LONGEST = 32_768
HEALTH = "health."
REASONS = (
    "It is not about us",
    "Spam, or a joke",
    "Letting off steam; the best answer is none",
    "It has been solved already",
)
OTHER = "other"
# What a person may say of an incident; maintenance is announced, not noticed.
IMPACTS = (Impact.NONE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)

_PLAIN_WORDS = {
    "missing": "Please fill this in.",
    "string_too_short": "Please fill this in.",
    "string_too_long": "At most {max_length} characters, please.",
    "enum": "Please choose one of these.",
}


class MalformedForm(Exception):
    """The body is not what a form of ours sends."""


class UnsupportedMediaType(Exception):
    """The body is of another media type than forms are."""


class PayloadTooLarge(Exception):
    """The body is longer than any form of ours."""


class FormInvalid(Exception):
    """`errors` says for each field what is wrong with it."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def typed_in(body: bytes, media: str) -> FormFields:
    """The fields of a form as a browser posts it, without invisible characters.

    Raises PayloadTooLarge, UnsupportedMediaType or NoForm.
    """
    if len(body) > _LONGEST:
        raise PayloadTooLarge
    if media.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as broken:
        raise MalformedForm from broken
    fields = {name: _paragraphs(text) for name, text in pairs}
    if len(fields) != len(pairs):
        raise MalformedForm
    return fields


def action_in(typed: FormFields) -> Action:
    """The button that was pressed. Raises NoForm."""
    try:
        return Action(typed.get("action", ""))
    except ValueError as unknown:
        raise MalformedForm from unknown


# The buttons that need no form.
_PRESSED: Mapping[Action, CaseCommand] = {
    Action.CLAIM: Claim(),
    Action.RELEASE: Release(),
    Action.ANSWERED: MarkAnswered(),
}


def case_command(action: Action, typed: FormFields) -> CaseCommand:
    """The command behind a button. Raises FormInvalid, or MalformedForm for what no form of a case sends."""
    match action:
        case Action.CLAIM | Action.RELEASE | Action.ANSWERED:
            return _PRESSED[action]
        case Action.NO_ANSWER:
            return Dismiss(_read(_NoAnswerForm, typed).said)
        case Action.SNOOZE:
            return Snooze(_read(_SnoozeForm, typed).hold)
        case Action.RESOLVE_CASE:
            return Resolve(_read(_ReasonForm, typed).reason)
        case Action.REOPEN_CASE:
            return Reopen(_read(_ReasonForm, typed).reason)
        case _:
            raise MalformedForm


def incident_command(
    action: Action, typed: FormFields, incident: Incident, components: Iterable[PageComponent]
) -> IncidentCommand | ApprovePost:
    """The command behind a button. Raises FormInvalid, or MalformedForm for what no form of an incident sends."""
    match action:
        case Action.DISMISS:
            return DismissIncident(_read(_ReasonForm, typed).reason)
        case Action.RESOLVE:
            return ResolveIncident(_read(_ResolveForm, typed).body)
        case Action.PUBLISH:
            said = _read(_PublishForm, _with_health(typed, components))
            return Publish(said.title, said.impact, said.body, said.affected(()))
        case Action.APPROVE:
            return ApprovePost(_read(_ApproveForm, typed).occasion)
        case Action.UPDATE:
            told = _read(_UpdateForm, _with_health(typed, components))
            return PostUpdate(told.status, told.body, told.affected(incident.affected))
        case _:
            raise MalformedForm


def update_statuses(incident: Incident) -> tuple[Status, ...]:
    """What an update may say; an end has its own button."""
    return tuple(status for status in incident.next_statuses if status.public and not status.ended)


def _paragraphs(text: str) -> str:
    return "\n".join(map(clean, text.splitlines())).strip()


def _line(text: object) -> object:
    return clean(text) if isinstance(text, str) else text


MaybeReason = Annotated[str, Field(max_length=300), BeforeValidator(_line)]
Reason = Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(_line)]
Title = Annotated[str, Field(min_length=1, max_length=120), BeforeValidator(_line)]
Body = Annotated[str, Field(min_length=1, max_length=2000)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True)


class _NoAnswerForm(_Form):
    reason: MaybeReason = ""
    written: MaybeReason = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.reason not in (*REASONS, OTHER, "") or not self.said:
            raise PydanticCustomError("reason", "Please choose a reason, or write one.")
        return self

    @property
    def said(self) -> str:
        return self.written if self.reason in (OTHER, "") else self.reason


class _SnoozeForm(_Form):
    hold: SnoozeFor


class _ReasonForm(_Form):
    reason: Reason


class _ResolveForm(_Form):
    body: Body


class _ApproveForm(_Form):
    occasion: Occasion


class _PublicForm(_Form):
    body: Body
    health: dict[ComponentId, Health]

    def affected(self, before: Iterable[Affected]) -> tuple[Affected, ...]:
        """The components that are not well, and those that were not before."""
        named = {one.component for one in before}
        told = self.health.items()
        return tuple(Affected(id_, how) for id_, how in told if how is not Health.OPERATIONAL or id_ in named)


class _PublishForm(_PublicForm):
    title: Title
    impact: Impact

    @model_validator(mode="after")
    def _not_announced(self) -> Self:
        if self.impact not in IMPACTS:
            raise PydanticCustomError("impact", "Please choose one of these.")
        return self


class _UpdateForm(_PublicForm):
    status: Status


def _with_health(typed: FormFields, components: Iterable[PageComponent]) -> dict[str, object]:
    """What was typed, with the health of the components there are; what names others is passed over."""
    health = {
        one.component_id: typed[HEALTH + one.component_id] for one in components if HEALTH + one.component_id in typed
    }
    return {**typed, "health": health}


Form = TypeVar("Form", bound=_Form)


def _read(form: type[Form], typed: Mapping[str, object]) -> Form:
    try:
        return form.model_validate(typed)
    except ValidationError as invalid:
        found = invalid.errors()
    raise FormInvalid(
        {_field(one["loc"], one["type"]): _plain(one["type"], one["msg"], one.get("ctx", {})) for one in found}
    )


def _field(loc: tuple[str | int, ...], kind: str) -> str:
    """A field as the form names it; a fault of the whole form carries its field's name as its kind."""
    if not loc:
        return kind
    return HEALTH + str(loc[1]) if loc[0] == "health" else str(loc[0])


def _plain(kind: str, message: str, facts: Mapping[str, object]) -> str:
    return _PLAIN_WORDS[kind].format(**facts) if kind in _PLAIN_WORDS else message
