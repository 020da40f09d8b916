"""The acts of staff in a day, counted by their kind."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from mentiondesk.adapters.storage.stores.timelines import TYPE
from mentiondesk.domain.ids import StaffId

_MOST_NAMED = 8
# Entries that are posts on X; those of the brand name their author, too.
_POSTS = ("customer_posted", "brand_posted")


def acts(items: Iterable[dict[str, Any]], staff: Iterable[StaffId]) -> Counter[str]:
    """The number of acts by people in the timelines of cases and incidents, by the name of their type."""
    people = set(staff)
    by_person = (item for item in items if item["sk"]["S"].startswith("T#") and _by(item) in people)
    return Counter(kind for item in by_person if (kind := item[TYPE]["S"]) not in _POSTS)


def _by(item: dict[str, Any]) -> str:
    return str(item.get("by", {}).get("S", ""))


def told(counted: Counter[str]) -> str:
    """The counts as a sentence, like "Staff acted 12 times at the desk: claimed 7, noted 5."."""
    named = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counted.most_common(_MOST_NAMED))
    return f"Staff acted {counted.total()} times at the desk{': ' if named else ''}{named}."
