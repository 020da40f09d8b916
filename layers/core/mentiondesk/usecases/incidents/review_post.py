"""The checks of a post about an incident, which answers nobody."""

from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from mentiondesk.domain.ids import StaffId, UserId
from mentiondesk.domain.incidents.commands import timely
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import Incident, NotPossible, Status
from mentiondesk.domain.posts.tags import Kind
from mentiondesk.domain.replies.checks.check import check
from mentiondesk.domain.replies.checks.context import CheckContext
from mentiondesk.domain.replies.finding import Finding
from mentiondesk.domain.replies.reply import Reply
from mentiondesk.domain.replies.rules import is_new
from mentiondesk.ports.incidents import DraftStore, IncidentStore
from mentiondesk.ports.replies import Reviewed
from mentiondesk.ports.runtime import CurrentSettings
from mentiondesk.usecases.optimistic import kept
from mentiondesk.values import replace

_NOBODY = UserId("")


class ReviewPost:
    """Checks a post by the settings in force. The status page's own address may stand in it."""

    def __init__(self, incidents: IncidentStore, drafts: DraftStore, settings: CurrentSettings) -> None:
        self._incidents = incidents
        self._drafts = drafts
        self._settings = settings

    def again(self, reply: Reply, text: str, now: datetime) -> Reviewed:
        """A stored post with this text, as it would go out.

        Raises SubjectGone, or NotPossible where what is public has overtaken it.
        """
        assert reply.incident_id is not None, "posts are about incidents"
        assert reply.occasion is not None, "they have an occasion"
        incident = kept(self._incidents.get(reply.incident_id))
        draft = self.draft(incident, reply.occasion)
        findings = self(incident, draft, text, reply.author, now)
        return Reviewed(text.strip(), findings, self._settings().replies.undo_public)

    def draft(self, incident: Incident, occasion: Occasion) -> Draft:
        """The desk's draft. Raises NotPossible where there is none that still fits what is public."""
        drafts = timely(incident, self._drafts.of(incident.incident_id))
        found = next((one for one in drafts if one.occasion is occasion), None)
        if found is None:
            raise NotPossible(incident.incident_id, incident.status, incident.status)
        return found

    def __call__(
        self, incident: Incident, draft: Draft, text: str, author: StaffId, now: datetime
    ) -> tuple[Finding, ...]:
        """The findings, the heaviest first. Raises SubjectGone where the author is no longer staff."""
        settings = self._settings()
        staff, rules = kept(settings.roster.find(author)), settings.replies
        own = (*rules.checks.own_domains, *filter(None, [urlsplit(draft.link or "").hostname]))
        return check(
            text,
            CheckContext(
                now=now,
                customer=_NOBODY,
                rules=replace(rules.checks, own_domains=own),
                approval=rules.approval,
                kind=Kind.CHATTER,
                new_author=is_new(staff.started, now.astimezone(ZoneInfo(settings.zone)).date(), rules.approval),
                about_incident=True,
                incident_solved=incident.status is Status.RESOLVED,
            ),
        )
