"""The way back to the customers of a resolved incident, as one customer stands in it."""

from enum import StrEnum

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.incidents.incident import Incident, Status


class GoBackState(StrEnum):
    """A customer's place on the list of those who hear that the incident is over."""

    LEFT_OUT = "left_out"
    TO_TELL = "to_tell"
    TOLD = "told"
    NOT_CHOSEN = "not_chosen"


def go_back_state(incident: Incident, case: Case) -> GoBackState | None:
    """The customer's state; None while the incident goes on."""
    if incident.status is not Status.RESOLVED:
        return None
    if incident.go_back_from is None:
        return GoBackState.NOT_CHOSEN
    if case.case_id in incident.go_back_from:
        return GoBackState.LEFT_OUT
    # The timers start a minute after the list was gone through.
    if incident.gone_back_at is None:
        return GoBackState.TO_TELL
    timer = case.timer
    waits = timer is not None and timer.running and timer.clock is Clock.GO_BACK
    return GoBackState.TO_TELL if waits else GoBackState.TOLD
