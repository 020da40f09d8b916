"""Messages to staff and subscribers, ready to send."""

from dataclasses import dataclass
from enum import StrEnum

# Mails carry their kind in this header: filters, tests and the local desk find them by it, in any language.
KIND_HEADER = "X-Mentiondesk-Message"


class MessageKind(StrEnum):
    """Subject matter of a mail."""

    CASE = "case"
    CASES = "cases"
    INCIDENT_NOTICED = "incident-noticed"
    INCIDENT_RESOLVED = "incident-resolved"
    CONFIRMATION = "confirmation"
    STATUS_UPDATE = "status-update"
    SIGN_IN = "sign-in"


def automatic(kind: MessageKind) -> tuple[tuple[str, str], ...]:
    """The headers of every mail of this kind, so that no holiday notice comes back (RFC 3834; Exchange has its own)."""
    return (KIND_HEADER, kind), ("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")


@dataclass(frozen=True, slots=True)
class Email:
    """A mail; `text` and `html` say the same. `headers` are those beyond what every mail has."""

    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()
