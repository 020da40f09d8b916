"""Monday's mail: the sheet of the week that is over."""

from collections.abc import Callable
from datetime import datetime

from mentiondesk.domain.alerts.messages import Email, MessageKind, automatic
from mentiondesk.domain.alerts.roster import Roster
from mentiondesk.domain.figures.figures import Figures
from mentiondesk.domain.text import clean, header_text
from mentiondesk.presentation.figures.sheet import percent, sheet_of
from mentiondesk.presentation.rendering import render
from mentiondesk.presentation.wording import Sentences


class ReportMails:
    """ReportWriter on templates. `desk_url` is the desk's address without a path; empty: mails carry no link."""

    def __init__(self, wording: Callable[[], Sentences] = Sentences, desk_url: str = "") -> None:
        self._wording = wording
        self._desk_url = desk_url.rstrip("/")

    def report(self, figures: Figures, roster: Roster, brand: str, now: datetime) -> Email:
        say, first, name = self._wording(), figures.report.first, clean(brand)
        sheet = sheet_of(say, figures, roster, now)
        answered = percent(say, first.share_within("1h"))
        subject = header_text(
            say("figures.mail_subject", brand=name, week=sheet.week, answered=answered, ignored=first.ignored)
        )
        facts = {"sheet": sheet, "brand": name, "subject": subject, "link": self._link(sheet.week)}
        text, html = (render(f"figures/mail.{media}", say, facts) for media in ("txt", "html"))
        return Email(subject, text, html, automatic(MessageKind.REPORT))

    def _link(self, week: str) -> str:
        """The address of the page with these figures."""
        return f"{self._desk_url}/desk/figures?week={week}" if self._desk_url else ""
