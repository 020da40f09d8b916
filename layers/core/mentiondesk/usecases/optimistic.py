"""The one optimistic loop: a change is worked out again as often as another writer was first."""

from collections.abc import Callable
from typing import Any, TypeVar

from mentiondesk.ports.cases import CaseChanged
from mentiondesk.ports.incidents import IncidentChanged
from mentiondesk.ports.storage import SubjectGone
from mentiondesk.ports.strikes import RecordChanged
from mentiondesk.ports.views import ViewsChanged

Subject = TypeVar("Subject")
Saved = TypeVar("Saved")

# Writers of one case or incident that meet come to rest long before this.
ATTEMPTS = 8


def retried(current: Subject | None, attempt: Callable[[Any], Saved], attempts: int = ATTEMPTS) -> Saved:
    """The result of `attempt` on the subject as it is now.

    An attempt that another writer forestalled is made again on what that one left. Raises CaseChanged,
    IncidentChanged, RecordChanged or ViewsChanged after `attempts`: a save that is given up is never silent.
    """
    for left in reversed(range(attempts)):
        try:
            return attempt(current)
        except (CaseChanged, IncidentChanged, RecordChanged, ViewsChanged) as changed:
            if not left:
                raise
            current = changed.current  # type: ignore[assignment]
    raise AssertionError("at least one attempt is made")


def kept(subject: Subject | None) -> Subject:
    """The subject. Raises SubjectGone where there is none."""
    if subject is None:
        raise SubjectGone
    return subject
