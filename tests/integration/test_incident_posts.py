"""Posts on X about an incident, from its page at the desk: approved by another person, posted once, at a price."""

import pytest

from mentiondesk.domain.incidents.drafts import Draft, Occasion
from mentiondesk.domain.replies.reply import Refusal, Reply, ReplyState
from mentiondesk.ports.replies import PostInDoubt, PostRefused
from mentiondesk.usecases.replies.send_replies import SendReplies
from tests.integration.test_act import INCIDENT_ID, begin
from tests.support.doors import HOSTILE, MARKS, Answer
from tests.support.outbox import PLENTY, RecordingX
from tests.support.served_desk import TEAM, ServedDesk

PATH = f"/desk/incidents/{INCIDENT_ID}"
DRAFTED = "We know that paying fails. We are on it, and will say here when it is solved."
EDITED = "Paying fails for many of you. We are on it, and will say here when it is solved."


@pytest.fixture
def desk() -> ServedDesk:
    """A published incident with the desk's draft, and Ana in front of it."""
    found = ServedDesk()
    found.later(minutes=20)
    begin(found.desk)
    found.enter("ana")
    assert (
        found.press(
            PATH, "publish", confirmed="yes", title="Online shop: checkout fails", body="We look into it."
        ).status
        == 303
    )
    found.stores().drafts.add(Draft(INCIDENT_ID, Occasion.PUBLISHED, DRAFTED, found.now))
    return found


def posts(desk: ServedDesk) -> list[Reply]:
    return desk.stores().replies.of(INCIDENT_ID)


def send(desk: ServedDesk, **typed: str) -> Answer:
    return desk.ask("POST", f"{PATH}/post", {**desk.get(PATH).page.form("post"), "press": "send", **typed})


def approve(desk: ServedDesk, press: str = "approve", **typed: str) -> Answer:
    with desk.by("mo"):
        form = desk.get("/desk/approvals").page.form("approve_reply")
        return desk.ask("POST", "/desk/approvals", {**form, "press": press, **typed})


def sends(desk: ServedDesk, x: RecordingX) -> list[ReplyState]:
    """The states to which a run of the sender brings what is due."""
    stores = desk.stores()
    run = SendReplies(stores.replies, stores.cases, x, stores.settings, lambda: desk.now)
    return run.due(desk.now, lambda: PLENTY).states


def test_a_post_waits_for_another_person_and_then_goes_out_once(desk: ServedDesk) -> None:
    page = desk.get(PATH).page
    assert page.form("post")["text"] == DRAFTED
    assert "$0.015" in page.text
    assert send(desk, text=EDITED).status == 303
    (post,) = posts(desk)
    assert (post.state, post.to, post.occasion, post.author) == (ReplyState.HELD, None, Occasion.PUBLISHED, "ana")
    assert "Waits for approval by Mo." in desk.get(PATH).page.text
    x = RecordingX()
    assert sends(desk, x) == []
    with desk.by("mo"):
        assert "Online shop: checkout fails" in desk.get("/desk/approvals").page.text
    assert approve(desk).status == 303
    desk.later(seconds=11)
    assert sends(desk, x) == [ReplyState.SENT]
    assert sends(desk, x) == []
    assert [(one.text, one.replied_to) for one in x.posts] == [(EDITED, None)]
    shown = desk.get(PATH).page
    assert "On X." in shown.text
    assert f"https://x.com/i/status/{x.posts[0].post_id}" in shown.links
    assert "post" not in shown.offers()


def test_a_second_press_and_a_second_person_post_nothing_more(desk: ServedDesk) -> None:
    form = {**desk.get(PATH).page.form("post"), "press": "send"}
    with desk.by("mo"):
        theirs = {**desk.get(PATH).page.form("post"), "press": "send"}
    for _ in range(2):
        assert desk.ask("POST", f"{PATH}/post", form).status == 303
    with desk.by("mo"):
        late = desk.ask("POST", f"{PATH}/post", theirs)
    assert (late.status, "Somebody was first" in late.page.text) == (409, True)
    assert len(posts(desk)) == 1


def test_a_draft_that_was_approved_by_link_is_posted_by_hand_and_not_from_the_desk(desk: ServedDesk) -> None:
    form = {**desk.get(PATH).page.form("post"), "press": "send"}
    desk.stores().drafts.approve(INCIDENT_ID, Occasion.PUBLISHED, TEAM[1]["id"], desk.now)
    assert desk.ask("POST", f"{PATH}/post", form).status == 409
    page = desk.get(PATH).page
    assert posts(desk) == []
    assert "post" not in page.offers()
    assert any("intent/post" in link for link in page.links)


def test_what_the_checks_stop_stays_in_the_field(desk: ServedDesk) -> None:
    blocked = send(desk, text="We guarantee that paying works at five. Write to jo@example.org.")
    assert blocked.status == 422
    assert "is a guarantee" in blocked.page.text
    assert blocked.page.form("post")["text"].startswith("We guarantee")
    assert posts(desk) == []


def test_an_approval_may_edit_and_is_checked_and_sending_back_gives_the_text_back(desk: ServedDesk) -> None:
    send(desk)
    blocked = approve(desk, text="We guarantee it.")
    assert (blocked.status, "is a guarantee" in blocked.page.text) == (422, True)
    assert approve(desk, "send_back", reason="Name the shop.").status == 303
    page = desk.get(PATH).page
    assert "Sent back: Name the shop." in page.text
    assert page.form("post")["text"] == DRAFTED
    assert send(desk, text=EDITED).status == 303
    assert [one.state for one in posts(desk)] == [ReplyState.WITHDRAWN, ReplyState.HELD]


def test_a_post_can_be_taken_back_while_it_cools(desk: ServedDesk) -> None:
    send(desk)
    approve(desk)
    page = desk.get(PATH).page
    assert "Goes out in 10 s." in page.text
    assert desk.ask("POST", f"{PATH}/post", page.form("withdraw")).status == 303
    desk.later(minutes=1)
    assert sends(desk, RecordingX()) == []
    assert desk.get(PATH).page.form("post")["text"] == DRAFTED


def test_a_refusal_and_a_doubt_end_as_those_of_replies(desk: ServedDesk) -> None:
    send(desk)
    approve(desk)
    desk.later(minutes=1)
    x = RecordingX(fail_next=[(PostRefused(Refusal.NO_CREDITS), False), (PostInDoubt(), True)])
    assert sends(desk, x) == [ReplyState.REFUSED]
    page = desk.get(PATH).page
    assert "no credits left" in page.text
    assert send(desk, text=page.form("post")["text"]).status == 303
    approve(desk)
    desk.later(minutes=1)
    assert sends(desk, x) == [ReplyState.UNCERTAIN]
    desk.later(minutes=1)
    assert sends(desk, x) == [ReplyState.SENT]
    assert len(x.posts) == 1


def test_agents_may_not_approve_and_a_forged_form_is_refused(desk: ServedDesk) -> None:
    send(desk)
    event = desk.get(PATH).page.form("update")["event"]
    forged = {"event": event, "incident": INCIDENT_ID, "reply": "published-1", "seen": ".0", "text": "x"}
    assert desk.ask("POST", "/desk/approvals", {**forged, "press": "approve"}).status == 403
    for typed in ({"press": "dance"}, {"press": "send", "occasion": "whenever"}, {"press": "send"}):
        assert desk.ask("POST", f"{PATH}/post", typed).status == 400, typed
    assert posts(desk)[0].state is ReplyState.HELD


def test_a_draft_that_the_incident_has_overtaken_is_not_posted(desk: ServedDesk) -> None:
    form = {**desk.get(PATH).page.form("post"), "press": "send"}
    assert desk.press(PATH, "resolve", confirmed="yes").status == 303
    assert desk.ask("POST", f"{PATH}/post", form).status == 409
    assert posts(desk) == []


def test_hostile_words_in_a_post_are_text(desk: ServedDesk) -> None:
    send(desk, text=f"{HOSTILE} we are sorry"[:250])
    with desk.by("mo"):
        for page in (desk.get(PATH), desk.get("/desk/approvals")):
            assert not [mark for mark in MARKS if mark in page.html]
