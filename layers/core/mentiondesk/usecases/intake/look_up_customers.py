"""Cases with alerts to come → who their customers are, and how many people read them."""

from datetime import datetime

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.cases.commands import NoteReach
from mentiondesk.domain.posts.budget import Budget
from mentiondesk.domain.posts.cursor import LOOKUP
from mentiondesk.ports.cases import CaseChanged, LookUpStore, WantedLookUp
from mentiondesk.ports.posts import CursorStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.ports.x import PostLookUp, Seen, XRefuses, XUnavailable
from mentiondesk.usecases.cases.change_case import ChangeCase
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
        change: ChangeCase,
        cursors: CursorStore,
        settings: CurrentSettings,
    ) -> None:
        self._x = x
        self._wanted = wanted
        self._change = change
        self._cursors = cursors
        self._settings = settings

    def __call__(self, now: datetime) -> LookedUpCustomers:
        room = self._room(now)
        wanted = self._wanted.wanted(now, room) if room else ()
        if not wanted:
            return LookedUpCustomers()
        try:
            seen = self._x.look_up([one.post_id for one in wanted], now)
        except (XRefuses, XUnavailable) as failure:
            return LookedUpCustomers(failure=failure)
        self._cursors.count_reads(now, LOOKUP, READS_EACH * len(seen))
        return LookedUpCustomers(sum(self._noted(one, seen.get(one.post_id), now) for one in wanted))

    def _room(self, now: datetime) -> int:
        """The number of customers whom this run may ask about, by the read budget and X's longest request."""
        settings = self._settings()
        left = Budget(settings.reading.monthly_reads, self._cursors.reads(now), now).left(LOOKUP)
        return min(self._x.most, left // READS_EACH) if settings.reach.look_up else 0

    def _noted(self, wanted: WantedLookUp, seen: Seen | None, now: datetime) -> bool:
        """True when the case holds what X shows. A post that X does not show is not asked about again."""
        if seen is not None:
            rules = self._settings().reach
            command = NoteReach(*seen, rules.attention(*seen), rules.reach(*seen))
            try:
                self._change(DESK, wanted.case_id, command, f"{now:%Y-%m-%dT%H:%M:%S.%fZ}-desk-look-up", now)
            except CaseChanged:
                return False
            except (AlreadyDone, SubjectGone):
                seen = None
        self._wanted.done(wanted)
        return seen is not None
