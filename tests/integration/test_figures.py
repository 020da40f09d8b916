"""Page, CSV and mail tell the same figures; managers alone see them; the report goes out once."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.domain.alerts.messages import Email
from mentiondesk.domain.alerts.roster import Audience
from mentiondesk.domain.figures.report import report_of
from mentiondesk.domain.figures.targets import Targets
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.domain.ids import StaffId
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.ports.channels import Undeliverable
from mentiondesk.presentation.figures.csv import COLUMNS, safe, waits_csv
from mentiondesk.presentation.figures.mail import ReportMails
from mentiondesk.presentation.figures.sheet import sheet_of
from mentiondesk.presentation.wording import Sentences
from mentiondesk.usecases.reports.note_targets import NoteTargets
from mentiondesk.usecases.reports.read_figures import ReadFigures
from mentiondesk.usecases.reports.send_report import SendReport
from mentiondesk.values import replace
from tests.support.builders import NOON, a_staff, at, settings, settings_file
from tests.support.served_desk import TEAM, ServedDesk, waiting
from tests.unit.test_report import a_wait

# NOON is a Wednesday; the report goes out on the Monday after.
MONDAY = Week.of(NOON, "UTC").last + timedelta(hours=7)
WAITS = [
    a_wait(1, 20, by=StaffId("ana"), topics=("delivery",)),
    a_wait(2, 50, by=StaffId("ben"), kind=Kind.QUESTION),
    a_wait(3, 300, warned_at=at(30)),
    a_wait(4, None),
    a_wait(5, 10, begins=-7 * 24 * 60),
]


@pytest.fixture
def desk() -> ServedDesk:
    found = ServedDesk()
    facts = Facts(found.desk.table)
    for wait in WAITS:
        facts.add(wait)
    found.enter("mo")
    return found


class Mails:
    """A sender that keeps mails; it refuses those to `refused`."""

    def __init__(self, refused: str = "") -> None:
        self.sent: list[tuple[str, Email]] = []
        self.refused = refused

    def send(self, address: str, message: Email | str) -> str:
        assert isinstance(message, Email)
        if address == self.refused:
            raise Undeliverable("TooManyRequestsException", passing=True)
        self.sent.append((address, message))
        return "id"


def reporting(desk: ServedDesk, mails: Mails, **of_settings: Any) -> SendReport:
    facts = Facts(desk.desk.table)
    boss = a_staff("eve", roles=frozenset({Audience.MANAGER}))
    found = settings(**of_settings)
    found = replace(found, roster=replace(found.roster, staff=(*found.roster.staff, boss)))
    read = ReadFigures(facts, CountedQueue(desk.desk.table), lambda: found)
    return SendReport(facts, read, ReportMails(desk_url="https://desk.example"), mails, lambda: found)


def test_page_csv_and_mail_hold_the_same_figures(desk: ServedDesk) -> None:
    week, targets = Week.of(NOON, "UTC"), {"targets": {"within_1h": 60, "within_24h": 75}}
    desk.store_settings(settings_file(staff=TEAM, figures=targets))
    desk.now = MONDAY
    desk.enter("mo")
    page = desk.get(f"/desk/figures?week={week.name}")
    got = desk.get(f"/desk/figures/waits.csv?week={week.name}")
    mails = Mails()
    reporting(desk, mails, figures=targets)(MONDAY)
    ((_, mail),) = mails.sent
    rows = list(csv.DictReader(io.StringIO(got.html.removeprefix("\ufeff"))))
    counted = [row for row in rows if row["leg"] == "first_reply" and row["counted_as"] == "customers"]
    soon = sum(row["end"] == "answered" and float(row["minutes"]) <= 60 for row in counted)
    ignored = sum(row["end"] == "ignored" for row in counted)
    assert (len(counted), soon, ignored) == (4, 2, 1)
    for told in (page.html, mail.text, mail.html):
        assert f"{soon} of {len(counted)}" in told
        assert f"{ignored} of {len(counted)}" in told
        assert "100 % in the four weeks before" in told
        assert "Target of 60 % missed" in told
        assert "Target of 75 % reached" in told
    assert mail.subject.endswith("50 % answered within an hour, 1 ignored")
    report = report_of([one for one in WAITS if week.first <= one.recorded_at < week.last], "UTC")
    assert (report.first.waits, report.first.within["1h"], report.first.ignored) == (4, soon, ignored)


def test_a_late_change_of_settings_changes_no_past_figure(desk: ServedDesk) -> None:
    facts, queue = Facts(desk.desk.table), CountedQueue(desk.desk.table)
    week = Week.of(NOON, "UTC")
    stricter = settings(
        targets={"first_reply": {"complaint": "1m", "question": "1m"}}, figures={"targets": {"ignored": 0}}
    )
    reports = []
    for found in (settings(), stricter):
        read = ReadFigures(facts, queue, lambda found=found: found)  # type: ignore[misc]
        reports.append(read(week, MONDAY).report)
    assert reports[0] == reports[1]


def test_the_targets_of_a_week_are_those_that_held_at_its_end(desk: ServedDesk) -> None:
    facts, queue, week = Facts(desk.desk.table), CountedQueue(desk.desk.table), Week.of(NOON, "UTC")
    held, later = (settings(figures={"targets": {"within_1h": percent}}) for percent in (60, 95))
    assert ReadFigures(facts, queue, lambda: held)(week, MONDAY).targets.within_1h == 60
    NoteTargets(facts, lambda: held)(week.last)
    NoteTargets(facts, lambda: later)(MONDAY)
    for now in (MONDAY, week.plus(3).last):
        assert ReadFigures(facts, queue, lambda: later)(week, now).targets.within_1h == 60
    assert ReadFigures(facts, queue, lambda: later)(week.plus(1), MONDAY).targets.within_1h == 95


def test_a_week_whose_targets_nobody_noted_is_measured_by_none(desk: ServedDesk) -> None:
    facts, queue, week = Facts(desk.desk.table), CountedQueue(desk.desk.table), Week.of(NOON, "UTC")
    strict = settings(figures={"targets": {"ignored": 0}})
    assert ReadFigures(facts, queue, lambda: strict)(week, week.plus(2).last).targets == Targets()


@pytest.mark.parametrize("path", ["/desk/figures", "/desk/figures/waits.csv"])
def test_figures_are_for_managers_and_for_leads_where_there_is_none(desk: ServedDesk, path: str) -> None:
    assert desk.get(path).status == 200
    with desk.by("ana"):
        assert desk.get(path).status == 403
        assert "/desk/figures" not in desk.get("/desk").html
    assert "/desk/figures" in desk.get("/desk").html


@pytest.mark.parametrize("week", ["2026-W99", "x", "2031-W01", "2026-W48'"])
def test_a_name_of_no_week_leads_to_the_running_one(desk: ServedDesk, week: str) -> None:
    asked = desk.get(f"/desk/figures?week={week}")
    assert (asked.status, asked.headers["location"]) == (303, "/desk/figures")


def test_the_page_says_what_each_figure_means_and_counts_the_queue(desk: ServedDesk) -> None:
    waiting(desk.desk, 1, "My parcel is late")
    desk.now = NOON + timedelta(hours=5)
    body = desk.get("/desk/figures").html
    assert "Waiting now" in body
    assert body.count('class="meaning"') >= 12
    assert "Nights and weekends count" in body
    assert "style=" not in body
    assert "5 h" in body


def test_a_week_without_waits_is_a_page_too(desk: ServedDesk) -> None:
    page = desk.get("/desk/figures?week=2025-W10")
    assert page.status == 200
    assert "No customer" in page.html


def test_the_csv_opens_in_a_spreadsheet_and_runs_nothing() -> None:
    text = waits_csv([a_wait(1, 20, topics=("=cmd|' /C calc'!A0",), by=StaffId("@sum"))], "Shop", "Europe/London")
    assert text.startswith("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert tuple(row) == COLUMNS
    assert (row["topics"], row["by"]) == ("'=cmd|' /C calc'!A0", "'@sum")
    assert datetime.fromisoformat(row["since"]) == at(0)
    assert row["since"].endswith(("+00:00", "+01:00"))
    assert [safe(cell) for cell in ("-1", "+1", "\t=1", "plain")] == ["'-1", "'+1", "'\t=1", "plain"]


def test_the_report_goes_out_once_on_monday_from_seven_by_the_desk_s_clock(desk: ServedDesk) -> None:
    mails = Mails()
    report = reporting(desk, mails)
    for moment in (MONDAY - timedelta(minutes=1), MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)):
        assert report(moment).reports == 0
    assert [report(MONDAY + timedelta(hours=hour)).reports for hour in range(3)] == [1, 0, 0]
    assert [address for address, _ in mails.sent] == ["eve@example.com"]


def test_a_mail_that_could_not_go_out_for_now_is_tried_again(desk: ServedDesk) -> None:
    mails = Mails(refused="eve@example.com")
    report = reporting(desk, mails)
    assert report(MONDAY).failed == ("TooManyRequestsException",)
    mails.refused = ""
    assert report(MONDAY + timedelta(hours=1)).reports == 1


def test_settings_can_do_without_the_mail(desk: ServedDesk) -> None:
    mails = Mails()
    assert reporting(desk, mails, figures={"mail": False})(MONDAY).reports == 0
    assert mails.sent == []


def test_a_sheet_names_people_as_the_settings_do(desk: ServedDesk) -> None:
    found = settings()
    figures = ReadFigures(Facts(desk.desk.table), CountedQueue(desk.desk.table), lambda: found)(
        Week.of(NOON, "UTC"), MONDAY
    )
    sheet = sheet_of(Sentences(), figures, found.roster, MONDAY)
    (people,) = [table for table in sheet.tables if table.key == "person"]
    assert [row.label for row in people.rows] == sorted(row.label for row in people.rows)
