"""Posts on X about an incident, written by the desk and sent by a person alone."""

from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.values import Frozen, replace

MOST_WEIGHT = 280
# X counts every link as this many characters, whatever its length.
LINK_WEIGHT = 23
# Characters that count as one; all others count as two. Source: twitter-text, config/v3.json.
_LIGHT = (range(4352), range(8192, 8206), range(8208, 8224), range(8242, 8248))


class Occasion(StrEnum):
    """The occasion of a draft: an incident has one draft for each."""

    PUBLISHED = "published"
    RESOLVED = "resolved"


class Draft(Frozen):
    """A post that waits for approval. `link` is posted after the text, where X's price is accepted."""

    incident_id: IncidentId
    occasion: Occasion
    text: str
    drafted_at: datetime
    link: str | None = None
    approved_by: StaffId | None = None
    approved_at: datetime | None = None

    @property
    def post(self) -> str:
        """All that is posted."""
        return f"{self.text} {self.link}" if self.link else self.text

    @property
    def intent(self) -> str:
        """The address at which a person posts it, signed in to X as the brand."""
        return f"https://x.com/intent/post?text={quote(self.post, safe='')}"

    def approved(self, by: StaffId, at: datetime) -> "Draft":
        """Approved once: the first yes stays."""
        return self if self.approved_by else replace(self, approved_by=by, approved_at=at)


def weight(text: str) -> int:
    """The length that X counts for a text without links, or more: an emoji of many characters may count as less."""
    return sum(1 if any(ord(c) in light for light in _LIGHT) else 2 for c in text)


def draft_text(before: str, title: str, after: str, *, with_link: bool) -> str:
    """The title between two sentences, cut so that the post with its link is short enough for X."""
    room = MOST_WEIGHT - weight(before) - weight(after) - (LINK_WEIGHT + 1 if with_link else 0)
    return before + _cut(title, room) + after


def _cut(text: str, room: int) -> str:
    if weight(text) <= room:
        return text
    while text and weight(text) > room - weight("…"):
        text = text[:-1]
    return text.rstrip() + "…"
