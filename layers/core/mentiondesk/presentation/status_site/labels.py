"""Labels and layout of updates, on the status site and in mails to subscribers."""

from mentiondesk.domain.status.public_incident import PublicUpdate
from mentiondesk.presentation.wording import Sentences


def update_label(say: Sentences, update: PublicUpdate) -> str:
    """The new status, or "Update" where an update keeps the status."""
    return say.label("status", update.status) if update.moves else say("public.update")


def paragraphs(body: str) -> list[list[str]]:
    """Lines by paragraph."""
    return [part.split("\n") for part in body.split("\n\n")]
