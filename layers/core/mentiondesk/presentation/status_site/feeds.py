"""The history as Atom and RSS feeds: one entry an incident, whose id never changes, with every update in it."""

from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from markupsafe import Markup

from mentiondesk.presentation.status_site.site import PublicIncident, PublicUpdate, Site
from mentiondesk.presentation.status_site.times import on_clock

_MOST = 50
_ATOM = "http://www.w3.org/2005/Atom"
_PARAGRAPH = Markup("<p><small>{at}</small><br><strong>{label}</strong> - {text}</p>")


def atom(site: Site) -> bytes:
    """Atom 1.0 (RFC 4287), newest first."""
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _add(feed, "id", _tag(site, "/history"))
    _add(feed, "title", _title(site))
    _add(feed, "updated", _rfc3339(site.updated_at))
    _add(feed, "link", rel="alternate", type="text/html", href=f"{site.url}/")
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{site.url}/history.atom")
    _add(_add(feed, "author"), "name", site.name)
    for told in site.told[:_MOST]:
        entry = _add(feed, "entry")
        _add(entry, "id", _entry_id(site, told))
        _add(entry, "published", _rfc3339(told.published_at))
        _add(entry, "updated", _rfc3339(told.updated_at))
        _add(entry, "link", rel="alternate", type="text/html", href=f"{site.url}/{told.path}")
        _add(entry, "title", told.title)
        _add(entry, "content", _content(site, told), type="html")
    return _written(feed)


def rss(site: Site) -> bytes:
    """RSS 2.0, newest first."""
    feed = ET.Element("rss", {"version": "2.0", "xmlns:atom": _ATOM})
    channel = _add(feed, "channel")
    _add(channel, "title", _title(site))
    _add(channel, "link", f"{site.url}/")
    _add(channel, "description", f"Incidents and maintenance at {site.name}")
    _add(channel, "language", "en")
    _add(channel, "lastBuildDate", _rfc822(site.updated_at))
    _add(channel, "ttl", "1")
    _add(channel, "atom:link", rel="self", type="application/rss+xml", href=f"{site.url}/history.rss")
    for told in site.told[:_MOST]:
        item = _add(channel, "item")
        _add(item, "title", told.title)
        _add(item, "description", _content(site, told))
        _add(item, "pubDate", _rfc822(told.published_at))
        _add(item, "link", f"{site.url}/{told.path}")
        _add(item, "guid", _entry_id(site, told), isPermaLink="false")
    return _written(feed)


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, attributes)
    child.text = text
    return child


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _title(site: Site) -> str:
    return f"{site.name} Status - Incident History"


def _tag(site: Site, name: str) -> str:
    """A tag: id (RFC 4151), which stays when everything else about the entry changes."""
    return f"tag:{urlsplit(site.url).hostname},2005:{name}"


def _entry_id(site: Site, told: PublicIncident) -> str:
    return _tag(site, f"Incident/{told.incident.incident_id}")


def _content(site: Site, told: PublicIncident) -> str:
    """Every update, newest first, as HTML."""
    return "".join(_paragraph(site, word) for word in reversed(told.words))


def _paragraph(site: Site, word: PublicUpdate) -> str:
    text = Markup("<br>").join(word.body.split("\n"))
    return _PARAGRAPH.format(at=on_clock(word.at, site.zone), label=word.label, text=text)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
