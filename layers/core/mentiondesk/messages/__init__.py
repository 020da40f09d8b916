"""What staff read: mails and texts about cases that need an answer."""

from mentiondesk.messages.notices import Notice
from mentiondesk.messages.writer import Writer

__all__ = ["Notice", "Writer"]
