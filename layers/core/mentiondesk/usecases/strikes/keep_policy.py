"""Strikes and measures: one person asks, another confirms, and the record keeps all of it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from mentiondesk.domain.access.actor import Actor, NotAllowed
from mentiondesk.domain.ids import CaseId, StaffId, UserId
from mentiondesk.domain.strikes import record as rule
from mentiondesk.domain.strikes.enforcement import Step, done_by_hand, steps
from mentiondesk.domain.strikes.record import CustomerRecord, Evidence, Measure, Standing, StrikeRules
from mentiondesk.domain.timeline import CustomerPosted
from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.ports.strikes import StrikeStore
from mentiondesk.usecases.optimistic import retried
from mentiondesk.values import Frozen

_Change = Callable[[CustomerRecord], CustomerRecord]


class PolicyView(Frozen):
    """A customer's record as staff see it: the strikes left, what X has yet to do, posts that can be evidence."""

    record: CustomerRecord
    rules: StrikeRules
    left: int
    steps: tuple[Step, ...] = ()
    posts: tuple[CustomerPosted, ...] = ()


class KeepPolicy:
    """Acts on a customer's record. Everybody may ask and withdraw; leads confirm what somebody else asked for."""

    def __init__(self, strikes: StrikeStore, cases: CaseStore, settings: CurrentSettings) -> None:
        self._strikes = strikes
        self._cases = cases
        self._settings = settings

    def look(self, case_id: CaseId, now: datetime) -> PolicyView:
        """The record of a case's customer."""
        record, rules = self._strikes.get(case_id.customer), self._settings().strikes
        return PolicyView(record, rules, record.left(rules, now), steps(record, now), tuple(self._posts(case_id)))

    def standing(self, customer: UserId, now: datetime) -> Standing:
        """The customer's standing. Without rules, nothing is read."""
        if not self._settings().strikes.rules:
            return Standing()
        record = self._strikes.get(customer)
        return Standing(record.silenced(now), bool(record.counting(now)))

    def strike(
        self, actor: Actor, case_id: CaseId, rule_id: str, post_ids: Sequence[str], event_id: str, now: datetime
    ) -> None:
        """Asks for a strike. Raises StrikesRefuse."""
        posts = [
            Evidence(post.post_id, rule.digest(post.words)) for post in self._posts(case_id) if post.post_id in post_ids
        ]
        by, rules = _person(actor), self._settings().strikes
        self._change(case_id, lambda one: rule.strike(one, rule_id, posts, by, event_id, now, rules))

    def confirm_strike(self, actor: Actor, case_id: CaseId, strike_id: str, now: datetime) -> None:
        """Raises StrikesRefuse, or NotAllowed for people who lead nobody."""
        by = _lead(actor)
        self._change(case_id, lambda one: rule.confirm_strike(one, strike_id, by, now))

    def withdraw(self, actor: Actor, case_id: CaseId, strike_id: str, reason: str, now: datetime) -> None:
        """Raises StrikesRefuse."""
        by, rules = _person(actor), self._settings().strikes
        self._change(case_id, lambda one: rule.withdraw_strike(one, strike_id, by, reason, now, rules))

    def ask(self, actor: Actor, case_id: CaseId, measure: Measure, event_id: str, now: datetime) -> None:
        """Asks for a measure. Raises StrikesRefuse."""
        by, rules = _person(actor), self._settings().strikes
        self._change(case_id, lambda one: rule.ask_for_measure(one, measure, by, event_id, now, rules, case_id))

    def confirm(self, actor: Actor, case_id: CaseId, measure_id: str, now: datetime) -> None:
        """Raises StrikesRefuse, or NotAllowed for people who lead nobody."""
        by, rules = _lead(actor), self._settings().strikes
        self._change(case_id, lambda one: rule.confirm_measure(one, measure_id, by, now, rules))

    def revoke(self, actor: Actor, case_id: CaseId, measure_id: str, reason: str, now: datetime) -> None:
        """Raises StrikesRefuse."""
        by = _person(actor)
        self._change(case_id, lambda one: rule.revoke(one, measure_id, by, reason, now))

    def done(self, actor: Actor, case_id: CaseId, step: str, now: datetime) -> None:
        """Says that a task of a measure is done in X's app. Raises StrikesRefuse."""
        by = _person(actor)
        self._change(case_id, lambda one: done_by_hand(one, step, by, now))

    def _posts(self, case_id: CaseId) -> list[CustomerPosted]:
        """The customer's posts whose words are there."""
        return [one for one in self._cases.timeline(case_id) if isinstance(one, CustomerPosted) and one.words]

    def _change(self, case_id: CaseId, change: _Change) -> None:
        def attempt(record: CustomerRecord | None) -> None:
            self._strikes.save(change(record or CustomerRecord(case_id.customer)))

        retried(self._strikes.get(case_id.customer), attempt)


def _person(actor: Actor) -> StaffId:
    if actor.by is None:
        raise NotAllowed
    return actor.by


def _lead(actor: Actor) -> StaffId:
    if not actor.leads:
        raise NotAllowed
    return _person(actor)
