"""Messages to staff and subscribers, ready to send."""

from enum import StrEnum
from hashlib import blake2s

from mentiondesk.domain.ids import SubjectId
from mentiondesk.values import Frozen

# Mails carry their kind in this header: filters, tests and the local desk find them by it, in any language.
KIND_HEADER = "X-Mentiondesk-Message"


class MessageKind(StrEnum):
    """Subject matter of a mail."""

    CASE = "case"
    CASES = "cases"
    INCIDENT_NOTICED = "incident-noticed"
    INCIDENT_RESOLVED = "incident-resolved"
    INCIDENT_HOURLY = "incident-hourly"
    CONFIRMATION = "confirmation"
    STATUS_UPDATE = "status-update"
    SIGN_IN = "sign-in"
    REPORT = "report"
    ENDPOINT_DISABLED = "endpoint-disabled"


def automatic(kind: MessageKind) -> tuple[tuple[str, str], ...]:
    """The headers of every mail of this kind, so that no holiday notice comes back (RFC 3834; Exchange has its own)."""
    return (KIND_HEADER, kind), ("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")


def in_thread(subject_id: SubjectId) -> tuple[tuple[str, str], ...]:
    """The headers by which mail programs show all mails about one case or incident as one conversation.

    Each mail refers to a message that was never sent. SES gives every mail a Message-ID of its own and takes none
    (Amazon SES Developer Guide, "Header fields"), so that mails cannot refer to each other.
    """
    root = blake2s(str(subject_id).encode(), digest_size=12).hexdigest()
    return tuple((name, f"<{root}@mentiondesk.invalid>") for name in ("In-Reply-To", "References"))


class Email(Frozen):
    """A mail; `text` and `html` say the same. `headers` are those beyond what every mail has.

    `sender` is the name that mail programs show for the sender; empty: its address.
    """

    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()
    sender: str = ""


def plain_text(message: Email | str) -> str:
    """The words of a message on a channel that takes text alone."""
    return message.text if isinstance(message, Email) else message
