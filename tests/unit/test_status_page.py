"""The brand's own page: uptime, plain addresses, previews, language, colour and logo; nothing from before the desk."""

import json
import re
from base64 import b64encode
from datetime import date, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from infra.settings_file import load_settings
from mentiondesk.domain.incidents.incident import Health, Status
from mentiondesk.domain.status.public_incident import PublicIncident, public_incident
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.uptime import Uptime
from mentiondesk.presentation import theme
from mentiondesk.presentation.customer_mails import CustomerMails
from mentiondesk.presentation.rendering import stylesheet
from mentiondesk.presentation.status_site import SiteFiles
from mentiondesk.presentation.wording import Sentences, catalogue, for_customers, problems, translations
from mentiondesk.settings.to_domain import desk_settings
from tests.support.builders import NOON, at
from tests.support.telling import (
    API_URL,
    APP,
    INCIDENT_ID,
    SHOP,
    URL,
    a_maintenance,
    a_site,
    a_story,
    affected,
    an_update,
    site_settings,
)

TOMORROW = NOON + timedelta(days=1)
LANGUAGES = ("de", "fr", "es", "pt")


def pages(site: Site, say: Sentences | None = None) -> dict[str, str]:
    return {file.path: file.content.decode() for file in SiteFiles(lambda: say or Sentences())(site)}


def down(health: Health = Health.MAJOR_OUTAGE, hours: float = 6) -> PublicIncident:
    """The app is down from 11:55, for so many hours from noon on."""
    over = an_update(hours * 60, Status.RESOLVED, "Over.", affected=(affected(APP, Health.OPERATIONAL),))
    return a_story(an_update(5, affected=(affected(APP, health),)), over, affected=())


def last(found: Uptime, count: int = 2) -> list[tuple[date, Health | None]]:
    return [(one.day, one.health) for one in found.days[-count:]]


# --- Uptime -----------------------------------------------------------------------------------------------


def test_a_day_shows_the_worst_of_it_and_the_others_are_green() -> None:
    found = a_site(down(), now=TOMORROW).uptime(APP)
    assert len(found.days) == 90
    assert last(found) == [(NOON.date(), Health.MAJOR_OUTAGE), (TOMORROW.date(), Health.OPERATIONAL)]
    assert found.troubled == 1
    assert found.share == pytest.approx(1 - (6 + 5 / 60) / (90 * 24))
    assert a_site(down(), now=TOMORROW).uptime(SHOP).share == 1


@pytest.mark.parametrize(
    ("health", "counted"),
    [(Health.MAJOR_OUTAGE, 1.0), (Health.PARTIAL_OUTAGE, 0.3), (Health.DEGRADED_PERFORMANCE, 0.0)],
)
def test_a_partial_outage_counts_in_part(health: Health, counted: float) -> None:
    share = a_site(down(health), now=TOMORROW).uptime(APP).share
    assert share == pytest.approx(1 - counted * (6 + 5 / 60) / (90 * 24))


def test_two_incidents_at_once_count_once() -> None:
    one = a_site(down(), now=TOMORROW).uptime(APP)
    assert a_site(down(), down(Health.PARTIAL_OUTAGE, 3), now=TOMORROW).uptime(APP) == one


def test_what_goes_on_counts_up_to_the_full_hour() -> None:
    open_one = a_story(an_update(0, affected=(affected(APP, Health.MAJOR_OUTAGE),)), affected=(), started_at=NOON)
    shares = [a_site(open_one, now=at(minute)).uptime(APP).share for minute in (60, 119, 120)]
    assert shares[0] == shares[1] == pytest.approx(1 - 1 / (90 * 24))
    assert shares[2] == pytest.approx(1 - 2 / (90 * 24))


def test_an_outage_over_midnight_is_on_both_days() -> None:
    assert [health for _, health in last(a_site(down(hours=14), now=TOMORROW).uptime(APP))] == [
        Health.MAJOR_OUTAGE,
        Health.MAJOR_OUTAGE,
    ]


def test_maintenance_is_no_downtime() -> None:
    updates = [
        an_update(0, Status.SCHEDULED, "Soon.", affected=(affected(SHOP, Health.UNDER_MAINTENANCE),)),
        an_update(120, Status.IN_PROGRESS, "Now."),
    ]
    maintenance = a_maintenance()
    for update in updates:
        maintenance = maintenance.moved(update)
    found = a_site(public_incident(maintenance, updates), now=at(180)).uptime(SHOP)
    assert (found.days[-1].health, found.share, found.troubled) == (Health.UNDER_MAINTENANCE, 1, 0)


def since(days: int) -> datetime:
    return TOMORROW - timedelta(days=days)


def test_nothing_is_told_of_days_before_the_desk() -> None:
    site = Site.at(TOMORROW, site_settings().page, [down()], since(3), URL, API_URL)
    found = site.uptime(APP)
    assert [one.health for one in found.days[:-4]] == [None] * 86
    assert found.share == pytest.approx(1 - (6 + 5 / 60) / (4 * 24))
    shown = pages(site)
    assert shown["history"].count("Nothing to report") == 2
    assert "There is no record before 15 June 2026." in shown["history"]
    assert shown["index.html"].count("Nothing to report") == 3
    assert shown["index.html"].count('class="is-unknown"') == 3 * 86


def test_a_hundred_percent_is_said_only_where_nothing_was_down() -> None:
    short = a_story(
        an_update(0, affected=(affected(APP, Health.MAJOR_OUTAGE),)),
        an_update(1, Status.RESOLVED, "Over.", affected=(affected(APP, Health.OPERATIONAL),)),
        affected=(),
        started_at=NOON,
    )
    shown = pages(a_site(short, now=TOMORROW))["index.html"]
    assert "99.99 % uptime in 90 days." in shown
    assert "100.00 % uptime in 90 days." in shown


# --- Addresses and previews -------------------------------------------------------------------------------


def test_pages_have_plain_addresses_and_keep_those_they_had() -> None:
    shown = pages(a_site(down()))
    for path in ("history", f"incidents/{INCIDENT_ID}"):
        assert shown[path] == shown[f"{path}.html"]
    assert 'href="/history"' in shown["index.html"]
    assert f'href="/incidents/{INCIDENT_ID}"' in shown["index.html"]
    assert not re.search(r'href="/[^"]*\.html"', "".join(shown[path] for path in ("index.html", "history")))


def test_a_page_that_is_passed_on_has_a_preview() -> None:
    shown = pages(a_site(down()))[f"incidents/{INCIDENT_ID}"]
    found = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', shown))
    assert found == {
        "type": "website",
        "site_name": "Fennel &amp; Finch",
        "title": "iOS app: home page won&#39;t load · Fennel &amp; Finch status",
        "description": "Over.",
        "url": f"{URL}/incidents/{INCIDENT_ID}",
    }


def test_one_may_subscribe_to_a_part_or_to_an_incident() -> None:
    open_one = a_story(an_update(0, affected=(affected(APP),)))
    shown = pages(a_site(open_one))
    assert re.findall(r'<option value="([^"]*)">', shown["index.html"]) == ["", SHOP, APP, "parcels"]
    hidden = f'<input type="hidden" name="incident" value="{INCIDENT_ID}">'
    assert hidden in shown[f"incidents/{INCIDENT_ID}"]
    assert hidden not in pages(a_site(down()))[f"incidents/{INCIDENT_ID}"]


def test_a_start_is_about_until_a_person_gives_it() -> None:
    story = a_story(an_update(0), start_known=True)
    assert "Since</dt><dd>about " in pages(a_site(a_story(an_update(0))))["index.html"]
    assert "Since</dt><dd><time" in pages(a_site(story))["index.html"]


def test_an_edited_update_says_so() -> None:
    edited = an_update(0, body="Corrected.", edited_at=at(9))
    site = a_site(a_story(edited))
    assert "Edited <time" in pages(site)["index.html"]
    (one,) = json.loads(pages(site)["api/v2/incidents.json"])["incidents"]
    (update,) = one["incident_updates"]
    assert (update["created_at"], update["updated_at"]) == ("2026-06-17T12:00:00.000Z", "2026-06-17T12:09:00.000Z")


# --- The brand's own --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_customers_read_is_there_in_every_language(language: str) -> None:
    found = translations(language)
    assert not problems(found)
    rooms = ("site.", "subscribe.", "confirmation_mail.", "feed.", "health.", "public.")
    wanted = {
        key for key in catalogue() if key.startswith(rooms) or re.match(r"time\.(month|days|hours|minutes)\.", key)
    }
    neutral = {key for key in wanted if not re.sub(r"\{\w+\}|\W", "", catalogue()[key])}
    assert wanted - neutral == (wanted - neutral) & set(found)
    for key, sentence in found.items():
        assert _facts(sentence) == _facts(catalogue()[key]), key


def _facts(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(sentence)} - {None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_and_no_name_of_the_desk_is_left_on_a_page(language: str) -> None:
    say = for_customers(site_settings(language=language))
    shown = pages(a_site(down(), language=language), say)
    told = "".join(shown[path] for path in ("index.html", "history", f"incidents/{INCIDENT_ID}"))
    assert f'<html lang="{language}">' in told
    for word in (
        "Updates",
        "Subscribe",
        "Everything",
        "Earlier",
        "Resolved",
        " uptime",
        "Nothing to report",
        "June",
        "Atom feed",
    ):
        assert word not in told
    assert "mentiondesk" not in "".join(shown.values()).lower()


def test_german_nouns_keep_their_capitals_within_sentences() -> None:
    say = for_customers(site_settings(language="de"))
    told = pages(a_site(down(), language="de"), say)[f"incidents/{INCIDENT_ID}"]
    assert ": in Ordnung" in told
    assert "Störung: behoben" in told


def test_mails_are_in_the_page_s_language_and_own_sentences_win() -> None:
    settings = site_settings(language="de")
    mail = CustomerMails(lambda: for_customers(settings)).confirmation("Fennel & Finch", "https://desk.example/x")
    assert mail.subject == "Bitte bestätigen: Statusmeldungen von Fennel & Finch"
    own = {**translations("de"), "subscribe.left_then": "Tschüss!"}
    assert Sentences(own)("subscribe.left_then") == "Tschüss!"


@pytest.mark.parametrize("colour", ["#ffff00", "#000000", "#ffffff", "#7f7f7f", "#e4007c", "#1f4e8c"])
def test_a_brand_s_colour_can_be_read_on_every_ground(colour: str) -> None:
    light, dark = re.findall(r"--link: (#\w{6}); --on-link: (#\w{6});", stylesheet("status_site", colour))
    for (link, text), grounds in ((light, theme.LIGHT), (dark, theme.DARK)):
        for ground in ("page", "card"):
            assert theme.contrast(link, grounds[ground]) >= 4.5
        assert theme.contrast(text, link) >= 4.5


def test_a_colour_that_can_be_read_stays() -> None:
    assert "--link: #1f4e8c;" in stylesheet("status_site", "#1f4e8c")


def test_the_logo_is_a_file_of_the_site(tmp_path: Path) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    (tmp_path / "mark.svg").write_bytes(svg)
    text = Path("infra/settings.example.yaml").read_text(encoding="utf-8").replace("logo: null", "logo: mark.svg")
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    loaded = load_settings(tmp_path / "shop.yaml")
    assert loaded.status_page.logo == f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
    page = desk_settings(loaded).page
    files: dict[str, Any] = {one.path: one for one in SiteFiles()(Site.at(NOON, page, [], since(3), URL))}
    assert (files["logo.svg"].content, files["logo.svg"].content_type) == (svg, "image/svg+xml")
    assert '<img src="/logo.svg" alt=""' in files["index.html"].content.decode()
    assert f'<meta property="og:image" content="{URL}/logo.svg">' in files["index.html"].content.decode()
