"""Cases of silent customers are resolved where the settings say so, and only then."""

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.fold import apply
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.timeline import CaseEntry, Resolved
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.resolve_silent import ResolveSilentCases
from tests.integration.conftest import Desk
from tests.support.builders import CASE_ID, a_story, answered, at, said, settings

DAYS = 14 * 24 * 60
SILENT = settings(targets={"resolve_after": "14d"})


def opened(desk: Desk, *entries: CaseEntry) -> Case:
    """The stored case that these entries tell."""
    first, *others = entries
    case = desk.cases.save(case_change(None, a_story(first, policy=SILENT.policy), first))
    for entry in others:
        case = desk.cases.save(case_change(case, apply(case, entry, SILENT.policy), entry))
    return case


def resolve(desk: Desk, minute: float, current: DeskSettings = SILENT) -> int:
    run = ResolveSilentCases(desk.cases, ChangeCase(desk.cases, lambda: current), lambda: current)
    return run(at(minute))


def the_case(desk: Desk) -> Case:
    found = desk.cases.get(CASE_ID)
    assert found is not None
    return found


def test_a_silent_customer_s_case_is_resolved_by_the_desk_itself_once(desk: Desk) -> None:
    opened(desk, said(0), answered(20))
    assert resolve(desk, 19 + DAYS) == 0
    assert resolve(desk, 20 + DAYS) == 1
    case, last = the_case(desk), desk.cases.timeline(CASE_ID)[-1]
    assert (case.state, case.closed_at) == (State.RESOLVED, at(20 + DAYS))
    assert isinstance(last, Resolved)
    assert last.by is None
    assert resolve(desk, 21 + DAYS) == 0


def test_nothing_is_resolved_by_silence_unless_the_settings_say_so(desk: Desk) -> None:
    opened(desk, said(0), answered(20))
    assert resolve(desk, 20 + DAYS, settings()) == 0
    assert the_case(desk).state is State.PENDING


def test_a_customer_who_has_spoken_since_is_not_silent(desk: Desk) -> None:
    opened(desk, said(0), answered(20), said(60, Kind.PRAISE))
    assert resolve(desk, 20 + DAYS) == 0
    assert resolve(desk, 60 + DAYS) == 1


def test_a_customer_who_waits_is_never_resolved(desk: Desk) -> None:
    opened(desk, said(0), answered(20), said(60))
    assert resolve(desk, 60 + 2 * DAYS) == 0
    assert the_case(desk).waiting
