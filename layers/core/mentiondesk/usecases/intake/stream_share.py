"""The share of complaints in the brand's own stream, estimated from counts while posts are classified."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from mentiondesk.ports.triage import ScoreStore

# Counts go to the store when there are so many, or when the last ones went there so long ago.
_MOST_PENDING, _LONGEST_PENDING = 20, timedelta(minutes=5)
# The store is read again after this time, since other copies of the function count as well.
_READ_EVERY = timedelta(hours=1)


class StreamShare:
    """Call it for the share, 0 to 1; `heard` counts a post.

    A post that is delivered twice counts twice, and counts that a crash loses are not made up for: a share needs no
    exact count.
    """

    def __init__(
        self,
        store: ScoreStore,
        estimate: Callable[[Mapping[int, int]], float],
        bin_of: Callable[[float], int],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._estimate = estimate
        self._bin_of = bin_of
        self._now = now
        self._pending: Counter[int] = Counter()
        self._added_at: datetime | None = None
        self._read_at: datetime | None = None
        self._share = 0.0

    def __call__(self) -> float:
        now = self._now()
        if self._read_at is None or now - self._read_at >= _READ_EVERY:
            self._share, self._read_at = self._estimate(self._store.load(now)), now
        return self._share

    def heard(self, chance: float) -> None:
        """Counts a post by the probability that it is a complaint."""
        now = self._now()
        self._pending[self._bin_of(chance)] += 1
        waited = self._added_at is None or now - self._added_at >= _LONGEST_PENDING
        if waited or self._pending.total() >= _MOST_PENDING:
            counts, self._pending = self._pending, Counter()
            self._added_at = now
            self._store.add(counts, now)
