"""The small day that the pictures show: an invented shop, its customers on X, and an outage of its checkout."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from mentiondesk.domain.access.actor import DESK
from mentiondesk.domain.alerts.notices import CaseNotice
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import CaseCommand, NoteReach, decide
from mentiondesk.domain.cases.fold import apply, new_case
from mentiondesk.domain.cases.timers import Policy
from mentiondesk.domain.ids import CaseId, ConversationId, UserId, id_at
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Sample
from mentiondesk.domain.posts.profile import Profile
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.domain.timeline import BrandPosted, CaseEntry
from mentiondesk.presentation.desk.queue import case_path
from mentiondesk.presentation.staff_messages import StaffMessages
from mentiondesk.presentation.status_site.files import SiteFiles
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import desk_settings
from mentiondesk.usecases.status.publish_status import PublishStatus
from tests.support.builders import NOON, an_alert, at, said, settings_file
from tests.support.memory_site import MemorySite
from tests.support.served_desk import TEAM, URL, ServedDesk
from tests.support.telling import INCIDENT_ID, SHOP, a_candidate, affected

# Half of Priya's time has gone: the desk writes a mail. Then Ana begins her reply, and the pictures are taken.
ALERTED, NOW = at(61), at(64)
STATUS_URL = "https://status.example"
_BRAND = "Fennel & Finch"
_FIRST_WORDS = "Many of you cannot pay just now. We are looking into it."
_SECOND_WORDS = "Our payment provider has found the fault. Your baskets are safe."
_DRAFT = "That's no way to have guests, Priya. We can have a new one with you by ten tomorrow. Does that work?"
# Customers who cannot pay, with the minute at which they say so.
_STUCK = (
    (31, "checkout just spins and spins. took my basket with it"),
    (33, "anybody else stuck on the payment page? third card, same error"),
    (36, "can't pay, can't order, can't have tea"),
)


def the_settings() -> SettingsFile:
    components = [
        {"id": SHOP, "name": "Online shop", "description": "Browsing and checkout"},
        {"id": "app", "name": "iOS app"},
        {"id": "parcels", "name": "Delivery"},
    ]
    saved = [
        {"id": "number", "title": "Ask for the order", "text": "Sorry, {first_name|there}! Please message us [what]."},
        {"id": "hours", "title": "Opening hours", "text": "We are in the shop from nine to six, every day."},
    ]
    page = {"components": components}
    return settings_file(zone="Europe/London", staff=TEAM, status_page=page, replies={"saved": saved})


class StoryDesk:
    """A desk an hour into the story, as its pages and mails show it at `NOW`."""

    def __init__(self) -> None:
        self.served = ServedDesk()
        self.served.store_settings(the_settings())
        self._policy: Policy = desk_settings(the_settings()).policy
        self._number = 0
        self._tell_customers()
        self._tell_incident()
        self._press(59, case_path(self._teapot), "claim", by="ben")
        self.mail = self._mail()
        self.served.now = NOW
        self.page(case_path(self._candle), "mo")
        self._begin_reply()

    def page(self, path: str, staff_id: str = "ana") -> str:
        """A page of the desk, as this person's browser gets it."""
        with self.served.by(staff_id):
            return self.served.get(path).html

    @property
    def case_path(self) -> str:
        return case_path(self.kettle)

    def _mail(self) -> str:
        """The mail that an agent gets about the kettle."""
        case = self._case(self.kettle)
        alert = an_alert("email", answer_by=case.timer.answer_by if case.timer else NOON)
        notice = CaseNotice(case, alert, act=f"{URL}/act/x", desk=URL)
        ana = desk_settings(the_settings()).roster.staff[0]
        written = StaffMessages().write(Channel.EMAIL, ana, [notice], _BRAND, ALERTED)
        assert not isinstance(written, str), "Email is a channel of mails"
        return written.html

    def status_site(self) -> dict[str, str]:
        """The status site's files by their paths."""
        site, stores = MemorySite(), self.served.stores()
        began = NOON - timedelta(days=200)
        publish = PublishStatus(stores.incidents, site, SiteFiles(), stores.settings, lambda: began, STATUS_URL)
        publish(NOW, lambda: timedelta(seconds=60))
        return {path: file.content.decode() for path, file in site.files.items() if b"\0" not in file.content}

    # --- the customers

    def _tell_customers(self) -> None:
        self._customer(
            Profile("Wryly", "wryly_wren", 2905),
            said(-25, words="@FennelAndFinch my order arrived as a box of shards and nobody answers the phone"),
        )
        self.kettle = self._customer(
            Profile("Priya Shah", "priya_bakes", 1240),
            said(
                12,
                words="@FennelAndFinch the kettle I bought on Saturday leaks all over. It's the second one!",
                why=("leaks", "second one"),
                topics=("product_fault",),
            ),
            BrandPosted(id_at(at(20)), at(20), "So sorry, Priya! Does it leak from the lid or from the base? ^B"),
            said(
                31,
                words="@FennelAndFinch From the base. I have guests tomorrow and no tea 😩",
                why=("leaks",),
                topics=("product_fault",),
            ),
        )
        self._candle = self._customer(
            Profile("cat on the stairs", "catstairs", 17460),
            said(
                48,
                words="@FennelAndFinch the candle set fire to its own box. Actual flames. Please tell people!",
                urgency=Urgency.CRITICAL,
                why=("set fire",),
            ),
        )
        self._customer(
            Profile("Toby Quill", "tobyquill", 341),
            said(40, Kind.QUESTION, words="@FennelAndFinch do you ship to the Faroe Islands?"),
        )
        self._teapot = self._customer(
            Profile("Holly Bankhouse", "hollybank_h", 96),
            said(
                44,
                words="@FennelAndFinch charged twice for one teapot, order page shows only one",
                urgency=Urgency.HIGH,
                why=("charged twice",),
            ),
        )
        self._customer(
            Profile("Carmen Olivar", "carmen_olivar", 455),
            said(35, Kind.QUESTION, words="@FennelAndFinch ¿hacéis envíos a Canarias?", language="es"),
        )
        self._customer(
            Profile("Ingrid Solv", "ingrid_solv", 188),
            said(50, Kind.PRAISE, words="@FennelAndFinch the mugs are even lovelier than on the picture. Thank you!"),
        )

    def _customer(self, profile: Profile, first: CaseEntry, *more: CaseEntry) -> CaseId:
        """Puts a customer's case into the table: what was said, and who they are."""
        self._number += 1
        case_id = CaseId(ConversationId(id_at(first.at)), UserId(str(2_000_000_000 + self._number)))
        before: Case | None = None
        case = new_case(case_id, first.at)
        for entry in (first, *more):
            case = apply(case, entry, self._policy)
            before = self.served.desk.cases.save(case_change(before, case, entry))
            case = before
        self._does(case_id, NoteReach(profile, reach=profile.followers), more[-1].at if more else first.at)
        return case_id

    def _does(self, case_id: CaseId, command: CaseCommand, moment: datetime) -> None:
        case = self._case(case_id)
        event = f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z-{case.version}"
        entry = decide(case, command, DESK, moment, event, self._policy)
        self.served.desk.cases.save(case_change(case, apply(case, entry, self._policy), entry))

    def _case(self, case_id: CaseId) -> Case:
        found = self.served.desk.cases.get(case_id)
        assert found is not None, "the story put it there"
        return found

    # --- the outage, and the colleagues

    def _tell_incident(self) -> None:
        people = enumerate(_STUCK)
        samples = tuple(Sample(id_at(at(m)), UserId(str(2_100_000_000 + n)), at(m), words) for n, (m, words) in people)
        facts: dict[str, Any] = {
            "title": "Online shop: payments fail",
            "affected": (affected(SHOP),),
            "created_at": at(38),
            "started_at": at(31),
            "latest_at": at(58),
            "people": 9,
            "posts": 11,
            "samples": samples,
        }
        self.served.desk.incidents.add(incident_change(None, a_candidate(**facts)))
        self._press(41, f"/desk/incidents/{INCIDENT_ID}", "publish", body=_FIRST_WORDS, confirmed="yes")
        self._press(55, f"/desk/incidents/{INCIDENT_ID}", "update", body=_SECOND_WORDS, status="identified")

    def _begin_reply(self) -> None:
        """Ana's draft, as the page saves it while she types; it claims the case."""
        with self.served.by("ana"):
            form = self.served.get(self.case_path).page.form("reply")
            answer = self.served.ask("POST", f"{self.case_path}/draft", form | {"text": _DRAFT})
        assert answer.status == HTTPStatus.OK, answer.said

    def _press(self, minute: float, path: str, action: str, by: str = "mo", **typed: str) -> None:
        """A colleague at the desk presses a button of a page."""
        self.served.now = at(minute)
        with self.served.by(by):
            answer = self.served.press(path, action, **typed)
        assert answer.status == HTTPStatus.SEE_OTHER, answer.said
