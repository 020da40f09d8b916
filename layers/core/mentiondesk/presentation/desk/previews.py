"""The desk's page with a public text before it is published."""

from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.status.public_incident import PublicIncident
from mentiondesk.presentation.action_pages.previews import preview_facts
from mentiondesk.presentation.action_pages.reading import FormFields
from mentiondesk.presentation.desk.entrance import Visitor
from mentiondesk.presentation.desk.html import render
from mentiondesk.presentation.desk.responses import Response


def preview_page(visitor: Visitor, action: Action, typed: FormFields, public: PublicIncident) -> Response:
    """The public text before it is published, with the form's fields to be sent on."""
    facts = preview_facts(action, typed, public, visitor.settings, visitor.now)
    return Response(render("desk/preview.html", visitor.say, {**facts, "visitor": visitor, "tab": "incidents"}))
