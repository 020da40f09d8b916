"""Drops the words of cases in which nothing has been awaited for long."""

from datetime import UTC, datetime

from mentiondesk.ports.cases import CaseStore
from mentiondesk.ports.runtime import CurrentSettings

# Upper bound on the cases of one run; the next run takes the others.
_MOST = 25
_EVER = datetime.min.replace(tzinfo=UTC)


class ForgetWords:
    """Posts of such cases are no longer looked up at X, so that what was deleted there must not stay here.

    Tags, times and records stay, for figures.
    """

    def __init__(self, cases: CaseStore, settings: CurrentSettings) -> None:
        self._cases = cases
        self._settings = settings

    def __call__(self, now: datetime) -> int:
        """The number of cases whose words are gone."""
        idle = self._cases.idle(_EVER, now - self._settings().keep_words, _MOST)
        for case_id in idle:
            self._cases.forget_words(case_id, now)
        return len(idle)
