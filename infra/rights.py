"""The rights that people have over what is stored about them: to see it, and to have it erased."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.table import Table
from mentiondesk.domain.ids import IncidentId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.usecases.optimistic import kept, retried


class ScannedTable(Table, Protocol):
    """A table whose every item can be read, which the desk itself never does."""

    def scan(self) -> Iterator[Item]: ...


def items_about(table: ScannedTable, user: UserId) -> Iterator[Item]:
    """Every item about one person on X: their posts, cases with all that is in them, and what is counted of them."""
    return (item for item in table.scan() if _about(item, user))


def erase(table: ScannedTable, incidents: Incidents, user: UserId) -> int:
    """Removes every item about one person, and their words from incidents; returns the number of items."""
    found = list(table.scan())
    about = [item for item in found if _about(item, user)]
    for item in about:
        table.delete(item.key)
    for item in found:
        if item.key.sk == keys.INCIDENT:
            _leave(incidents, IncidentId(item.key.pk.removeprefix(keys.INCIDENT_PREFIX)), user)
    return len(about)


def _about(item: Item, user: UserId) -> bool:
    pk, sk = item.key
    if pk.startswith(keys.CASE_PREFIX):
        return pk.endswith(f"#{user}")
    if pk.startswith(keys.THREAD):
        return sk.endswith(f"#{user}")
    of_case = str(item.get("case_id") or "").endswith(f"#{user}")
    return item.get("author_id") == user or of_case or pk == keys.customer(user).pk or sk == f"{keys.PERSON}{user}"


def _leave(incidents: Incidents, incident_id: IncidentId, user: UserId) -> None:
    """Drops the samples of a person's posts from an incident."""

    def attempt(current: Incident | None) -> None:
        before = kept(current)
        samples = tuple(sample for sample in before.samples if sample.author_id != user)
        if samples != before.samples:
            incidents.save(incident_change(before, replace(before, samples=samples)))

    retried(incidents.get(incident_id), attempt)
