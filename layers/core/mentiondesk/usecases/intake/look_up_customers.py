"""Cases with alerts to come → who their customers are, and how many people read them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.cases.commands import NoteReach
from mentiondesk.domain.ids import PostId
from mentiondesk.domain.posts.budget import Budget
from mentiondesk.domain.posts.cursor import LOOKUP
from mentiondesk.ports.cases import LookUpStore, WantedLookUp
from mentiondesk.ports.posts import CursorStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.x import PostLookUp, Seen, XRefuses, XUnavailable
from mentiondesk.usecases.cases.change_each import ChangeEach
from mentiondesk.values import Frozen

# Reads of the monthly budget that one customer costs: X bills a post as one, and its author as two.
READS_EACH = 3


class LookedUpCustomers(Frozen):
    """The outcome of one run: the number of customers that X told about, and why it told of none."""

    customers: int = 0
    failure: XRefuses | XUnavailable | None = None


class LookUpCustomers:
    """A run makes one request at most. What X refuses is tried again for some minutes, and then left out.

    No alert waits for it: a message shows what is known when it goes out.
    """

    def __init__(
        self,
        x: PostLookUp,
        wanted: LookUpStore,
        change: ChangeEach,
        cursors: CursorStore,
        settings: CurrentSettings,
    ) -> None:
        self._x = x
        self._wanted = wanted
        self._change = change
        self._cursors = cursors
        self._settings = settings

    def __call__(self, now: datetime) -> LookedUpCustomers:
        wanted = self._wanted.wanted(now, self._x.most) if self._settings().reach.look_up else ()
        # Without a customer to look up, the budget need not be read.
        wanted = wanted[: self._room(now)] if wanted else ()
        if not wanted:
            return LookedUpCustomers()
        try:
            seen = self._x.look_up([one.post_id for one in wanted], now)
        except (XRefuses, XUnavailable) as failure:
            return LookedUpCustomers(failure=failure)
        self._cursors.count_reads(now, LOOKUP, READS_EACH * len(seen))
        noted = self._noted(wanted, seen, now)
        # A post that X does not show is not asked about again.
        self._wanted.done([one for one in wanted if one in noted or one.post_id not in seen])
        return LookedUpCustomers(len(noted))

    def _room(self, now: datetime) -> int:
        """The number of customers whom this run may ask about, by the read budget."""
        monthly = self._settings().reading.monthly_reads
        return max(Budget(monthly, self._cursors.reads(now), now).left(LOOKUP) // READS_EACH, 0)

    def _noted(self, wanted: Sequence[WantedLookUp], seen: Mapping[PostId, Seen], now: datetime) -> list[WantedLookUp]:
        """The customers whose cases hold what X shows: all cases at once, and each that changed meanwhile by itself."""
        rules, event_id = self._settings().reach, f"{now:%Y-%m-%dT%H:%M:%S.%fZ}-desk-look-up"
        shown = [one for one in wanted if one.post_id in seen]
        found = [seen[one.post_id] for one in shown]
        commands = [NoteReach(*one, rules.attention(*one), rules.reach(*one)) for one in found]
        acts = [(one.case, command) for one, command in zip(shown, commands, strict=True)]
        done = self._change(DESK, acts, event_id, now)
        return [one for one, is_done in zip(shown, done, strict=True) if is_done]
