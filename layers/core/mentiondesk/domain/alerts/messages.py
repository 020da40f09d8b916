"""Messages to staff and subscribers, ready to send."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # What noticing knows takes a while to read, and only two functions notice.
    pass


@dataclass(frozen=True, slots=True)
class Email:
    """One mail: `text` and `html` say the same. `headers` are those beyond what every mail has."""

    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = ()
