"""Incidents at the signed-in desk, as Lambda runs it: acts that are done, refused, forestalled, and pressed twice."""

from datetime import timedelta

import pytest

from mentiondesk.adapters.storage.stores.subscribers import Subscribers
from mentiondesk.domain.ids import CaseId, ConversationId, IncidentId, PostId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Health, Impact, Incident, LinkedPost, Status
from mentiondesk.domain.status.public_incident import public_incident
from mentiondesk.domain.status.site import Site
from mentiondesk.domain.status.subscribers import Subscriber
from mentiondesk.domain.timeline import MembersChanged, Published, Updated
from mentiondesk.presentation.status_site.html import incident as site_page
from mentiondesk.presentation.wording import Sentences
from mentiondesk.values import replace
from tests.support.builders import NOON, a_post, at
from tests.support.counted import Counted
from tests.support.doors import HOSTILE, MARKS, Answer
from tests.support.served_desk import TEAM, ServedDesk, waiting
from tests.support.telling import INCIDENT_ID, SHOP, a_candidate, a_maintenance, site_file

PAGE = f"/desk/incidents/{INCIDENT_ID}"
PUBLISH = {
    "title": "Checkout fails",
    "impact": "major",
    "body": "We look into it.\n\nMore soon.",
    f"health.{SHOP}": "partial_outage",
}
MOST = 7


@pytest.fixture
def desk() -> ServedDesk:
    found = ServedDesk()
    settings = site_file()
    raw = settings.model_dump(mode="json", exclude_unset=True)
    templates = [{"name": "Tills", "title": "Tills are down", "body": "Please pay with cash.", "impact": "critical"}]
    found.store_settings(type(settings).model_validate({**raw, "staff": TEAM, "incidents": {"templates": templates}}))
    found.enter()
    return found


@pytest.fixture
def candidate(desk: ServedDesk) -> IncidentId:
    desk.desk.incidents.add(incident_change(None, a_candidate(people=2, posts=2)))
    desk.desk.incidents.join(INCIDENT_ID, [a_member(901, 70), a_member(902, 71, 1)])
    return INCIDENT_ID


def a_member(number: int, author: int, minute: float = 0) -> LinkedPost:
    case = CaseId(ConversationId(str(number)), UserId(str(author)))
    return LinkedPost(PostId(str(number)), UserId(str(author)), at(minute), f"words of {number}", case)


def the(desk: ServedDesk, incident_id: str = INCIDENT_ID) -> Incident:
    found = desk.desk.incidents.get(IncidentId(incident_id))
    assert found is not None
    return found


def publish(desk: ServedDesk) -> None:
    desk.later(minutes=1)
    assert desk.press(PAGE, "publish", **PUBLISH, confirmed="yes").status == 303
    desk.later(minutes=1)


def resolve(desk: ServedDesk) -> None:
    publish(desk)
    assert desk.press(PAGE, "resolve", body="It works again.").status == 303
    desk.later(minutes=1)


def fields(desk: ServedDesk, page: str, action: str, **typed: str) -> dict[str, str]:
    return desk.get(page).page.form(action) | typed


def confirm(shown: Answer, desk: ServedDesk, page: str, button: str = "confirmed") -> Answer:
    """Presses a button of the preview."""
    form = next(one for one in shown.page.forms if {button: "yes"} in one.buttons)
    return desk.ask("POST", page, form.fields | {button: "yes"})


# --- Seen before it is published --------------------------------------------------------------------------


@pytest.mark.usefixtures("candidate")
def test_publishing_shows_first_what_customers_would_read(desk: ServedDesk) -> None:
    shown = desk.press(PAGE, "publish", **PUBLISH)
    assert shown.status == 200
    assert "Nothing is published yet" in shown.said
    for words in ("Checkout fails", "We look into it. More soon.", "Online shop : partial outage", "Investigating"):
        assert words in shown.said
    assert the(desk).status is Status.CANDIDATE
    assert confirm(shown, desk, PAGE).status == 303
    assert (the(desk).status, the(desk).title) == (Status.INVESTIGATING, "Checkout fails")
    assert "Customers read this on the status page" in desk.get(PAGE).said


@pytest.mark.usefixtures("candidate")
def test_the_text_can_be_changed_after_the_preview(desk: ServedDesk) -> None:
    back = confirm(desk.press(PAGE, "publish", **PUBLISH), desk, PAGE, "back")
    form = back.page.form("publish")
    assert {name: form[name] for name in PUBLISH} == PUBLISH
    assert the(desk).status is Status.CANDIDATE


@pytest.mark.usefixtures("candidate")
def test_a_preview_pressed_twice_publishes_once(desk: ServedDesk) -> None:
    shown = desk.press(PAGE, "publish", **PUBLISH)
    assert [confirm(shown, desk, PAGE).status for _ in range(2)] == [303, 303]
    assert len([one for one in desk.desk.incidents.record(INCIDENT_ID) if isinstance(one, Published)]) == 1
    assert len(desk.desk.incidents.updates(INCIDENT_ID)) == 1


@pytest.mark.usefixtures("candidate")
@pytest.mark.parametrize(
    ("action", "typed", "reads"),
    [
        ("update", {"status": "identified", "body": "A cable is cut."}, "Identified"),
        ("resolve", {"body": "It works again."}, "Resolved"),
        ("edit", {"title": "The till is closed"}, "The till is closed"),
        ("edit_update", {"body": "We look closely."}, "We look closely."),
    ],
)
def test_a_preview_of_other_acts_changes_nothing(
    desk: ServedDesk, action: str, typed: dict[str, str], reads: str
) -> None:
    publish(desk)
    before = the(desk)
    shown = desk.press(PAGE, action, **typed, look="yes")
    assert reads in shown.said
    assert the(desk) == before
    assert confirm(shown, desk, PAGE).status == 303
    assert the(desk).version == before.version + 1


@pytest.mark.usefixtures("candidate")
def test_the_page_shows_the_words_of_the_status_site(desk: ServedDesk) -> None:
    publish(desk)
    desk.press(
        PAGE, "update", status="monitoring", body="A fix is in.\nWe watch it.", **{f"health.{SHOP}": "operational"}
    )
    one = public_incident(the(desk), desk.desk.incidents.updates(INCIDENT_ID))
    page = desk.stores().settings().page
    html = site_page(Site.at(desk.now, page, (one,), NOON, "https://status.example"), Sentences(), one)
    updates = html.partition('<ol class="updates"')[2].partition("</ol>")[0]
    assert "A fix is in.<br>We watch it." in updates
    shown = desk.get(PAGE)
    assert updates in shown.html
    assert f"https://status.example/incidents/{INCIDENT_ID}" in shown.page.links


# --- Each act ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("candidate")
def test_an_agent_updates_edits_resolves_and_reopens(desk: ServedDesk) -> None:
    resolve(desk)
    assert "the list of customers" in desk.get(f"{PAGE}?done=resolve").said
    assert desk.press(PAGE, "reopen", body="It is not over.").status == 303
    assert the(desk).status is Status.INVESTIGATING
    desk.later(minutes=1)
    edited = {"title": "No checkout", "impact": "critical", "began": "2026-06-17T12:30"}
    assert desk.press(PAGE, "edit", **edited).status == 303
    found = the(desk)
    # Ana's clock is that of the desk, an hour ahead of UTC.
    assert (found.title, found.impact, found.started_at) == ("No checkout", Impact.CRITICAL, at(-30))
    assert "corrected the incident" in desk.get(PAGE).said


@pytest.mark.usefixtures("candidate")
def test_a_candidate_is_dismissed_with_a_reason(desk: ServedDesk) -> None:
    assert desk.press(PAGE, "dismiss", reason="").status == 422
    assert desk.press(PAGE, "dismiss", reason="A joke went round").status == 303
    assert the(desk).status is Status.DISMISSED
    assert "A joke went round" in desk.get(PAGE).said


@pytest.mark.usefixtures("candidate")
def test_a_candidate_is_merged_into_another(desk: ServedDesk) -> None:
    other = a_candidate(incident_id=IncidentId("other"), title="The other one")
    desk.desk.incidents.add(incident_change(None, other))
    assert desk.press(PAGE, "merge", target="other").status == 303
    assert the(desk).status is Status.DISMISSED
    assert (the(desk, "other").posts, the(desk, "other").people) == (2, 2)


@pytest.mark.usefixtures("candidate")
def test_the_form_is_filled_from_a_template_and_nothing_is_published(desk: ServedDesk) -> None:
    form = fields(desk, PAGE, "publish", template="0", fill="yes")
    filled = desk.ask("POST", PAGE, form).page.form("publish")
    assert (filled["title"], filled["body"], filled["impact"]) == (
        "Tills are down",
        "Please pay with cash.",
        "critical",
    )
    assert the(desk).status is Status.CANDIDATE


# --- Colleagues who are first -----------------------------------------------------------------------------


@pytest.mark.usefixtures("candidate")
@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("update", {"status": "identified", "body": "My own words."}),
        ("resolve", {"body": "My own words."}),
        ("edit", {"title": "My own words."}),
        ("edit_update", {"body": "My own words."}),
    ],
)
def test_a_colleague_who_was_first_is_named_and_no_text_is_lost(
    desk: ServedDesk, action: str, typed: dict[str, str]
) -> None:
    publish(desk)
    mine = fields(desk, PAGE, action, **typed)
    with desk.by("ben"):
        assert desk.press(PAGE, "update", status="identified", body="Ben's words.").status == 303
    desk.later(minutes=1)
    before = the(desk)
    refused = desk.ask("POST", PAGE, mine)
    assert refused.status == 409
    assert "Somebody was first" in refused.said
    assert "Ben published an update: Identified" in refused.said
    assert the(desk) == before
    again = refused.page.form(action)
    assert {name: again[name] for name in typed} == typed
    assert desk.ask("POST", PAGE, again).status == 303
    assert the(desk).version == before.version + 1


@pytest.mark.usefixtures("candidate")
def test_what_the_desk_counts_meanwhile_is_no_conflict(desk: ServedDesk) -> None:
    publish(desk)
    mine = fields(desk, PAGE, "update", status="identified", body="A cable is cut.")
    before = the(desk)
    desk.desk.incidents.save(incident_change(before, replace(before, people=9, posts=12)))
    assert desk.ask("POST", PAGE, mine).status == 303


@pytest.mark.usefixtures("candidate")
def test_a_colleague_between_preview_and_publishing_is_named(desk: ServedDesk) -> None:
    shown = desk.press(PAGE, "publish", **PUBLISH)
    with desk.by("ben"):
        desk.press(PAGE, "dismiss", reason="A joke")
    refused = confirm(shown, desk, PAGE)
    assert refused.status == 409
    assert "Ben dismissed the incident: A joke" in refused.said
    assert the(desk).status is Status.DISMISSED


@pytest.mark.usefixtures("candidate")
def test_a_form_without_what_its_page_showed_is_refused(desk: ServedDesk) -> None:
    publish(desk)
    form = fields(desk, PAGE, "update", status="identified", body="A cable is cut.")
    for seen in ("", "-1", "x", "9" * 12):
        assert desk.ask("POST", PAGE, form | {"seen": seen}).status == 400
    del form["seen"]
    assert desk.ask("POST", PAGE, form).status == 400
    assert not [one for one in desk.desk.incidents.record(INCIDENT_ID) if isinstance(one, Updated)]


@pytest.mark.usefixtures("candidate")
@pytest.mark.parametrize("action", ["claim", "note", "open_incident", "delete", ""])
def test_an_incident_takes_no_other_acts(desk: ServedDesk, action: str) -> None:
    form = fields(desk, PAGE, "publish", **PUBLISH)
    assert desk.ask("POST", PAGE, form | {"action": action, "confirmed": "yes"}).status == 400


@pytest.mark.usefixtures("candidate")
def test_pages_of_others_may_not_act(desk: ServedDesk) -> None:
    form = fields(desk, PAGE, "publish", **PUBLISH, confirmed="yes")
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    assert desk.ask("POST", PAGE, form, elsewhere).status == 403
    desk.cookies.clear()
    assert desk.ask("POST", PAGE, form).status == 303
    assert the(desk).status is Status.CANDIDATE


# --- By hand ----------------------------------------------------------------------------------------------

OPEN = "/desk/open-incident"


def test_an_incident_is_opened_by_hand_once(desk: ServedDesk) -> None:
    typed = {
        "title": "Shop is shut",
        "impact": "major",
        "began": "2026-06-17T12:40",
        "body": "A pipe burst.",
        f"health.{SHOP}": "major_outage",
    }
    shown = desk.press(OPEN, "open_incident", **typed)
    assert "A pipe burst." in shown.said
    assert desk.desk.incidents.open() == []
    first, second = (confirm(shown, desk, OPEN) for _ in range(2))
    (opened,) = desk.desk.incidents.open()
    assert first.headers["location"] == f"/desk/incidents/{opened.incident_id}?done=open_incident"
    assert second.status == 303
    assert (opened.title, opened.started_at, opened.owner, opened.start_known) == ("Shop is shut", at(-20), "ana", True)
    assert [(one.component, one.health) for one in opened.affected] == [(SHOP, Health.MAJOR_OUTAGE)]
    assert "Shop is shut" in desk.get("/desk/incidents").said.partition("Going on")[2]


def test_a_wrong_form_keeps_what_was_typed(desk: ServedDesk) -> None:
    refused = desk.press(OPEN, "open_incident", title="", body="Kept words.", began="yesterday")
    assert refused.status == 422
    assert refused.page.form("open_incident")["body"] == "Kept words."
    assert desk.desk.incidents.open() == []


# --- Customers --------------------------------------------------------------------------------------------

CUSTOMERS = f"{PAGE}/customers"


@pytest.mark.usefixtures("candidate")
def test_posts_are_taken_out_and_put_in(desk: ServedDesk) -> None:
    out = fields(desk, CUSTOMERS, "members", remove="902")
    out.pop("add", None)
    assert [desk.ask("POST", CUSTOMERS, out).status for _ in range(2)] == [303, 303]
    assert [one.post_id for one in desk.desk.incidents.joined(INCIDENT_ID)] == ["901"]
    assert (the(desk).posts, the(desk).people) == (1, 1)
    assert "words of 902" in desk.get(f"{CUSTOMERS}?show=out").said
    desk.desk.posts.add(a_post("words of 902", post_id=PostId("902"), author_id=UserId("71")))
    desk.later(minutes=1)
    assert desk.press(f"{CUSTOMERS}?show=out", "members", add="902").status == 303
    assert (the(desk).posts, the(desk).people) == (2, 2)
    acts = [one.joined for one in desk.desk.incidents.record(INCIDENT_ID) if isinstance(one, MembersChanged)]
    assert acts == [False, True]


@pytest.mark.usefixtures("candidate")
@pytest.mark.parametrize(("add", "says"), [("777", "no such post"), ("hello", "address of a post")])
def test_only_posts_that_the_desk_knows_are_put_in(desk: ServedDesk, add: str, says: str) -> None:
    refused = desk.press(CUSTOMERS, "members", add=add)
    assert refused.status == 422
    assert says in refused.said
    assert refused.page.form("members")["add"] == add


@pytest.mark.usefixtures("candidate")
def test_who_still_has_to_be_told_is_listed(desk: ServedDesk) -> None:
    first = waiting(desk.desk, 1, "No checkout")
    second = waiting(desk.desk, 2, "Cannot pay")
    posts = [
        LinkedPost(PostId(str(n)), one.customer, at(n), f"words of {n}", one) for n, one in ((1, first), (2, second))
    ]
    desk.desk.incidents.join(INCIDENT_ID, posts)
    resolve(desk)
    assert "Nobody has gone through the list yet" in desk.get(f"{CUSTOMERS}?show=to_tell").said
    assert desk.press(PAGE, "go_back", **{f"out.{first}": "yes"}).status == 303
    told = desk.get(f"{CUSTOMERS}?show=to_tell").said
    assert "words of 2" in told
    assert "words of 1 " not in told
    assert "Left out" in desk.get(CUSTOMERS).said


# --- Maintenance ------------------------------------------------------------------------------------------

PLAN = "/desk/plan-maintenance"
NIGHT = {
    "title": "New tills",
    "begins": "2026-06-17T22:00",
    "ends": "2026-06-17T23:30",
    "body": "Both shops close early.",
}


def test_a_lead_plans_a_maintenance_once(desk: ServedDesk) -> None:
    with desk.by("mo"):
        shown = desk.press(PLAN, "plan_maintenance", **NIGHT, **{f"part.{SHOP}": "yes"})
        assert "Both shops close early." in shown.said
        assert [confirm(shown, desk, PLAN).status for _ in range(2)] == [303, 303]
    (planned,) = desk.desk.incidents.open()
    assert (planned.status, planned.impact, planned.owner) == (Status.SCHEDULED, Impact.MAINTENANCE, "mo")
    assert (planned.scheduled_for, planned.scheduled_until) == (at(9 * 60), at(9 * 60) + timedelta(minutes=90))
    assert [(one.component, one.health) for one in planned.affected] == [(SHOP, Health.UNDER_MAINTENANCE)]
    assert "New tills" in desk.get("/desk/incidents").said
    assert "New tills" in desk.get("/desk/status-page").said


def test_an_agent_may_not_plan_one(desk: ServedDesk) -> None:
    assert desk.get(PLAN).status == 403
    with desk.by("mo"):
        form = fields(desk, PLAN, "plan_maintenance", **NIGHT, confirmed="yes")
    assert desk.ask("POST", PLAN, form).status == 403
    assert desk.desk.incidents.open() == []
    assert PLAN not in desk.get("/desk/status-page").page.links


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"ends": "2026-06-17T21:00"}, "It must end after it begins"),
        ({"begins": ""}, "enter a day and a time"),
        ({"begins": "2026-06-16T20:00", "ends": "2026-06-16T21:00"}, "It would have ended by now"),
    ],
)
def test_times_that_cannot_be_are_refused(desk: ServedDesk, typed: dict[str, str], says: str) -> None:
    with desk.by("mo"):
        refused = desk.press(PLAN, "plan_maintenance", **{**NIGHT, **typed})
    assert refused.status == 422
    assert says in refused.said
    assert refused.page.form("plan_maintenance")["body"] == NIGHT["body"]


def test_a_maintenance_is_moved_and_cancelled(desk: ServedDesk) -> None:
    desk.desk.incidents.add(incident_change(None, a_maintenance()))
    desk.later(minutes=1)
    assert (
        desk.press(PAGE, "reschedule", begins="2026-06-18T09:00", ends="2026-06-18T10:00", body="A day later.").status
        == 303
    )
    assert the(desk).scheduled_for == at(20 * 60)
    desk.later(minutes=1)
    assert "Cancel the maintenance" in desk.get(PAGE).said
    assert desk.press(PAGE, "resolve", body="Not needed.").status == 303
    assert the(desk).status is Status.COMPLETED
    assert "It is over" in desk.get(f"{PAGE}?done=resolve").said


# --- Pages ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("candidate")
def test_the_status_page_s_overview_counts_subscribers_and_names_none(desk: ServedDesk) -> None:
    kept = Subscribers(desk.desk.table)
    for name in ("eve", "zoe"):
        address = f"{name}@example.com"
        kept.confirm(Subscriber(kept.id_of(address), address, NOON, NOON))
    publish(desk)
    shown = desk.get("/desk/status-page")
    assert "2 people have updates mailed" in shown.said
    assert "@example.com" not in shown.html
    assert "Online shop · Partial outage" in shown.said


@pytest.mark.usefixtures("candidate")
def test_pages_take_seven_requests_at_most_and_a_poll_without_news_one(desk: ServedDesk) -> None:
    desk.desk.incidents.add(incident_change(None, a_candidate(incident_id=IncidentId("other"))))
    counted = Counted(desk.desk.table)
    desk.desk.table = counted
    again = ServedDesk.__new__(ServedDesk)
    again.__dict__.update(desk.__dict__)
    again.enter()
    for public in (False, True):
        if public:
            resolve(again)
        for page in ("/desk/incidents", PAGE, CUSTOMERS, f"{CUSTOMERS}?show=to_tell", "/desk/status-page", OPEN):
            again.get(page)
            counted.requests = 0
            shown = again.get(page)
            assert (shown.status, counted.requests <= MOST) == (200, True), (page, counted.requests)
    for page in ("/desk/incidents", PAGE):
        tag = again.get(page).headers["etag"]
        again.get(page, **{"If-None-Match": tag})
        counted.requests = 0
        assert again.get(page, **{"If-None-Match": tag}).status == 304
        assert counted.requests == 1


def test_text_from_x_is_never_trusted_on_these_pages(desk: ServedDesk) -> None:
    desk.desk.incidents.add(incident_change(None, a_candidate(title=HOSTILE, people=1, posts=1)))
    desk.desk.incidents.join(INCIDENT_ID, [LinkedPost(PostId("901"), UserId("70"), NOON, HOSTILE)])
    desk.later(minutes=1)
    shown = [desk.press(PAGE, "publish", title=HOSTILE[:100], impact="minor", body=HOSTILE)]
    confirm(shown[0], desk, PAGE)
    shown += [desk.get(page) for page in ("/desk/incidents", PAGE, CUSTOMERS, "/desk/status-page")]
    for one in shown:
        assert one.status == 200
        assert not any(mark in one.html for mark in MARKS)
        assert "\u202e" not in one.html


def test_an_incident_that_is_not_there_says_so(desk: ServedDesk) -> None:
    for name in ("none", "none/customers"):
        assert desk.get(f"/desk/incidents/{name}").status == 410
