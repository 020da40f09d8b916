"""AWS fails: throttles, conflicts, leaves writes undone, shows old indexes, refuses mail. Nothing is missing after."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.support.builders import NOON
from tests.support.faults import CLASSIFY, FETCH, MINUTE, NOTIFY, Call, FaultyDesk, Instead, Meddler, refusal
from tests.support.faults_check import Allowance, Ending, held, violations
from tests.support.faults_crash import BEFORE, OfEachKind, Point, be_throttled, explore
from tests.support.faults_fork import side_by_side
from tests.support.faults_story import Story

STORY = Story(brief=True)
_ANA = "ana@example.com"


@dataclass
class Refusing(Meddler):
    """AWS refuses some calls, in the minutes from `begins` to before `ends`, or only `times` times."""

    desk: FaultyDesk
    code: str
    concerns: Callable[[Call], bool]
    begins: int = 3
    ends: int = 13
    times: int = 10_000
    more: dict[str, Any] = field(default_factory=dict)

    def before(self, call: Call) -> None:
        minute = (self.desk.clock.now() - NOON) / MINUTE
        if self.begins <= minute < self.ends and self.times > 0 and self.concerns(call):
            self.times -= 1
            raise refusal(call, self.code, **self.more)


class LeavingUndone(Meddler):
    """AWS leaves the last write of each batch unprocessed on the first call."""

    def __init__(self) -> None:
        self._again = False

    def before(self, call: Call) -> None:
        if call.operation != "dynamodb.BatchWriteItem":
            return
        self._again = not self._again
        ((table, writes),) = call.params["RequestItems"].items()
        self._undone = {table: [writes[-1]]} if self._again else {}
        if self._again and len(writes) == 1:
            raise Instead({"UnprocessedItems": self._undone})
        if self._again:
            call.params["RequestItems"] = {table: writes[:-1]}

    def after(self, call: Call, answer: Any) -> Any:
        if call.operation == "dynamodb.BatchWriteItem":
            return answer | {"UnprocessedItems": self._undone}
        return answer


class StaleIndex(Meddler):
    """The due index shows what it held the time before."""

    def __init__(self) -> None:
        self._shown: dict[str, Any] = {}

    def after(self, call: Call, answer: Any) -> Any:
        if "IndexName" not in call.params:
            return answer
        shard = str(call.params["ExpressionAttributeValues"][":shard"])
        stale = self._shown.get(shard, answer | {"Items": []})
        self._shown[shard] = answer
        return stale


def _conflict(times: int) -> Callable[[FaultyDesk], Meddler]:
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}, {"Code": "None"}, {"Code": "None"}]
    more = {"CancellationReasons": reasons}

    def made(desk: FaultyDesk) -> Meddler:
        return Refusing(
            desk, "TransactionCanceledException", _is("dynamodb.TransactWriteItems"), times=times, more=more
        )

    return made


def _is(*operations: str) -> Callable[[Call], bool]:
    return lambda call: call.operation in operations


def _on_table(function: str) -> Callable[[Call], bool]:
    return lambda call: call.on_table and call.function == function


def _refused_address(call: Call) -> bool:
    return call.operation == "sesv2.SendEmail" and call.params["Destination"]["ToAddresses"] == [_ANA]


@dataclass(frozen=True)
class Trouble:
    """A meddler, what it may cost, and whether alerts can come at another time for it."""

    meddler: Callable[[FaultyDesk], Meddler]
    allowed: Allowance = field(default_factory=Allowance)
    delays: bool = False


TROUBLES = {
    "a conflict": Trouble(_conflict(1)),
    "seven conflicts": Trouble(_conflict(7)),
    "so many conflicts that the stream has to try again": Trouble(_conflict(10)),
    "writes left undone": Trouble(lambda _: LeavingUndone()),
    "a stale index": Trouble(lambda _: StaleIndex(), delays=True),
    "a table that takes nothing from the fetcher": Trouble(
        lambda desk: Refusing(desk, "ThrottlingException", _on_table(FETCH)), Allowance(failed_runs=20), delays=True
    ),
    "a table that takes nothing from the notifier": Trouble(
        lambda desk: Refusing(desk, "ThrottlingException", _on_table(NOTIFY)), Allowance(failed_runs=20), delays=True
    ),
    "a slow table for everybody": Trouble(
        lambda desk: Refusing(desk, "ProvisionedThroughputExceededException", lambda call: call.on_table, times=3),
        Allowance(failed_runs=3),
        delays=True,
    ),
    "mail throttled": Trouble(
        lambda desk: Refusing(desk, "TooManyRequestsException", _is("sesv2.SendEmail"), 3, 40), delays=True
    ),
    "one address refused": Trouble(lambda desk: Refusing(desk, "MessageRejected", _refused_address, 3, 90)),
    "texts refused": Trouble(
        lambda desk: Refusing(desk, "ThrottledException", _is("pinpoint-sms-voice-v2.SendTextMessage"), 3, 90)
    ),
    "neither mail nor texts for six minutes": Trouble(
        lambda desk: Refusing(desk, "ThrottlingException", lambda call: call.sends, 5, 11), delays=True
    ),
    "no parameters": Trouble(
        lambda desk: Refusing(desk, "InternalServiceError", _is("ssm.GetParameter"), 0, 7),
        Allowance(failed_runs=20),
        delays=True,
    ),
}
SOME = ("seven conflicts", "writes left undone", "one address refused")


def _troubled(trouble: Trouble, oracle: Ending) -> list[str]:
    with STORY.desk() as desk:
        desk.meddler = trouble.meddler(desk)
        desk.run(STORY.minutes())
        # The postponed record comes a little later.
        desk.run(desk.clock.now() + step * MINUTE for step in range(1, 13))
        return [
            *violations(desk, trouble.allowed),
            *oracle.differences(Ending.of(desk), alerts=not trouble.delays),
        ]


@pytest.fixture(scope="module")
def of_each_kind() -> OfEachKind:
    return OfEachKind(STORY, reads=True)


def test_when_aws_fails_nothing_is_lost(
    of_each_kind: OfEachKind, thorough: bool, tell: Callable[[object], None]
) -> None:
    chosen = TROUBLES if thorough else {name: TROUBLES[name] for name in SOME}
    found = side_by_side({name: partial(_troubled, trouble, of_each_kind.ending) for name, trouble in chosen.items()})
    tell(f"{len(chosen)} kinds of trouble, {len(found)} violations")
    assert found == []


def test_every_call_on_the_table_may_be_throttled(
    of_each_kind: OfEachKind, thorough: bool, tell: Callable[[object], None]
) -> None:
    def chosen(point: Point) -> bool:
        return (
            point.on_table
            and point.when == BEFORE
            and (thorough or (of_each_kind(point) and point.function == CLASSIFY))
        )

    report = explore(STORY, chosen, be_throttled, of_each_kind.ending)
    tell(report)
    assert report.violations == []


def test_posts_that_cannot_be_classified_are_set_aside_and_tried_again() -> None:
    """A table that refuses the classifier for longer than the stream tries: what is left is found again later."""
    with STORY.desk() as desk:
        desk.meddler = Refusing(desk, "ThrottlingException", _on_table(CLASSIFY), begins=4, ends=5)
        desk.run(STORY.minutes())
        assert desk.waiting("StreamFailures")
        desk.meddler = Meddler()
        desk.run([desk.clock.now() + timedelta(minutes=count) for count in range(1, 60, 4)])
        found = held(desk)
        assert found.posts.keys() == found.tagged
        assert violations(desk, Allowance(given_up=desk.waiting("StreamFailures"))) == []
