"""The status site as files, in the order in which they are to be written."""

import json
from collections.abc import Iterator

from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.site_file import SiteFile
from mentiondesk.presentation.status_site import api, feeds, html

_HTML = "text/html; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_SOON, _LATER = 30, 300


def render(site: Site) -> tuple[SiteFile, ...]:
    """Every file of the site; the same site gives the same bytes.

    What others link to comes first and the front page last, so that it never links to what is not there.
    """
    return tuple(_files(site))


def _files(site: Site) -> Iterator[SiteFile]:
    yield _file("style.css", html.stylesheet(), "text/css; charset=utf-8", _LATER)
    yield _file("404.html", html.not_found(site), _HTML)
    for one in site.published:
        yield _file(one.path, html.incident(site, one), _HTML)
    yield _file("history.html", html.history(site), _HTML)
    for path, body in api.bodies(site):
        yield _file(f"api/v2/{path}", json.dumps(body, ensure_ascii=False, separators=(",", ":")), _JSON)
    yield SiteFile("history.atom", feeds.atom(site), "application/atom+xml; charset=utf-8", _SOON)
    yield SiteFile("history.rss", feeds.rss(site), "application/rss+xml; charset=utf-8", _SOON)
    yield _file("icon.svg", html.icon(site), "image/svg+xml")
    yield _file("index.html", html.index(site), _HTML)


def _file(path: str, text: str, content_type: str, seconds: int = _SOON) -> SiteFile:
    return SiteFile(path, text.encode(), content_type, seconds)
