"""Rooms hear what their stages tell them; they are nobody's interruption, and stand in for nobody."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from infra.local.desk import LocalDesk, VirtualClock
from infra.local.x_standin import StandInX, User
from mentiondesk.adapters.channels.https_post import HttpsPost, Network
from mentiondesk.adapters.channels.webhooks import RoomSender, WebhookSender
from mentiondesk.domain.alerts.messages import KIND_HEADER, Email
from mentiondesk.domain.alerts.roster import Channel
from mentiondesk.domain.cases.number import case_number
from mentiondesk.domain.posts.tags import Urgency
from tests.support.builders import BRAND_ID, NOON, at, settings_file
from tests.support.memory_desk import ANA, LEA, MemoryDesk
from tests.support.tls_standin import Receiver, receiver

SLACK = "https://hooks.slack.com/services/T1/B2/made-up"
ROOMS = [{"id": "care", "name": "#care", "slack": SLACK}]
STAGES: list[dict[str, Any]] = [
    {"name": "half", "at": "50%", "send": [{"to": "room"}, {"to": "duty", "by": "email"}]},
    {"name": "breach", "at": "100%", "send": [{"to": "lead", "by": "email"}]},
]


def a_desk(**overrides: Any) -> MemoryDesk:
    return MemoryDesk([ANA, LEA], rooms=ROOMS, alerts={"stages": STAGES}, **overrides)


def to_room(desk: MemoryDesk) -> list[str]:
    return [one.words for one in desk.messages if one.channel == "room"]


def test_a_room_hears_of_its_stage_beside_the_people() -> None:
    desk = a_desk()
    case_id = desk.post(0, "@FennelAndFinch the mug has a hole")
    desk.run(59)
    assert sorted(desk.told()) == ["12:30 ana email", f"12:30 {SLACK} room"]
    (words,) = to_room(desk)
    assert case_number(case_id, "Fennel & Finch") in words
    assert "the mug has a hole" in words
    assert "30 min left" in words


def test_a_room_has_no_link_that_acts_and_counts_as_no_alert_without_one() -> None:
    desk = a_desk()
    desk.post(0)
    desk.run(59)
    (words,) = to_room(desk)
    assert "/act/" not in words
    assert "https://x.com/i/status/" in words


def test_a_room_that_fails_is_tried_again_and_nobody_else_hears_in_its_place() -> None:
    desk = a_desk()
    desk.post(0)
    desk.senders[Channel.ROOM].down = lambda now: now < NOON.replace(minute=40)
    desk.run(59)
    assert [line for line in desk.told() if " lea " in line] == []
    assert len(to_room(desk)) == 1
    assert desk.told_to("ana") == ["12:30 ana email"]


def test_people_hear_as_they_would_without_the_room() -> None:
    def people(desk: MemoryDesk) -> list[str]:
        for minute in range(0, 40, 2):
            desk.post(minute, customer=str(70 + minute))
        desk.post(41, "@FennelAndFinch it is on fire", customer="9", urgency=Urgency.CRITICAL)
        desk.run(120)
        return [line for line in desk.told() if " room" not in line]

    without = [{**stage, "send": [one for one in stage["send"] if one["to"] != "room"]} for stage in STAGES]
    assert people(a_desk()) == people(MemoryDesk([ANA, LEA], alerts={"stages": without}))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with receiver(tmp_path_factory.mktemp("tls")) as found:
        yield found


def sent(server: Receiver, address: str, email: Email) -> Any:
    server.bodies.clear()
    network = Network(lambda *_: ["127.0.0.1"], lambda _: True, server.trust)
    RoomSender(WebhookSender(lambda: NOON, HttpsPost(network)), lambda: NOON).send(address, email)
    return json.loads(server.bodies[0])


EMAIL = Email("FF-7K3QD: <!channel> help", "Complaint, 5 min left\n“<!channel> & <@U1>”", "", ((KIND_HEADER, "case"),))


def test_nothing_in_a_text_is_a_command_of_slack_s(server: Receiver) -> None:
    assert sent(server, server.url, EMAIL) == {
        "text": "Complaint, 5 min left\n“&lt;!channel&gt; &amp; &lt;@U1&gt;”",
    }


def test_a_signed_webhook_tells_its_kind_and_its_time(server: Receiver) -> None:
    found = sent(server, f"whsec_{'A' * 32} {server.url}", EMAIL)
    assert found["type"] == "alert.case"
    assert found["timestamp"] == NOON.isoformat()
    assert found["data"] == {"subject": EMAIL.subject, "text": EMAIL.text}
    assert "webhook-signature" in server.headers[-1]


def test_on_this_machine_a_room_s_messages_stay_here_and_show_no_address() -> None:
    clock = VirtualClock(NOON)
    x = StandInX(User(str(BRAND_ID), "FennelAndFinch"), clock.now)
    with LocalDesk(x, clock, settings_file(rooms=ROOMS, alerts={"stages": STAGES})) as desk:
        x.post(author_id="2001", at=at(0.5), text="@FennelAndFinch my mug arrived broken")
        desk.run(until=NOON + timedelta(minutes=33))
        (told,) = [one for one in desk.messages if one.channel == Channel.ROOM]
        assert "my mug arrived broken" in told.body
        (row,) = [one for one in desk.snapshot()["messages"] if one["channel"] == Channel.ROOM]
        assert (row["name"], row["way"], row["to"]) == ("#care", "room", "")
        assert desk.audit().agrees, desk.audit().problems
