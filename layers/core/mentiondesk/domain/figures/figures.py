"""The figures of one week: all that the page, the CSV and the mail are made from."""

from mentiondesk.domain.figures.facts import Fact
from mentiondesk.domain.figures.report import Now, Report
from mentiondesk.domain.figures.targets import Targets
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.values import Frozen, field


class Figures(Frozen):
    """A week's report with its facts, the reports of the weeks before (oldest first), and the four of them as one.

    `targets` are those that held at its end; they change no figure.
    """

    week: Week
    report: Report
    facts: tuple[Fact, ...]
    weeks: tuple[tuple[Week, Report], ...]
    before: Report
    now: Now
    targets: Targets = field(default_factory=Targets)
