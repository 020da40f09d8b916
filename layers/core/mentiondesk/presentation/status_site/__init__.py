"""The public status site: what is told to everyone, as pages, JSON, feeds and mails."""

from mentiondesk.presentation.status_site.files import render
from mentiondesk.presentation.status_site.site import PublicIncident, PublicUpdate, Site, told

__all__ = ["PublicIncident", "PublicUpdate", "Site", "render", "told"]
