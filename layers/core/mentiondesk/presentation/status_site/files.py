"""The status site as files, in the order in which they are to be written."""

import json
from collections.abc import Callable, Iterator, Sequence

from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.site_file import SiteFile
from mentiondesk.presentation.rendering import stylesheet
from mentiondesk.presentation.status_site import api, feeds, html
from mentiondesk.presentation.wording import Sentences

_HTML = "text/html; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_SOON, _LATER = 30, 300


class SiteFiles:
    """SiteRenderer on templates."""

    def __init__(self, wording: Callable[[], Sentences] = Sentences) -> None:
        self._wording = wording

    def __call__(self, site: Site) -> Sequence[SiteFile]:
        """Linked files come first and the front page last: no page ever links to a file that is not there."""
        return tuple(_files(site, self._wording()))


def _files(site: Site, say: Sentences) -> Iterator[SiteFile]:
    yield _file("style.css", stylesheet("status_site", site.page.colour), "text/css; charset=utf-8", _LATER)
    if site.page.logo is not None:
        yield SiteFile(site.page.logo.path, site.page.logo.content, site.page.logo.content_type, _LATER)
    yield _file("404.html", html.not_found(site, say), _HTML)
    for one in site.published:
        yield from _page(one.path, html.incident(site, say, one))
    yield from _page("history", html.history(site, say))
    for path, body in api.bodies(site):
        yield _file(f"api/v2/{path}", json.dumps(body, ensure_ascii=False, separators=(",", ":")), _JSON)
    yield SiteFile("history.atom", feeds.atom(site, say), "application/atom+xml; charset=utf-8", _SOON)
    yield SiteFile("history.rss", feeds.rss(site, say), "application/rss+xml; charset=utf-8", _SOON)
    yield _file("icon.svg", html.icon(site, say), "image/svg+xml")
    yield _file("index.html", html.index(site, say), _HTML)


def _page(path: str, text: str) -> Iterator[SiteFile]:
    """A page under its address, and under the one with .html that earlier versions linked to."""
    yield _file(path, text, _HTML)
    yield _file(f"{path}.html", text, _HTML)


def _file(path: str, text: str, content_type: str, seconds: int = _SOON) -> SiteFile:
    return SiteFile(path, text.encode(), content_type, seconds)
