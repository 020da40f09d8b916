"""Saved views of the list: everybody keeps their own, leads keep the team's."""

from collections.abc import Callable
from datetime import datetime

from mentiondesk.domain.access.actor import Actor, NotAllowed
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.views import SavedView, Views
from mentiondesk.ports.views import ViewStore
from mentiondesk.usecases.optimistic import retried


class KeepViews:
    """Lists, saves and removes views."""

    def __init__(self, views: ViewStore) -> None:
        self._views = views
        # The views read last, by person, with the number of acts that had been done on the desk by then.
        self._read: dict[StaffId, tuple[int, tuple[Views, Views]]] = {}

    def of(self, actor: Actor, acts: int) -> tuple[Views, Views]:
        """The team's views and the person's own.

        `acts`: the count of acts on the desk, which grows with each change of views; without news nothing is read.
        """
        known = self._read.get(_person(actor))
        if known is None or known[0] != acts:
            known = self._read[_person(actor)] = acts, self._views.of(_person(actor))
        return known[1]

    def save(self, actor: Actor, view_id: str, name: str, query: str, shared: bool, now: datetime) -> None:
        """Keeps a choice of the list under a name; the same `view_id` is kept once.

        Raises NotAllowed where somebody who leads nobody shares one, ViewsRefuse, or ViewsChanged.
        """
        view = SavedView(view_id, name, query, _person(actor), now)
        self._change(_owner(actor, shared), lambda views: views.with_view(view))

    def remove(self, actor: Actor, view_id: str, shared: bool) -> None:
        """Removes a view; nothing happens where it is gone. Raises NotAllowed or ViewsChanged."""
        self._change(_owner(actor, shared), lambda views: views.without(view_id))

    def _change(self, owner: StaffId | None, change: Callable[[Views], Views]) -> None:
        def attempt(views: Views | None) -> None:
            before = views or Views(owner)
            after = change(before)
            if after is not before:
                self._views.save(after)

        retried(self._views.get(owner), attempt)


def _person(actor: Actor) -> StaffId:
    if actor.by is None:
        raise NotAllowed
    return actor.by


def _owner(actor: Actor, shared: bool) -> StaffId | None:
    """The owner of the list that changes: nobody for the team's. Raises NotAllowed."""
    if shared and not actor.leads:
        raise NotAllowed
    return None if shared else _person(actor)
