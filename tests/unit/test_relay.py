"""Notes of the relay about replies: never before the reply may go out, and at once where nothing delays it."""

from datetime import timedelta

import pytest

from mentiondesk.adapters.relay import Note, reply_to_send
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.items import Item
from tests.support.outbox import UNDO, Outbox


def _note(before: timedelta) -> Note | None:
    """The note about a reply which may go out so long after the relay sees it."""
    outbox = Outbox()
    reply = outbox.sends()
    return reply_to_send(Item(keys.reply(reply.subject_id, reply.reply_id), reply), reply.send_at - before)


@pytest.mark.parametrize("left", [UNDO, timedelta(seconds=3), timedelta(milliseconds=1)])
def test_a_note_comes_after_the_reply_may_go_out_though_clocks_differ_a_little(left: timedelta) -> None:
    note = _note(left)
    assert note is not None
    assert timedelta(milliseconds=300) < note.delay - left < timedelta(seconds=1)


@pytest.mark.parametrize("since", [timedelta(0), timedelta(minutes=2)])
def test_a_reply_without_a_wait_is_sent_at_once(since: timedelta) -> None:
    note = _note(-since)
    assert note is not None
    assert note.delay == timedelta(0)
