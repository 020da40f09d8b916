"""Saved views: names for choices of the list, each a person's own or shared with the team."""

from collections.abc import Iterator
from datetime import datetime

from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.text import clean
from mentiondesk.values import Frozen, replace

# The bar beside the tabs has room for so many of each sort.
MOST = 12
LONGEST_NAME = 40


class ViewsRefuse(Exception):
    """The act does not fit the saved views; each reason is a type of its own."""


class TooManyViews(ViewsRefuse):
    """There is no room for another one."""


class NameTaken(ViewsRefuse):
    """Another view of the same list has this name."""


class NoName(ViewsRefuse):
    """The name is empty, or too long."""


class SavedView(Frozen):
    """A name for the query string of a list, as its page writes it."""

    view_id: str
    name: str
    query: str
    by: StaffId
    at: datetime


class Views(Frozen):
    """A list of saved views: those of a person, or (`owner` None) of the team. `version` guards writes."""

    owner: StaffId | None
    views: tuple[SavedView, ...] = ()
    version: int = 0

    def __iter__(self) -> Iterator[SavedView]:
        return iter(self.views)

    def with_view(self, view: SavedView) -> "Views":
        """The list with one more view; the same list where it holds this very view. Raises ViewsRefuse."""
        if view.view_id in {one.view_id for one in self.views}:
            return self
        name = clean(view.name)
        if not 0 < len(name) <= LONGEST_NAME:
            raise NoName
        if name.casefold() in {one.name.casefold() for one in self.views}:
            raise NameTaken
        if len(self.views) >= MOST:
            raise TooManyViews
        return replace(self, views=(*self.views, replace(view, name=name)))

    def without(self, view_id: str) -> "Views":
        """The list without a view; the same list where it holds none of this id."""
        left = tuple(one for one in self.views if one.view_id != view_id)
        return self if len(left) == len(self.views) else replace(self, views=left)
