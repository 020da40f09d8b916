"""The checks of a reply: every rule, applied to one text."""

from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.checks.findings import Finding


def check(text: str, context: CheckContext) -> tuple[Finding, ...]:
    """The rules that the reply breaks, the heaviest first."""
    del text, context
    return ()
