"""Rules for detecting incidents and for the alerts about them."""

from dataclasses import dataclass
from datetime import timedelta

from mentiondesk.domain.alerts.roster import Stage
from mentiondesk.domain.incidents.incident import Affected, Impact
from mentiondesk.domain.posts.tags import Urgency


@dataclass(frozen=True, slots=True)
class IncidentTemplate:
    """Texts that a person may fill a form with, for an incident that has come before."""

    name: str
    title: str
    body: str
    impact: Impact = Impact.MINOR
    affected: tuple[Affected, ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """Rules for detecting incidents and for the alerts about them.

    A candidate needs `people` distinct reporters `within` a window, is to be confirmed `confirm_within`, and fades
    `fade_after` its latest complaint. After its end similar ones are held back for a `cooldown`. Posts about a
    public incident have at most `urgency`, unless critical. Customers are to hear of the solution within
    `go_back_within`. `stages` are the alerts, sent at once.
    """

    people: int
    within: timedelta
    fade_after: timedelta
    cooldown: timedelta
    confirm_within: timedelta
    go_back_within: timedelta
    stages: tuple[Stage, ...]
    urgency: Urgency = Urgency.NORMAL
    templates: tuple[IncidentTemplate, ...] = ()
