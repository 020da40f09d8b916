"""Messages to staff and subscribers, ready to send."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Email:
    """One mail: `text` and `html` say the same. `headers` are those beyond what every mail has."""

    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()
