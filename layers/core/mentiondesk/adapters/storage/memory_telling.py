"""Drafts, subscribers and how far they have been told, in memory, keeping the same promises as the table."""

from dataclasses import replace
from datetime import datetime

from mentiondesk.domain.ids import IncidentId, StaffId
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.status.broadcast import Broadcast
from mentiondesk.domain.status.hosted import HostedSync
from mentiondesk.domain.status.subscribers import Subscriber, SubscriberId
from mentiondesk.ports.status import LeaseLost


class MemoryDrafts:
    """DraftStore in memory."""

    def __init__(self) -> None:
        self.drafts: dict[tuple[IncidentId, Occasion], Draft] = {}

    def add(self, draft: Draft) -> bool:
        known = (draft.incident_id, draft.occasion) in self.drafts
        self.drafts.setdefault((draft.incident_id, draft.occasion), draft)
        return not known

    def get(self, incident_id: IncidentId, occasion: Occasion) -> Draft | None:
        return self.drafts.get((incident_id, occasion))

    def of(self, incident_id: IncidentId) -> list[Draft]:
        found = [draft for (about, _), draft in self.drafts.items() if about == incident_id]
        return sorted(found, key=lambda draft: draft.occasion)

    def approve(self, incident_id: IncidentId, occasion: Occasion, by: StaffId, at: datetime) -> Draft | None:
        draft = self.get(incident_id, occasion)
        if draft is None:
            return None
        self.drafts[incident_id, occasion] = draft.approved(by, at)
        return self.drafts[incident_id, occasion]


class MemoryPushed:
    """HostedSyncStore in memory."""

    def __init__(self) -> None:
        self.pushed: dict[IncidentId, HostedSync] = {}
        self._leased: dict[IncidentId, datetime] = {}

    def get(self, incident_id: IncidentId) -> HostedSync | None:
        return self.pushed.get(incident_id)

    def lease(self, incident_id: IncidentId, now: datetime, until: datetime) -> bool:
        if self._leased.get(incident_id, now) > now:
            return False
        self._leased[incident_id] = until
        return True

    def save(self, pushed: HostedSync) -> None:
        self.pushed[pushed.incident_id] = pushed
        self._leased.pop(pushed.incident_id, None)


class MemorySubscribers:
    """SubscriberStore in memory."""

    def __init__(self) -> None:
        self._asked: dict[SubscriberId, Subscriber] = {}
        self._confirmed: dict[SubscriberId, Subscriber] = {}

    def ask(self, subscriber: Subscriber, unless_since: datetime) -> bool:
        before = self._asked.get(subscriber.subscriber_id)
        if subscriber.subscriber_id in self._confirmed or (before and before.asked_at > unless_since):
            return False
        self._asked[subscriber.subscriber_id] = subscriber
        return True

    def asked(self, subscriber_id: SubscriberId) -> Subscriber | None:
        return self._asked.get(subscriber_id)

    def confirm(self, subscriber: Subscriber) -> None:
        self._confirmed[subscriber.subscriber_id] = subscriber

    def get(self, subscriber_id: SubscriberId) -> Subscriber | None:
        return self._confirmed.get(subscriber_id)

    def remove(self, subscriber_id: SubscriberId) -> None:
        self._asked.pop(subscriber_id, None)
        self._confirmed.pop(subscriber_id, None)

    def page(self, after: SubscriberId | None, limit: int) -> list[Subscriber]:
        return [self._confirmed[one] for one in sorted(self._confirmed) if after is None or one > after][:limit]


class MemoryTellings:
    """BroadcastStore in memory."""

    def __init__(self) -> None:
        self._tellings: dict[tuple[IncidentId, str], Broadcast] = {}
        self._free: set[tuple[IncidentId, str]] = set()
        self.done: set[tuple[IncidentId, str]] = set()

    def lease(self, incident_id: IncidentId, update_id: str, now: datetime, until: datetime) -> Broadcast | None:
        key = (incident_id, update_id)
        before = self._tellings.get(key)
        if key in self.done or (before is not None and key not in self._free and before.until > now):
            return None
        self._free.discard(key)
        self._tellings[key] = Broadcast(incident_id, update_id, until, before.reached if before else None)
        return self._tellings[key]

    def reach(self, telling: Broadcast, subscriber_id: SubscriberId) -> Broadcast:
        key = (telling.incident_id, telling.update_id)
        if key in self._free or self._tellings[key].until != telling.until:
            raise LeaseLost
        self._tellings[key] = replace(telling, reached=subscriber_id)
        return self._tellings[key]

    def release(self, telling: Broadcast, done: bool) -> None:
        key = (telling.incident_id, telling.update_id)
        if key not in self._free and self._tellings[key].until == telling.until:
            self._free.add(key)
            self.done |= {key} if done else set()
