"""The public status site: what is told to everyone, as pages, JSON, feeds and mails."""

from mentiondesk.status_site.files import render
from mentiondesk.status_site.site import Site, Told, Word, told

__all__ = ["Site", "Told", "Word", "render", "told"]
