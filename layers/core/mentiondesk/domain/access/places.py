"""Places of the desk that messages and pages lead to, below its address."""

from mentiondesk.domain.ids import CaseId, SubjectId

DESK = "/desk"


def subject_path(subject_id: SubjectId) -> str:
    """The page of a case or an incident, for people who have signed in."""
    if isinstance(subject_id, CaseId):
        return f"{DESK}/cases/{subject_id.conversation}-{subject_id.customer}"
    return f"{DESK}/incidents/{subject_id}"
