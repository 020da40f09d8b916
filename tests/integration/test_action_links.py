"""The pages behind links in alerts, as Lambda runs them: requests as API Gateway passes them on, the table on moto."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from re import search
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from infra.local.api import event_of
from mentiondesk.adapters.parameters import Secret
from mentiondesk.adapters.parameters import secret as stored_secret
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.drafts import Drafts
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.adapters.tokens.links import LinkKeys, NoLinkKeys, SignedLinks
from mentiondesk.domain.access.actions import CASE_ACTIONS, INCIDENT_ACTIONS, Action
from mentiondesk.domain.access.links import Link
from mentiondesk.domain.access.places import subject_path
from mentiondesk.domain.cases.case import Case
from mentiondesk.domain.cases.changes import case_change
from mentiondesk.domain.cases.commands import Reopen, Resolve
from mentiondesk.domain.cases.transitions import State
from mentiondesk.domain.ids import CaseId, StaffId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, Status
from mentiondesk.ports.cases import CaseChanged
from mentiondesk.settings.schema import SettingsFile
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.values import replace
from tests.integration.conftest import TABLE, DynamoDesk, keep
from tests.integration.test_act import CASE_ID, INCIDENT_ID, POST, SHOP, VAN, begin, team_of
from tests.support.builders import NOON, at, commanded, settings_file
from tests.support.doors import FORM, HOSTILE, MARKS, SIGNED_BEFORE, URL, Answer, Doors
from tests.support.mailed_links import CONFIRM
from tests.support.parameters import KEY, put_parameter, stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ANA, MO = StaffId("ana"), StaffId("mo")


@dataclass
class Api:
    """The pages behind links, and what they work on."""

    desk: DynamoDesk
    db: "DynamoDBClient"
    links: SignedLinks
    doors: Doors

    def ask(self, method: str, path: str, body: bytes = b"", media: str = "") -> Answer:
        return self.doors.ask(method, path, body, media)

    def get(self, token: str) -> Answer:
        return self.ask("GET", f"/act/{token}")

    def post(self, token: str, fields: dict[str, str]) -> Answer:
        body = urlencode(fields).encode()
        return self.ask("POST", f"/act/{token}", body, FORM)

    def press(self, token: str, action: str, **typed: str) -> Answer:
        """Opens the page, types, presses the button, and publishes what is shown first."""
        answer = self.first_press(token, action, **typed)
        shown = next((form for form in answer.page.forms if CONFIRM in form.buttons), None)
        return self.post(token, shown.fields | CONFIRM) if shown else answer

    def first_press(self, token: str, action: str, **typed: str) -> Answer:
        """The answer to the button of a form."""
        return self.post(token, self.get(token).page.form(action) | typed)

    def token(self, by: StaffId = ANA, **overrides: Any) -> str:
        facts: dict[str, Any] = {"subject_id": CASE_ID, "actions": CASE_ACTIONS, "until": at(600)}
        return self.links.token(Link(**{"staff_id": by, **facts, **overrides}))

    def incident_token(self, by: StaffId = ANA, **overrides: Any) -> str:
        return self.token(by, **{"subject_id": INCIDENT_ID, "actions": INCIDENT_ACTIONS, **overrides})

    @property
    def case(self) -> Case:
        found = self.desk.cases.get(CASE_ID)
        assert found is not None
        return found

    @property
    def incident(self) -> Incident:
        found = self.desk.incidents.get(INCIDENT_ID)
        assert found is not None
        return found

    def store(self, settings: SettingsFile) -> None:
        """Puts settings in force, as a function after a cold start finds them."""
        SettingsVersions(DynamoTable(self.db, TABLE)).store(settings, NOON)
        self.doors.restart()

    def table(self) -> list[str]:
        return sorted(json.dumps(item, default=str, sort_keys=True) for item in self.desk.items(""))


@pytest.fixture
def secret(account: "DynamoDBClient") -> str:
    """The name of the parameter that holds the key."""
    del account
    put_parameter("/links", KEY)
    return "/links"


def keys_in(name: str, report: Callable[[Exception], None]) -> LinkKeys:
    return LinkKeys(stored_secret(lambda: boto3.client("ssm"), name), lambda: Clock.now, report)


@pytest.fixture
def api(
    table_desk: DynamoDesk,
    db: "DynamoDBClient",
    secret: str,
    resources: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Api:
    monkeypatch.setattr("mentiondesk.runtime.clock.now", lambda: Clock.now)
    Clock.now = at(10)
    SettingsVersions(DynamoTable(db, TABLE)).store(settings_file(**team_of()), NOON)
    begin(table_desk)
    doors = Doors(resources, {"TABLE_NAME": TABLE, "LINK_PARAMETER": secret})
    return Api(table_desk, db, SignedLinks(keys_in(secret, unreported), URL), doors)


def unreported(failure: Exception) -> None:
    raise failure


class Clock:
    now: datetime = NOON


# --- opening never acts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_scanner_that_opens_every_link_changes_nothing(api: Api, method: str) -> None:
    before = api.table()
    for token in (api.token(), api.incident_token()):
        for _ in range(2):
            answer = api.ask(method, f"/act/{token}")
            assert answer.status == 200
            assert bool(answer.html) is (method == "GET")
    assert api.table() == before


def test_the_page_shows_what_will_happen_and_does_nothing_yet(api: Api) -> None:
    answer = api.get(api.token())
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "complaint at 0" in answer.said
    assert "Reply by 13:00 UTC · 50 min left" in answer.said
    assert "Unclaimed." in answer.said
    claims = {"claim", "answered", "no_answer", "resolve_case", "snooze"}
    assert answer.page.offers() == claims | {"correct", "open_incident"}
    assert answer.page.links == [subject_path(CASE_ID), f"https://x.com/i/status/{POST.post_id}"]
    assert api.case.owner is None


def test_the_page_of_an_incident_shows_customers_words(api: Api) -> None:
    answer = api.get(api.incident_token())
    assert "5 people, 6 posts since 12:00" in answer.said
    assert "checkout throws an error" in answer.said
    assert answer.page.offers() == {"publish", "dismiss", "edit", "members"}
    form = answer.page.form("publish")
    assert (form["title"], form["impact"]) == ("Checkout: throws an error", "minor")
    assert form["body"].startswith("We are looking into problems with Online shop and Deliveries")
    assert (form["health.shop"], form["health.van"]) == ("partial_outage", "degraded_performance")


# --- a button does ----------------------------------------------------------------------------------------


def test_claiming(api: Api) -> None:
    answer = api.press(api.token(), "claim")
    assert (answer.status, api.case.owner, api.case.claimed_at) == (200, ANA, at(10))
    assert "You own this case now." in answer.said
    assert "Claimed by you at 12:10" in answer.said
    assert "12:10 UTC You claimed the case" in answer.said
    assert "release" in answer.page.offers()


def test_of_two_people_the_second_is_told_who_has_it(api: Api) -> None:
    hers, his = api.get(api.token()).page.form("claim"), api.get(api.token(MO)).page.form("claim")
    assert api.post(api.token(MO), his).status == 200
    answer = api.post(api.token(), hers)
    assert (answer.status, api.case.owner) == (409, MO)
    assert "Mo owns this case" in answer.said
    assert "Claimed by Mo at 12:10" in answer.said


def test_pressed_twice_it_is_done_once(api: Api) -> None:
    token = api.token()
    form = api.get(token).page.form("claim")
    assert api.post(token, form).status == 200
    before = api.table()
    Clock.now = at(12)
    again = api.post(token, form)
    assert (again.status, api.table()) == (200, before)
    assert "This was done before" in again.said
    assert "12:10 UTC You claimed the case" in again.said


def test_answered_elsewhere(api: Api) -> None:
    answer = api.press(api.token(), "answered")
    assert (answer.status, api.case.state, api.case.waiting) == (200, State.PENDING, False)
    assert "Answered: the customer has not written since." in answer.said
    assert answer.page.offers() == {"claim", "resolve_case", "correct", "undo", "open_incident"}


def test_no_answer_needs_a_reason(api: Api) -> None:
    token = api.token()
    answer = api.press(token, "no_answer", written="   ")
    assert (answer.status, api.case.state) == (422, State.OPEN)
    assert "Please choose a reason, or write one." in answer.said
    assert 'aria-describedby="no_answer-reason-error"' in answer.html
    for typed, kept in (
        ({"reason": "spam", "written": "left over"}, "Spam or a joke"),
        ({"reason": "other", "written": "my  cousin\n wrote it"}, "my cousin wrote it"),
    ):
        api.press(token, "no_answer", **typed)
        assert (api.case.state, api.case.reason) == (State.DISMISSED, kept)
        api.desk.cases.save(commanded(api.case, Reopen("again"), 11))


def test_a_reason_that_is_not_on_the_list_is_no_reason(api: Api) -> None:
    assert api.press(api.token(), "no_answer", reason="Made up", written="x").status == 422
    assert api.case.state is State.OPEN


def test_what_was_typed_is_kept_beside_what_is_wrong_with_it(api: Api) -> None:
    answer = api.press(api.token(), "no_answer", reason="other", written="x" * 301)
    assert answer.status == 422
    assert "At most 300 characters, please." in answer.said
    assert answer.page.form("no_answer")["written"] == "x" * 301
    assert answer.page.form("no_answer")["reason"] == "other"


def test_snoozing(api: Api) -> None:
    page = api.get(api.token()).page
    assert [form.buttons for form in page.forms if form.fields["action"] == "snooze"] == [
        [{"hold": "30m"}, {"hold": "1h"}]
    ]
    answer = api.press(api.token(), "snooze", hold="30m")
    assert (answer.status, api.case.snoozed_until) == (200, at(40))
    assert api.press(api.token(), "snooze", hold="1 year").status == 422


def test_giving_back(api: Api) -> None:
    api.press(api.token(), "claim")
    answer = api.press(api.token(), "release")
    assert (answer.status, api.case.owner) == (200, None)
    assert api.post(api.token(), {**api.get(api.token()).page.form("claim"), "action": "release"}).status == 409


def test_saying_that_one_is_off(api: Api) -> None:
    """The word is kept, shown on the page, and counts for its own person alone."""
    form = next(one for one in api.get(api.token()).page.forms if one.fields["action"] == "duty")
    answer = api.post(api.token(), {**form.fields, "span": "4h"})
    assert answer.status == 200
    assert "You are off duty." in answer.said
    assert "Ana is off until 16:10 UTC" in answer.said
    assert "I take over until" in answer.said
    assert api.post(api.token(), {**form.fields, "span": "9 years"}).status == 400
    assert api.post(api.token(), {**form.fields, "event": "forged", "span": "4h"}).status == 403
    assert api.case.owner is None


def test_publishing(api: Api) -> None:
    token = api.incident_token()
    typed = {"title": "Payments  fail", "impact": "major", "body": "We are on it.\r\n\r\nMore soon. "}
    answer = api.press(token, "publish", **typed, **{"health.shop": "major_outage", "health.van": "operational"})
    incident = api.incident
    assert (answer.status, incident.status) == (200, Status.INVESTIGATING)
    assert (incident.title, incident.impact) == ("Payments fail", Impact.MAJOR)
    assert incident.affected == (Affected(SHOP, Health.MAJOR_OUTAGE),)
    (update,) = api.desk.incidents.updates(INCIDENT_ID)
    assert (update.body, update.by, update.at) == ("We are on it.\n\nMore soon.", ANA, at(10))
    assert answer.page.offers() == {"update", "resolve", "edit", "edit_update", "members"}


@pytest.mark.parametrize("action", ["publish", "open_incident"])
def test_nothing_is_public_before_its_words_were_seen(api: Api, action: str) -> None:
    token = api.incident_token() if action == "publish" else api.token()
    before = api.table()
    answer = api.first_press(token, action, title="Payments fail", body="We are on it.\n\nMore soon.")
    assert answer.status == 200
    for words in ("Nothing is published yet.", "Payments fail", "We are on it.", "More soon.", "Investigating"):
        assert words in answer.said
    assert api.table() == before
    again = api.post(token, answer.page.form(action) | {"back": "yes"})
    assert again.page.form(action)["body"] == "We are on it.\n\nMore soon."
    assert api.table() == before
    assert api.post(token, answer.page.form(action) | CONFIRM).status == 200
    public = [one for one in api.desk.incidents.open() if one.public]
    assert [one.title for one in public] == ["Payments fail"]


def test_an_update_may_be_looked_at_first(api: Api) -> None:
    token = api.incident_token()
    api.press(token, "publish")
    Clock.now = at(20)
    shown = api.first_press(token, "update", status="monitoring", body="Better.", look="yes")
    assert "Nothing is published yet." in shown.said
    assert len(api.desk.incidents.updates(INCIDENT_ID)) == 1


@pytest.mark.parametrize(
    ("typed", "field", "wrong"),
    [
        ({"title": " \u200b "}, "title", "Please fill this in."),
        ({"title": "x" * 121}, "title", "At most 120 characters, please."),
        ({"body": "\n \n"}, "body", "Please fill this in."),
        ({"body": "x" * 2001}, "body", "At most 2000 characters, please."),
        ({"impact": "maintenance"}, "impact", "Please choose one of these."),
        ({"impact": "awful"}, "impact", "Please choose one of these."),
        ({"health.shop": "awful"}, "health.shop", "Please choose one of these."),
    ],
)
def test_what_cannot_be_published_is_told_beside_its_field(
    api: Api, typed: dict[str, str], field: str, wrong: str
) -> None:
    mine = {"title": "Kept title", "body": "Kept body", **typed}
    answer = api.press(api.incident_token(), "publish", **mine)
    assert (answer.status, api.incident.status) == (422, Status.CANDIDATE)
    assert f'id="publish-{field}-error">{wrong}<' in answer.html
    assert f'aria-describedby="publish-{field}-error"' in answer.html
    kept = answer.page.form("publish")
    assert [kept[name] for name in ("title", "body") if name not in typed] == [
        mine[name] for name in ("title", "body") if name not in typed
    ]


def test_components_that_settings_do_not_know_are_passed_over(api: Api) -> None:
    api.press(api.incident_token(), "publish", **{"health.<b>": "major_outage", "health.nope": "x"})
    assert {one.component for one in api.incident.affected} == {SHOP, VAN}


def test_updates_and_the_end(api: Api) -> None:
    token = api.incident_token()
    api.press(token, "publish")
    Clock.now = at(20)
    told = api.press(token, "update", status="monitoring", body="Better.", **{"health.shop": "operational"})
    assert (told.status, api.incident.status) == (200, Status.MONITORING)
    assert Affected(SHOP, Health.OPERATIONAL) in api.incident.affected
    for ended in ("resolved", "candidate", "nonsense"):
        assert api.press(token, "update", status=ended, body="?").status in {409, 422}
    Clock.now = at(30)
    over = api.press(token, "resolve")
    assert (over.status, api.incident.status, api.incident.ended_at) == (200, Status.RESOLVED, at(30))
    assert over.page.offers() == {"reopen", "go_back", "edit", "edit_update", "members"}
    assert "Resolved 12:30 UTC , You: This is solved." in over.said
    assert "nobody to get back to yet" in over.said
    assert "Leave out" not in over.said


def test_no_incident(api: Api) -> None:
    token = api.incident_token()
    assert api.press(token, "dismiss").status == 422
    form = api.get(token).page.form("publish") | CONFIRM
    assert api.press(token, "dismiss", reason="a meme").status == 200
    assert (api.incident.status, api.incident.reason) == (Status.DISMISSED, "a meme")
    late = api.post(token, form)
    assert late.status == 409
    assert "This incident has changed in the meantime" in late.said


def test_the_post_on_x_waits_for_a_yes_and_for_a_person_to_send_it(api: Api) -> None:
    token = api.incident_token()
    api.press(token, "publish")
    Drafts(DynamoTable(api.db, TABLE), keep).add(
        Draft(INCIDENT_ID, Occasion.PUBLISHED, "We know of it & care.", at(11))
    )
    shown = api.get(token)
    assert "We know of it & care." in shown.said
    assert not any("intent" in link for link in shown.page.links)
    (form,) = [form for form in shown.page.forms if form.fields["action"] == "approve"]
    answer = api.post(token, form.fields | form.buttons[0])
    assert answer.status == 200
    assert "https://x.com/intent/post?text=We%20know%20of%20it%20%26%20care." in answer.page.links
    Clock.now = at(12)
    assert "This was done before" in api.post(token, form.fields | form.buttons[0]).said


# --- links that do not hold -------------------------------------------------------------------------------


def test_a_forged_or_altered_link_is_refused(api: Api) -> None:
    token = api.token()
    other = SignedLinks(lambda _: ("another key",), URL).token(api.links.read(token))
    for wrong in (other, token[:-2] + "AA", token[1:], "x", "a.b", "%00", "..%2F", "x" * 4000):
        before = api.table()
        for answer in (api.get(wrong), api.post(wrong, {"action": "claim"})):
            assert answer.status in {403, 404}
            assert "complaint" not in answer.html
        assert api.table() == before
    assert "This link is not valid" in api.get(other).said


def test_an_expired_link_is_refused(api: Api) -> None:
    token = api.token(until=at(11))
    form = api.get(token).page.form("claim")
    Clock.now = at(11)
    for answer in (api.get(token), api.post(token, form)):
        assert answer.status == 410
        assert "This link has expired" in answer.said
    assert api.case.owner is None


def test_who_is_no_longer_staff_does_nothing(api: Api) -> None:
    token = api.token()
    form = api.get(token).page.form("claim")
    api.store(
        settings_file(**team_of(staff=[{"id": "mo", "name": "Mo", "email": "mo@example.com", "roles": ["lead"]}]))
    )
    for answer in (api.get(token), api.post(token, form)):
        assert answer.status == 403
        assert "no longer on the team" in answer.said
    assert api.case.owner is None


def test_a_link_is_not_for_another_action(api: Api) -> None:
    only = api.token(actions=frozenset({Action.SNOOZE}))
    form = api.get(only).page.form("snooze")
    for action in ("claim", "publish", "dismiss", "approve"):
        answer = api.post(only, {**form, "action": action})
        assert answer.status == 403
        assert "This link does not allow that" in answer.said
    assert api.get(only).page.offers() == {"snooze"}


def test_a_link_is_not_for_another_matter_or_person(api: Api) -> None:
    claim = api.get(api.token()).page.form("claim")
    publish = api.get(api.incident_token()).page.form("publish")
    before = api.table()
    assert api.post(api.incident_token(), claim).status == 403
    assert api.post(api.token(), publish).status == 403
    assert api.post(api.token(MO), claim).status == 403
    assert api.table() == before


def test_a_form_without_its_own_event_does_nothing(api: Api) -> None:
    token = api.token()
    form = api.get(token).page.form("claim")
    bare = {name: value for name, value in form.items() if name != "event"}
    own = form["event"].rpartition(".")[0]
    forged = ("", own, "2026-06-17T12:00:00.000000Z-00", "CASE", f"{own}.AAAAAAAAAAAAAAAAAAAAAA", token, HOSTILE)
    for fields in (bare, *({**form, "event": event} for event in forged)):
        assert api.post(token, fields).status == 403
    assert (api.case.owner, len(api.desk.cases.timeline(CASE_ID))) == (None, 1)


def test_what_is_not_kept_any_more_is_gone(api: Api) -> None:
    answer = api.get(api.token(subject_id=CaseId.parse("7#7")))
    assert answer.status == 410
    assert "no longer stored" in answer.said


def test_a_closed_case_says_so_and_offers_nothing(api: Api) -> None:
    form = api.get(api.token()).page.form("claim")
    api.desk.cases.save(commanded(api.case, Resolve("sent a new one"), 9))
    shown, pressed = api.get(api.token()), api.post(api.token(), form)
    assert (shown.status, pressed.status) == (200, 409)
    for answer in (shown, pressed):
        assert "Closed: sent a new one" in answer.said
        assert answer.page.offers() == {"reopen_case", "undo"}
    assert "This case is closed" in pressed.said
    assert api.case.owner is None


# --- a hostile world --------------------------------------------------------------------------------------


def put(api: Api, **facts: Any) -> None:
    """Puts facts into the case, whatever its timeline says."""
    case = api.case
    (entry, *_) = api.desk.cases.timeline(CASE_ID)
    api.desk.cases.save(case_change(case, replace(case, **facts), entry))


def test_hostile_words_are_text_wherever_they_stand(api: Api) -> None:
    put(api, words=HOSTILE, reason=HOSTILE, why=(HOSTILE,))
    sample = replace(api.incident.samples[0], words=HOSTILE)
    incident = api.incident
    api.desk.incidents.save(incident_change(incident, replace(incident, title=HOSTILE, samples=(sample,))))
    api.desk.drafts.add(Draft(INCIDENT_ID, Occasion.PUBLISHED, HOSTILE, at(11)))
    for answer in (
        api.get(api.token()),
        api.press(api.token(), "no_answer", reason=HOSTILE, written=HOSTILE),
        api.get(api.incident_token()),
        api.press(api.incident_token(), "dismiss", reason=HOSTILE * 9),
        api.press(api.incident_token(), "publish", title=HOSTILE, body=HOSTILE * 30, impact=HOSTILE),
        api.press(api.incident_token(), "publish", title="<b>" + HOSTILE[:90], body=HOSTILE),
        api.press(api.incident_token(), "update", body=HOSTILE, status=HOSTILE),
        api.get(api.incident_token()),
    ):
        page = answer.page
        assert not any(mark in answer.html for mark in MARKS), answer.html
        assert not {"script", "img", "svg", "b", "iframe", "link", "base"} & set(page.tags)
        assert not {name for name in page.attributes if name.startswith("on") or name == "src"}
        assert "49" not in page.text.split()
        assert "\u202e" not in answer.html
        assert "\u0000" not in answer.html


def test_customers_links_are_not_live(api: Api) -> None:
    put(api, words="see https://evil.example/x and www.evil.example")
    answer = api.get(api.token())
    assert "https://evil" not in answer.html
    assert answer.page.links == [subject_path(CASE_ID), f"https://x.com/i/status/{POST.post_id}"]


def test_every_answer_carries_strict_headers_and_no_cookie(api: Api) -> None:
    token = api.token()
    answers = [
        api.get(token),
        api.ask("HEAD", f"/act/{token}"),
        api.press(token, "claim"),
        api.get("forged"),
        api.ask("DELETE", f"/act/{token}"),
        api.ask("GET", f"/act/{token}%0A"),
        api.ask("POST", f"/act/{token}", b"x" * 40_000, FORM),
        api.ask("POST", f"/act/{token}", b"{}", "application/json"),
        api.ask("GET", "/health"),
    ]
    for answer in answers:
        policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
        style = policy.pop("style-src")
        assert policy == {
            "default-src": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
        }
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "set-cookie" not in answer.headers
        found = search(r"<style>(.*?)</style>", answer.html.replace("\n", "\0"))
        if found:
            digest = sha256(found[1].replace("\0", "\n").encode()).digest()
            assert style == f"'sha256-{base64.b64encode(digest).decode()}'"
            assert "style=" not in answer.html


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"action=claim&event=x" + b"&a=" + b"x" * 40_000, FORM, 413),
        (b"action=claim", "application/json", 415),
        (b"action=claim", "", 415),
        (b"action=claim", "multipart/form-data; boundary=x", 415),
        (b"\xff\xfe", FORM, 400),
        (b"action=%ff", FORM, 400),
        (b"action=claim&action=release", FORM, 400),
        (b"&".join(b"f%d=1" % n for n in range(500)), FORM, 400),
        (b"action=explode", "application/x-www-form-urlencoded; charset=UTF-8", 400),
        (b"", FORM, 400),
    ],
)
def test_a_body_that_is_no_form_of_ours_is_refused(api: Api, body: bytes, media: str, status: int) -> None:
    before = api.table()
    assert api.ask("POST", f"/act/{api.token()}", body, media).status == status
    assert api.table() == before


def test_a_body_that_is_not_base64_is_refused(api: Api) -> None:
    event = event_of("POST", f"/act/{api.token()}", {"content-type": FORM}, b"a=1")
    assert api.doors.pass_on({**event, "body": "***"}).status == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(api: Api, method: str) -> None:
    answer = api.ask(method, f"/act/{api.token()}")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    # Only GET has a route.
    assert api.ask(method, "/health").status == 404
    assert api.case.owner is None


@pytest.mark.parametrize("path", ["/", "/act", "/act/", "/act/a/b", "/favicon.ico", "/.git/config", "/%3Cscript%3E"])
def test_there_is_nothing_else(api: Api, path: str) -> None:
    answer = api.ask("GET", path)
    assert answer.status in {403, 404}
    assert "<script" not in answer.html


@pytest.mark.parametrize("odd", ["%0A", "%0D%0A", "%00", "%09", "%20", "%E2%80%A8", "%C2%85", ";a", "%25"])
def test_a_path_with_odd_characters_is_no_page(api: Api, odd: str) -> None:
    """A rule of the router also matches before a line feed, where the limits of API Gateway's routes do not hold."""
    for path in (f"/act/{api.token()}{odd}", f"/act/{odd}{api.token()}"):
        assert api.ask("GET", path).status == 404


def test_health(api: Api) -> None:
    assert api.ask("GET", "/health").status == 200


def test_no_token_no_word_and_no_name_is_in_the_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    token, incident = api.token(), api.incident_token()
    api.press(token, "claim")
    api.press(incident, "publish", title="Secret title")
    api.get(token[:-3])
    api.ask("GET", f"/nowhere/{token}")
    api.store(settings_file(**team_of()))
    api.doors.restart(TABLE_NAME="gone")
    assert api.get(token).status == 500
    routes = [vars(record).get("route") for record in caplog.records]
    assert set(routes) - {None} == {"ANY /act/{token}"}
    logged = "\n".join([*api.doors.printed, *(f"{vars(record)} {caplog.text}" for record in caplog.records)])
    for secret in (token, token[:20], incident, "complaint at 0", "Secret title", "Ana", "desk.example"):
        assert secret not in logged, secret


@pytest.mark.filterwarnings("ignore:No application metrics to publish")
def test_a_failure_is_a_page_and_a_metric(api: Api) -> None:
    api.doors.restart(TABLE_NAME="gone")
    answer = api.get(api.token())
    assert answer.status == 500
    assert "Something went wrong" in answer.said
    assert "gone" not in answer.html
    assert api.doors.metrics() == {"PagesFailed": [1]}


# --- the key ----------------------------------------------------------------------------------------------


def test_one_replacement_kills_a_key_that_leaked(api: Api, secret: str) -> None:
    before = api.token()
    assert api.get(before).status == 200
    put_parameter(secret, "the next key that is long enough for links")
    forged = SignedLinks(lambda _unknown: (KEY,), URL).token(api.links.read(before))
    after = SignedLinks(keys_in(secret, unreported), URL).token(api.links.read(before))
    Clock.now += timedelta(seconds=31)
    assert [api.get(token).status for token in (after, before, forged)] == [200, 403, 403]
    api.doors.restart()
    assert [api.get(token).status for token in (after, before, forged)] == [200, 403, 403]


def test_a_key_can_be_replaced_without_ending_the_links_before_it(api: Api, secret: str) -> None:
    before, link = api.token(), api.links.read(api.token())
    put_parameter(secret, f"the-next-key-{KEY}\n{KEY}\n")
    after = SignedLinks(keys_in(secret, unreported), URL).token(link)
    assert after != before
    Clock.now += timedelta(seconds=31)
    assert [api.get(token).status for token in (after, before)] == [200, 200]


def test_a_link_that_lasts_longer_than_the_desk_makes_any_is_refused(api: Api) -> None:
    link = api.links.read(api.token())
    longest = replace(link, until=Clock.now + timedelta(days=7))
    too_long = replace(link, until=Clock.now + timedelta(days=8))
    assert [api.get(api.links.token(one)).status for one in (longest, too_long)] == [200, 403]


def test_while_the_parameter_cannot_be_read_the_keys_from_before_go_on_and_the_failure_is_reported(
    secret: str,
) -> None:
    now, reported, fails = [NOON], list[Exception](), list[Exception]()

    def read() -> Secret:
        if fails:
            raise fails[0]
        return stored(secret)

    keys = LinkKeys(read, lambda: now[0], reported.append)
    assert (keys(), reported) == ((KEY,), [])
    now[0] += timedelta(seconds=301)
    fails.append(EndpointConnectionError(endpoint_url="https://ssm.example"))
    assert (keys(), reported) == ((KEY,), fails)
    with pytest.raises(NoLinkKeys):
        LinkKeys(read, lambda: NOON, reported.append)()
    assert reported == fails * 2


@pytest.mark.parametrize("value", [None, "winter2026", "two\nshort-ones"])
def test_without_a_key_that_is_long_enough_there_are_no_links_and_it_is_reported(
    account: "DynamoDBClient", value: str | None
) -> None:
    del account
    if value is not None:
        put_parameter("/short", value)
    reported: list[Exception] = []
    keys = keys_in("/short" if value else "/no-such-parameter", reported.append)
    with pytest.raises(NoLinkKeys):
        keys(False)
    assert SignedLinks(keys, URL)(ANA, CASE_ID, NOON) is None
    assert {type(failure) for failure in reported} == {NoLinkKeys}


def test_a_change_that_others_keep_from_being_saved_is_counted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    token = api.token()
    form = api.get(token).page.form("claim")

    def refuse(self: ChangeCase, *_: object) -> None:
        del self
        raise CaseChanged(None)

    monkeypatch.setattr(ChangeCase, "__call__", refuse)
    answer = api.post(token, form)
    assert answer.status == 409
    assert "Too many people are changing this at once" in answer.said
    assert api.doors.metrics()["SavesGivenUp"] == [1]


@pytest.mark.parametrize("link", SIGNED_BEFORE["links"], ids=lambda link: "+".join(link["actions"]))
def test_a_link_that_commit_0f5e723_signed_still_does_what_it_was_made_for(
    api: Api, secret: str, link: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The recorded key is shorter than those that stacks of that version made.
    monkeypatch.setattr("mentiondesk.adapters.tokens.links.SHORTEST_KEY", 1)
    put_parameter(secret, SIGNED_BEFORE["secret"])
    actions = {action for one in SIGNED_BEFORE["links"] for action in one["actions"]}
    answer = api.get(link["token"])
    assert answer.status == 200
    assert answer.page.offers() <= set(link["actions"])
    done = {
        action
        for action in actions
        if api.post(link["token"], {"action": action, "event": link["event"]}).status != 403
    }
    assert done == set(link["actions"])
    Clock.now = datetime.fromisoformat(link["until"])
    assert api.get(link["token"]).status == 410
