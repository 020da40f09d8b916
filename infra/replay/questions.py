"""Cases as figures see them: those whose customers needed an answer."""

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.timers import Clock
from mentiondesk.domain.figures.answers import Group, Question
from mentiondesk.domain.posts.tags import Kind

# Kinds whose customers expect an answer; thanks for praise are no debt.
_GROUPS = {Kind.COMPLAINT: Group.CUSTOMERS, Kind.QUESTION: Group.CUSTOMERS, Kind.ABUSE: Group.ABUSE}


def question_of(case: Case) -> Question | None:
    """The case as figures see it; None when its customer needed no answer."""
    looked_at = next((timer.since for timer in case.timers if timer.clock is Clock.UNSURE), None)
    if looked_at is not None and case.asked_at is None:
        return Question(Group.UNSURE, looked_at, case.first_answer_at, case.closed_at)
    if case.kind not in _GROUPS or case.asked_at is None:
        return None
    group = Group.PUBLIC_INCIDENT if case.incident_id else _GROUPS[case.kind]
    return Question(group, case.asked_at, case.first_answer_at, case.closed_at)
