"""The replay's figures are those that the desk's page would show of the same facts."""

from datetime import timedelta

from infra.replay.engine import VirtualDesk
from mentiondesk.adapters.storage.stores.facts import Facts
from mentiondesk.adapters.storage.stores.queue_counts import CountedQueue
from mentiondesk.domain.figures.report import report_of
from mentiondesk.domain.figures.weeks import Week
from mentiondesk.domain.ids import ConversationId
from mentiondesk.usecases.reports.read_figures import ReadFigures
from mentiondesk.values import replace
from tests.support.builders import NOON, a_post, a_post_id, an_answer, at, settings


def test_the_replay_and_the_page_tell_the_same() -> None:
    found = settings()
    desk = VirtualDesk(found)
    for number, took in enumerate((10, 45, 200), start=1):
        post_id = a_post_id(1000 + number)
        asked = replace(
            a_post(created_at=at(number)), post_id=post_id, version_id=post_id, conversation_id=ConversationId(post_id)
        )
        desk.hear(asked)
        answer_id = a_post_id(2000 + number)
        desk.hear(replace(an_answer(asked), post_id=answer_id, version_id=answer_id, created_at=at(number + took)))
    replayed = report_of(desk.stored_facts(), found.zone)
    read = ReadFigures(Facts(desk.table), CountedQueue(desk.table), lambda: found)
    shown = read(Week.of(NOON, found.zone), NOON + timedelta(days=1)).report
    assert shown == replayed
    assert (shown.first.waits, shown.first.within["1h"]) == (3, 2)
