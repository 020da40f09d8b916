"""The public text of an incident for staff: as customers read it, and as they would read it after an act."""

from datetime import datetime

from markupsafe import Markup

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.incidents.commands import (
    EditIncident,
    EditUpdate,
    IncidentCommand,
    PostUpdate,
    Publish,
    ReopenIncident,
    Reschedule,
    ResolveIncident,
    WiderCommand,
)
from mentiondesk.domain.status.public_incident import PublicIncident
from mentiondesk.domain.status.site import Site
from mentiondesk.presentation.action_pages.reading import FormFields
from mentiondesk.presentation.status_site.html import excerpt
from mentiondesk.presentation.wording import for_customers

# Names of buttons: show the text first, act on what was shown, go back to the form, fill the form from a template.
LOOK, CONFIRMED, BACK, FILL = "look", "confirmed", "back", "fill"
# Acts that begin something in public: they are done from the preview alone.
_ALWAYS_SHOWN = frozenset({Action.PUBLISH, Action.OPEN_INCIDENT, Action.PLAN_MAINTENANCE})
# Commands that change what customers read.
_PUBLIC = (Publish, PostUpdate, ResolveIncident, EditIncident, EditUpdate, ReopenIncident, Reschedule)


def public_text(one: PublicIncident, settings: DeskSettings, now: datetime) -> Markup:
    """The incident as the status page shows it, in the customers' language."""
    site = Site.at(now, settings.page, (one,), now, "")
    # Templates of our own, which escape what they are given.
    return Markup(excerpt(site, for_customers(settings), one))  # noqa: S704


def shown_first(action: Action, typed: FormFields) -> bool:
    """True where the pressed button asks for a preview, or where the act needs one."""
    return LOOK in typed or (action in _ALWAYS_SHOWN and CONFIRMED not in typed)


def shows(command: IncidentCommand | WiderCommand) -> IncidentCommand | None:
    """The command, if it changes what customers read."""
    return command if isinstance(command, _PUBLIC) else None


def kept_words(typed: FormFields) -> FormFields:
    """The fields without the buttons, as the form is shown again."""
    return {name: text for name, text in typed.items() if name not in (LOOK, CONFIRMED, BACK, FILL)}


def preview_facts(
    action: Action, typed: FormFields, public: PublicIncident, settings: DeskSettings, now: datetime
) -> dict[str, object]:
    """The facts of a page with the public text before it is published, and the form's fields to be sent on."""
    return {
        "action": action,
        "fields": kept_words(typed),
        "public": public_text(public, settings, now),
        "language": settings.page.language,
    }
