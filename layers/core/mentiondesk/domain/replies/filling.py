"""Saved replies, filled for one customer."""

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.replies.saved import SavedReply, Variable, filled, first_name


def filled_for(saved: SavedReply, case: Case, brand: str, agent: str) -> str:
    """The text of a saved reply as this agent of the brand is offered it for the customer of the case."""
    return filled(saved.text_for(case.customer_id), _values(case, brand, agent))


def _values(case: Case, brand: str, agent: str) -> dict[str, str]:
    profile = case.profile
    return {
        Variable.FIRST_NAME: first_name(profile.name) if profile else "",
        Variable.HANDLE: f"@{profile.handle}" if profile else "",
        Variable.BRAND: brand,
        Variable.AGENT: agent.partition(" ")[0],
        Variable.NUMBER: case_number(case.case_id, brand),
    }
