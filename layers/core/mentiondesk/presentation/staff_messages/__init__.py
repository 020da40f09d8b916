"""Mails and texts to staff about cases and incidents."""

from mentiondesk.presentation.staff_messages.writer import StaffMessages

__all__ = ["StaffMessages"]
