"""The snapshot of a customer beside their case, in the reader's words."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from mentiondesk.domain.access.places import subject_path
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.customers.snapshot import Snapshot, waited_in
from mentiondesk.presentation.desk.entrance import Visitor
from mentiondesk.presentation.phrases import case_label
from mentiondesk.presentation.times import day, short_duration
from mentiondesk.presentation.wording import capitalised
from mentiondesk.values import Frozen


class OtherCase(Frozen):
    """Another case of the same customer. `words` are the customer's latest."""

    path: str
    what: str
    day: str
    state: str
    waited: str
    words: str


class SnapshotView(Frozen):
    """The lines of a snapshot; those that are empty are left out."""

    snapshot: Snapshot
    visitor: Visitor

    @property
    def since(self) -> str:
        first = self.snapshot.first_post_at
        say, zone = self.visitor.say, ZoneInfo(self.visitor.staff.zone)
        if first is None:
            return ""
        since = day(say, first.astimezone(zone).date())
        return say("desk.snapshot.since", day=since, count=self.snapshot.posts)

    @property
    def kinds(self) -> str:
        say, counted = self.visitor.say, (self.snapshot.kinds or {}).items()
        return ", ".join(
            say("desk.snapshot.kind", kind=say.label("kind", kind), count=count) for kind, count in counted
        )

    @property
    def waited(self) -> str:
        waited = self.snapshot.waited
        return self.visitor.say("desk.snapshot.waited", time=self._time(waited)) if waited is not None else ""

    @property
    def promise(self) -> str:
        say, made = self.visitor.say, self.snapshot.promise
        if made is None:
            return ""
        kept = say(f"desk.snapshot.kept.{made.kept}")
        what = say(f"desk.snapshot.promised.{made.clock}")
        return say("desk.snapshot.promise", what=what, by=self.visitor.at(made.by), kept=kept)

    @property
    def strikes(self) -> str:
        say, count = self.visitor.say, self.snapshot.strikes
        found = say("desk.snapshot.strikes", count=count) if count else ""
        return " · ".join(filter(None, (found, say("desk.snapshot.silenced") if self.snapshot.silenced else "")))

    @property
    def others(self) -> list[OtherCase]:
        return [self._other(one) for one in self.snapshot.others]

    def _other(self, case: Case) -> OtherCase:
        say, waited = self.visitor.say, waited_in(case)
        zone = ZoneInfo(self.visitor.staff.zone)
        return OtherCase(
            path=subject_path(case.case_id),
            what=capitalised(case_label(say, case)),
            day=day(say, case.opened_at.astimezone(zone).date()),
            state=say(f"desk.snapshot.state.{'waiting' if case.waiting else case.state}"),
            waited=say("desk.snapshot.waited", time=self._time(waited)) if waited is not None else "",
            words=case.words,
        )

    def _time(self, waited: timedelta) -> str:
        return short_duration(self.visitor.say, waited)
