"""The group `replies` of the settings: what it refuses, and what it becomes."""

import time
from datetime import date, timedelta
from decimal import Decimal

import pytest

from mentiondesk.domain.replies.finding import Outcome
from mentiondesk.domain.replies.rules import ApprovalRules, OwnRule, ReplyRules, Unattended, is_new
from mentiondesk.settings.patterns import safe_pattern
from mentiondesk.settings.problems import SettingsInvalid
from mentiondesk.settings.to_domain import parse_settings

BASE = {
    "brand": {"name": "Shop", "user_id": "1", "handle": "shop"},
    "staff": [{"id": "ana", "name": "Ana", "email": "a@example.com", "roles": ["lead"], "started": "2026-05-01"}],
}


def rules(**replies: object) -> ReplyRules:
    return parse_settings({**BASE, "replies": replies}).replies


def problem(**replies: object) -> str:
    with pytest.raises(SettingsInvalid) as found:
        rules(**replies)
    return str(found.value)


def test_without_the_group_the_defaults_hold() -> None:
    assert parse_settings(BASE).replies == ReplyRules()


def test_keys_become_rules() -> None:
    made = rules(
        undo={"public": "30s"},
        prices=[{"since": "2027-01-01", "summoned": 0.02, "plain": 0.03, "with_link": 0.3}],
        approval={"followers": None, "nobody_on_duty": "release"},
        rules=[{"id": "r", "outcome": "hold", "sentence": "No.", "phrases": "free gift*"}],
        saved=[{"id": "s", "title": "S", "text": "Hi {first_name|there}", "owner": "ana"}],
    )
    assert made.undo_public == timedelta(seconds=30)
    assert made.prices[0].with_link == Decimal("0.3")
    assert (made.approval.followers, made.approval.nobody_on_duty) == (None, Unattended.RELEASE)
    assert made.checks.own_rules == (OwnRule("r", Outcome.HOLD, "No.", ("free gift*",)),)
    assert (made.saved[0].texts, made.saved[0].owner) == (("Hi {first_name|there}",), "ana")


def test_slips_are_named_with_what_would_be_right() -> None:
    assert "knows {first_name}" in problem(saved=[{"id": "s", "title": "S", "text": "Hi {name}"}])
    assert "either phrases or a pattern" in problem(rules=[{"id": "r", "outcome": "warn", "sentence": "No."}])
    assert "ids must differ" in problem(saved=[{"id": "s", "title": "S", "text": "a"}] * 2)
    assert "nobody in staff" in problem(saved=[{"id": "s", "title": "S", "text": "a", "owner": "bo"}])
    assert "without https://" in problem(own_domains=["https://example.com"])


UNSAFE = ["(a+)+$", "(a|aa)+b", "(.*)*x", r"\d+\s*\w+", r"(\w+)\1", "(?=a)b", ".{0,50}.{0,50}x", "a{0,999}{0,999}"]


@pytest.mark.parametrize("pattern", UNSAFE)
def test_patterns_that_can_blow_up_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"could take very long|not a pattern"):
        safe_pattern(pattern)


@pytest.mark.parametrize("pattern", ["a*", "x?", "", "(a|)", r"\s*", ".*", r"\b"])
def test_patterns_that_fit_every_text_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="fits every text"):
        safe_pattern(pattern)


@pytest.mark.parametrize("pattern", [r"\b(foo|bar)s?\b", r"\d+ days", r"order\s?#?\d{4,12}", "(?:very ){1,3}good"])
def test_useful_patterns_pass_and_are_quick(pattern: str) -> None:
    rule = OwnRule("r", Outcome.BLOCK, "No.", pattern=safe_pattern(pattern)).compiled()
    began = time.perf_counter()
    rule.search("a1 very order 1 " * 60)
    assert time.perf_counter() - began < 0.2


def test_phrases_find_endings_alternatives_and_gaps() -> None:
    rule = OwnRule("r", Outcome.BLOCK, "No.", ("refund* ... after 30/thirty days",)).compiled()
    assert rule.search("We give refunds even after thirty days, promised.")
    assert rule.search("Refunding you after 30 days.")
    assert not rule.search("No refund. We are open on all days after 30 May.")


def test_an_agent_is_new_for_the_first_days() -> None:
    week = ApprovalRules()
    assert is_new(date(2026, 5, 1), date(2026, 5, 7), week)
    assert not is_new(date(2026, 5, 1), date(2026, 5, 8), week)
    assert not is_new(None, date(2026, 5, 1), week)
    assert parse_settings(BASE).roster.staff[0].started == date(2026, 5, 1)
