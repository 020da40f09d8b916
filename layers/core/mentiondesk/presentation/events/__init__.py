"""Mails about endpoints of events."""
