"""The feeds: well-formed whatever is in them, with ids that never change and every update."""

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentiondesk.domain.ids import IncidentId
from mentiondesk.domain.incidents.incident import Status
from mentiondesk.domain.status.public_incident import PublicIncident, public_incident
from mentiondesk.domain.status.site import Site
from mentiondesk.presentation.status_site.feeds import atom, rss
from mentiondesk.presentation.wording import Sentences
from mentiondesk.values import replace
from tests.support.builders import NOON, at
from tests.support.telling import HOSTILE, INCIDENT_ID, SINCE, URL, a_maintenance, a_site, a_story, an_update

SAY = Sentences()
ATOM = "{http://www.w3.org/2005/Atom}"
FIRST = (an_update(5), an_update(20, Status.INVESTIGATING, "Still looking.\nBear with us."))
SOLVED = (*FIRST, an_update(50, Status.RESOLVED, "All is well."))


def another(name: str, hours: float) -> PublicIncident:
    """An incident published so many hours before noon."""
    published = NOON - timedelta(hours=hours)
    incident = replace(a_story(*SOLVED).incident, incident_id=IncidentId(name), published_at=published, updated_at=None)
    return public_incident(incident, [an_update(0, at=published, incident_id=IncidentId(name))])


def entries(site: Site) -> list[ET.Element]:
    return ET.fromstring(atom(site, SAY)).findall(f"{ATOM}entry")


def items(site: Site) -> list[ET.Element]:
    return ET.fromstring(rss(site, SAY)).findall("channel/item")


def of(parent: ET.Element, name: str) -> str:
    return parent.findtext(name) or parent.findtext(ATOM + name) or ""


# --- Atom (RFC 4287) --------------------------------------------------------------------------------------


def test_atom_has_what_its_standard_asks_for() -> None:
    feed = ET.fromstring(atom(a_site(a_story(*SOLVED)), SAY))
    assert feed.tag == f"{ATOM}feed"
    assert feed.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "en"
    assert of(feed, "id") == "tag:status.example.com,2005:/history"
    assert of(feed, "title") == "Fennel & Finch Status - Incident History"
    assert of(feed, "updated") == "2026-06-17T12:50:00Z"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Fennel & Finch"
    links = {link.attrib["rel"]: (link.attrib["type"], link.attrib["href"]) for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "alternate": ("text/html", f"{URL}/"),
        "self": ("application/atom+xml", f"{URL}/history.atom"),
    }
    (entry,) = feed.findall(f"{ATOM}entry")
    for name in ("id", "title", "updated", "published", "content"):
        assert len(entry.findall(ATOM + name)) == 1, name
    assert entry.findall(f"{ATOM}link")[0].attrib["href"] == f"{URL}/incidents/{INCIDENT_ID}"
    assert entry.findall(f"{ATOM}content")[0].attrib == {"type": "html"}


def test_an_id_never_changes_and_updated_moves() -> None:
    first, later = (entries(a_site(a_story(*words)))[0] for words in (FIRST[:1], SOLVED))
    assert of(first, "id") == of(later, "id") == f"tag:status.example.com,2005:Incident/{INCIDENT_ID}"
    assert of(first, "published") == of(later, "published") == "2026-06-17T12:05:00Z"
    assert (of(first, "updated"), of(later, "updated")) == ("2026-06-17T12:05:00Z", "2026-06-17T12:50:00Z")


def test_a_new_title_keeps_the_id() -> None:
    ids = {of(entries(a_site(a_story(*FIRST, title=title)))[0], "id") for title in ("one", "two")}
    assert len(ids) == 1


def test_every_update_is_there_newest_first_and_labelled() -> None:
    content = of(entries(a_site(a_story(*SOLVED)))[0], "content")
    assert re.findall("<strong>(.*?)</strong> - (.*?)</p>", content) == [
        ("Resolved", "All is well."),
        ("Update", "Still looking.<br>Bear with us."),
        ("Investigating", "We look into it."),
    ]
    assert re.findall("<small>(.*?)</small>", content)[0] == "17 June 2026, 13:50 BST"


def test_entries_stand_newest_first_and_maintenance_is_among_them() -> None:
    maintenance = public_incident(a_maintenance(incident_id=IncidentId("move"), published_at=at(-60)), [])
    site = a_site(another("old", 30), a_story(*SOLVED), maintenance, another("older", 60))
    assert [of(entry, "id").rpartition("/")[2] for entry in entries(site)] == [INCIDENT_ID, "move", "old", "older"]
    assert [of(item, "guid").rpartition("/")[2] for item in items(site)] == [INCIDENT_ID, "move", "old", "older"]


def test_feeds_are_bounded() -> None:
    site = a_site(*(another(f"i{hours:03}", hours) for hours in range(80)))
    assert (len(entries(site)), len(items(site))) == (50, 50)


def test_an_empty_feed_is_a_feed() -> None:
    feed = ET.fromstring(atom(a_site(), SAY))
    assert datetime.fromisoformat(of(feed, "updated")) == SINCE
    assert not items(a_site())


def test_an_address_with_a_port_names_its_host_alone() -> None:
    """A tag: id has no place for a port (RFC 4151)."""
    site = replace(a_site(a_story(*FIRST)), url="http://127.0.0.1:8080")
    assert of(entries(site)[0], "id").startswith("tag:127.0.0.1,2005:Incident/")


# --- RSS 2.0 ----------------------------------------------------------------------------------------------


def test_rss_has_what_its_standard_asks_for() -> None:
    feed = ET.fromstring(rss(a_site(a_story(*SOLVED)), SAY))
    assert (feed.tag, feed.attrib["version"]) == ("rss", "2.0")
    (channel,) = feed
    assert of(channel, "title") == "Fennel & Finch Status - Incident History"
    assert of(channel, "link") == f"{URL}/"
    assert of(channel, "description")
    assert parsedate_to_datetime(of(channel, "lastBuildDate")) == at(50)
    assert channel.findall(f"{ATOM}link")[0].attrib["href"] == f"{URL}/history.rss"
    (item,) = channel.findall("item")
    assert parsedate_to_datetime(of(item, "pubDate")) == at(5)
    (guid,) = item.findall("guid")
    assert guid.attrib == {"isPermaLink": "false"}
    assert of(item, "description") == of(entries(a_site(a_story(*SOLVED)))[0], "content")


def test_both_feeds_give_an_incident_one_id() -> None:
    site = a_site(a_story(*SOLVED))
    assert of(entries(site)[0], "id") == of(items(site)[0], "guid")


# --- Whatever is in them ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [HOSTILE, "]]>", "&amp; &lt; & <", "<![CDATA[x]]>", "<!DOCTYPE x [<!ENTITY y 'z'>]>&y;"]
)
def test_hostile_text_is_text(text: str) -> None:
    site = a_site(a_story(an_update(5, body=text), title=text), name=text[:79])
    entry, item = entries(site)[0], items(site)[0]
    assert of(entry, "title") == of(item, "title") == site.published[0].title
    for content in (of(entry, "content"), of(item, "description")):
        assert set(re.findall(r"<(/?\w+)", content)) == {"p", "small", "/small", "br", "strong", "/strong", "/p"}
        assert unescape(content).endswith(f"{site.published[0].updates[0].body}</p>")


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=200))
def test_any_text_is_well_formed(text: str) -> None:
    site = a_site(a_story(an_update(5, body=f"x{text}"), title=text))
    assert ET.fromstring(atom(site, SAY)).findtext(f"{ATOM}entry/{ATOM}title") == site.published[0].title
    assert ET.fromstring(rss(site, SAY)).findtext("channel/item/title") == site.published[0].title


def test_the_same_facts_are_the_same_bytes() -> None:
    one, other = (a_site(a_story(*SOLVED), now=now) for now in (at(60), at(600)))
    assert (atom(one, SAY), rss(one, SAY)) == (atom(other, SAY), rss(other, SAY))
