"""The desk's team page knows people's own word about their duty."""

from datetime import timedelta

from mentiondesk.adapters.storage.stores.duty import DutyChanges
from mentiondesk.domain.alerts.roster import DutyChange
from mentiondesk.domain.ids import StaffId
from tests.support.served_desk import ServedDesk


def test_a_person_who_is_off_for_now_is_shown_so() -> None:
    desk = ServedDesk()
    desk.enter()
    assert "Off duty" not in desk.get("/desk/team").said
    off = DutyChange(StaffId("ben"), on=False, since=desk.now, until=desk.now + timedelta(hours=2))
    DutyChanges(desk.desk.table).put(off)
    desk.later(minutes=1)
    said = desk.get("/desk/team").said
    assert "Off duty" in said
    assert "Ben" not in said.partition("go to: ")[2].partition(".")[0]
    desk.later(hours=2)
    assert "Off duty" not in desk.get("/desk/team").said
