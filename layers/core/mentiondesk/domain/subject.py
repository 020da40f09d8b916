"""Subjects: what alerts are about."""

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.incidents.incident import Incident

Subject = Case | Incident
