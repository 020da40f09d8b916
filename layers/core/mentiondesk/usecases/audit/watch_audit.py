"""The time of the last audit → a trouble for the operators, where it is long ago."""

from collections.abc import Callable, Mapping
from datetime import datetime

from mentiondesk.domain.health import AUDIT_LATE
from mentiondesk.ports.audit import AuditStore

# A look at every tenth minute is soon enough for what runs each hour.
_EVERY = 10


class WatchAudit:
    """Looks whether audits end well. `since` tells when the desk was set up: a new desk has had none."""

    def __init__(self, audits: AuditStore, since: Callable[[], datetime]) -> None:
        self._audits = audits
        self._since = since

    def __call__(self, now: datetime) -> Mapping[str, int]:
        """The troubles that operators may have to hear of, by the names of their counts."""
        if now.minute % _EVERY:
            return {}
        last = self._audits.set_aside()
        return {"AuditStopped": int(now - (last.at if last else self._since()) > AUDIT_LATE)}
