"""What staff read: mails and texts about cases that need an answer, and about incidents."""

from mentiondesk.messages.notices import IncidentNotice, Notice
from mentiondesk.messages.writer import Writer

__all__ = ["IncidentNotice", "Notice", "Writer"]
