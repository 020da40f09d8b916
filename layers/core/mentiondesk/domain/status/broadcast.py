"""Progress of one update on its way to the subscribers."""

from dataclasses import dataclass
from datetime import datetime

from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.status.subscribers import SubscriberId


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One update on its way to the subscribers: leased until `until`, mailed up to and including `reached`."""

    incident_id: IncidentId
    update_id: str
    until: datetime
    reached: SubscriberId | None = None
