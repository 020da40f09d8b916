"""The checks find what they are for: each of these defects, put into the code, is a violation."""

import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest

from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.table import Update
from mentiondesk.domain.alerts.ledger import Outcome
from mentiondesk.domain.posts.post import Added, Post
from mentiondesk.ports.alerts import DueItem
from mentiondesk.ports.cases import Classified
from mentiondesk.usecases.alerts.delivery import Deliverer, Delivery
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff
from mentiondesk.usecases.intake.classify_mention import ClassifyMention
from mentiondesk.usecases.intake.fetch_mentions import _Run
from mentiondesk.values import replace
from tests.support.faults import CLASSIFY, FETCH, NOTIFY
from tests.support.faults_crash import AFTER, BEFORE, OfEachKind, Point, ScriptedAction, be_throttled, die, explore
from tests.support.faults_story import Story

pytestmark = pytest.mark.skipif(os.environ.get("FAULTS") != "all", reason="the longer form is for make faults")

STRICT = Story(brief=True, strict=True)
USUAL = Story(brief=True)


def _found(story: Story, deed: ScriptedAction, function: str, operation: str, when: str) -> str:
    """The outcome of the crashes that `make test` tries at points of this kind."""
    chosen = OfEachKind(story)

    def one_of_these(point: Point) -> bool:
        return chosen(point) and (point.function, point.operation, point.when) == (function, operation, when)

    return "\n".join(explore(story, one_of_these, deed, chosen.ending).violations)


def test_a_cursor_that_moves_before_the_posts_are_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_is = _Run._page

    def page_and_move(self: _Run, *arguments: Any) -> Any:
        page = as_it_is(self, *arguments)
        if page.newest is not None:
            self._move(replace(self.cursor, newest=page.newest))
        return page

    monkeypatch.setattr(_Run, "_page", page_and_move)
    assert "timelines" in _found(STRICT, die, FETCH, "dynamodb.PutItem", BEFORE)


def test_an_alert_recorded_before_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_is = Deliverer._send

    def record_and_send(self: Deliverer, delivery: Delivery) -> None:
        self._alerts.record(delivery.records(Outcome.SENT, self._now, delivery.channel, "soon", ""))
        as_it_is(self, delivery)

    monkeypatch.setattr(Deliverer, "_send", record_and_send)
    assert "recorded as sent and was not" in _found(USUAL, die, NOTIFY, "sesv2.SendEmail", BEFORE)


def test_a_case_marked_before_its_alerts_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_is = NotifyStaff._lease

    def lease_and_mark(self: NotifyStaff, items: Iterable[DueItem], run: Any) -> None:
        as_it_is(self, items, run)
        for task in run.tasks.values():
            self._alerts.done(task.lease, run.now, None, 0)

    monkeypatch.setattr(NotifyStaff, "_lease", lease_and_mark)
    assert "was never given" in _found(USUAL, die, NOTIFY, "sesv2.SendEmail", BEFORE)


def test_an_exception_swallowed_by_the_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    as_it_is = ClassifyMention.__call__

    def silently(self: ClassifyMention, post: Post, now: datetime) -> Classified | None:
        try:
            return as_it_is(self, post, now)
        except Exception:  # noqa: BLE001  the defect
            return None

    monkeypatch.setattr(ClassifyMention, "__call__", silently)
    assert "is not tagged" in _found(USUAL, be_throttled, CLASSIFY, "dynamodb.TransactWriteItems", BEFORE)


def test_a_text_that_counts_as_newer_than_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """`>=` for `>` where an edit is told from a post that is read again."""
    as_it_is = Posts._add

    def renew_always(self: Posts, post: Post) -> Added:
        found = as_it_is(self, post)
        if found is Added.KNOWN:
            self._table.update(Update(keys.post(post.post_id), {keys.TAGGED_AT: None}))
        return found

    monkeypatch.setattr(Posts, "_add", renew_always)
    assert "versions and was tagged" in _found(USUAL, die, FETCH, "dynamodb.PutItem", AFTER)
