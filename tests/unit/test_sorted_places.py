"""Sorted places answer as a sorted list does."""

from bisect import bisect_left, bisect_right

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentiondesk.adapters.storage import sorted_places
from mentiondesk.adapters.storage.keys import Key
from mentiondesk.adapters.storage.sorted_places import SortedPlaces

_STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=120)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_places, "_LONGEST_BLOCK", 3)


def place(number: int) -> tuple[int, Key]:
    return number, Key("pk", str(number))


@settings(deadline=None)
@given(_STEPS, st.integers(-1, 41), st.integers(0, 45), st.integers(0, 45))
def test_it_holds_what_a_sorted_list_holds(steps: list[tuple[bool, int]], asked: int, start: int, end: int) -> None:
    places, known = SortedPlaces(), set[int]()
    for add, number in steps:
        if add and number not in known:
            places.add(place(number))
            known.add(number)
        elif not add and number in known:
            places.remove(place(number))
            known.remove(number)
    ordered = [place(number) for number in sorted(known)]
    assert places.between(0, len(places)) == ordered
    assert places.between(start, end) == ordered[start:end]
    assert bool(places) is bool(ordered)
    assert not ordered or places.first == ordered[0]
    assert places.before(place(asked)) == bisect_left(ordered, place(asked))
    assert places.up_to(place(asked)) == bisect_right(ordered, place(asked))
