"""The public status site: pages, JSON and feeds of everything published."""

from mentiondesk.presentation.status_site.files import SiteFiles

__all__ = ["SiteFiles"]
