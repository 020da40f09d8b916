"""Labels of statuses and updates on the status site and in its mails."""

from mentiondesk.domain.status.public_incident import PublicUpdate


def label(update: PublicUpdate) -> str:
    """The new status, or "Update" where an update keeps the status."""
    return spoken(update.status) if update.moves else "Update"


def spoken(name: str) -> str:
    """A name of the vocabulary as a person says it: in_progress becomes "In progress"."""
    return name.replace("_", " ").capitalize()


def paragraphs(body: str) -> list[list[str]]:
    """Lines by paragraph."""
    return [part.split("\n") for part in body.split("\n\n")]
