"""Looks posts of open cases up at X again: forgets those that are gone, and notes those that draw more attention."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched, islice

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.cases.case import Case, CaseRefuses
from mentiondesk.domain.cases.commands import NoteAttention
from mentiondesk.domain.ids import CaseId, PostId
from mentiondesk.domain.posts.budget import Budget
from mentiondesk.domain.posts.cursor import LOOKUP
from mentiondesk.domain.posts.post import Added
from mentiondesk.domain.posts.profile import PublicMetrics
from mentiondesk.domain.timeline import BrandPosted, CustomerPosted
from mentiondesk.ports.alerts import AlertStore
from mentiondesk.ports.cases import CaseBatches, CaseStore
from mentiondesk.ports.posts import CursorStore, PostStore
from mentiondesk.ports.runtime import CurrentSettings, TimeLeft
from mentiondesk.ports.storage import AlreadyDone, SubjectGone
from mentiondesk.ports.x import PostWatch, XUnavailable
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.intake.forget_post import ForgetPost
from mentiondesk.values import replace

# An answer is looked at soon after it was given, when its writer may have taken it back, and daily for some days.
_ANSWER_AGES = (timedelta(minutes=5), timedelta(minutes=60))
_ANSWERS_WATCHED = timedelta(days=3)
# The time between two looks at what is due soon.
_PAUSE = timedelta(minutes=4)
# Longer than the pause and a late run after it, so that each alert is looked at before it is due.
_AHEAD = timedelta(minutes=6)
# A younger post was read a moment ago.
_FRESH = timedelta(minutes=3)
# X wants deleted posts forgotten within 24 hours (docs.x.com, developer policy): each is looked at sooner.
_EVERY = timedelta(hours=20)
# Ids in one request (docs.x.com, Posts lookup).
_MOST_IDS = 100
_MOST_CASES = 5000
_MOST_POSTS_OF_A_CASE = 50
_RESERVE = timedelta(seconds=15)
_Posted = tuple[PostId, CaseId | None]
_PostedAt = tuple[PostId, CaseId | None, datetime]


@dataclass(slots=True)
class LookedAgain:
    """The outcome of one run: posts looked up, those of which X charged, those forgotten, and cases that grew."""

    looked: int = 0
    charged: int = 0
    gone: int = 0
    grew: int = 0


class LookAgain:
    """Looks at the cases with an alert to come soon or an answer of late and, about once a day, at all open ones.

    It rests for some minutes after a complete look; a new instance begins with one. X charges for a post once in a
    UTC day, so that a post which was read today costs nothing more.
    """

    def __init__(
        self,
        x: PostWatch,
        posts: PostStore,
        cases: CaseStore,
        batches: CaseBatches,
        alerts: AlertStore,
        cursors: CursorStore,
        forget: ForgetPost,
        change: ChangeCase,
        settings: CurrentSettings,
    ) -> None:
        self._x = x
        self._posts = posts
        self._cases = cases
        self._batches = batches
        self._alerts = alerts
        self._cursors = cursors
        self._forget = forget
        self._change = change
        self._settings = settings
        self._rests_until: datetime | None = None

    def __call__(self, now: datetime, time_left: TimeLeft) -> LookedAgain:
        """Looks up posts within the read budget. Raises XRefuses, CaseChanged or IncidentChanged."""
        if self._rests_until is not None and now < self._rests_until:
            return LookedAgain()
        outcome = LookedAgain()
        if self._look_at_all(now, time_left, outcome):
            self._rests_until = now + _PAUSE
        return outcome

    def _look_at_all(self, now: datetime, time_left: TimeLeft, outcome: LookedAgain) -> bool:
        """False where the run ended before everything was looked at."""
        most = Budget(self._settings().reading.monthly_reads, self._cursors.reads(now), now).left(LOOKUP)
        soon = now + _AHEAD
        due = (*self._alerts.critical_due(soon, _MOST_CASES), *self._alerts.due(soon, _MOST_CASES))
        cases = dict.fromkeys(item.subject_id for item in due if isinstance(item.subject_id, CaseId))
        looks = [self._look(cases, now, time_left, most, outcome)]
        for age in _ANSWER_AGES:
            answered = self._cases.idle(now - age - _AHEAD, now - age, _MOST_CASES)
            looks.append(self._look(answered, now, time_left, most, outcome))
        last = self._cursors.looked_again_at()
        if last is None or now - last >= _EVERY:
            looks.append(self._look(self._open(now), now, time_left, most, outcome))
            if looks[-1]:
                self._cursors.note_looked_again(now)
        return all(looks)

    def _open(self, now: datetime) -> Iterator[CaseId]:
        """The cases in which a customer waits, and those answered in the last days."""
        yield from self._cases.open(_MOST_CASES)
        yield from self._cases.idle(now - _ANSWERS_WATCHED, now, _MOST_CASES)

    def _look(
        self, cases: Iterable[CaseId], now: datetime, time_left: TimeLeft, most: int, outcome: LookedAgain
    ) -> bool:
        """False where the run ended before all were looked at."""
        for part in _parts(self._posted(cases, now)):
            if outcome.charged + len(part) > most or time_left() < _RESERVE:
                return False
            try:
                self._look_up(dict(part), now, outcome)
            except XUnavailable:
                return False
        return True

    def _posted(self, cases: Iterable[CaseId], now: datetime) -> Iterator[_Posted]:
        """The posts of the cases, those of a customer with their case, but for those that were read a moment ago.

        A case of one post says itself which that is; of the others, the timelines are read.
        """
        for some in batched(cases, _MOST_IDS):
            held = {case.case_id: case for case in self._batches.get_each(some)}
            for case_id in some:
                posts = _only_post(held.get(case_id)) or self._in_timeline(case_id)
                yield from [(post_id, of) for post_id, of, at in posts if now - at > _FRESH][-_MOST_POSTS_OF_A_CASE:]

    def _in_timeline(self, case_id: CaseId) -> Iterable[_PostedAt]:
        for entry in self._cases.timeline(case_id):
            if isinstance(entry, CustomerPosted | BrandPosted) and entry.gone_at is None:
                yield entry.post_id, case_id if isinstance(entry, CustomerPosted) else None, entry.at

    def _look_up(self, posts: Mapping[PostId, CaseId | None], now: datetime, outcome: LookedAgain) -> None:
        ids = list(posts)
        found = self._x.shown(ids, now)
        # A version that is looked up by its own id is no news of an edit.
        seen = self._posts.add_all([replace(post, seen_at=now, edits=0) for post in found.found])
        charged = seen.count(Added.KNOWN_EARLIER_DAY)
        if charged:
            self._cursors.count_reads(now, LOOKUP, charged)
        outcome.looked += len(ids)
        outcome.charged += charged
        outcome.gone += sum(self._forget(post_id, now) for post_id in sorted(found.gone))
        for post_id, metrics in found.metrics.items():
            case_id = posts.get(post_id)
            if case_id is not None:
                outcome.grew += self._noted(case_id, post_id, metrics, now)

    def _noted(self, case_id: CaseId, post_id: PostId, metrics: PublicMetrics, now: datetime) -> bool:
        """True when more people read or join the complaint than its case knew of."""
        rules = self._settings().reach
        if not metrics.reposts and not rules.attention(None, metrics):
            return False
        case = self._cases.get(case_id)
        profile = case.profile if case is not None else None
        command = NoteAttention(rules.attention(profile, metrics), metrics, rules.reach(profile, metrics))
        try:
            self._change(DESK, case_id, command, f"{now:%Y-%m-%dT%H:%M:%S.%fZ}-desk-attention-{post_id}", now)
        except (CaseRefuses, AlreadyDone, SubjectGone):
            return False
        return True


def _only_post(case: Case | None) -> Sequence[_PostedAt]:
    """The customer's post where the case has no other; else nothing."""
    if case is None or case.posts != 1 or case.post_id is None or case.said_at is None:
        return ()
    return ((case.post_id, case.case_id, case.said_at),)


def _parts(posts: Iterable[_Posted]) -> Iterator[Sequence[_Posted]]:
    left = iter(posts)
    while part := tuple(islice(left, _MOST_IDS)):
        yield part
