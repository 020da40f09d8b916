"""A new agent, signed in nowhere, who gets a mail and follows it; every press and every page is counted."""

from typing import Any

from mentiondesk.domain.alerts.notices import CaseNotice
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.ids import CaseId
from mentiondesk.presentation.staff_messages import StaffMessages
from tests.support.builders import a_staff, an_alert
from tests.support.desk_browsers import URL, Office
from tests.support.link_door import LinkDoor, token

_MAIL = "/mail"


class NewAgent:
    """Ana on her phone: `mail` opens what she was sent about a case. `presses` and `pages` count."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.person = office.person("ana")
        self.page = self.person.page
        self.page.do("Network.clearBrowserCookies")
        self.page.look(390, 844, "light")
        self.presses, self.pages = 0, 0
        office.others["/act/"] = LinkDoor(office.desk)

    def mail(self, case_id: CaseId) -> None:
        """Opens the HTML mail about a case, as a mail program shows it."""
        desk = self._office.desk
        case = desk.desk.cases.get(case_id)
        assert case is not None, "there is such a case"
        notice = CaseNotice(case, an_alert(), act=f"{URL}/act/{token(case_id)}", desk=URL)
        written = StaffMessages().write(Channel.EMAIL, a_staff(), [notice], "Fennel & Finch", desk.now)
        assert not isinstance(written, str), "Email is a channel of mails"
        html = written.html

        def answer(_: dict[str, Any]) -> dict[str, Any]:
            headers = {"Content-Type": "text/html; charset=utf-8"}
            return {"statusCode": 200, "headers": headers, "body": html, "isBase64Encoded": False}

        self._office.others[_MAIL] = answer
        self.person.open(_MAIL)

    def press(self, words: str) -> None:
        """Presses the button or link that says so, without unfolding or scrolling to look for it."""
        with self.page.followed():
            self.page.click(
                "[...document.querySelectorAll('button, a')].find(one => one.checkVisibility()"
                f" && one.innerText.trim().startsWith({words!r}))"
            )
        self.presses += 1
        self.pages += 1

    @property
    def primary(self) -> list[str]:
        """The buttons that stand out on the page: filled in the colour of links."""
        filled = (
            "[...document.querySelectorAll('button, a.button')].filter(one => one.checkVisibility()"
            " && getComputedStyle(one).backgroundColor === probe)"
        )
        probe = (
            "(() => { const one = document.createElement('i'); one.style.backgroundColor = 'var(--link)';"
            " document.body.append(one); const found = getComputedStyle(one).backgroundColor; one.remove();"
            " return found })()"
        )
        return list(self.page.value(f"(probe => {filled}.map(one => one.innerText.trim()))({probe})"))
