"""What staff read: mails and texts about cases that need an answer, and about incidents."""

from mentiondesk.presentation.staff_messages.notices import IncidentNotice, Notice
from mentiondesk.presentation.staff_messages.writer import Writer

__all__ = ["IncidentNotice", "Notice", "Writer"]
