"""Search by what names a case: its short number, and its customer's @handle."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mentiondesk.adapters.storage.stores.waiting import WaitingCases
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.cases.waiting import WaitingCase
from mentiondesk.domain.ids import CaseId
from mentiondesk.domain.posts.profile import Profile
from mentiondesk.usecases.cases.find_cases import FindCases
from mentiondesk.values import replace
from tests.integration.conftest import MemoryDesk
from tests.support.builders import NOON
from tests.support.served_desk import ServedDesk, waiting


def test_a_short_number_finds_its_open_case_alone() -> None:
    desk = ServedDesk()
    desk.enter()
    case_id = waiting(desk.desk, 1, "My parcel is late")
    waiting(desk.desk, 2, "Mine, too")
    brand = desk.stores().settings().brand.name
    shown = desk.get(f"/desk/search?q={case_number(case_id, brand).lower()}").said
    assert "1 case found" in shown
    assert "My parcel is late" in shown


def test_an_exact_handle_goes_before_words_about_it() -> None:
    desk = MemoryDesk()
    known, other = waiting(desk, 1, "late again"), waiting(desk, 2, "ask @priya about it")

    class Known(WaitingCases):
        def cases(self, case_ids: Sequence[CaseId], now: datetime) -> Mapping[CaseId, WaitingCase]:
            found = dict(super().cases(case_ids, now))
            profile = Profile("Priya", "Priya", 12)
            found[known] = WaitingCase(replace(found[known].case, profile=profile))
            return found

    find = FindCases(Known(desk.table), desk.posts)
    assert [one.case.case_id for one in find("@priya", NOON)] == [known]
    assert [one.case.case_id for one in find("about", NOON)] == [other]
