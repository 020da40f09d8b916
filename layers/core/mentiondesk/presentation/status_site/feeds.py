"""The history as Atom and RSS feeds: one entry an incident, whose id never changes, with every update in it."""

from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from markupsafe import Markup

from mentiondesk.domain.status.public_incident import PublicIncident, PublicUpdate
from mentiondesk.domain.status.site import Site
from mentiondesk.presentation.status_site.labels import update_label
from mentiondesk.presentation.times import full_moment
from mentiondesk.presentation.wording import Sentences

_MOST = 50
_ATOM = "http://www.w3.org/2005/Atom"
_PARAGRAPH = Markup("<p><small>{at}</small><br><strong>{label}</strong> - {text}</p>")


def atom(site: Site, say: Sentences) -> bytes:
    """Atom 1.0 (RFC 4287), newest first."""
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": say("language")})
    _add(feed, "id", _tag(site, "/history"))
    _add(feed, "title", say("feed.title", name=site.name))
    _add(feed, "updated", _rfc3339(site.updated_at))
    _add(feed, "link", rel="alternate", type="text/html", href=f"{site.url}/")
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{site.url}/history.atom")
    _add(_add(feed, "author"), "name", site.name)
    for one in site.published[:_MOST]:
        entry = _add(feed, "entry")
        _add(entry, "id", _entry_id(site, one))
        _add(entry, "published", _rfc3339(one.published_at))
        _add(entry, "updated", _rfc3339(one.updated_at))
        _add(entry, "link", rel="alternate", type="text/html", href=f"{site.url}/{one.path}")
        _add(entry, "title", one.title)
        _add(entry, "content", _content(site, say, one), type="html")
    return _written(feed)


def rss(site: Site, say: Sentences) -> bytes:
    """RSS 2.0, newest first."""
    feed = ET.Element("rss", {"version": "2.0", "xmlns:atom": _ATOM})
    channel = _add(feed, "channel")
    _add(channel, "title", say("feed.title", name=site.name))
    _add(channel, "link", f"{site.url}/")
    _add(channel, "description", say("feed.description", name=site.name))
    _add(channel, "language", say("language"))
    _add(channel, "lastBuildDate", _rfc822(site.updated_at))
    _add(channel, "ttl", "1")
    _add(channel, "atom:link", rel="self", type="application/rss+xml", href=f"{site.url}/history.rss")
    for one in site.published[:_MOST]:
        item = _add(channel, "item")
        _add(item, "title", one.title)
        _add(item, "description", _content(site, say, one))
        _add(item, "pubDate", _rfc822(one.published_at))
        _add(item, "link", f"{site.url}/{one.path}")
        _add(item, "guid", _entry_id(site, one), isPermaLink="false")
    return _written(feed)


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, attributes)
    child.text = text
    return child


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _tag(site: Site, name: str) -> str:
    """A tag: id (RFC 4151), which stays when everything else about the entry changes."""
    return f"tag:{urlsplit(site.url).hostname},2005:{name}"


def _entry_id(site: Site, one: PublicIncident) -> str:
    return _tag(site, f"Incident/{one.incident.incident_id}")


def _content(site: Site, say: Sentences, one: PublicIncident) -> str:
    """Every update, newest first, as HTML."""
    return "".join(_paragraph(site, say, update) for update in reversed(one.updates))


def _paragraph(site: Site, say: Sentences, update: PublicUpdate) -> str:
    text = Markup("<br>").join(update.body.split("\n"))
    return _PARAGRAPH.format(at=full_moment(say, update.at, site.zone), label=update_label(say, update), text=text)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
