"""The week whose figures the pictures show: the invented shop's customers, and how long each of them waited."""

from datetime import datetime, timedelta

from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.figures.facts import IncidentFact, WaitEnd, WaitFact
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, StaffId, UserId
from mentiondesk.domain.posts.tags import Kind, Urgency
from mentiondesk.presentation.figures.mail import ReportMails
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.settings.to_domain import desk_settings
from mentiondesk.usecases.reports.read_figures import ReadFigures
from mentiondesk.usecases.reports.send_report import SendReport
from tests.support.builders import NOON, settings_file
from tests.support.served_desk import TEAM, URL, ServedDesk

_ZONE = "Europe/London"
WEEK = Week.of(NOON, _ZONE)
# Monday morning, after the report.
_MONDAY = WEEK.last + timedelta(hours=9)
_TARGETS = {"within_1h": 80, "ignored": 3}
# Mo is both, so that page and mail are for one person.
_MO = {**TEAM[2], "roles": ["lead", "manager"]}
# Minutes until the answer, None for nobody's, by the day of the week; the customers of an ordinary day.
_TOOK: tuple[tuple[float | None, ...], ...] = (
    (6, 14, 22, 35, 41, 58, 95),
    (4, 9, 17, 26, 33, 47, 52, 71),
    (8, 12, 19, 24, 29, 38, 44, 49, 63, 88, 140, None),
    (5, 11, 16, 31, 55),
    (7, 13, 21, 28, 36, 57, 110),
    (25, 64, 180, None),
    (48, 210),
)
_TOPICS = ("delivery", "product_fault", "refund", "delivery", "checkout")
_ANSWERED_BY = ("ana", "ben", "ana", "mo")


def figures_page() -> str:
    """The page of figures as a lead sees it on Monday."""
    served = ServedDesk()
    served.store_settings(_settings())
    _tell(Facts(served.desk.table))
    served.now = _MONDAY
    with served.by("mo"):
        return served.get(f"/desk/figures?week={WEEK.name}").html


def report_mail() -> str:
    """Monday's mail of the same week."""
    served, mails = ServedDesk(), _Mails()
    facts, settings = Facts(served.desk.table), desk_settings(_settings())
    _tell(facts)
    read = ReadFigures(facts, CountedQueue(served.desk.table), lambda: settings)
    SendReport(facts, read, ReportMails(desk_url=URL), mails, lambda: settings)(_MONDAY)
    return mails.sent[-1].html


class _Mails:
    """A sender that keeps mails."""

    def __init__(self) -> None:
        self.sent: list[Email] = []

    def send(self, address: str, message: Email | str) -> str:
        del address
        assert isinstance(message, Email)
        self.sent.append(message)
        return "id"


def _settings() -> SettingsFile:
    return settings_file(zone=_ZONE, staff=[*TEAM[:2], _MO], figures={"targets": _TARGETS})


def _tell(facts: Facts) -> None:
    number = 0
    for weeks_ago in (1, 0):
        for day, took in enumerate(_TOOK):
            begins = WEEK.first + timedelta(days=day - 7 * weeks_ago, hours=9)
            for place, minutes in enumerate(took):
                number += 1
                facts.add(_wait(number, begins + timedelta(minutes=67 * place), minutes))
    said, noticed, published, solved = (WEEK.first + timedelta(days=2, hours=12, minutes=m) for m in (0, 4, 9, 71))
    facts.add(IncidentFact(IncidentId("checkout"), solved, said, noticed, published, solved, people=31))


def _wait(number: int, since: datetime, took: float | None) -> WaitFact:
    ended = since + timedelta(minutes=took) if took is not None else None
    late = took is None or took > 60
    return WaitFact(
        case_id=CaseId(ConversationId(str(number)), UserId(str(1000 + number))),
        since=since,
        clock=Clock.FIRST_REPLY,
        answer_by=since + timedelta(minutes=60),
        recorded_at=ended or since + timedelta(days=3),
        end=WaitEnd.ANSWERED if ended else WaitEnd.IGNORED,
        kind=Kind.QUESTION if number % 4 == 0 else Kind.COMPLAINT,
        urgency=Urgency.HIGH if number % 7 == 0 else Urgency.NORMAL,
        ended_at=ended,
        topics=(_TOPICS[number % len(_TOPICS)],),
        by=StaffId(_ANSWERED_BY[number % len(_ANSWERED_BY)]) if ended else None,
        warned_at=since + timedelta(minutes=30) if late else None,
    )
