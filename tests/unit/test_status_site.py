"""The status site: Statuspage's shapes, pages that anybody can read, and customers' words as words everywhere."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from mentiondesk.domain.ids import ComponentId, IncidentId
from mentiondesk.domain.incidents.incident import Health, Impact, Status
from mentiondesk.domain.status.public_incident import PublicIncident, public_incident
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.site_file import SiteFile
from mentiondesk.presentation.rendering import stylesheet
from mentiondesk.presentation.status_site import SiteFiles
from mentiondesk.presentation.status_site.labels import paragraphs
from mentiondesk.values import replace
from tests.support.builders import NOON, at, settings
from tests.support.telling import (
    API_URL,
    APP,
    HOSTILE,
    INCIDENT_ID,
    PARCELS,
    SHOP,
    SINCE,
    URL,
    a_maintenance,
    a_site,
    a_story,
    affected,
    after,
    an_update,
)

RENDER = SiteFiles()
GOING_ON = (
    an_update(5, affected=(affected(),)),
    an_update(20, Status.INVESTIGATING, "Still looking."),
    an_update(40, Status.IDENTIFIED, "Found it.", affected=(affected(health=Health.DEGRADED_PERFORMANCE),)),
)
SOLVED = (*GOING_ON, an_update(50, Status.MONITORING, "Mended."), an_update(55, Status.RESOLVED, "All is well."))
MAINTENANCE_ID = IncidentId("20260617-1200-move")


def planned(**overrides: Any) -> PublicIncident:
    update = an_update(0, Status.SCHEDULED, "We move the shop.", incident_id=MAINTENANCE_ID)
    return public_incident(a_maintenance(incident_id=MAINTENANCE_ID, **overrides), [update])


def files(site: Site) -> dict[str, SiteFile]:
    return {file.path: file for file in RENDER(site)}


def page(site: Site, path: str = "index.html") -> str:
    return files(site)[path].content.decode()


def api(site: Site, path: str) -> Any:
    return json.loads(files(site)[f"api/v2/{path}.json"].content)


# --- Statuspage's shapes ----------------------------------------------------------------------------------

TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
NO_TIME = {"anyOf": [TIME, {"type": "null"}]}
TEXT = {"type": "string", "minLength": 1}
NO_TEXT = {"type": ["string", "null"]}
HEALTH = {"enum": ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"]}


def exactly(**fields: Any) -> dict[str, Any]:
    """An object with these fields and no others."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def listed(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


PAGE = exactly(id=TEXT, name=TEXT, url={"const": URL}, time_zone=TEXT, updated_at=TIME)
STATUS = exactly(indicator={"enum": ["none", "minor", "major", "critical", "maintenance"]}, description=TEXT)
_COMPONENT = {
    "id": TEXT,
    "name": TEXT,
    "status": HEALTH,
    "created_at": TIME,
    "updated_at": TIME,
    "position": {"type": "integer", "minimum": 1},
    "description": NO_TEXT,
    "showcase": {"type": "boolean"},
    "start_date": {"type": "null"},
    "group_id": NO_TEXT,
    "page_id": TEXT,
    "only_show_if_degraded": {"type": "boolean"},
}
ONE = exactly(**_COMPONENT, group={"const": False})
GROUP = exactly(**_COMPONENT, group={"const": True}, components=listed(TEXT))
UPDATE = exactly(
    id=TEXT,
    status={
        "enum": [
            *("investigating", "identified", "monitoring", "resolved", "postmortem"),
            *("scheduled", "in_progress", "verifying", "completed"),
        ]
    },
    body=TEXT,
    incident_id=TEXT,
    created_at=TIME,
    updated_at=TIME,
    display_at=TIME,
    affected_components={
        "anyOf": [
            {"type": "null"},
            listed(exactly(code=TEXT, name=TEXT, old_status=HEALTH, new_status=HEALTH)),
        ]
    },
    deliver_notifications={"type": "boolean"},
    custom_tweet={"type": "null"},
    tweet_id={"type": "null"},
)
_INCIDENT = {
    "id": TEXT,
    "name": TEXT,
    "created_at": TIME,
    "updated_at": TIME,
    "monitoring_at": NO_TIME,
    "resolved_at": NO_TIME,
    "shortlink": {"type": "string", "pattern": f"^{re.escape(URL)}/"},
    "started_at": TIME,
    "page_id": TEXT,
    "reminder_intervals": {"type": "null"},
    "incident_updates": listed(UPDATE),
    "components": listed(ONE),
}
INCIDENT = exactly(
    **_INCIDENT,
    status={"enum": ["investigating", "identified", "monitoring", "resolved", "postmortem"]},
    impact={"enum": ["none", "minor", "major", "critical"]},
)
MAINTENANCE = exactly(
    **_INCIDENT,
    status={"enum": ["scheduled", "in_progress", "verifying", "completed"]},
    impact={"const": "maintenance"},
    scheduled_for=NO_TIME,
    scheduled_until=NO_TIME,
)
COMPONENTS = listed({"anyOf": [ONE, GROUP]})
BODIES = {
    "summary": exactly(
        page=PAGE,
        components=COMPONENTS,
        incidents=listed(INCIDENT),
        scheduled_maintenances=listed(MAINTENANCE),
        status=STATUS,
    ),
    "status": exactly(page=PAGE, status=STATUS),
    "components": exactly(page=PAGE, components=COMPONENTS),
    "incidents": exactly(page=PAGE, incidents=listed(INCIDENT)),
    "incidents/unresolved": exactly(page=PAGE, incidents=listed(INCIDENT)),
    "scheduled-maintenances": exactly(page=PAGE, scheduled_maintenances=listed(MAINTENANCE)),
    "scheduled-maintenances/upcoming": exactly(page=PAGE, scheduled_maintenances=listed(MAINTENANCE)),
    "scheduled-maintenances/active": exactly(page=PAGE, scheduled_maintenances=listed(MAINTENANCE)),
}


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("found", [(), GOING_ON, SOLVED], ids=["nothing", "going on", "solved"])
def test_json_has_the_shape_that_its_readers_know(path: str, found: tuple[Any, ...]) -> None:
    site = a_site(*([a_story(*found), planned()] if found else []))
    faults = [fault.message for fault in Draft202012Validator(BODIES[path]).iter_errors(api(site, path))]
    assert not faults


def test_every_body_has_a_schema() -> None:
    found = {file.path for file in RENDER(a_site())}
    assert {path for path in found if path.endswith(".json")} == {f"api/v2/{path}.json" for path in BODIES}


def ids(body: Any, name: str = "incidents") -> list[str]:
    return [one["id"] for one in body[name]]


def test_each_list_holds_what_its_name_says() -> None:
    under_way = replace(planned().incident, incident_id=IncidentId("now"), status=Status.IN_PROGRESS)
    old = replace(a_story(*SOLVED, created_at=at(-100)).incident, incident_id=IncidentId("old"), published_at=at(-100))
    site = a_site(a_story(*GOING_ON), public_incident(old, []), planned(), public_incident(under_way, []))
    assert ids(api(site, "incidents")) == [INCIDENT_ID, "old"]
    assert ids(api(site, "incidents/unresolved")) == [INCIDENT_ID]
    assert ids(api(site, "scheduled-maintenances"), "scheduled_maintenances") == ["now", MAINTENANCE_ID]
    assert ids(api(site, "scheduled-maintenances/upcoming"), "scheduled_maintenances") == [MAINTENANCE_ID]
    assert ids(api(site, "scheduled-maintenances/active"), "scheduled_maintenances") == ["now"]
    summary = api(site, "summary")
    assert (ids(summary), ids(summary, "scheduled_maintenances")) == ([INCIDENT_ID], ["now", MAINTENANCE_ID])


def test_updates_stand_newest_first_and_say_what_changed() -> None:
    (incident,) = api(a_site(a_story(*SOLVED)), "incidents")["incidents"]
    updates = incident["incident_updates"]
    assert [one["status"] for one in updates] == [
        *("resolved", "monitoring", "identified", "investigating", "investigating"),
    ]
    changed = [one["affected_components"] for one in updates]
    name = {"code": "app", "name": "iOS app"}
    assert changed == [
        [{**name, "old_status": "degraded_performance", "new_status": "operational"}],
        None,
        [{**name, "old_status": "partial_outage", "new_status": "degraded_performance"}],
        None,
        [{**name, "old_status": "operational", "new_status": "partial_outage"}],
    ]
    assert incident["created_at"] == "2026-06-17T12:05:00.000Z"
    assert incident["started_at"] == "2026-06-17T11:55:00.000Z"
    assert incident["monitoring_at"] == "2026-06-17T12:50:00.000Z"
    assert incident["resolved_at"] == incident["updated_at"] == "2026-06-17T12:55:00.000Z"


def test_what_no_update_names_was_so_from_the_first() -> None:
    """A candidate's component is in the incident alone until somebody speaks of it."""
    (incident,) = api(a_site(a_story(an_update(5))), "incidents")["incidents"]
    (update,) = incident["incident_updates"]
    assert [one["new_status"] for one in update["affected_components"]] == ["partial_outage"]


def test_components_stand_in_their_groups() -> None:
    found = api(a_site(a_story(*GOING_ON)), "components")["components"]
    shop, group, app, parcels = found
    assert [one["group"] for one in found] == [False, True, False, False]
    assert group["components"] == [APP, PARCELS]
    assert app["group_id"] == parcels["group_id"] == group["id"] != shop["group_id"]
    assert [one["status"] for one in found] == [
        *("operational", "degraded_performance", "degraded_performance", "operational"),
    ]
    assert (app["updated_at"], parcels["created_at"]) == ("2026-06-17T12:40:00.000Z", "2025-11-29T12:00:00.000Z")


@pytest.mark.parametrize(
    ("health", "impact", "indicator", "description"),
    [
        (None, None, "none", "All Systems Operational"),
        (Health.OPERATIONAL, Impact.NONE, "none", "All Systems Operational"),
        (Health.DEGRADED_PERFORMANCE, Impact.NONE, "minor", "Partially Degraded Service"),
        (Health.OPERATIONAL, Impact.MINOR, "minor", "Minor Service Outage"),
        (Health.PARTIAL_OUTAGE, Impact.MINOR, "major", "Partial System Outage"),
        (Health.OPERATIONAL, Impact.MAJOR, "major", "Partial System Outage"),
        (Health.MAJOR_OUTAGE, Impact.NONE, "critical", "Major Service Outage"),
        (Health.OPERATIONAL, Impact.CRITICAL, "critical", "Major Service Outage"),
    ],
)
def test_the_indicator_is_the_worst_of_components_and_incidents(
    health: Health | None, impact: Impact | None, indicator: str, description: str
) -> None:
    found = [a_story(an_update(5), impact=impact, affected=(affected(health=health),))] if health and impact else []
    assert api(a_site(*found), "status")["status"] == {"indicator": indicator, "description": description}


def test_maintenance_under_way_shows_and_planned_maintenance_does_not() -> None:
    assert api(a_site(planned()), "status")["status"]["indicator"] == "none"
    under_way = public_incident(replace(planned().incident, status=Status.IN_PROGRESS), [])
    assert api(a_site(under_way), "status")["status"] == {
        "indicator": "maintenance",
        "description": "Service Under Maintenance",
    }


def test_a_solved_incident_leaves_no_trace_in_the_status() -> None:
    assert api(a_site(a_story(*SOLVED)), "status")["status"]["indicator"] == "none"


def test_a_component_that_the_settings_no_longer_know_keeps_its_id_as_name() -> None:
    gone = ComponentId("fax")
    (incident,) = api(a_site(a_story(an_update(5), affected=(affected(gone),))), "incidents")["incidents"]
    assert incident["incident_updates"][0]["affected_components"][0]["name"] == "fax"
    assert incident["components"] == []


def test_a_word_newer_than_what_we_know_of_the_incident_waits() -> None:
    """Updates are read after the incident: one that came in between would contradict its status."""
    incident = after(a_story().incident, GOING_ON[:1])
    assert len(public_incident(incident, GOING_ON).updates) == 1


def test_lists_are_as_long_as_statuspage_s() -> None:
    many = [replace(a_story(*SOLVED).incident, incident_id=IncidentId(f"i{n:03}")) for n in range(60)]
    assert len(ids(api(a_site(*(public_incident(one, []) for one in many)), "incidents"))) == 50


# --- Determinism ------------------------------------------------------------------------------------------


def test_the_same_facts_are_the_same_bytes() -> None:
    found = [a_story(*SOLVED), planned()]
    assert RENDER(a_site(*found)) == RENDER(a_site(*reversed(found)))


def test_the_hour_changes_nothing_and_the_day_only_the_days() -> None:
    found = [a_story(*SOLVED), planned()]
    noon, evening, tomorrow = (files(a_site(*found, now=NOON + timedelta(hours=hours))) for hours in (1, 9, 25))
    assert noon == evening
    assert {path for path in noon if noon[path] != tomorrow[path]} == {"index.html", "history.html", "history"}


def test_the_day_is_that_of_the_settings_zone() -> None:
    """In London it is summer: 23:30 UTC is tomorrow."""
    site = a_site(now=NOON.replace(hour=23, minute=30))
    assert f"{site.today}" == "2026-06-18"


def test_complaints_that_join_change_no_file() -> None:
    before = a_story(*GOING_ON)
    assert RENDER(a_site(before)) == RENDER(
        a_site(replace(before, incident=replace(before.incident, people=90, posts=99)))
    )


def test_the_front_page_is_written_last_and_what_it_links_to_before() -> None:
    paths = [file.path for file in RENDER(a_site(a_story(*SOLVED), planned()))]
    assert paths[-1] == "index.html"
    assert paths.index("style.css") < paths.index(f"incidents/{INCIDENT_ID}.html") < paths.index("history.html")
    assert len(set(paths)) == len(paths)


def test_types_and_how_long_a_reader_may_keep_each() -> None:
    found = {file.path: file.content_type.partition(";")[0] for file in RENDER(a_site(planned()))}
    kinds = {path.rpartition(".")[2]: kind for path, kind in found.items() if "." in path}
    assert {kind for path, kind in found.items() if "." not in path} == {"text/html"}
    assert kinds == {
        "html": "text/html",
        "css": "text/css",
        "json": "application/json",
        "atom": "application/atom+xml",
        "rss": "application/rss+xml",
        "svg": "image/svg+xml",
    }
    assert {file.fresh_for for file in RENDER(a_site()) if not file.path.endswith(".css")} == {30}


# --- Pages ------------------------------------------------------------------------------------------------


class Read(HTMLParser):
    """A page's elements in order, its links, and its text."""

    VOID = frozenset({"meta", "link", "br", "input", "circle", "path"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def words_of(read: Read) -> str:
    """Its text, with a space between elements."""
    return " ".join(" ".join(read.text).split())


def pages(site: Site) -> dict[str, Read]:
    return {path: Read(file.content.decode()) for path, file in files(site).items() if path.endswith(".html")}


EVERYTHING = (a_story(*GOING_ON), planned())


def test_pages_have_one_h1_and_headings_that_skip_no_level() -> None:
    for path, read in pages(a_site(*EVERYTHING)).items():
        levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch(r"h\d", tag)]
        assert levels.count(1) == 1, path
        assert levels[0] == 1, path
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), (path, levels)


def test_pages_set_a_language_a_viewport_and_landmarks() -> None:
    for path, read in pages(a_site(*EVERYTHING)).items():
        assert read.all("html")[0]["lang"] == "en", path
        assert any(one.get("name") == "viewport" for one in read.all("meta")), path
        assert [len(read.all(tag)) for tag in ("header", "main", "nav", "footer")] == [1, 1, 1, 1], path
        assert read.all("a")[0]["href"] == "#main", path


def test_pages_hold_no_script_no_style_of_their_own_and_nothing_from_elsewhere() -> None:
    """No page holds anything that the strict content security policy would refuse."""
    for path, read in pages(a_site(*EVERYTHING)).items():
        assert not read.all("script") + read.all("style") + read.all("iframe") + read.all("img"), path
        for tag, attributes in read.elements:
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (path, tag)
            for name in ("href", "src", "action"):
                target = attributes.get(name)
                assert target is None or target.startswith(("/", "#", API_URL)), (path, target)


def test_every_link_leads_somewhere() -> None:
    site = a_site(*EVERYTHING)
    there = {f"/{path}" for path in files(site)} | {"/"}
    for path, read in pages(site).items():
        linked = {str(one["href"]) for one in read.all("a") + read.all("link")}
        assert {target for target in linked if not target.startswith("#")} <= there, path
        names = {attributes["id"] for _, attributes in read.elements if "id" in attributes}
        labelled = {attributes["aria-labelledby"] for _, attributes in read.elements if "aria-labelledby" in attributes}
        assert labelled <= names, path


def test_times_are_for_machines_and_for_people() -> None:
    read = Read(page(a_site(*EVERYTHING)))
    stamps = {str(one["datetime"]) for one in read.all("time")}
    assert {"2026-06-17T12:40:00Z", "2026-06-17T11:55:00Z", "2026-06-17"} <= stamps
    said = words_of(read)
    assert "17 June 2026, 13:40 BST" in said
    assert "Times are in the zone Europe/London." in said
    assert "Planned for 17 June 2026, 15:00 to 16:00 BST" in said


def test_an_incident_s_page_tells_who_is_affected_since_when_and_every_word() -> None:
    said = words_of(Read(page(a_site(a_story(*SOLVED)), f"incidents/{INCIDENT_ID}.html")))
    assert "Incident: resolved iOS app: home page won't load" in said
    assert (
        "Affected iOS app Since about 17 June 2026, 12:55 BST Resolved 17 June 2026, 13:55 BST , after 1 hour" in said
    )
    words = [
        said.index(text) for text in ("All is well.", "Mended.", "Found it.", "Still looking.", "We look into it.")
    ]
    assert words == sorted(words)
    assert "Update 17 June 2026, 13:20 BST Still looking." in said


def test_nothing_is_said_of_how_many_complained() -> None:
    site = a_site(a_story(*GOING_ON, people=777, posts=888))
    assert not [path for path, file in files(site).items() if b"777" in file.content or b"888" in file.content]


@pytest.mark.parametrize(
    ("found", "headline"),
    [
        ([], "Everything is working"),
        ([a_story(*GOING_ON)], "Part of our service is not working"),
        ([public_incident(replace(planned().incident, status=Status.IN_PROGRESS), [])], "Maintenance is under way"),
        ([a_story(*SOLVED)], "Everything is working"),
    ],
)
def test_the_first_page_says_first_how_things_are(found: list[PublicIncident], headline: str) -> None:
    assert f'<h1 id="headline">{headline}</h1>' in page(a_site(*found))


def test_state_is_never_told_by_colour_alone() -> None:
    read = Read(page(a_site(a_story(*GOING_ON))))
    said = [text.strip() for text in read.text]
    assert said.count("Operational") == 2
    assert "Degraded performance" in said


def test_recent_days_and_the_history() -> None:
    earlier = a_story(*SOLVED)
    days_ago = replace(earlier.incident, incident_id=IncidentId("old"), published_at=NOON - timedelta(days=40))
    site = a_site(earlier, public_incident(days_ago, []), history="90d")
    first, history = ("".join(Read(page(site, path)).text) for path in ("index.html", "history.html"))
    assert first.count("Nothing to report") == 6
    assert "Resolved after 1 hour." in first
    assert ("8 May 2026" in first, "8 May 2026" in history) == (False, True)
    assert "1 to 16 June 2026" in history
    assert "9 to 31 May 2026" in history
    assert "19 to 31 March 2026" in history


def test_the_form_is_there_when_there_is_somewhere_to_send_it() -> None:
    (form,) = Read(page(a_site())).all("form")
    assert (form["method"], form["action"]) == ("post", f"{API_URL}/subscribers")
    assert not Read(page(a_site(api_url=None))).all("form")


def test_a_page_without_components_has_no_list_of_them() -> None:
    site = Site.at(at(60), settings().page, [a_story(*GOING_ON)], SINCE, URL)
    assert "part by part" not in page(site)
    assert api(site, "components")["components"] == []


# --- Customers' words are words ---------------------------------------------------------------------------


def hostile_site(text: str = HOSTILE) -> Site:
    """Everything that somebody can write says `text`."""
    short = text[:79]
    components = [{"id": SHOP, "name": short, "description": short, "group": short}]
    page_settings = settings(status_page={"name": short, "components": components})
    update = an_update(5, body=f"{text}\n\n{text}", affected=(affected(SHOP),))
    maintenance = replace(planned().incident, title=text, updated_at=None)
    found = [a_story(update, title=text), public_incident(maintenance, [an_update(1, Status.SCHEDULED, text)])]
    return Site.at(at(60), page_settings.page, found, SINCE, URL, API_URL)


def test_hostile_text_is_text_on_every_page() -> None:
    site, tame = hostile_site(), hostile_site("tame")
    for (path, read), plain in zip(pages(site).items(), pages(tame).values(), strict=True):
        assert [tag for tag, _ in read.elements] == [tag for tag, _ in plain.elements], path
        attributes = [sorted(one) for _, one in read.elements]
        assert attributes == [sorted(one) for _, one in plain.elements], path
    assert "<script>document.title='ran'</script>" in "".join(pages(site)["index.html"].text)
    assert "{{ 7 * 7 }}" in "".join(pages(site)["index.html"].text)


def test_hostile_text_is_text_in_json() -> None:
    for path, schema in BODIES.items():
        assert Draft202012Validator(schema).is_valid(api(hostile_site(), path)), path
    assert "<script>document.title='ran'</script>" in api(hostile_site(), "incidents")["incidents"][0]["name"]


def test_nothing_invisible_or_turned_round_gets_out() -> None:
    forbidden = re.compile(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
    )
    for file in RENDER(hostile_site()):
        assert not forbidden.search(file.content.decode()), file.path


def test_arabic_and_emoji_stay_as_they_are() -> None:
    text = "التطبيق لا يعمل 👩‍💻 naïve Straße"
    site = a_site(a_story(an_update(5, body=text), title=text))
    assert text in page(site)
    assert api(site, "incidents")["incidents"][0]["name"] == text


def test_very_long_text_is_told_whole_and_once_in_short() -> None:
    site = a_site(a_story(an_update(5, body="b" * 10_000), title="t" * 10_000))
    incident = page(site, f"incidents/{INCIDENT_ID}.html")
    assert "b" * 10_000 in incident
    assert incident.index("</title>") < 500
    assert "overflow-wrap: anywhere" in stylesheet("status_site")


def test_an_empty_title_is_named() -> None:
    assert a_story(an_update(5), title="\u202e\x00 ").title == "Incident"


def test_paragraphs_and_lines_of_an_update_stay() -> None:
    (word,) = a_story(an_update(5, body=" one\r\ntwo \n\n\n \u2028three\x00")).updates
    assert paragraphs(word.body) == [["one", "two"], ["three"]]


@profile(deadline=None)
@given(st.text(max_size=300))
def test_any_text_makes_the_same_page_but_for_its_words(text: str) -> None:
    words = a_site(a_story(an_update(5, body=f"x{text}"), title=f"x{text}"))
    plain = a_site(a_story(an_update(5, body="x"), title="x"))
    breaks = {"br", "p"}
    read, other = (Read(page(site, f"incidents/{INCIDENT_ID}.html")) for site in (words, plain))
    assert [tag for tag, _ in read.elements if tag not in breaks] == [
        tag for tag, _ in other.elements if tag not in breaks
    ]


def test_the_stylesheet_asks_nobody_for_anything() -> None:
    assert not re.search(r"url\(|@import|//", stylesheet("status_site"))
    assert urlsplit(URL).netloc not in stylesheet("status_site")


# --- As recordings of Statuspage have it ------------------------------------------------------------------


def a_planned_work(until: float) -> Any:
    """A maintenance announced at noon for two o'clock, in the JSON `until` minutes after noon."""
    updates = [
        an_update(0, Status.SCHEDULED, "We move the shop.", affected=(affected(SHOP, Health.UNDER_MAINTENANCE),)),
        an_update(120, Status.IN_PROGRESS, "It has begun."),
        an_update(150, Status.VERIFYING, "We look whether it holds."),
        an_update(180, Status.COMPLETED, "It is done."),
    ]
    updates = [replace(one, incident_id=MAINTENANCE_ID) for one in updates if one.at <= at(until)]
    maintenance = after(a_maintenance(incident_id=MAINTENANCE_ID, affected=(), updated_at=None), updates)
    site = a_site(public_incident(maintenance, updates), now=at(until))
    (found,) = api(site, "scheduled-maintenances")["scheduled_maintenances"]
    (shop,) = [one for one in api(site, "components")["components"] if one["id"] == SHOP]
    return found, shop


def changes(found: Any) -> list[tuple[str, str]]:
    """The change that each update made to its component, oldest first."""
    told = [one["affected_components"] for one in reversed(found["incident_updates"])]
    return [(one["old_status"], one["new_status"]) for parts in told for one in parts or ()]


OPERATIONAL, MAINTAINED = "operational", "under_maintenance"


def test_what_is_announced_leaves_its_components_as_they_are() -> None:
    found, shop = a_planned_work(1)
    assert changes(found) == [(OPERATIONAL, OPERATIONAL)]
    assert (shop["status"], shop["updated_at"]) == (OPERATIONAL, stamped(SINCE))
    assert found["monitoring_at"] is None


def test_components_change_when_the_maintenance_begins_and_ends() -> None:
    found, shop = a_planned_work(121)
    assert changes(found)[1:] == [(OPERATIONAL, MAINTAINED)]
    assert (shop["status"], shop["updated_at"]) == (MAINTAINED, "2026-06-17T14:00:00.000Z")
    found, shop = a_planned_work(181)
    assert changes(found)[-1] == (MAINTAINED, OPERATIONAL)
    assert (shop["status"], shop["updated_at"]) == (OPERATIONAL, "2026-06-17T15:00:00.000Z")


def test_a_maintenance_that_is_verified_is_monitored() -> None:
    found, _ = a_planned_work(151)
    assert found["monitoring_at"] == "2026-06-17T14:30:00.000Z"


def test_an_announcement_moved_twice_still_changes_nothing() -> None:
    updates = [
        replace(an_update(minute, Status.SCHEDULED, words, affected=parts), incident_id=MAINTENANCE_ID)
        for minute, words, parts in (
            (0, "Soon.", (affected(SHOP, Health.UNDER_MAINTENANCE),)),
            (10, "Later.", ()),
            (20, "Later still.", (affected(APP, Health.UNDER_MAINTENANCE),)),
        )
    ]
    maintenance = after(a_maintenance(incident_id=MAINTENANCE_ID, affected=(), updated_at=None), updates)
    site = a_site(public_incident(maintenance, updates))
    (found,) = api(site, "scheduled-maintenances")["scheduled_maintenances"]
    assert set(changes(found)) == {(OPERATIONAL, OPERATIONAL)}
    assert "under maintenance" not in page(site).lower()


def stamped(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
