"""Notes of the relay about replies: never before the reply may go out, and at once where nothing delays it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mentiondesk.adapters.channels.notes import NoteKind, NoteNotTaken, NotesBus
from mentiondesk.adapters.relay import Note, ToReplyTimer, reply_to_send, thread_told
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from mentiondesk.domain.replies.reply import Reply
from mentiondesk.values import replace
from tests.support.builders import CASE_ID
from tests.support.outbox import Outbox


def _note(reply: Reply, before: timedelta) -> Note | None:
    """The note about a reply which may go out so long after the relay sees it."""
    return reply_to_send(Item(keys.reply(reply.subject_id, reply.reply_id), reply), reply.send_at - before)


def _at(note: Note | None) -> datetime:
    """The time in a note, as a timer reads it (Amazon States Language, "Wait"): parts of seconds are cut off."""
    assert note is not None
    return datetime.strptime(json.loads(note.body)["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


@pytest.mark.parametrize("parts", [0, 1, 499_999, 500_001, 999_999])
@pytest.mark.parametrize("left", [timedelta(seconds=10), timedelta(milliseconds=1), timedelta(minutes=4)])
def test_a_timer_ends_after_the_reply_may_go_out_though_clocks_differ_a_little(left: timedelta, parts: int) -> None:
    reply = Outbox().sends()
    reply = replace(reply, send_at=reply.send_at.replace(microsecond=parts))
    waits = _at(_note(reply, left)) - reply.send_at
    assert timedelta(milliseconds=500) <= waits <= timedelta(milliseconds=1500)


@pytest.mark.parametrize("since", [timedelta(0), timedelta(minutes=2)])
def test_a_reply_without_a_wait_is_sent_at_once(since: timedelta) -> None:
    reply = Outbox().sends()
    assert _at(_note(reply, -since)) <= reply.send_at


def test_what_waits_longer_than_a_timer_lives_is_left_to_the_notifier() -> None:
    assert _note(Outbox().sends(), timedelta(minutes=4, seconds=1)) is None


def test_a_note_names_the_thread_and_no_word_of_the_reply() -> None:
    reply = Outbox().sends()
    note = _note(reply, timedelta(0))
    assert note is not None
    assert reply.text not in note.body
    assert thread_told(json.loads(note.body), lambda _: pytest.fail("understood")) == [CASE_ID]


@pytest.mark.parametrize("note", [{}, {"subject": None}, {"subject": 7}, {"subject": "CASE#"}])
def test_a_note_of_another_version_is_reported_and_names_nothing(note: dict[str, Any]) -> None:
    told: list[str] = []
    assert thread_told(note, told.append) == []
    assert told


class Bus:
    """A bus that refuses the entry of this number in each call."""

    def __init__(self, refuses: int | None = None) -> None:
        self.calls: list[list[dict[str, str]]] = []
        self._refuses = refuses

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803  its name
        self.calls.append(Entries)
        answers = [{"ErrorCode": "Busy"} if n == self._refuses else {"EventId": "e"} for n, _ in enumerate(Entries)]
        return {"FailedEntryCount": sum("ErrorCode" in one for one in answers), "Entries": answers}


def _told(bus: Bus, replies: int) -> None:
    ToReplyTimer(NotesBus(lambda: bus, "notes"))([Note(json.dumps({"reply": str(n)})) for n in range(replies)])


def test_each_reply_has_its_note_and_a_call_takes_ten() -> None:
    bus = Bus()
    _told(bus, 23)
    assert [len(call) for call in bus.calls] == [10, 10, 3]
    entries = [one for call in bus.calls for one in call]
    assert [json.loads(one["Detail"])["reply"] for one in entries] == [str(n) for n in range(23)]
    assert {one["DetailType"] for one in entries} == {NoteKind.REPLY_WAITS}
    _told(bus, 0)
    assert len(bus.calls) == 3


def test_an_entry_that_the_bus_does_not_take_has_the_stream_deliver_again() -> None:
    with pytest.raises(NoteNotTaken, match="Busy"):
        _told(Bus(refuses=2), 5)
