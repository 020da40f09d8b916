"""Mails to subscribers of the status page."""

from mentiondesk.presentation.customer_mails.writer import CustomerMails

__all__ = ["CustomerMails"]
