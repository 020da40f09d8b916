"""A customer is answered from the desk as it is deployed: from the mail to the post on X, and the timer stops."""

from datetime import datetime

from infra.local.desk import LocalDesk, VirtualClock
from infra.local.x_standin import StandInX, User
from mentiondesk.domain.alerts.messages import MessageKind
from mentiondesk.domain.alerts.roster import Channel
from tests.support.builders import BRAND_ID, settings_file
from tests.support.desk_visitor import Visitor

BEGINS = datetime.fromisoformat("2026-06-17T10:00:00+00:00")
BRAND = User(str(BRAND_ID), "FennelAndFinch", "Fennel & Finch")


def test_a_reply_goes_from_the_mail_to_x_and_stops_the_timer() -> None:
    clock = VirtualClock(BEGINS)
    x = StandInX(BRAND, clock.now)
    with LocalDesk(x, clock, settings_file()) as desk:
        asked = x.post(author_id="2001", at=clock.now(), text="@FennelAndFinch my parcel is lost, where is it?")
        while not (mails := [one for one in desk.mails() if "/desk/cases/" in one.text]):
            desk.minute()
        place = "/desk/cases/" + mails[0].text.partition("/desk/cases/")[2].split()[0]
        browser = Visitor(desk.api.url)
        browser.send("/desk/sign-in", email=desk.settings.roster.staff[0].addresses[Channel.EMAIL])
        desk.minute()
        code = next(one for one in reversed(desk.messages) if one.kind == MessageKind.SIGN_IN)
        browser.send("/desk/sign-in/code", code=code.subject.split()[0])
        form = browser.open(place).form("reply")
        sent = browser.send(
            f"{place}/reply", **{**form, "press": "send", "text": "Sorry! We look for your parcel now."}
        )
        assert "Goes out in 10 s." in sent.text
        for _ in range(2):
            desk.minute()
        answers = x.sent
        assert [(one.text, one.reply_to) for one in answers] == [("Sorry! We look for your parcel now. ^A", asked)]
        (case,) = desk.cases()
        assert not case.waiting
        page = browser.open(place).text
        assert "Goes out" not in page
        assert "Sorry! We look for your parcel now." in page
        desk.minute()
        assert len(x.sent) == 1
