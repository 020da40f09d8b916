"""From mails to the desk: signed out, a link's own page and the way on; signed in, the whole case."""

import pytest

from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.notices import CaseNotice
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.ids import CaseId
from mentiondesk.presentation.desk.queue import case_path
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.usecases.alerts.notify_staff import NotifyStaff
from tests.support.builders import NOON
from tests.support.link_door import LinkDoor, token
from tests.support.memory_desk import ANA, LEA, MemoryDesk
from tests.support.served_desk import ServedDesk, waiting
from tests.unit.test_messages import a_notice


@pytest.fixture
def desk() -> ServedDesk:
    return ServedDesk()


@pytest.fixture
def door(desk: ServedDesk) -> LinkDoor:
    return LinkDoor(desk)


@pytest.fixture
def case_id(desk: ServedDesk) -> CaseId:
    return waiting(desk.desk, 1, "My parcel is late")


def test_signed_out_a_link_shows_its_page_and_the_way_on(desk: ServedDesk, door: LinkDoor, case_id: CaseId) -> None:
    shown = door.open(token(case_id))
    assert shown.status == 200
    assert "My parcel is late" in shown.said
    assert f'href="{case_path(case_id)}"' in shown.html
    asked = desk.get(case_path(case_id))
    assert asked.headers["location"].startswith("/desk/sign-in?next=%2Fdesk%2Fcases%2F")


def test_signed_in_a_link_opens_the_whole_case(desk: ServedDesk, door: LinkDoor, case_id: CaseId) -> None:
    for staff, link in (("ana", token(case_id)), ("ben", token(case_id)), ("ana", token(case_id, minutes=-1))):
        desk.enter(staff)
        opened = door.open(link)
        assert (opened.status, opened.headers["location"]) == (303, case_path(case_id))
    assert desk.get(case_path(case_id)).status == 200


@pytest.mark.parametrize("cookie", ["", "ana", "ana." + "x" * 43, "mo.y"])
def test_a_session_that_is_none_changes_nothing(desk: ServedDesk, door: LinkDoor, case_id: CaseId, cookie: str) -> None:
    desk.cookies = {"__Host-desk": cookie}
    assert door.open(token(case_id)).status == 200


def test_forged_links_lead_nowhere(desk: ServedDesk, door: LinkDoor, case_id: CaseId) -> None:
    desk.enter()
    assert door.open(token(case_id)[:-3] + "AAA").status == 403


def test_a_link_shows_no_colleague_s_words(desk: ServedDesk, door: LinkDoor, case_id: CaseId) -> None:
    desk.enter()
    desk.press(case_path(case_id), "claim")
    desk.press(case_path(case_id), "note", text="Her account is overdrawn")
    assert "overdrawn" in desk.get(case_path(case_id)).said
    desk.cookies = {}
    shown = door.open(token(case_id, "ben"))
    assert "overdrawn" not in shown.html
    assert "wrote a note" not in shown.said
    assert "Claimed by Ana" in shown.said


def test_mails_lead_to_the_whole_case_and_name_the_owner() -> None:
    desk = MemoryDesk(
        [ANA, LEA], rooms=[{"id": "care", "name": "#care", "slack": "https://hooks.slack.com/services/T/B/x"}]
    )
    notify = desk._desk._notify
    assert isinstance(notify, NotifyStaff)
    notify._desk = "https://desk.example"
    case_id = desk.post(0)
    desk.act("ana", "claim", case_id, at=1)
    desk.run(61)
    words = [one.words for one in desk.messages if one.channel != "text"]
    assert words
    assert all(f"https://desk.example{case_path(case_id)}" in one for one in words)
    assert any("claimed by Ana" in one for one in words)
    assert not any("claimed by ana" in one for one in words)


def test_a_room_s_message_leads_to_the_desk_and_never_acts() -> None:
    notice = a_notice()
    room = CaseNotice(notice.case, notice.alert, desk="https://desk.example")
    staff = MemoryDesk([ANA, LEA]).settings.roster.staff[0]
    written = StaffMessages().write(Channel.ROOM, staff, [room], "Fennel & Finch", NOON)
    assert isinstance(written, Email)
    assert f"https://desk.example{case_path(notice.case.case_id)}" in written.text
    assert "/act/" not in written.text
