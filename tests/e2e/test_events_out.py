"""A change of the table reaches another system: through the stream, the relay, the queue and the sender."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from infra.event_commands import made_secret
from infra.local.cloud import STACK
from infra.local.desk import LocalDesk, VirtualClock
from infra.local.x_standin import StandInX, User
from mentiondesk.adapters.channels.https_post import Network
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.events import Events
from mentiondesk.adapters.storage.stores.replies import Replies
from mentiondesk.domain.access.actions import Action
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.cases.commands import Claim
from mentiondesk.domain.events.delivery import BUS, Outcome
from mentiondesk.ports.replies import Reviewed
from mentiondesk.runtime import aws
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.replies.write_reply import Typed, WriteReply
from tests.support.builders import BRAND_ID, settings_file
from tests.support.tls_standin import Receiver, receiver

BEGINS = datetime.fromisoformat("2026-06-19T10:00:00+00:00")
BRAND = User(str(BRAND_ID), "FennelAndFinch", "Fennel & Finch")
SECRET = made_secret()
CROWD = 26
TAILS = ("again", "here in Leeds", "for my whole office", "and my order is lost", "on my phone", "since this morning")


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with receiver(tmp_path_factory.mktemp("tls")) as found:
        yield found


@pytest.fixture(scope="module")
def desk(crm: Receiver) -> Iterator[LocalDesk]:
    network = Network(lambda *_: ["127.0.0.1"], lambda _: True, crm.trust)
    clock = VirtualClock(BEGINS)
    settings = settings_file(events={"endpoints": [{"id": "crm", "url": crm.url}]})
    parameters = {"EventsOut": "yes", "EventsBus": "default"}
    with (
        pytest.MonkeyPatch.context() as patch,
        LocalDesk(StandInX(BRAND, clock.now), clock, settings, parameters=parameters) as begun,
    ):
        patch.setattr("mentiondesk.adapters.channels.https_post.public_network", lambda: network)
        path = f"/mentiondesk/{STACK}/events"
        begun.cloud.client("ssm").put_parameter(Name=path, Value=json.dumps({"crm": SECRET}), Type="SecureString")
        _happen(begun)
        yield begun


def _happen(desk: LocalDesk) -> None:
    """A customer complains, a colleague claims and answers; another one waits for too long; many have one problem."""
    table = DynamoTable(aws.dynamodb(), desk.table)
    cases = Cases(table, lambda: timedelta(days=400))
    replies = Replies(table, lambda: timedelta(days=400), cases)
    actor = Actor(desk.settings.roster.staff[0], frozenset(Action), Door.DESK_WEB)
    desk.x.post(author_id="2001", at=desk.clock.now(), text="@FennelAndFinch my parcel number 4711 is lost")
    desk.minute()
    (case,) = desk.cases()
    ChangeCase(cases, lambda: desk.settings)(actor, case.case_id, Claim(), "claim-1", desk.clock.now())
    desk.minute()
    write = WriteReply(replies, cases, lambda _, text, *__: Reviewed(text), lambda: desk.settings)
    claimed = cases.get(case.case_id)
    assert claimed is not None
    write(actor, case.case_id, Typed("We are on it.", claimed.thread), "reply-1", desk.clock.now())
    for _ in range(3):
        desk.minute()
    desk.x.post(author_id="2002", at=desk.clock.now(), text="@FennelAndFinch my kettle is broken")
    desk.minute()
    for number in range(CROWD):
        text = f"@FennelAndFinch the website is down {TAILS[number % len(TAILS)]}"
        desk.x.post(author_id=str(3000 + number), at=desk.clock.now(), text=text)
    for _ in range(3):
        desk.minute()
    desk.clock.time += timedelta(hours=5)
    for _ in range(2):
        desk.minute()
    desk.clock.time = datetime.fromisoformat("2026-06-22T08:00:00+00:00")
    for _ in range(2):
        desk.minute()


def told(crm: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for body in crm.bodies]


def test_each_thing_that_happened_is_told_once(desk: LocalDesk, crm: Receiver) -> None:
    events = told(crm)
    first = [one["type"] for one in events if one["data"].get("customer") == "2001"]
    assert first == ["case.opened", "case.claimed", "case.answered", "reply.sent"] or sorted(first) == [
        "case.answered",
        "case.claimed",
        "case.opened",
        "reply.sent",
    ]
    waits = [one["type"] for one in events if one["data"].get("customer") == "2002"]
    assert waits == ["case.opened", "case.late"]
    assert {"incident.opened", "report.weekly"} <= {one["type"] for one in events}
    ids = [one["id"] for one in events]
    assert len(ids) == len(set(ids))
    assert not any(function.failures for function in desk.cloud.functions.values())


def test_a_reply_has_the_post_that_it_became_and_nothing_that_anybody_wrote(crm: Receiver, desk: LocalDesk) -> None:
    (sent,) = [one for one in told(crm) if one["type"] == "reply.sent"]
    assert sent["data"]["post"].isdigit()
    assert sent["data"]["url"].startswith(desk.api.url)
    everything = b"".join(crm.bodies)
    assert b"4711" not in everything
    assert b"We are on it" not in everything


def test_each_is_signed_for_the_receiver(desk: LocalDesk, crm: Receiver) -> None:
    """The library compares the time with this machine's, the desk's is another."""
    del desk
    webhook = Webhook(SECRET)
    for body, headers in zip(crm.bodies, crm.headers, strict=True):
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), BEGINS.tzinfo)
        assert webhook.sign(headers["webhook-id"], at, body.decode()) == headers["webhook-signature"]


def test_the_bus_got_them_too_and_the_log_has_all(desk: LocalDesk, crm: Receiver) -> None:
    events = Events(DynamoTable(aws.dynamodb(), desk.table))
    found = list(events.between(BEGINS - timedelta(days=1), desk.clock.now()))
    assert {one.event_id for one in found} == {one["id"] for one in told(crm)}
    outcomes = {(one.endpoint_id, one.outcome) for event in found for one in events.deliveries(event.event_id)}
    assert outcomes == {("crm", Outcome.DELIVERED), (BUS, Outcome.DELIVERED)}


def test_a_desk_that_tells_nobody_has_no_such_function() -> None:
    clock = VirtualClock(BEGINS)
    settings = settings_file(events={"endpoints": [{"id": "crm", "url": "https://crm.example/"}]})
    with LocalDesk(StandInX(BRAND, clock.now), clock, settings) as silent:
        silent.x.post(author_id="2001", at=clock.now(), text="@FennelAndFinch my parcel is lost")
        for _ in range(2):
            silent.minute()
        assert "SendEvents" not in silent.cloud.functions
        assert not [item for item in silent.items() if item["pk"]["S"].startswith("EVENT#")]
        assert not any(function.failures for function in silent.cloud.functions.values())
