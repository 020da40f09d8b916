"""Rules for detecting incidents and for the alerts about them."""

from collections.abc import Mapping
from datetime import timedelta

from mentiondesk.domain.alerts.roster import Stage
from mentiondesk.domain.ids import ComponentId
from mentiondesk.domain.incidents.incident import Affected, Impact
from mentiondesk.domain.posts.tags import Urgency
from mentiondesk.values import Frozen, field


class IncidentTemplate(Frozen):
    """Texts that a person may fill a form with, for an incident that has come before."""

    name: str
    title: str
    body: str
    impact: Impact = Impact.MINOR
    affected: tuple[Affected, ...] = ()


class IncidentRules(Frozen):
    """Rules for detecting incidents and for the alerts about them.

    A candidate needs `people` distinct reporters `within` a window, is to be confirmed `confirm_within`, and fades
    `fade_after` its latest complaint. After its end similar ones are held back for a `cooldown`. Posts about a
    public incident have at most `urgency`, unless critical. Customers are to hear of the solution within
    `go_back_within`. `stages` are the alerts, sent at once. `least_impact` is the least that is offered for
    an incident of a component.
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
    least_impact: Mapping[ComponentId, Impact] = field(default_factory=dict)
