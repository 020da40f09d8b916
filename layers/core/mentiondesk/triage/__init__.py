"""Text → tags. Pure: no network, no state."""

from mentiondesk.triage.rules import triage

__all__ = ["triage"]
