"""Phrases that several rooms have in common."""

from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.incidents.incident import Incident
from mentiondesk.presentation.wording import Sentences


def post_url(post_id: str) -> str:
    """X's own address of a post; works without knowing the handle."""
    return f"https://x.com/i/status/{post_id}"


def case_label(say: Sentences, case: Case) -> str:
    """Like "critical complaint" or "question"."""
    return say(f"what.{case.urgency}", kind=say.label("kind", case.kind))


def people_and_posts(say: Sentences, incident: Incident) -> str:
    """Like "12 people, 15 posts"."""
    people, posts = say("people", count=incident.people), say("posts", count=incident.posts)
    return say("people_and_posts", people=people, posts=posts)
