"""Colleagues of the story at the signed-in desk: they answer customers, approve, and solve, as a browser would."""

from collections.abc import Mapping

from infra.local.forms import HtmlPage
from infra.local.visitor import Visitor
from mentiondesk.domain.access.places import DESK, subject_path
from mentiondesk.domain.ids import CaseId

_APPROVALS, _INCIDENTS = f"{DESK}/approvals", f"{DESK}/incidents"
_SEND, _APPROVE, _CONFIRM = {"press": "send"}, {"press": "approve"}, {"confirmed": "yes"}


class NotAnswered(Exception):
    """The desk did not take a colleague's reply; the page's words say why."""


class Colleague:
    """A member of staff who has signed in."""

    def __init__(self, browser: Visitor) -> None:
        self._browser = browser

    def answer(self, case_id: CaseId, text: str, way: str = "") -> None:
        """Types a reply and sends it, past the warnings. Raises NotAnswered where the desk does not take it."""
        place = subject_path(case_id)
        typed = {"text": text, "way": way, **_SEND}
        page = self._browser.send(f"{place}/reply", **{**self._browser.open(place).form("reply"), **typed})
        if page.alert:
            page = self._browser.send(f"{place}/reply", **{**page.all_checked("reply"), **typed})
        if page.alert:
            raise NotAnswered(page.alert)

    def act_on_case(self, case_id: CaseId, action: str, typed: Mapping[str, str]) -> None:
        """Presses a button of the case's page, where it is offered."""
        self._press(subject_path(case_id), action, typed)

    def act_on_incident(self, action: str, typed: Mapping[str, str]) -> None:
        """Presses a button on the page of the first incident that offers it, and publishes what that shows."""
        listed = self._browser.open(_INCIDENTS).links
        for place in (link for link in listed if link.startswith(f"{_INCIDENTS}/")):
            shown = self._press(place, action, typed)
            if shown is not None:
                for form in shown.forms:
                    if _CONFIRM in form.buttons:
                        self._browser.send(place, **{**form.fields, **_CONFIRM})
                return

    def approve_replies(self) -> None:
        """Approves every reply that waits for this person."""
        page = self._browser.open(_APPROVALS)
        while "approve_reply" in page.offers() and not page.alert:
            page = self._browser.send(_APPROVALS, **{**page.form("approve_reply"), **_APPROVE})

    def _press(self, place: str, action: str, typed: Mapping[str, str]) -> HtmlPage | None:
        """The page after the press; None where the page does not offer it."""
        page = self._browser.open(place)
        if action not in page.offers():
            return None
        return self._browser.send(place, **{**page.pressed(action), **typed})
