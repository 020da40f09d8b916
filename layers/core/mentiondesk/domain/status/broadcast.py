"""Progress of one update on its way to the subscribers."""

from datetime import datetime

from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.status.subscribers import SubscriberId
from mentiondesk.values import Frozen


class Broadcast(Frozen):
    """One update on its way to the subscribers: leased until `until`, mailed up to and including `reached`."""

    incident_id: IncidentId
    update_id: str
    until: datetime
    reached: SubscriberId | None = None
