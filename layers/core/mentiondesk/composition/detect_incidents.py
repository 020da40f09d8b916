"""The desk's work by the clock on incidents and on cases that nobody waits in."""

from mentiondesk.adapters.storage.desk_stores import DeskStores
from mentiondesk.adapters.storage.stores.signals import Baselines, Signals
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.forget_words import ForgetWords
from mentiondesk.usecases.cases.resolve_silent import ResolveSilentCases
from mentiondesk.usecases.incidents.detect_incidents import DetectIncidents
from mentiondesk.usecases.incidents.follow_up_customers import GoBack
from mentiondesk.usecases.incidents.stop_timers import StopTimers


def detect_incidents(
    desk: DeskStores,
) -> tuple[DetectIncidents, ResolveSilentCases, ForgetWords, StopTimers, GoBack]:
    change = ChangeCase(desk.cases, desk.settings)
    return (
        DetectIncidents(Signals(desk.table), Baselines(desk.table), desk.incidents, desk.settings),
        ResolveSilentCases(desk.cases, change, desk.settings),
        ForgetWords(desk.cases, desk.settings),
        StopTimers(desk.incidents, change),
        GoBack(desk.incidents, change, desk.settings),
    )
